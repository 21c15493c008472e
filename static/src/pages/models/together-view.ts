/** What several versions say of the same test pictures: pure words and orders, and the tables that stand beside each
 * other. */
import { h, type Child } from "../../lib/dom.ts";
import { count, decimal, metric } from "../../lib/format.ts";
import { sliceName } from "./findings-view.ts";
import { dataTable, isLoss, metricName, modelUrl, stateChip } from "./parts.ts";
import type { Summary } from "./types.ts";

export interface TogetherModel {
  id: string;
  name: string;
  number: number;
  stage: string;
  evaluation: string;
  summary: Summary;
  mean: number | null;
  only: number;
}
export interface Together {
  measure: "right" | "f1" | "iou";
  right_from: number;
  n: number;
  dataset: string;
  test_set_version: { id: string; number: number };
  models: TogetherModel[];
  classes: {
    name: string;
    support: number;
    values: { average_precision: number | null; recall: number | null; precision: number | null }[];
  }[];
  slices: { facts: Record<string, string>; n: number; values: (number | null)[] }[];
  all_right: number;
  none_right: number;
}

const FIGURES = [
  "accuracy",
  "balanced_accuracy",
  "macro_f1",
  "average_precision",
  "map_50",
  "map",
  "f1",
  "miou",
  "dice",
  "log_loss",
  "ece",
  "latency_ms",
] as const;

/** What a picture's value is, in words. */
export const measureName = (found: Pick<Together, "measure">): string =>
  ({ right: "Right", f1: "F1 of a picture", iou: "IoU of a picture" })[found.measure];

/** What counts as got right. */
export const rightWords = (found: Pick<Together, "measure" | "right_from">): string =>
  ({
    right: "its label",
    f1: "every object, and nothing else",
    iou: `at least ${metric(found.right_from, 1)} of its pixels`,
  })[found.measure];

/** Which of the values is the best, if they differ: the highest, or the lowest of what should be low. */
export function bestAt(values: readonly (number | null | undefined)[], low = false): number | null {
  const known = values.flatMap((value, at) => (typeof value === "number" ? [{ value, at }] : []));
  if (known.length < 2) return null;
  const sorted = [...known].sort((a, b) => (low ? a.value - b.value : b.value - a.value));
  const [first, second] = sorted;
  return first && second && first.value !== second.value ? first.at : null;
}

/** How far the values lie apart. */
export function spread(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value): value is number => typeof value === "number");
  return known.length < 2 ? null : Math.max(...known) - Math.min(...known);
}

function cells(
  values: readonly (number | null | undefined)[],
  low = false,
  words: (value: number | null | undefined) => string = metric,
): Child[] {
  const best = bestAt(values, low);
  return values.map((value, at) =>
    h("td", { class: "num" }, at === best ? h("b", null, words(value)) : words(value)),
  );
}

const milliseconds = (value: number | null | undefined): string => decimal(value, 1);

/** Two stand there by their names. More have no room for them, and those of one loop begin alike: by their numbers. */
export const shortName = (one: TogetherModel, models: readonly TogetherModel[]): string =>
  models.length > 2 ? `v${one.number}` : one.name;

/** Names are long, and stand above narrow columns. */
const heads = (models: TogetherModel[]): Child[] =>
  models.map((one) => h("span", { class: "head-clip", title: one.name }, shortName(one, models)));

const row = (name: Child, ...rest: Child[]): HTMLElement =>
  h("tr", null, h("th", { scope: "row" }, name), rest);

export function figuresTable(found: Together): HTMLElement {
  const { models } = found;
  const known = FIGURES.filter((key) =>
    models.some(({ summary }) => typeof (summary as Record<string, unknown>)[key] === "number"),
  );
  const value = (model: TogetherModel, key: string) =>
    (model.summary as Record<string, number | null | undefined>)[key];
  return dataTable(
    "Figures of each",
    [
      "",
      ...models.map((one) =>
        h("a", { href: modelUrl(one.id), class: "head-clip", title: one.name }, shortName(one, models)),
      ),
    ],
    [
      row(
        "Stage",
        models.map((one) =>
          h(
            "td",
            { class: "num" },
            stateChip({ status: "trained", stage: one.stage, promoted_at: null, stage_reason: "" }),
          ),
        ),
      ),
      ...known.map((key) =>
        row(
          key === "latency_ms" ? "Milliseconds a picture" : metricName(key),
          cells(
            models.map((one) => value(one, key)),
            key === "latency_ms" || isLoss(key),
            key === "latency_ms" ? milliseconds : metric,
          ),
        ),
      ),
      row(`${measureName(found)}, mean`, cells(models.map((one) => one.mean))),
      row(
        "It alone got right",
        models.map((one) => h("td", { class: "num" }, count(one.only))),
      ),
    ],
  );
}

export function classesTable(found: Together): HTMLElement {
  const rows = [...found.classes].sort(
    (a, b) =>
      (spread(b.values.map((v) => v.average_precision)) ?? -1) -
      (spread(a.values.map((v) => v.average_precision)) ?? -1),
  );
  return dataTable(
    "Classes of each",
    ["Class", "Count", ...heads(found.models), "Apart"],
    rows.map((one) => {
      const values = one.values.map((v) => v.average_precision);
      return row(
        one.name,
        h("td", { class: "num" }, count(one.support)),
        cells(values),
        h("td", { class: "num soft" }, metric(spread(values))),
      );
    }),
  );
}

export function slicesTable(found: Together): HTMLElement {
  return dataTable(
    "Slices of each",
    ["Slice", "Pictures", ...heads(found.models), "Apart"],
    found.slices.map((one) =>
      row(
        sliceName(one.facts),
        h("td", { class: "num" }, count(one.n)),
        cells(one.values),
        h("td", { class: "num soft" }, metric(spread(one.values))),
      ),
    ),
  );
}
