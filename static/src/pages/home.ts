/** Home: the loop as one picture with live counts, my queue, metric against labels, what happened lately. */
import "./home.css";
import { boot, may } from "../lib/boot";
import { h, need, replace } from "../lib/dom";
import { feed } from "../lib/feed";
import { ago, count, duration, metric, percent, plural } from "../lib/format";
import { headlineOf } from "../lib/headline";
import { api } from "../lib/http";
import { loopFigures } from "../pipeline_editor/graph/loop";
import { lineChart } from "../ui/chart";
import { emptyState, errorState } from "../ui/empty";
import { icon } from "../ui/icons";
import { chip, kbd } from "../ui/status";
import { candidateLines, gateLines, loadMyGates, type MyGates } from "./home/gates";
import { latelyLines } from "./home/lately";
import { loopBoxes } from "./home/loop-boxes";
import { chosenPipeline, pipelineChooser, whichPipeline } from "./home/which";
import {
  comparisonSentence,
  shortener,
  type ComparisonRow,
  type FiguresAnswer,
  type ModelRow,
  type Truth,
  type Work,
} from "./home/types";
import type { PipelineDetail, PipelineRow } from "../pipeline_editor/io/api";

const data = boot();
const project = data.project;
if (!project) throw new Error("The home page needs a project.");
const projectId = project.id;
const base = `/p/${projectId}`;
const apiBase = `/api/v1/projects/${project.id}`;

interface Facet {
  value: string;
  count: number;
}

interface Facets {
  status: Facet[];
  subset: Facet[];
}

interface State {
  pipeline: PipelineDetail | null;
  models: ModelRow[];
  figures: FiguresAnswer | null;
  comparisons: ComparisonRow[];
  truth: Truth | null;
  work: Work | null;
  gates: MyGates;
}

const state: State = {
  pipeline: null,
  models: [],
  figures: null,
  comparisons: [],
  truth: null,
  work: null,
  gates: { gates: [], more: false },
};
const places = {
  loop: h("section", { class: "card", "aria-label": "The loop" }),
  queue: h("section", { class: "card", "aria-label": "My queue" }),
  chart: h("section", { class: "card", "aria-label": "Metric against labels" }),
  best: h("section", { class: "card", "aria-label": "Best model" }),
  lately: h("section", { class: "card", "aria-label": "What happened lately" }),
};
const chooser = pipelineChooser(projectId, () => void load([loadPipeline]));
const loopBody = h("div", {});
const legend = h(
  "span",
  { class: "row" },
  h("span", { class: "legend narrow-hide" }, "machine at work"),
  h("span", { class: "legend wait narrow-hide" }, "waits for people"),
);
places.loop.append(
  h(
    "header",
    { class: "loop-head" },
    h("h2", {}, "The loop"),
    chooser.element,
    h("span", { class: "hint" }, "every number opens what it counts"),
    h("span", { class: "spacer" }),
    legend,
  ),
  loopBody,
);
const chart = lineChart({
  label: "Accuracy on the frozen test set against labels",
  spec: { series: [] },
  height: 250,
});

async function loadPipeline(): Promise<void> {
  if (!may("pipeline.see")) return;
  const { items } = await api.list<PipelineRow>(`${apiBase}/pipelines/`);
  const which = whichPipeline(items, chosenPipeline(projectId));
  state.pipeline = which ? await api.get<PipelineDetail>(`/api/v1/pipelines/${which.id}/`) : null;
  chooser.show(items, which?.id ?? "");
  await loadTruth();
}

async function loadTruth(): Promise<void> {
  const variable = (state.pipeline?.graph.variables ?? []).find((v) => v.name === "Ground Truth Dataset");
  if (!variable || typeof variable.value !== "string") {
    state.truth = null;
    return;
  }
  const facets = await api.get<Facets>(`/api/v1/datasets/${variable.value}/facets/`);
  const of = (facet: Facet[], value: string) => facet.find((f) => f.value === value)?.count ?? 0;
  state.truth = {
    total: of(facets.status, "approved"),
    train: of(facets.subset, "train"),
    validation: of(facets.subset, "validation"),
    test: of(facets.subset, "test"),
  };
}

async function loadModels(): Promise<void> {
  if (!may("model.see")) return;
  const [models, figures, comparisons] = await Promise.all([
    api.list<ModelRow>(`${apiBase}/models/`),
    api.get<FiguresAnswer>(`${apiBase}/models/figures/`),
    api.list<ComparisonRow>(`${apiBase}/comparisons/`),
  ]);
  state.models = models.items;
  state.figures = figures;
  state.comparisons = comparisons.items;
}

async function loadWork(): Promise<void> {
  if (!may("task.work_own")) return;
  state.work = await api.get<Work>(`${apiBase}/work/`);
}

async function loadGates(): Promise<void> {
  if (project && may("pipeline.see")) state.gates = await loadMyGates(project.id);
}

function drawLoop(): void {
  const { pipeline, truth } = state;
  legend.hidden = !pipeline;
  if (!pipeline) {
    replace(
      loopBody,
      emptyState({
        title: "No pipeline yet",
        text: "A pipeline carries images from the pool to people and from their labels to a better model.",
        actions: may("pipeline.edit")
          ? h("a", { class: "btn btn-primary", href: `${base}/pipelines/` }, "Start from a template")
          : undefined,
      }),
    );
    return;
  }
  const loop = loopFigures(pipeline.graph, pipeline.counters);
  const at = `${base}/pipelines/${pipeline.id}/`;
  replace(
    loopBody,
    h(
      "div",
      { class: "loop" },
      loopBoxes({ loop, truth, at, base, models: state.models, last: state.comparisons[0] }),
    ),
  );
}

/** Why the queue is empty, as far as this person may know. */
function emptyQueueWords(): string {
  const loop = state.pipeline ? loopFigures(state.pipeline.graph, state.pipeline.counters) : null;
  if (loop?.predicting)
    return `The best model looks at ${plural(loop.predicting, "image")} first; then the most informative come here by themselves.`;
  return "Nothing waits for you. New work appears here by itself.";
}

function drawQueue(): void {
  const { work } = state;
  const next = work?.next;
  const toApprove = [
    ...gateLines(base, state.gates),
    ...(may("model.edit") ? candidateLines(base, state.comparisons, state.models) : []),
  ];
  // Who does no work has no queue, but perhaps something to approve.
  places.queue.hidden = !work && toApprove.length === 0;
  replace(
    places.queue,
    h(
      "header",
      {},
      h("h2", {}, "My queue"),
      h("span", { class: "spacer" }),
      work ? h("a", { href: `${base}/tasks/` }, "All tasks") : null,
    ),
    h(
      "div",
      { class: "card-body stack" },
      next
        ? h(
            "a",
            { class: "btn btn-primary btn-lg", href: `${base}/studio/${next.id}/`, id: "continue" },
            next.kind === "qa" ? "Continue reviewing" : "Continue labelling",
            kbd("Enter"),
          )
        : toApprove.length
          ? null
          : h("p", { class: "muted" }, emptyQueueWords()),
    ),
    ...toApprove,
    ...(work?.tasks ?? []).map((task) =>
      h(
        "a",
        { class: "queue-line", href: `${base}/studio/${task.id}/` },
        task.sent_back
          ? chip(`${count(task.sent_back)} sent back`, "warn", "flag")
          : task.kind === "qa"
            ? chip("Review", "plain", "eye")
            : chip("To label", "wait", "tag"),
        h("span", { class: "clip" }, task.name),
        h("b", { class: "end" }, count(task.waiting)),
      ),
    ),
    work ? todayLine(work) : null,
  );
}

function todayLine(work: Work): HTMLElement {
  return h(
    "footer",
    {},
    h(
      "span",
      { class: "soft" },
      `Today ${plural(work.done_today, "item")} · ${duration(work.seconds_today)}`,
    ),
    h("span", { class: "spacer" }),
    work.reviewed
      ? h(
          "span",
          { class: "hint" },
          `${percent(work.approved_unchanged / work.reviewed)} approved as labelled`,
        )
      : null,
  );
}

function drawChart(): void {
  const points = (state.figures?.labels_vs_metric ?? []).filter((p) => p.accuracy !== null);
  const figure = points.at(-1)?.metric ?? "accuracy";
  const body = points.length
    ? chart.element
    : emptyState({
        title: "No evaluated version yet",
        text: "Each trained version becomes a point: labels spent, accuracy on the same test set.",
      });
  replace(
    places.chart,
    h(
      "header",
      {},
      h("h2", {}, `${figure.charAt(0).toUpperCase()}${figure.slice(1)} against labels`),
      h("span", { class: "spacer" }),
      h(
        "span",
        { class: "hint" },
        "frozen test set; labels count train, validation and test; band: 95 % interval",
      ),
    ),
    h("div", { class: "card-body" }, body),
  );
  if (!points.length) return;
  const sorted = [...points].sort((a, b) => a.labels - b.labels);
  chart.set({
    series: [
      {
        name: "version",
        role: "active",
        points: sorted.map((p) => [p.labels, p.accuracy] as const),
        band: sorted
          .filter((p) => p.interval)
          .map((p) => [p.labels, p.interval?.[0] ?? 0, p.interval?.[1] ?? 0] as const),
        labels: sorted.map((p) => (p.number ? `v${p.number}` : undefined)),
      },
    ],
    x: { name: "labels", format: (v) => count(v) },
    y: { name: figure, format: (v) => metric(v, 2) },
  });
}

function drawBest(): void {
  const best = state.models.find((m) => m.stage === "best");
  const last = state.comparisons[0];
  if (!best) {
    replace(
      places.best,
      h("header", {}, h("h2", {}, "Best model")),
      emptyState({
        title: "No best model yet",
        text: "The first trained version that beats its base takes the place.",
      }),
    );
    return;
  }
  const figure = headlineOf(best.evaluation?.summary);
  replace(
    places.best,
    h(
      "header",
      {},
      h("h2", {}, "Best model"),
      chip("in use", "ok", "check"),
      h("span", { class: "spacer" }),
      h("a", { href: `${base}/models/` }, "Models"),
    ),
    h(
      "div",
      { class: "card-body stack" },
      h(
        "div",
        { class: "verdict-figures" },
        h("span", { class: "figure-lg" }, metric(figure.value)),
        h(
          "span",
          { class: "hint" },
          `${shortener(state.models)(best.name)} · ${figure.name}${best.promoted_at ? ` · best since ${ago(best.promoted_at)}` : ""}`,
        ),
      ),
      last
        ? h("p", {}, shortener(state.models)(comparisonSentence(last)))
        : h("p", { class: "muted" }, "No candidate has been compared with it yet."),
      last
        ? h("a", { class: "btn", href: `${base}/comparisons/${last.id}/` }, icon("scale"), "Open the verdict")
        : null,
    ),
  );
}

function drawLately(): void {
  const lines = latelyLines(base, state);
  replace(
    places.lately,
    h("header", {}, h("h2", {}, "What happened lately")),
    ...(lines.length
      ? lines
          .slice(0, 10)
          .map((line) =>
            h(
              "a",
              { class: "lately-line", href: line.href },
              icon(line.name),
              h("span", { class: "clip" }, line.text),
              h("span", { class: "hint end" }, ago(line.at)),
            ),
          )
      : [
          emptyState({
            title: "Nothing yet",
            text: "Trainings, verdicts and promotions will be listed here.",
          }),
        ]),
  );
}

function draw(): void {
  drawQueue();
  if (!may("pipeline.see")) return;
  drawLoop();
  drawChart();
  drawBest();
  drawLately();
  replace(
    need("#home-status"),
    state.pipeline
      ? chip(state.pipeline.name, state.pipeline.status === "running" ? "run" : "plain", "pipelines")
      : null,
  );
  replace(
    need("#home-actions"),
    state.pipeline
      ? h(
          "a",
          { class: "btn", href: `${base}/pipelines/${state.pipeline.id}/` },
          icon("pipelines"),
          "Open pipeline",
        )
      : null,
  );
}

async function load(parts: (() => Promise<void>)[]): Promise<void> {
  try {
    await Promise.all(parts.map((part) => part()));
    draw();
  } catch (error) {
    places.queue.hidden = false;
    replace(
      places.queue,
      errorState(error, () => load(parts)),
    );
  }
}

const home = need("#home");
if (may("pipeline.see")) {
  home.append(
    h("div", { class: "stack" }, places.loop, places.chart, places.lately),
    h("div", { class: "stack" }, places.queue, places.best),
  );
} else {
  home.classList.add("alone");
  home.append(places.queue);
}
addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target !== document.body) return;
  document.querySelector<HTMLAnchorElement>("#continue")?.click();
});
await load([loadPipeline, loadModels, loadWork, loadGates]);
feed.watch(
  ["execution.status", "cycle.status", "variable.updated", "pipeline.status"],
  () => void load([loadPipeline, loadGates]),
  1500,
);
feed.watch(
  ["model.*", "comparison.done", "evaluation.status", "job.progress"],
  () => void load([loadModels]),
  2000,
);
feed.watch(["task.*"], () => void load([loadWork]), 1000);
