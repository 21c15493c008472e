/** Training as it goes on: progress, time left, one chart a figure, points arriving by the feed. */
import { h, replace } from "../../lib/dom.ts";
import { api } from "../../lib/http.ts";
import { metric } from "../../lib/format.ts";
import { feed } from "../../lib/feed.ts";
import { lineChart, type Chart, type LineSpec } from "../../ui/chart.ts";
import { createProgress } from "../../ui/progress.ts";
import { card, isLoss, metricName } from "./parts.ts";
import { samplesView } from "./samples-view.ts";
import type { FigureSeries, Model } from "./types.ts";

export type Points = Map<string, Map<string, Map<number, number>>>;
interface Sample {
  figure: string;
  legend: string;
  x: number;
  y: number;
}

/** Keeps the points of every line by x, so that a resumed epoch that tells its points again adds none. */
export function addSamples(points: Points, samples: readonly Sample[]): void {
  for (const { figure, legend, x, y } of samples) {
    const lines = points.get(figure) ?? new Map<string, Map<number, number>>();
    const line = lines.get(legend) ?? new Map<number, number>();
    line.set(x, y);
    lines.set(legend, line);
    points.set(figure, lines);
  }
}

/** How fast it goes comes behind what it learns. */
const PACE = ["learning_rate", "images_per_second"];

/** Of the charts on the page. */
export function order(a: string, b: string): number {
  return PACE.indexOf(a) - PACE.indexOf(b) || a.localeCompare(b);
}

/** One figure as a chart: validation solid, train dashed, a mark at the best validation point. */
export function specOf(figure: string, lines: Map<string, Map<number, number>>): LineSpec {
  const order = [...lines.keys()].sort((a, b) => Number(b === "validation") - Number(a === "validation"));
  const series = order.map((legend) => ({
    name: legend,
    role: legend === order[0] ? ("active" as const) : ("control" as const),
    points: [...(lines.get(legend) ?? [])].sort(([a], [b]) => a - b).map(([x, y]) => [x + 1, y] as const),
  }));
  const digits = digitsFor(Math.max(0, ...series.flatMap((line) => line.points.map(([, y]) => Math.abs(y)))));
  const deciding = lines.get("validation");
  const best = deciding?.size
    ? [...deciding].reduce((a, b) => ((isLoss(figure) ? b[1] < a[1] : b[1] > a[1]) ? b : a))
    : null;
  return {
    series,
    x: { name: "epoch", min: 1 },
    y: { format: (value) => metric(value, digits) },
    marks: best ? [{ x: best[0] + 1, label: `best ${metric(best[1])}` }] : [],
  };
}

/** Behind the point, so that the marks of an axis that ends there differ: penalties and learning rates are small. */
function digitsFor(top: number): number {
  if (top >= 10) return 0;
  return top > 0 ? Math.min(6, Math.max(2, 1 - Math.floor(Math.log10(top)))) : 2;
}

export function trainingView(
  model: Model,
  onCancel: (() => unknown) | null,
): { element: HTMLElement; show: (model: Model) => void } {
  const points: Points = new Map();
  const charts = new Map<string, Chart<LineSpec>>();
  const place = h("div", { class: "chart-grid" });
  const head = h("div", { class: "when-filled" });
  const nothing = h("p", { class: "soft when-filled" });
  const samples = samplesView(model);
  const element = h("div", { class: "stack" }, head, nothing, samples.element, place);
  let bar: ReturnType<typeof createProgress> | null = null;

  const draw = () => {
    if (points.size) nothing.remove();
    for (const [figure, lines] of [...points].sort(([a], [b]) => order(a, b))) {
      const spec = specOf(figure, lines);
      const known = charts.get(figure);
      if (known) known.set(spec);
      else if ([...lines.values()].some((line) => line.size > 1) || !figure.startsWith("penalty")) {
        const chart = lineChart({ label: `${metricName(figure)} by epoch`, spec, height: 200 });
        charts.set(figure, chart);
        place.append(card(metricName(figure), chart.element, legend(spec)));
      }
    }
  };
  const load = async () => {
    const answer = await api.get<{ figures: FigureSeries[] }>(`/api/v1/models/${model.id}/metrics/`);
    for (const { figure, series } of answer.figures) {
      for (const line of series) {
        addSamples(
          points,
          line.points.map(([x, y]) => ({ figure, legend: line.legend, x, y })),
        );
      }
    }
    draw();
  };
  const show = (now: Model) => {
    nothing.textContent = emptyWords(now);
    const loads = now.status === "created" && now.loaded;
    if (now.status !== "training" && !loads) {
      bar = null;
      replace(head);
      return;
    }
    if (!bar) {
      bar = createProgress({
        label: `${loads ? "Loading" : "Training"} ${now.name}`,
        ...(onCancel && !loads ? { onCancel } : {}),
      });
      replace(head, h("section", { class: "card" }, h("div", { class: "card-body" }, bar.element)));
    }
    bar.set(progressOf(now));
  };
  feed.on("model.metric", (event) => {
    if (!event.ids.includes(model.id)) return;
    addSamples(points, (event.data["samples"] ?? []) as Sample[]);
    draw();
    samples.soon();
  });
  feed.on("job.progress", (event) => {
    const progress = event.data["progress"] as { done: number; total: number; note: string } | undefined;
    if (bar && progress && model.job && event.ids.includes(model.job.id))
      bar.set({ ...progress, total: progress.total > 1 ? progress.total : null });
  });
  feed.on("resync", () => {
    void load();
    samples.soon();
  });
  void load();
  show(model);
  return {
    element,
    show: (now) => {
      if (now.status !== model.status) samples.soon();
      model = now;
      show(now);
    },
  };
}

function progressOf(model: Model): { done: number; total: number | null; note: string } {
  const { done, total, note } = model.job?.progress ?? {};
  return {
    done: done ?? 0,
    total: total && total > 1 ? total : null,
    note: note ?? (model.job?.state === "queued" ? "waiting for a worker" : "starting"),
  };
}

function emptyWords(model: Model): string {
  if (model.status === "training") return "The charts begin with the first epoch.";
  if (model.loaded) return loadedWords(model);
  if (model.imported_as && !model.can_predict)
    return model.status === "failed"
      ? ""
      : "Imported: its weights are being checked. It may predict after that.";
  if (model.imported_as)
    return `It was trained elsewhere, as ${model.imported_as}. The file training.json under Lineage tells how.`;
  if (model.status === "created") return "Not trained yet.";
  return model.can_predict ? "" : "There is nothing to show: this version has not been trained.";
}

function loadedWords(model: Model): string {
  if (model.status === "failed") return "";
  if (model.status === "created") return `It is being loaded: ${model.imported_as ?? ""}.`;
  if (!model.can_predict)
    return "Its public weights are here. Make a new version from it to train it on your labels.";
  return `It was trained elsewhere: ${model.imported_as ?? ""}. It predicts, is evaluated and compared like any other.`;
}

function legend(spec: LineSpec): HTMLElement {
  return h(
    "span",
    { class: "row" },
    spec.series.map((one) =>
      h("span", { class: ["legend-key", one.role === "control" && "control"] }, h("i"), one.name),
    ),
  );
}
