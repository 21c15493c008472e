/** Figures: how fast and how well people work, over a period; an annotator sees their own. */
import "./tasks/tasks.css";
import "./figures/figures.css";
import { boot, may, requireProject } from "../lib/boot.ts";
import { h, need, replace, type Child } from "../lib/dom.ts";
import { feed } from "../lib/feed.ts";
import { count, decimal, duration, NONE, percent, plural } from "../lib/format.ts";
import { isAbort } from "../lib/http.ts";
import { barChart, legendKeys, lineChart } from "../ui/chart.ts";
import { errorState } from "../ui/empty.ts";
import { icon } from "../ui/icons.ts";
import { createPicker } from "../ui/picker.ts";
import type { Table } from "../ui/table.ts";
import { createTabs } from "../ui/tabs.ts";
import { BYS, fromParams, lastDays, SPANS, spanOf, toParams } from "./figures/asked.ts";
import {
  acceptanceSpec,
  alikeSpec,
  issuesSpec,
  MOST_BARS,
  paceSpec,
  suggestionsKept,
  timesSpec,
} from "./figures/specs.ts";
import { acceptance, figureTable } from "./figures/table.ts";
import {
  downloadUrl,
  getFigures,
  type Asked,
  type By,
  type FigureRow,
  type Figures,
} from "./figures/types.ts";
import { findMembers, findTasks, getMembers, getTask, type NamedRef } from "./tasks/api.ts";

const data = boot<{ everyone: boolean }>();
const project = requireProject(data).id;
const { everyone } = data.page;
const today = new Date();
let asked: Asked = fromParams(new URLSearchParams(window.location.search), today);
const found: Partial<Record<By, Figures>> = {};
let request: AbortController | null = null;

// ---- what is asked

const segment = h("div", { class: "segment", role: "group", "aria-label": "Period" });
const from = h("input", { class: "input", type: "date", "aria-label": "First day" });
const to = h("input", { class: "input", type: "date", "aria-label": "Last day" });
const task = createPicker<NamedRef>({
  label: "Task",
  placeholder: "All tasks",
  optional: true,
  load: (text, signal) => findTasks(project, text, signal),
  onChange: (chosen) => ask({ task: chosen?.id ?? null }),
});
const person = createPicker<NamedRef>({
  label: "Person",
  placeholder: "Everyone",
  optional: true,
  load: async (text, signal) => (await findMembers(project, text, [], signal)).items.map(({ user }) => user),
  onChange: (chosen) => ask({ person: chosen?.id ?? null }),
});
const trouble = h("div", { class: "notice bad", role: "alert", hidden: true });
const download = need<HTMLAnchorElement>("#download");

function drawAsked(): void {
  const span = spanOf(asked, today);
  replace(
    segment,
    SPANS.map((days) =>
      h(
        "button",
        {
          type: "button",
          "aria-pressed": String(span === days),
          onclick: () => ask(lastDays(days, today)),
        },
        `${days} days`,
      ),
    ),
  );
  from.value = asked.from;
  to.value = asked.to;
  to.min = asked.from;
  void nameTask();
  void namePerson();
  download.href = downloadUrl(project, asked);
}

/** The person that is asked for, by their name. */
async function namePerson(): Promise<void> {
  const id = asked.person;
  if (id === (person.value()?.id ?? null)) return;
  const [member] = id && everyone ? await getMembers(project, [id]).catch(() => []) : [];
  if (id === asked.person) person.set(id ? (member?.user ?? { id, name: "Someone who left" }) : null);
}

/** The task that is asked for, by its name. */
async function nameTask(): Promise<void> {
  const id = asked.task;
  if (id === (task.value()?.id ?? null)) return;
  const found_ = id ? await getTask(id).catch(() => ({ id, name: "A task that is gone" })) : null;
  if (id === asked.task) task.set(found_);
}

function ask(change: Partial<Asked>): void {
  asked = { ...asked, ...change };
  history.replaceState(history.state, "", `?${toParams(asked)}${window.location.hash}`);
  drawAsked();
  for (const by of BYS) delete found[by];
  void refresh();
}

function dated(): void {
  if (!from.value || !to.value) return;
  if (from.value > to.value) {
    trouble.hidden = false;
    replace(trouble, icon("alert"), h("div", null, "The first day is after the last: change one of them."));
    return;
  }
  trouble.hidden = true;
  ask({ from: from.value, to: to.value });
}
from.addEventListener("change", dated);
to.addEventListener("change", dated);

// ---- what is shown

const totals = h("dl", { class: "figure-cards" });
const tables = new Map<By, Table<FigureRow>>();
const pace = lineChart({ label: "Items a day", spec: { series: [] } });
const accepted = barChart({ label: "Share of reviewed items approved as they were", spec: { bars: [] } });
const alike = barChart({ label: "How alike submitted and approved outlines are", spec: { bars: [] } });
const times = barChart({ label: "Seconds an item took", spec: { bars: [] } });
const issues = barChart({ label: "Issues by kind", spec: { bars: [] } });
const paceKeys = h("span", { class: "row" });
const notes = h("p", { class: "hint", id: "figures-note" });

function chartCard(title: string, chart: HTMLElement, side?: Child): [HTMLElement, HTMLElement] {
  const none = h("p", { class: "muted chart-none", hidden: true }, "Nothing to draw in this period.");
  const card = h(
    "section",
    { class: "card" },
    h("header", null, h("h2", null, title), h("span", { class: "spacer" }), side),
    h("div", { class: "card-body" }, chart, none),
  );
  return [card, none];
}
const [paceCard, paceNone] = chartCard("Pace", pace.element, paceKeys);
const acceptedOf = h("span", { class: "hint" });
const alikeOf = h("span", { class: "hint" });
const [acceptedCard, acceptedNone] = chartCard("Accepted at review", accepted.element, acceptedOf);
const [alikeCard, alikeNone] = chartCard("Submitted against approved", alike.element, alikeOf);
const [timesCard, timesNone] = chartCard("Time an item", times.element);
const issuesLeft = h("span", { class: "hint" });
const [issuesCard] = chartCard("Issues by kind", issues.element, issuesLeft);

const tabs = createTabs({
  label: "Figures by",
  hash: false,
  tabs: BYS.map((by) => ({
    id: by,
    title: { person: everyone ? "People" : "Me", task: "Tasks", label: "Labels", day: "Days" }[by],
    panel: () => {
      const table = figureTable(by, {
        project,
        asked: () => ({ ...asked, by }),
        rows: () => found[by]?.rows ?? [],
        lead: may("task.manage", data),
        narrow: (to_, change) => {
          tabs.show(to_);
          ask({ ...change, by: to_ });
        },
      });
      tables.set(by, table);
      return table.element;
    },
  })),
  onShow: (id) => {
    if (id === asked.by) return;
    asked = { ...asked, by: id as By };
    history.replaceState(history.state, "", `?${toParams(asked)}`);
    drawAsked();
    void refresh();
  },
});

function figure(title: string, value: Child, hint: Child): HTMLElement {
  return h(
    "div",
    null,
    h("dt", { class: "hint" }, title),
    h("dd", null, h("span", { class: "figure" }, value), h("span", { class: "hint" }, hint)),
  );
}

function drawTotals(row: FigureRow): void {
  const hourly = (value: number | null) =>
    value === null ? NONE : value >= 100 ? count(value) : decimal(value, 1);
  const kept = suggestionsKept(row);
  replace(
    totals,
    figure("Items", count(row.labelled + row.discarded), `${count(row.discarded)} of them discarded`),
    figure("Items an hour", hourly(row.items_an_hour), "of active time"),
    figure("Objects an hour", hourly(row.objects_an_hour), plural(row.objects, "object")),
    figure(
      "Active time",
      row.label_seconds ? duration(row.label_seconds) : NONE,
      row.review_seconds ? `and ${duration(row.review_seconds)} of review` : "pauses left out",
    ),
    figure(
      "Accepted",
      acceptance(row),
      row.acceptance ? `${percent(row.acceptance.low)} to ${percent(row.acceptance.high)}` : "none reviewed",
    ),
    figure("Sent back", row.rework === null ? NONE : percent(row.rework), plural(row.returned, "item")),
    figure(
      "Suggestions kept",
      kept === null ? NONE : percent(kept),
      kept === null ? "none shown" : `${count(row.suggestions_edited)} edited`,
    ),
  );
}

function drawCharts(people: Figures, days: Figures): void {
  const line = paceSpec(days);
  // As the table below is: by person, task or label.
  const by = asked.by === "day" ? people : (found[asked.by] ?? people);
  const bars = acceptanceSpec(by.rows);
  const ious = alikeSpec(by.rows);
  acceptedOf.textContent = ofMany(by, by.rows.filter((row) => row.acceptance).length);
  alikeOf.textContent = ofMany(by, by.rows.filter((row) => row.iou !== null).length);
  const show = (none: HTMLElement, element: HTMLElement, any: boolean) => {
    none.hidden = any;
    element.hidden = !any;
  };
  replace(paceKeys, legendKeys(line.series));
  show(paceNone, pace.element, days.rows.length > 0);
  show(acceptedNone, accepted.element, bars.bars.length > 0);
  show(alikeNone, alike.element, ious.bars.length > 0);
  show(
    timesNone,
    times.element,
    people.times.some((bin) => bin.count),
  );
  issuesCard.hidden = !people.issues.length;
  const left = people.issues.reduce((sum, { unresolved }) => sum + unresolved, 0);
  issuesLeft.textContent = left ? `${count(left)} not resolved` : "all resolved";
  issues.set(issuesSpec(people.issues));
  pace.set(line);
  accepted.set(bars);
  alike.set(ious);
  times.set(timesSpec(people.times));
}

/** "by label", and which of them where there are more than are drawn. */
function ofMany({ by }: Figures, all: number): string {
  return all > MOST_BARS ? `by ${by}, the lowest ${MOST_BARS} of ${all}` : `by ${by}`;
}

async function refresh(): Promise<void> {
  request?.abort();
  request = new AbortController();
  const { signal } = request;
  const wanted = [...new Set<By>(["person", "day", asked.by])].filter((by) => !found[by]);
  try {
    const answers = await Promise.all(wanted.map((by) => getFigures(project, asked, by, signal)));
    wanted.forEach((by, i) => (found[by] = answers[i] as Figures));
  } catch (error) {
    if (isAbort(error)) return;
    replace(
      body,
      bar,
      errorState(error, () => void refresh().then(() => replace(body, ...parts))),
    );
    return;
  }
  const people = found.person;
  const days = found.day;
  if (!people || !days) return;
  drawTotals(people.totals);
  drawCharts(people, days);
  notes.textContent = [
    `Days are those of ${people.tz.replace("_", " ")}.`,
    people.simulated ? `${plural(people.simulated, "simulated answer")} left out.` : "",
  ].join(" ");
  await tables.get(asked.by)?.reload();
}

const bar = h(
  "div",
  { class: "figures-bar" },
  segment,
  h("span", { class: "row" }, from, h("span", { class: "hint" }, "to"), to),
  task.element,
  everyone ? person.element : null,
  notes,
);
const parts: HTMLElement[] = [
  bar,
  trouble,
  h("section", { class: "card", "aria-label": "Totals" }, totals),
  h("div", { class: "figure-charts" }, paceCard, timesCard, acceptedCard, alikeCard, issuesCard),
  h("section", { class: "card", "aria-label": "In detail" }, h("header", null, tabs.element), tabs.panels),
];
const body = need("#figures-page");
replace(body, ...parts);
drawAsked();
tabs.show(asked.by);
void refresh();
feed.watch(
  ["task.item_status"],
  () => {
    for (const by of BYS) delete found[by];
    void refresh();
  },
  5000,
);
