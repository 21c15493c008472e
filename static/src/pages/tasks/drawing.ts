/** What people may draw: annotation types and labels. */
import { h, replace, swatch } from "../../lib/dom.ts";
import type { Label } from "../../browser/types.ts";
import type { Control, Widget } from "../../ui/form.ts";

export const TYPES: readonly [name: string, title: string][] = [
  ["class", "Classification"],
  ["box", "Box"],
  ["polygon", "Polygon"],
  ["mask", "Mask"],
  ["polyline", "Line"],
  ["point", "Point"],
  ["ellipse", "Ellipse"],
  ["skeleton", "Skeleton"],
];

interface Ticks {
  element: HTMLElement;
  boxes: { name: string; box: HTMLInputElement }[];
}

function ticks(
  id: string,
  choices: { name: string; title: string; color?: string }[],
  had: readonly string[],
  changed: () => void,
): Ticks {
  const boxes = choices.map(({ name }) => ({
    name,
    box: h("input", { type: "checkbox", class: "checkbox", checked: had.includes(name), onchange: changed }),
  }));
  const element = h(
    "div",
    { class: "tick-list", role: "group", id },
    choices.map(({ title, color }, i) =>
      h("label", { class: "row" }, boxes[i]?.box, color ? swatch(color) : null, title),
    ),
  );
  return { element, boxes };
}

const listed = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];

export const typesWidget: Widget = ({ id, value, changed }): Control => {
  const { element, boxes } = ticks(
    id,
    TYPES.map(([name, title]) => ({ name, title })),
    listed(value),
    changed,
  );
  return {
    element,
    ...(boxes[0] && { input: boxes[0].box }),
    read: () => {
      return boxes.filter(({ box }) => box.checked).map(({ name }) => name);
    },
    write: (next) => {
      for (const { name, box } of boxes) box.checked = listed(next).includes(name);
    },
  };
};

export interface LabelField {
  widget: Widget;
  /** Another dataset has other labels. */
  setLabels: (labels: readonly Label[]) => void;
}

/** None ticked: every label of the ontology. */
export function labelField(labels: readonly Label[]): LabelField {
  let drawn: Ticks = { element: h("div"), boxes: [] };
  let redraw: (labels: readonly Label[], had: readonly string[]) => void = () => undefined;
  const chosen = () => drawn.boxes.filter(({ box }) => box.checked).map(({ name }) => name);
  const widget: Widget = ({ id, value, changed }) => {
    const element = h("div", { class: "stack" });
    redraw = (all, had) => {
      drawn = ticks(
        id,
        all.map(({ name, color }) => ({ name, title: name, color })),
        had,
        changed,
      );
      replace(
        element,
        all.length
          ? drawn.element
          : h("p", { class: "hint" }, "This dataset has no ontology: any label will do."),
      );
    };
    redraw(labels, listed(value));
    return { element, read: chosen, write: (next) => redraw(labels, listed(next)) };
  };
  return {
    widget,
    setLabels: (next) => {
      labels = next;
      redraw(next, chosen());
    },
  };
}
