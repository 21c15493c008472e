/** A line the size of a word: the course of one figure, without axes. */
const SVG = "http://www.w3.org/2000/svg";

export function sparkline(
  values: number[],
  label: string,
  tone: 1 | 2 = 1,
  size: [number, number] = [160, 36],
): SVGSVGElement {
  const [width, height] = size;
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const step = values.length > 1 ? (width - 4) / (values.length - 1) : 0;
  const points = values.map(
    (value, i) =>
      `${(2 + i * step).toFixed(1)},${(height - 3 - ((value - low) / span) * (height - 6)).toFixed(1)}`,
  );
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("class", `sparkline tone-${tone}`);
  // Stretched to its place; the stroke keeps its width.
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  const line = document.createElementNS(SVG, "polyline");
  line.setAttribute("points", points.join(" "));
  line.setAttribute("vector-effect", "non-scaling-stroke");
  svg.append(line);
  return svg;
}
