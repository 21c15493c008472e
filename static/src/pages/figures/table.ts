/** The table of figures: one row a person, task, label or day; numbers open what they count. */
import { h, swatch, type Child } from "../../lib/dom.ts";
import { count, date, decimal, duration, metric, NONE, percent } from "../../lib/format.ts";
import { emptyState } from "../../ui/empty.ts";
import { avatar } from "../../ui/status.ts";
import { createTable, type Column, type Table } from "../../ui/table.ts";
import { itemsUrl, suggestionsKept } from "./specs.ts";
import type { Asked, By, FigureRow } from "./types.ts";

export interface FigureTableOptions {
  project: string;
  asked: () => Asked;
  rows: () => FigureRow[];
  /** Leads may list a task's items. */
  lead: boolean;
  narrow: (by: By, change: Partial<Asked>) => void;
}

const TITLES: Record<By, string> = { person: "Person", task: "Task", label: "Label", day: "Day" };
const WORK_TIP = "Items labelled or discarded, each once";

export function figureTable(by: By, options: FigureTableOptions): Table<FigureRow> {
  const { asked, project } = options;

  function nameCell(row: FigureRow): Child {
    if (by === "day") return date(row.key);
    if (by === "label") return h("span", { class: "row" }, swatch("var(--line-strong)"), row.name);
    if (by === "task") return h("a", { href: `/p/${project}/tasks/${row.key}/` }, row.name);
    if (asked().person === row.key) return h("span", { class: "row" }, avatar(row.name, true), row.name);
    return h(
      "button",
      {
        type: "button",
        class: "link row",
        title: `Only ${row.name}, by task`,
        onclick: () => options.narrow("task", { person: row.key }),
      },
      avatar(row.name, true),
      row.name,
    );
  }

  /** A number that opens its items where one task is meant, else tells of the tasks behind it. */
  function opens(row: FigureRow, value: number, status: string): Child {
    if (!value || !options.lead) return count(value);
    const url = itemsUrl(project, asked(), row, status);
    if (url) return h("a", { href: url }, count(value));
    if (by !== "person") return count(value);
    const onclick = () => options.narrow("task", { person: row.key });
    return h("button", { type: "button", class: "link", onclick, title: "In which tasks" }, count(value));
  }

  const rate = (value: number | null) => (value === null ? NONE : percent(value));
  const hour = (value: number | null) =>
    value === null ? NONE : value >= 100 ? count(value) : decimal(value, 1);
  const number = (
    key: string,
    title: string,
    value: (row: FigureRow) => number | null,
    cell: (row: FigureRow) => Child,
    more: Partial<Column<FigureRow>> = {},
  ): Column<FigureRow> => ({ key, title, num: true, sort: true, value, cell, ...more });

  return createTable<FigureRow>({
    label: `Figures by ${by}`,
    columns: [
      {
        key: "name",
        title: TITLES[by],
        sort: true,
        value: (row) => (by === "day" ? row.key : row.name),
        cell: nameCell,
      },
      number(
        "items",
        "Items",
        (row) => row.labelled + row.discarded,
        (row) => h("span", { title: WORK_TIP }, opens(row, row.labelled + row.discarded, "finished")),
      ),
      number(
        "objects",
        "Objects",
        (row) => row.objects,
        (row) => count(row.objects),
      ),
      number(
        "time",
        "Active time",
        (row) => row.label_seconds,
        (row) => (row.label_seconds ? duration(row.label_seconds) : NONE),
      ),
      number(
        "items_hour",
        "Items/h",
        (row) => row.items_an_hour,
        (row) => hour(row.items_an_hour),
      ),
      number(
        "objects_hour",
        "Objects/h",
        (row) => row.objects_an_hour,
        (row) => hour(row.objects_an_hour),
        {
          wideOnly: true,
        },
      ),
      number(
        "reviewed",
        "Reviewed",
        (row) => row.reviewed,
        (row) => opens(row, row.reviewed, "finished"),
      ),
      number(
        "acceptance",
        "Accepted",
        (row) => row.acceptance?.rate ?? null,
        (row) => acceptance(row),
      ),
      number(
        "rework",
        "Sent back",
        (row) => row.rework,
        (row) =>
          row.returned ? [opens(row, row.returned, "returned"), ` (${rate(row.rework)})`] : rate(row.rework),
      ),
      number(
        "agreement",
        "Label kept",
        (row) => row.agreement,
        (row) => rate(row.agreement),
        {
          wideOnly: true,
        },
      ),
      number(
        "iou",
        "IoU",
        (row) => row.iou,
        (row) => fit(row),
        { wideOnly: true },
      ),
      number(
        "suggestions",
        "Suggestions",
        (row) => suggestionsKept(row),
        (row) => suggestions(row),
        {
          wideOnly: true,
        },
      ),
      ...(by === "label"
        ? []
        : [
            number(
              "decided",
              "Reviews",
              (row) => row.decided,
              (row) => opens(row, row.decided, "finished"),
            ),
            number(
              "reviews_hour",
              "Reviews/h",
              (row) => row.reviews_an_hour,
              (row) => hour(row.reviews_an_hour),
              { wideOnly: true },
            ),
          ]),
    ],
    load: () => Promise.resolve({ items: options.rows(), next: null }),
    id: (row) => row.key,
    sort: by === "day" ? "-name" : "-items",
    empty: () =>
      emptyState({
        icon: "gauge",
        title: "No work in this period",
        text: "Choose a longer period, or all tasks: figures appear with the first finished item.",
      }),
  });
}

export function acceptance(row: FigureRow): Child {
  const rate = row.acceptance;
  if (!rate) return NONE;
  const title = `${count(row.accepted)} of ${count(row.reviewed)} approved as they were; 95 % interval ${percent(rate.low)} to ${percent(rate.high)}`;
  return h("span", { title }, percent(rate.rate));
}

export function suggestions(row: FigureRow): Child {
  const kept = suggestionsKept(row);
  if (kept === null) return NONE;
  const title = `${count(row.suggestions_accepted)} accepted, ${count(row.suggestions_edited)} edited, ${count(row.suggestions_rejected)} rejected`;
  return h("span", { title }, percent(kept));
}

/** How well outlines fitted, with what review did to them. */
function fit(row: FigureRow): Child {
  if (row.iou === null) return NONE;
  const title = `Submitted against approved: ${count(row.objects_unchanged)} objects unchanged, ${count(row.objects_changed)} changed, ${count(row.objects_added)} added, ${count(row.objects_removed)} removed`;
  return h("span", { title }, metric(row.iou, 2));
}
