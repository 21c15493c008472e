/** What several versions say of the same test pictures: pure words and orders, and the tables that stand beside each
 * other. */
import { h, type Child } from "../../lib/dom.ts";
import { count, metric } from "../../lib/format.ts";
import { sliceName } from "./items-view.ts";
import { bestAt, latencyRows, milliseconds } from "./latency.ts";
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
    values: {
      average_precision: number | null;
      recall: number | null;
      precision: number | null;
      /** Where pixels are judged. */
      iou?: number | null;
    }[];
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
  "boundary_f",
  "log_loss",
  "ece",
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

/** How far the values lie apart. */
export function spread(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value): value is number => typeof value === "number");
  return known.length < 2 ? null : Math.max(...known) - Math.min(...known);
}

const cells = (values: readonly (number | null | undefined)[], low = false): Child[] =>
  figureCells(values, bestAt(values, low), metric);

function figureCells(
  values: readonly (number | null | undefined)[],
  best: number | null,
  words: (value: number | null | undefined) => string,
): Child[] {
  return values.map((value, at) =>
    h("td", { class: "num" }, at === best ? h("b", null, words(value)) : words(value)),
  );
}

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
          metricName(key),
          cells(
            models.map((one) => value(one, key)),
            isLoss(key),
          ),
        ),
      ),
      ...latencyRows(models.map((one) => one.summary)).map(({ name, values, best }) =>
        row(name, figureCells(values, best, milliseconds)),
      ),
      row(`${measureName(found)}, mean`, cells(models.map((one) => one.mean))),
      row(
        "It alone got right",
        models.map((one) => h("td", { class: "num" }, count(one.only))),
      ),
    ],
  );
}

type ClassValues = Together["classes"][number]["values"];
const shownOf = (values: ClassValues): (number | null)[] =>
  values.map((one) => one.average_precision ?? one.iou ?? null);

export function classesTable(found: Together): HTMLElement {
  const rows = [...found.classes].sort(
    (a, b) => (spread(shownOf(b.values)) ?? -1) - (spread(shownOf(a.values)) ?? -1),
  );
  return dataTable(
    "Classes of each",
    ["Class", "Count", ...heads(found.models), "Apart"],
    rows.map((one) => {
      const values = shownOf(one.values);
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
