/** Which figures the list of versions shows: those of what the project's models do. */
import type { Child } from "../../lib/dom.ts";
import { h } from "../../lib/dom.ts";
import { metric } from "../../lib/format.ts";
import { headlineOf } from "../../lib/headline.ts";
import type { Summary } from "./types.ts";

export type FigureKey =
  "accuracy" | "balanced_accuracy" | "macro_f1" | "map_50" | "map" | "f1" | "miou" | "dice";
/** A column; the first of a task is its headline. `wideOnly`: left out where there is little room. */
export interface FigureColumn {
  key: FigureKey;
  title: string;
  wideOnly?: boolean;
}

const OF_CLASSES: readonly FigureColumn[] = [
  { key: "accuracy", title: "Accuracy" },
  { key: "balanced_accuracy", title: "Balanced", wideOnly: true },
  { key: "macro_f1", title: "Macro F1" },
];
const OF_OBJECTS: readonly FigureColumn[] = [
  { key: "map_50", title: "AP50" },
  { key: "map", title: "AP", wideOnly: true },
  { key: "f1", title: "F1" },
];
const OF_TASKS: Record<string, readonly FigureColumn[]> = {
  classification: OF_CLASSES,
  semantic_segmentation: [
    { key: "miou", title: "Mean IoU" },
    { key: "dice", title: "Dice" },
  ],
};

export const listFigures = (task: string): readonly FigureColumn[] => OF_TASKS[task] ?? OF_OBJECTS;

/** A figure of one version. One that does something else than the column says shows its own headline, with its name. */
export function figureCell(summary: Summary | undefined, key: FigureKey, first: boolean): Child {
  const value = summary?.[key];
  if (value !== undefined) return first ? h("b", null, metric(value)) : metric(value);
  const other = headlineOf(summary);
  if (!first || other.value === null) return "—";
  return h(
    "span",
    { class: "nowrap" },
    h("b", null, metric(other.value)),
    h("span", { class: "muted" }, ` ${other.name}`),
  );
}
