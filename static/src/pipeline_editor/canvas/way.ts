/** What is laid over the drawn graph: what passed each connection, and one cycle's way through it. */
import { compact, count } from "../../lib/format";
import type { Box, PointXY } from "../graph/layout";
import { svg } from "./svg";

/** One way through the graph: the steps at each node in their order, and the connections taken. */
export interface Way {
  nodes: ReadonlyMap<string, { steps: number[]; status: string }>;
  connections: ReadonlySet<string>;
}

export interface DrawnParts {
  groups: ReadonlyMap<string, SVGElement>;
  lines: ReadonlyMap<string, SVGElement>;
  boxes: ReadonlyMap<string, Box>;
}

/** Where on a line its number ends: before the arrow, past the action's chip, and above the line. */
const BEFORE = 12;
const ABOVE = 6;

/** ``places``: where the numbers end that do not stand at the end of their line. */
export function drawPassed(
  host: SVGElement,
  lines: ReadonlyMap<string, SVGPathElement>,
  places: ReadonlyMap<string, PointXY>,
  passed: Readonly<Record<string, number>>,
): void {
  const texts = [...lines].flatMap(([id, line]) => {
    const n = passed[id] ?? 0;
    if (!n) return [];
    const at = places.get(id) ?? nearEnd(line);
    const title = svg("title", {}, `${count(n)} passed here`);
    return [svg("text", { x: at.x, y: at.y, "text-anchor": "end" }, compact(n), title)];
  });
  host.replaceChildren(...texts);
}

function nearEnd(line: SVGPathElement): PointXY {
  const { x, y } = line.getPointAtLength(Math.max(0, line.getTotalLength() - BEFORE));
  return { x, y: y - ABOVE };
}

export function drawWay(element: SVGElement, parts: DrawnParts, way: Way | null): void {
  element.classList.toggle("traced", way !== null);
  element.querySelector(".way-steps")?.remove();
  for (const [id, group] of parts.groups) group.classList.toggle("way", way?.nodes.has(id) ?? false);
  for (const [id, line] of parts.lines) line.classList.toggle("way", way?.connections.has(id) ?? false);
  if (!way) return;
  const marks = [...way.nodes].flatMap(([id, { steps, status }]) => {
    const box = parts.boxes.get(id);
    if (!box) return [];
    const words = steps.length > 3 ? `${steps.slice(0, 2).join(", ")} … ${steps.at(-1)}` : steps.join(", ");
    const width = words.length * 6.4 + 14;
    return [
      svg(
        "g",
        { class: `way-step ${status}`, transform: `translate(${box.x - 8} ${box.y - 10})` },
        svg("title", {}, `Step ${words}: ${status}`),
        svg("rect", { width, height: 20, rx: 10 }),
        svg("text", { x: width / 2, y: 14, "text-anchor": "middle" }, words),
      ),
    ];
  });
  element.append(svg("g", { class: "way-steps" }, ...marks));
}
