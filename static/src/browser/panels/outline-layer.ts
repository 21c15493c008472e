/** Outlines over the grid: what is known of them, whether and of which labels they are drawn. */
import { errorToast } from "../../ui/toast.ts";
import { Outlines, type Outline, type OutlinePage } from "../state/outlines.ts";
import type { Item, Label } from "../types.ts";
import { createLegend } from "./legend.ts";
import type { OutlineLook } from "./outline-canvas.ts";

export interface OutlineLayerOptions {
  load: (ids: string[]) => Promise<OutlinePage>;
  labels: () => Label[];
  redraw: () => void;
}
export interface OutlineLayer {
  toggle: HTMLElement;
  legend: HTMLElement;
  flip: () => void;
  want: (items: readonly Item[]) => void;
  of: (item: Item) => Outline | undefined;
  look: () => OutlineLook;
}

const NEUTRAL = "#9aa3af";

export function createOutlineLayer(options: OutlineLayerOptions): OutlineLayer {
  const outlines = new Outlines(options.load);
  const find = (name: string) => options.labels().find((label) => label.name === name);
  const color = (name: string) => find(name)?.color ?? NEUTRAL;
  const legend = createLegend(color);
  let wanted: readonly Item[] = [];
  let look = makeLook();

  function makeLook(): OutlineLook {
    const hidden = legend.hidden.value;
    return {
      color,
      shown: (label) => !hidden.has(label),
      skeleton: (label) => find(label)?.skeleton ?? null,
      units: outlines.units,
    };
  }

  function want(items: readonly Item[]): void {
    wanted = items;
    legend.update(labelsOf(items));
    if (legend.on.value)
      outlines.want(items).catch((error: unknown) => errorToast(error, "Outlines could not be loaded."));
  }

  const again = () => {
    look = makeLook();
    options.redraw();
  };
  outlines.changed.subscribe((n) => n && again());
  let ready = false;
  legend.hidden.subscribe(() => ready && again());
  legend.on.subscribe(() => {
    if (!ready) return;
    want(wanted);
    again();
  });
  ready = true;
  return {
    toggle: legend.toggle,
    legend: legend.row,
    flip: () => legend.on.set(!legend.on.value),
    want,
    of: (item) => (legend.on.value ? outlines.of(item) : undefined),
    look: () => look,
  };
}

/** Labels of shapes, by name. */
function labelsOf(items: readonly Item[]): string[] {
  const found = new Set<string>();
  for (const { labels } of items)
    for (const { type, label } of labels) if (type !== "class") found.add(label);
  return [...found].sort((a, b) => a.localeCompare(b));
}
