/** Chains of points under the hand: their vertices and the ghosts in the middle of their edges. */
import { distance, type XY } from "../../lib/geometry.ts";
import type { Handle } from "./_shape.ts";

/** An edge shows its ghost (dragging it puts a new vertex there) from this length on the screen. */
const GHOST_FROM = 24;

/** Handles "ring/vertex", and "ring/vertex+" on the edge after it. */
export function chainHandles(points: readonly XY[], ring: number, closed: boolean, zoom: number): Handle[] {
  const found: Handle[] = points.map((at, i) => ({ id: `${ring}/${i}`, at, kind: "vertex", cursor: "move" }));
  for (let i = 0; i < points.length - (closed ? 0 : 1); i++) {
    const a = points[i]!;
    const b = points[(i + 1) % points.length]!;
    if (distance(a, b) * zoom < GHOST_FROM) continue;
    const at: XY = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    found.push({ id: `${ring}/${i}+`, at, kind: "ghost", cursor: "copy" });
  }
  return found;
}
/** Ring, vertex, and whether it names the edge after it; null for anything else. */
export function vertexOf(handle: string): { ring: number; index: number; ghost: boolean } | null {
  const match = /^(\d+)\/(\d+)(\+?)$/.exec(handle);
  return match ? { ring: Number(match[1]), index: Number(match[2]), ghost: match[3] === "+" } : null;
}
/** The chain with a vertex moved to `to`, or a new one put after it. */
export function withVertex(points: readonly XY[], index: number, ghost: boolean, to: XY): XY[] {
  const copy = [...points];
  if (ghost) copy.splice(index + 1, 0, to);
  else copy[index] = to;
  return copy;
}
export function traceChain(points: readonly XY[], closed: boolean, path: CanvasPath): void {
  points.forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
  if (closed && points.length) path.closePath();
}
