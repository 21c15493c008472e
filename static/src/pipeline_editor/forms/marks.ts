/** The shape of a port type, for lists and panels. */
import { h } from "../../lib/dom";
import { portColor } from "../canvas/drawing";

const SVG = "http://www.w3.org/2000/svg";
const SHAPES: Record<string, string> = {
  Item: "M7 2a5 5 0 1 0 .01 0z",
  Model: "M7 1l6 6l-6 6l-6 -6z",
  Dataset: "M2 2h10v10h-10z",
  Annotation: "M1 7l3 -5h6l3 5l-3 5h-6z",
};

export function portMark(type: string): HTMLElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 14 14");
  svg.setAttribute("class", "port-shape");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[type.replace("[]", "")] ?? "M7 1.5l6 10.5h-12z");
  path.setAttribute("fill", portColor(type));
  svg.append(path);
  const holder = h("span", { class: "port-holder", title: type });
  holder.append(svg);
  return holder;
}
