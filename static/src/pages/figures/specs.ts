/** From figures to charts and to the addresses of what they count. Pure. */
import { count, date, duration, metric, percent } from "../../lib/format.ts";
import { ISSUE_CATEGORIES } from "../../lib/issue-words.ts";
import type { BarSpec, LineSpec } from "../../ui/chart-options.ts";
import { daysBetween } from "./asked.ts";
import type { Asked, FigureRow, Figures, IssueCount, TimeBin } from "./types.ts";

/** Items a day, a gap-free line: a day without work is a nought. */
export function paceSpec(byDay: Figures): LineSpec {
  const rows = new Map(byDay.rows.map((row) => [row.key, row]));
  const days = daysBetween(byDay.from, byDay.to);
  const line = (value: (row: FigureRow) => number) =>
    days.map((day): [number, number] => {
      const row = rows.get(day);
      return [Date.parse(day), row ? value(row) : 0];
    });
  const reviews = byDay.rows.some((row) => row.decided > 0);
  return {
    series: [
      { name: "labelled", points: line((row) => row.labelled + row.discarded), role: "active" },
      ...(reviews ? [{ name: "reviewed", points: line((row) => row.decided), role: "second" as const }] : []),
    ],
    x: { min: Date.parse(byDay.from), max: Date.parse(byDay.to), format: shortDay, detail: (at) => date(at) },
    y: { min: 0, format: count, step: 1 },
  };
}

const SHORT = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const shortDay = (at: number) => SHORT.format(new Date(at));

/** So many bars have their names; of more, those are drawn that most want a look. The table has all. */
export const MOST_BARS = 12;
function least(rows: readonly FigureRow[], value: (row: FigureRow) => number): FigureRow[] {
  return [...rows].sort((a, b) => value(b) - value(a) || b.reviewed - a.reviewed).slice(-MOST_BARS);
}

/** Acceptance with its 95 % interval, the best first; those never reviewed are left out. */
export function acceptanceSpec(rows: readonly FigureRow[]): BarSpec {
  const reviewed = rows.filter((row) => row.acceptance);
  return {
    bars: least(reviewed, (row) => row.acceptance?.rate ?? 0).map((row) => ({
      name: row.name,
      value: row.acceptance?.rate ?? 0,
      low: row.acceptance?.low ?? 0,
      high: row.acceptance?.high ?? 0,
    })),
    value: { min: 0, max: 1, format: (value) => percent(value), detail: (value) => percent(value, 1) },
    valueName: "accepted as they were",
  };
}

/** How alike submitted and approved outlines are, the most alike first; those never approved are left out. */
export function alikeSpec(rows: readonly FigureRow[]): BarSpec {
  const approved = rows.filter((row) => row.iou !== null);
  return {
    bars: least(approved, (row) => row.iou ?? 0).map((row) => ({ name: row.name, value: row.iou ?? 0 })),
    value: { min: 0, max: 1, format: (value) => metric(value, 2), detail: (value) => metric(value) },
    valueName: "mean IoU",
  };
}

export function timesSpec(bins: readonly TimeBin[]): BarSpec {
  const last = bins.reduce((found, bin, i) => (bin.count ? i : found), 0);
  const first = bins.findIndex((bin) => bin.count);
  const shown = bins.slice(Math.max(0, first - 1), Math.min(bins.length, last + 2));
  return {
    bars: shown.map((bin) => ({ name: binName(bin), value: bin.count })),
    lying: false,
    value: { min: 0, format: count, step: 1 },
    valueName: "items",
  };
}

/** Issues made in the period by their kind. */
export function issuesSpec(rows: readonly IssueCount[]): BarSpec {
  return {
    bars: rows.map((row) => ({ name: ISSUE_CATEGORIES[row.category], value: row.count })),
    value: { min: 0, format: count, step: 1 },
    valueName: "issues",
  };
}

/** "5–10 s", "1–2 min", "> 10 min" */
export function binName({ low, high }: TimeBin): string {
  if (high === null) return `> ${duration(low)}`;
  if (low === 0) return `< ${duration(high)}`;
  const unit = high >= 60 && low >= 60 ? 60 : 1;
  return high >= 60 && low < 60
    ? `${low} s–${duration(high)}`
    : `${low / unit}–${high / unit} ${unit === 60 ? "min" : "s"}`;
}

/** Share of suggestions taken as they were; null where none was shown. */
export function suggestionsKept(row: FigureRow): number | null {
  const shown = row.suggestions_accepted + row.suggestions_edited + row.suggestions_rejected;
  return shown ? row.suggestions_accepted / shown : null;
}

/** What a number counts, as a list of items of a task: null where no one task is meant. */
export function itemsUrl(project: string, asked: Asked, row: FigureRow, status: string): string | null {
  const task = asked.by === "task" ? row.key : asked.task;
  if (!task) return null;
  const params = new URLSearchParams({ status });
  const person = asked.by === "person" ? row.key : asked.person;
  if (person) params.set("person", person);
  if (asked.by === "label") params.set("label", row.key);
  params.set("from", asked.by === "day" ? row.key : asked.from);
  params.set("to", asked.by === "day" ? row.key : asked.to);
  return `/p/${project}/tasks/${task}/?${params}#items`;
}
