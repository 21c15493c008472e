/** Has choosing paid? The learning curve of a pipeline with a Select node, on one frozen test set, and beside it what
 * models that learnt labels picked by chance reach. */
import { h, replace, type Child } from "../../lib/dom";
import { feed } from "../../lib/feed";
import { ago, count, metric, percent, plural } from "../../lib/format";
import { AlpApiError, api, messageOf } from "../../lib/http";
import type { components } from "../../lib/api-types";
import { legendKeys, lineChart, type Chart, type LineSeries, type LineSpec } from "../../ui/chart";
import { icon } from "../../ui/icons";
import { createProgress, type Progress } from "../../ui/progress";
import { act } from "../../ui/toast";

export type Saving = components["schemas"]["Saving"];
export type Report = components["schemas"]["ChanceReport"];
type Check = components["schemas"]["ChanceCheck"];

/** How long news are gathered before the block is read anew. */
const LATER_MS = 2000;
/** Trainings by chance. */
const SEEDS = 3;

interface Doors {
  canEdit: boolean;
  start: () => Promise<unknown>;
  cancel: () => Promise<unknown>;
}

/** A block that loads itself, and follows a comparison that is under way. */
export function savingBlock(pipelineId: string, nodeId: string, canEdit: boolean): HTMLElement {
  const url = `/api/v1/pipelines/${pipelineId}/nodes/${nodeId}/saving/`;
  const host = h("section", { "aria-label": "Has choosing paid?" });
  let drawn = "";
  let running = false;
  let bar: Progress | null = null;
  const draw = (saving: Saving) => {
    running = saving.check?.state === "running";
    const key = JSON.stringify({ ...saving, check: saving.check && { ...saving.check, done: 0 } });
    if (key !== drawn) {
      drawn = key;
      bar = saving.check && running ? progressOf(doors) : null;
      replace(host, savingPart(saving, doors, bar?.element));
    }
    if (saving.check) bar?.set(progressWords(saving.check));
  };
  const doors: Doors = {
    canEdit,
    start: async () => draw(await api.post<Saving>(url, { seeds: SEEDS })),
    cancel: async () => draw(await api.post<Saving>(`${url}cancel/`, {})),
  };
  const load = async () => {
    try {
      draw(await api.get<Saving>(url));
    } catch (error) {
      // A node that only the draft has selects nothing yet.
      const known = !(error instanceof AlpApiError && error.status === 400);
      replace(host, known ? h("p", { class: "status bad" }, messageOf(error)) : null);
      drawn = "";
    }
  };
  void load();
  const off = feed.watch(
    ["evaluation.status", "model.status", "job.status", "job.progress"],
    (events) => {
      if (!host.isConnected) off();
      else if (running || events.some((event) => event.type === "evaluation.status")) void load();
    },
    LATER_MS,
  );
  return host;
}

export function savingPart(saving: Saving, doors: Doors, progress?: HTMLElement): Child {
  return [h("h3", {}, "Has choosing paid?"), curvePart(saving), chancePart(saving, doors, progress)];
}

// --- the curve

/** Of the chart that stands in the panel; another node's panel takes its place. */
let standing: Chart<LineSpec> | null = null;

function curvePart(saving: Saving): Child {
  standing?.dispose();
  standing = null;
  if (!saving.points.length)
    return h(
      "p",
      { class: "hint" },
      "Once versions that were trained here are evaluated, this shows how good they are over the labels they" +
        " learnt from.",
      leftOut(saving),
    );
  const spec = curveSpec(saving);
  standing = lineChart({
    label: `${saving.metric} of the pipeline's versions over the labels they learnt from`,
    height: 200,
    spec,
  });
  return [
    spec.series.length > 1 ? h("div", { class: "row wrap" }, legendKeys(spec.series)) : null,
    standing.element,
    h(
      "p",
      { class: "hint" },
      `On ${testSetWords(saving)}. Labels are approved training pictures.`,
      leftOut(saving),
    ),
  ];
}

export function curveSpec({ metric: name, points, check }: Saving): LineSpec {
  const told = check?.report;
  const chance: LineSeries[] =
    told?.labels && told.figures?.length
      ? [
          {
            name: "by chance",
            role: "second",
            dots: true,
            points: [[told.labels, mean(told.figures)]],
          },
        ]
      : [];
  return {
    x: { name: "labels", format: count, step: 1 },
    y: { name, format: (value) => metric(value, 2), detail: (value) => metric(value) },
    series: [
      {
        name: "versions of this pipeline",
        role: "active",
        points: points.map((point) => [point.labels, point.figure] as const),
        band: points.flatMap(({ labels, interval }) =>
          interval ? [[labels, interval[0] ?? 0, interval[1] ?? 0] as const] : [],
        ),
      },
      ...chance,
    ],
  };
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function testSetWords({ test_set: test }: Saving): string {
  return test ? `${plural(test.items, "picture")} of ${test.name}, version ${test.number}` : "one test set";
}

function leftOut(saving: Saving): string {
  const parts = [
    saving.elsewhere &&
      `${plural(saving.elsewhere, "version")} not evaluated on ${saving.points.length ? "that" : "a"} test set`,
    saving.other_recipe && `${plural(saving.other_recipe, "version")} of another model or other settings`,
  ].filter(Boolean);
  return parts.length ? ` Left out: ${parts.join("; ")}.` : "";
}

// --- beside labels by chance

function chancePart(saving: Saving, doors: Doors, progress?: HTMLElement): Child {
  const { check } = saving;
  if (check?.state === "running") return h("div", { class: "side-acts" }, progress);
  const sizes = new Set(saving.points.map((point) => point.labels)).size;
  const offer = doors.canEdit && sizes > 1;
  if (!check)
    return offer
      ? [startButton("Compare with chance", doors), h("p", { class: "hint" }, offerWords(saving))]
      : null;
  return [
    verdictPart(check),
    offer ? startButton(check.state === "done" ? "Compare again" : "Try again", doors) : null,
  ];
}

function startButton(words: string, doors: Doors): HTMLElement {
  const button = h("button", { class: "btn", type: "button" }, icon("compare"), words);
  button.addEventListener("click", () => act(button, doors.start));
  return h("div", { class: "row side-acts" }, button);
}

function offerWords({ picked_by_chance: picked }: Saving): string {
  return (
    `Trains ${SEEDS} models on only the labels that no strategy chose, and says with how many labels the versions` +
    ` here were as good. The rounds have picked ${plural(picked, "item")} by chance so far.`
  );
}

function progressOf(doors: Doors): Progress {
  return createProgress({
    label: "By chance",
    format: (done) => count(Math.floor(done)),
    ...(doors.canEdit ? { onCancel: () => act(null, doors.cancel) } : {}),
  });
}

function progressWords({ done, total, seeds, model }: Check): { done: number; total: number; note: string } {
  const note = model ? `trainings and evaluations of ${plural(seeds, "model")}` : "gathering the labels";
  return { done, total, note };
}

function verdictPart(check: Check): Child {
  if (check.state === "failed") return h("p", { class: "status bad" }, check.error || "It failed.");
  if (!check.report)
    return h("p", { class: "hint" }, "The comparison with labels picked by chance was cancelled.");
  return [
    h("p", { class: check.report.verdict === "saved" ? "notice ok" : "notice" }, toldWords(check.report)),
    check.report.verdict === "too_few"
      ? null
      : h("p", { class: "hint" }, caveatWords(check.report, check.finished_at)),
  ];
}

/** What was found, as a person says it. */
export function toldWords(report: Report): string {
  const { verdict, picked, least = 0, labels = 0, figures = [] } = report;
  if (verdict === "too_few")
    return `Too few labels by chance to say anything: ${count(picked)} so far, ${count(least)} are needed. Each round picks some.`;
  const lead = { saved: "", none: "No saving shown: ", costs: "Choosing costs labels here: " }[verdict];
  const first = verdict === "saved" ? "With" : "with";
  const spread = `${metric(Math.min(...figures))} to ${metric(Math.max(...figures))} over ${count(figures.length)} seeds`;
  return (
    `${lead}${first} ${plural(labels, "label")} picked by chance a model reaches ${report.metric ?? "a figure"}` +
    ` ${metric(mean(figures))} (${spread}). ${reachedWords(report)}`
  );
}

function reachedWords(report: Report): string {
  const { verdict, reached, saving, last = 0 } = report;
  const sure = `${percent(report.level ?? 0.9)} sure`;
  const known = reached !== null && reached !== undefined;
  const yours = known
    ? `Yours ${report.at_most ? "had reached" : "reached"} that with ${count(Math.round(reached))}${report.at_most ? " already" : ""}`
    : `Yours have not reached that with up to ${plural(last, "label")}`;
  if (verdict === "none")
    return `${yours}, which may be luck: anything ${rangeWords(report)} fits (${sure}).`;
  const so = known && saving !== null && saving !== undefined ? `${change(saving)} labels, ` : "";
  return `${yours}: ${so}${rangeWords(report)} (${sure}).`;
}

/** 0.26 -> "26 % fewer"; −0.1 -> "10 % more" */
const change = (saving: number): string =>
  Math.round(saving * 100) === 0
    ? "as many"
    : `${percent(Math.abs(saving))} ${saving > 0 ? "fewer" : "more"}`;

/** What fits the figures. An end is open where the curve ends before it. */
function rangeWords({ verdict, low, high }: Report): string {
  const from = low ?? null;
  const to = high ?? null;
  if (verdict === "saved" && from !== null && to === null) return `at least ${change(from)}`;
  if (verdict === "costs" && to !== null && from === null) return `at least ${change(to)}`;
  if (from !== null && to !== null) return `between ${change(from)} and ${change(to)}`;
  return `from ${from === null ? "far more" : change(from)} to ${to === null ? "far fewer" : change(to)}`;
}

function caveatWords({ start, picked, labels = 0 }: Report, at: string | null): string {
  return (
    `This speaks of models of ${plural(labels, "label")}, not of larger ones: ${count(start)} that no round picked and` +
    ` ${count(picked)} picked by chance, one draw of them. The range is of the test pictures and the seeds.` +
    (at ? ` Found ${ago(at)}.` : "")
  );
}
