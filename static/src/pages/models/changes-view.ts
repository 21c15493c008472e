/** Change per class as dots on a common scale, each with a line down to its bound; over zero by chance stays grey. */
import { h } from "../../lib/dom.ts";
import { signed } from "../../lib/format.ts";
import { icon } from "../../ui/icons.ts";
import type { ChangeRow } from "./comparison-kind.ts";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 200;

export interface Scale {
  low: number;
  high: number;
  at: (value: number) => number;
}

/** A scale that holds zero and every value, with a little room, in units of the drawing. */
export function scaleOf(values: readonly number[], width = WIDTH): Scale {
  const low = Math.min(-0.01, ...values) * 1.08;
  const high = Math.max(0.01, ...values) * 1.08;
  return { low, high, at: (value) => ((value - low) / (high - low)) * width };
}

export function toneOf(row: Pick<ChangeRow, "bound" | "ok">): "good" | "poor" | "even" {
  if (!row.ok) return "poor";
  return row.bound !== null && row.bound > 0 ? "good" : "even";
}

function node(name: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

function drawing(row: ChangeRow, scale: Scale): SVGElement {
  const svg = node("svg", {
    viewBox: `0 0 ${WIDTH} 20`,
    class: `change ${toneOf(row)}`,
    role: "img",
    preserveAspectRatio: "none",
  });
  const change = row.change ?? 0;
  const least = row.bound === null ? "too few to say how much at least" : `at least ${signed(row.bound)}`;
  svg.setAttribute("aria-label", `${row.name}: ${signed(change)}, ${least}`);
  const [zero, dot] = [scale.at(0), scale.at(change)];
  const bound = row.bound === null ? null : scale.at(row.bound);
  svg.append(
    node("line", { x1: zero, x2: zero, y1: 0, y2: 20, class: "zero" }),
    ...(bound === null
      ? []
      : [
          node("line", { x1: bound, x2: dot, y1: 10, y2: 10, class: "whisker" }),
          node("line", { x1: bound, x2: bound, y1: 6, y2: 14, class: "whisker" }),
        ]),
    // A line without length and with round ends: a dot that stays round when the drawing is stretched.
    node("line", { x1: dot, x2: dot, y1: 10, y2: 10, class: "dot" }),
  );
  return svg;
}

export function changesView(rows: readonly ChangeRow[]): HTMLElement {
  const shown = rows.filter((row) => row.support > 0);
  const scale = scaleOf(shown.flatMap((row) => [row.change ?? 0, row.bound ?? 0]));
  return h(
    "div",
    { class: "changes" },
    shown.map((row) => [
      h("span", { class: "clip", title: row.name }, row.name, row.guarded && icon("lock", "sm")),
      drawing(row, scale) as unknown as HTMLElement,
      h("b", { class: ["num", toneOf(row)] }, signed(row.change)),
    ]),
    h("span"),
    h(
      "span",
      { class: "scale hint", "aria-hidden": "true" },
      [scale.low, 0, scale.high].map((value) =>
        h(
          "span",
          { style: { left: `${((100 * scale.at(value)) / WIDTH).toFixed(1)}%` } },
          value ? signed(value, 2) : "0",
        ),
      ),
    ),
    h("span"),
  );
}
