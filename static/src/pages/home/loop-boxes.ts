/** The eight boxes of the loop, upper row from the pool to review, lower row back from ground truth to the best model. */
import { h, type Child } from "../../lib/dom";
import { compact, count, metric } from "../../lib/format";
import { headlineOf } from "../../lib/headline";
import type { LoopFigures } from "../../pipeline_editor/graph/loop";
import { icon, type IconName } from "../../ui/icons";
import { shortener, type ComparisonRow, type ModelRow, type Truth } from "./types";

export interface LoopParts {
  loop: LoopFigures;
  truth: Truth | null;
  /** The pipeline's page, and the project's. */
  at: string;
  base: string;
  models: ModelRow[];
  last: ComparisonRow | undefined;
}

export function loopBoxes(parts: LoopParts): HTMLElement[] {
  return [...upperRow(parts), ...lowerRow(parts)];
}

function box(options: {
  title: string;
  name: IconName;
  figure: string;
  note: Child;
  href: string;
  kind?: string;
  arrow?: "right" | "left" | "down" | "up";
  /** What the figure stands for in full, such as the name of "v3". */
  full?: string;
}): HTMLElement {
  const arrows = { right: "arrow-right", left: "arrow-left", down: "arrow-down", up: "arrow-up" } as const;
  return h(
    "a",
    { class: `loop-box ${options.kind ?? ""}`, href: options.href, title: options.full },
    h("span", { class: "title" }, icon(options.name), options.title),
    isName(options.figure)
      ? h("b", { class: "figure named", title: options.figure }, options.figure)
      : h("b", { class: "figure" }, options.figure),
    h("span", { class: "hint" }, options.note),
    options.arrow ? h("span", { class: `arrow ${options.arrow}` }, icon(arrows[options.arrow])) : null,
  );
}

/** Names of models are longer than numbers, and drawn smaller. */
function isName(figure: string): boolean {
  return figure.length > 12;
}

function upperRow({ loop, at, base, models }: LoopParts): HTMLElement[] {
  const best = models.find((m) => m.stage === "best");
  return [
    box({
      title: "Pool",
      name: "data",
      figure: count(loop.pool),
      note: "unlabelled images",
      href: `${base}/data/`,
      arrow: "right",
    }),
    box({
      title: "Predicted",
      name: "wand",
      figure: count(loop.predicted),
      note: loop.predicting
        ? `${count(loop.predicting)} to go`
        : best
          ? `by ${shortener(models)(best.name)}`
          : "by the best model",
      href: `${at}#predict`,
      kind: loop.predicting ? "run" : "",
      arrow: "right",
    }),
    box({
      title: "To label",
      name: "tag",
      figure: count(loop.toLabel),
      note: loop.predicting && !loop.toLabel ? "chosen once the pool is predicted" : "with annotators",
      href: `${base}/tasks/`,
      kind: loop.toLabel ? "wait" : "",
      arrow: "right",
    }),
    box({
      title: "In review",
      name: "eye",
      figure: count(loop.inReview),
      note: "with reviewers",
      href: `${base}/tasks/`,
      kind: loop.inReview ? "wait" : "",
      arrow: "down",
    }),
  ];
}

function lowerRow(parts: LoopParts): HTMLElement[] {
  return [bestBox(parts), gateBox(parts), trainingBox(parts), truthBox(parts)];
}

function bestBox({ base, models }: LoopParts): HTMLElement {
  const best = models.find((m) => m.stage === "best");
  const figure = headlineOf(best?.evaluation?.summary);
  return box({
    title: "Best model",
    name: "trophy",
    figure: best ? shortener(models)(best.name) : "—",
    full: best?.name,
    note: best?.evaluation ? `${figure.name} ${metric(figure.value)}` : "not evaluated yet",
    href: best ? `${base}/models/${best.id}/` : `${base}/models/`,
    arrow: "up",
  });
}

function gateBox({ loop, base, last, models }: LoopParts): HTMLElement {
  const note = !last
    ? "nothing compared yet"
    : last.waits
      ? "waits for approval"
      : last.verdict === "discard" && last.candidate.id !== models.find((m) => m.stage === "best")?.id
        ? "kept out"
        : "promoted";
  return box({
    title: "Gate",
    name: "scale",
    figure: last ? shortener(models)(last.candidate.name) : "—",
    full: last?.candidate.name,
    note: loop.evaluating ? "measuring on the test set" : note,
    href: last ? `${base}/comparisons/${last.id}/` : `${base}/models/`,
    kind: loop.evaluating ? "run" : last?.waits ? "wait" : "gate",
    arrow: "left",
  });
}

function trainingBox({ loop, at, base, models }: LoopParts): HTMLElement {
  const training = models.find((m) => m.status === "training");
  return box({
    title: "Training",
    name: "train",
    figure: training ? shortener(models)(training.name) : loop.training ? count(loop.training) : "—",
    full: training?.name,
    note: training ? trainingNote(training) : "starts by itself with new ground truth",
    href: training ? `${base}/models/${training.id}/` : `${at}#train`,
    kind: training ? "run" : "",
    arrow: "left",
  });
}

function truthBox({ loop, truth, base }: LoopParts): HTMLElement {
  const note = truth
    ? `${compact(truth.train)} train · ${compact(truth.validation)} val · ${compact(truth.test)} test`
    : "approved images";
  return box({
    title: "Ground truth",
    name: "check",
    figure: count(truth?.total ?? loop.split),
    note,
    href: `${base}/data/`,
    arrow: "left",
  });
}

function trainingNote(model: ModelRow): string {
  const progress = model.job?.progress;
  return progress?.total ? `${progress.note || "epoch"} ${progress.done} of ${progress.total}` : "starting";
}
