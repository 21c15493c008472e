/** What a model says is where, drawn over its picture. */

export interface DrawnShape {
  type: string;
  label: string;
  confidence: number;
  /** Whether it has an inside. */
  covers: boolean;
  rings: number[][][];
}
const SVG = "http://www.w3.org/2000/svg";
const COLOURS = 8;

export const labelsOf = (shapes: readonly DrawnShape[]): string[] =>
  [...new Set(shapes.map((one) => one.label))].sort();

/** Which of the colours of `data-hue` a label has among these. */
export const hueOf = (label: string, labels: readonly string[]): string =>
  String(Math.max(labels.indexOf(label), 0) % COLOURS);

/** Lies over a picture of that size; the picture says in words what is in it. */
export function overlayOf([width, height]: readonly [number, number]): SVGElement {
  const overlay = document.createElementNS(SVG, "svg");
  overlay.setAttribute("viewBox", `0 0 ${width} ${height}`);
  overlay.setAttribute("aria-hidden", "true");
  overlay.classList.add("drawn-over");
  return overlay;
}

/** "M0,0L5,0L5,5Z": every ring of a shape; a line of one point is drawn as a dot by its round end. */
export function pathOf(shape: Pick<DrawnShape, "rings" | "covers">): string {
  return shape.rings
    .filter((ring) => ring.length)
    .map((ring) => {
      const points = ring.map(([x, y]) => `${x},${y}`);
      if (points.length === 1) return `M${points[0]}h0`;
      return `M${points.join("L")}${shape.covers ? "Z" : ""}`;
    })
    .join("");
}

/** Its border without a word, in the colour of its label. */
export function border(shape: DrawnShape, labels: readonly string[]): SVGElement {
  const group = document.createElementNS(SVG, "g");
  group.setAttribute("data-hue", hueOf(shape.label, labels));
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", pathOf(shape));
  path.setAttribute("class", shape.covers ? "area" : shape.rings.some((r) => r.length > 1) ? "line" : "dot");
  path.setAttribute("fill-rule", "evenodd");
  group.append(path);
  return group;
}

/** Its border with the label at its first point. */
export function outline(
  shape: DrawnShape,
  labels: readonly string[],
  [width, height]: readonly [number, number],
): SVGElement {
  const group = border(shape, labels);
  const [x = 0, y = 0] = shape.rings[0]?.[0] ?? [];
  const size = Math.max(width, height) / 42;
  const text = document.createElementNS(SVG, "text");
  text.setAttribute("x", String(Math.min(x, width - size * shape.label.length * 0.6)));
  text.setAttribute("y", String(Math.max(y - size / 4, size)));
  text.setAttribute("font-size", String(size));
  text.textContent = shape.label;
  group.append(text);
  return group;
}
