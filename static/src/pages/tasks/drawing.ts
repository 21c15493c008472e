/** What people may draw: annotation types and labels. */
import { h, replace, swatch } from "../../lib/dom.ts";
import type { Label } from "../../browser/types.ts";
import type { Control, Widget } from "../../ui/form.ts";
import { createTickSearch, type TickSearch } from "./tick-search.ts";

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

const listed = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];

export const typesWidget: Widget = ({ id, value, changed }): Control => {
  const had = listed(value);
  const boxes = TYPES.map(([name, title]) => ({
    name,
    title,
    box: h("input", { type: "checkbox", class: "checkbox", checked: had.includes(name), onchange: changed }),
  }));
  const element = h(
    "div",
    { class: "tick-list", role: "group", id },
    boxes.map(({ title, box }) => h("label", { class: "row" }, box, title)),
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

/** Of an ontology with more, the rest is found by name. */
const SHOWN = 40;

/** None ticked: every label of the ontology. */
export function labelField(labels: readonly Label[]): LabelField {
  let ticks: TickSearch<Label> | null = null;
  let element: HTMLElement | null = null;
  const named = (names: readonly string[]) => labels.filter(({ name }) => names.includes(name));
  const chosen = () => ticks?.chosen().map(({ name }) => name) ?? [];
  /** They come with the ontology in one answer: what is searched is here already. */
  const find = (text: string) => {
    const found = labels.filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()));
    return { items: found.slice(0, SHOWN), more: found.length > SHOWN };
  };
  const draw = (had: readonly string[]) => {
    ticks?.set(named(had));
    if (element && ticks)
      replace(
        element,
        labels.length
          ? ticks.element
          : h("p", { class: "hint" }, "This dataset has no ontology: any label will do."),
      );
  };
  const widget: Widget = ({ id, value, changed }) => {
    element = h("div", { class: "stack" });
    ticks = createTickSearch<Label>({
      label: "Labels",
      id,
      class: "tick-list",
      find,
      row: ({ name, color }, box) => [h("label", { class: "row" }, box, swatch(color), name)],
      changed,
    });
    draw(listed(value));
    return { element, read: chosen, write: (next) => draw(listed(next)) };
  };
  return {
    widget,
    setLabels: (next) => {
      const had = chosen();
      labels = next;
      draw(had);
    },
  };
}
