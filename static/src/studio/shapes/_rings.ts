/**
 * Even-odd regions bounded by rings: exact area and overlap, covered pixels. Rings may cross themselves and each
 * other. The plane is cut into horizontal slabs at every vertex and every crossing; inside a slab no two edges cross,
 * so the region is a row of trapezoids. The server's side is `datasets/geometry/_rings.py`, with the same arithmetic.
 */
import { distanceToSegment, ringsContain, type WH, type XY } from "../../lib/geometry.ts";
import type { Rings } from "./_values.ts";

/** Upper end, lower end, and which region it bounds. */
interface Edge {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
  readonly owner: 0 | 1;
}

/** Square pixels inside an odd number of rings. */
export function ringsArea(rings: Rings): number {
  return sweep(edgesOf(rings, 0), false);
}
/** Square pixels inside both regions. */
export function ringsOverlap(first: Rings, second: Rings): number {
  return sweep([...edgesOf(first, 0), ...edgesOf(second, 1)], true);
}
/** Intersection over union; 0 when both are empty. */
export function ringsIou(first: Rings, second: Rings): number {
  const shared = ringsOverlap(first, second);
  const union = ringsArea(first) + ringsArea(second) - shared;
  return union > 0 ? Math.min(1, shared / union) : 0;
}

/** Level edges bound no slab and are left out. */
function edgesOf(rings: Rings, owner: 0 | 1): Edge[] {
  const found: Edge[] = [];
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i++) {
      const [ax, ay] = ring[i]!;
      const [bx, by] = ring[(i + 1) % ring.length]!;
      if (ay < by) found.push({ x0: ax, y0: ay, x1: bx, y1: by, owner });
      else if (ay > by) found.push({ x0: bx, y0: by, x1: ax, y1: ay, owner });
    }
  }
  return found.sort((a, b) => a.y0 - b.y0);
}

function sweep(edges: Edge[], both: boolean): number {
  edges.sort((a, b) => a.y0 - b.y0);
  const ys = slabsOf(edges);
  let next = 0;
  let total = 0;
  let active: Edge[] = [];
  for (let k = 0; k + 1 < ys.length; k++) {
    const [top, bottom] = [ys[k]!, ys[k + 1]!];
    while (next < edges.length && edges[next]!.y0 <= top) active.push(edges[next++]!);
    active = active.filter((edge) => edge.y1 > top);
    const middle = (top + bottom) / 2;
    const crossed = active.map(
      (e) => [e.x0 + (middle - e.y0) * ((e.x1 - e.x0) / (e.y1 - e.y0)), e.owner] as const,
    );
    crossed.sort((a, b) => a[0] - b[0]);
    total += (bottom - top) * widthOf(crossed, both);
  }
  return total;
}

function widthOf(crossed: readonly (readonly [number, 0 | 1])[], both: boolean): number {
  const inside = [false, !both];
  let width = 0;
  for (let i = 0; i < crossed.length; i++) {
    const [x, owner] = crossed[i]!;
    inside[owner] = !inside[owner];
    if (inside[0] && inside[1]) width += crossed[i + 1]![0] - x;
  }
  return width;
}

/** The distinct y of all ends and crossings, from the top. */
function slabsOf(edges: readonly Edge[]): Float64Array {
  const ys: number[] = [];
  for (let i = 0; i < edges.length; i++) {
    const one = edges[i]!;
    ys.push(one.y0, one.y1);
    const [left, right] = one.x0 < one.x1 ? [one.x0, one.x1] : [one.x1, one.x0];
    for (let j = i + 1; j < edges.length && edges[j]!.y0 < one.y1; j++) {
      const two = edges[j]!;
      if (Math.max(two.x0, two.x1) < left || Math.min(two.x0, two.x1) > right) continue;
      const y = crossingOf(one, two);
      if (y !== null) ys.push(y);
    }
  }
  const sorted = Float64Array.from(ys).sort();
  return sorted.filter((y, i) => i === 0 || y !== sorted[i - 1]);
}

function crossingOf(a: Edge, c: Edge): number | null {
  const across = (a.x1 - a.x0) * (c.y1 - c.y0) - (a.y1 - a.y0) * (c.x1 - c.x0);
  if (across === 0) return null;
  const t = ((c.x0 - a.x0) * (c.y1 - c.y0) - (c.y0 - a.y0) * (c.x1 - c.x0)) / across;
  const u = ((c.x0 - a.x0) * (a.y1 - a.y0) - (c.y0 - a.y0) * (a.x1 - a.x0)) / across;
  return t > 0 && t < 1 && u > 0 && u < 1 ? a.y0 + t * (a.y1 - a.y0) : null;
}

/** Calls `paint` for every run of pixels whose centre lies inside, from the top, left to right. */
export function paintRings(
  rings: Rings,
  [width, height]: WH,
  paint: (row: number, from: number, to: number) => void,
): void {
  const rows = new Map<number, number[]>();
  for (const e of edgesOf(rings, 0)) {
    const first = Math.max(0, Math.ceil(e.y0 - 0.5));
    const last = Math.min(height, Math.ceil(e.y1 - 0.5));
    for (let row = first; row < last; row++) {
      const x = e.x0 + (row + 0.5 - e.y0) * ((e.x1 - e.x0) / (e.y1 - e.y0));
      const column = Math.min(Math.max(Math.ceil(x - 0.5), 0), width);
      const columns = rows.get(row);
      if (columns) columns.push(column);
      else rows.set(row, [column]);
    }
  }
  for (const row of [...rows.keys()].sort((a, b) => a - b)) {
    const columns = rows.get(row)!.sort((a, b) => a - b);
    for (let i = 0; i + 1 < columns.length; i += 2)
      if (columns[i]! < columns[i + 1]!) paint(row, columns[i]!, columns[i + 1]!);
  }
}

/** Corners of a regular polygon about the origin with the area of the unit circle. */
export function circlePoints(count: number): XY[] {
  const step = (2 * Math.PI) / count;
  const radius = Math.sqrt((2 * Math.PI) / (count * Math.sin(step)));
  return Array.from({ length: count }, (_, i) => [radius * Math.cos(i * step), radius * Math.sin(i * step)]);
}

/** Whether a point lies within `tolerance` of a chain of points. */
export function nearLine(points: readonly XY[], closed: boolean, at: XY, tolerance: number): boolean {
  const [px, py] = at;
  for (let i = closed ? 0 : 1; i < points.length; i++) {
    const a = points[(i + points.length - 1) % points.length]!;
    const b = points[i]!;
    if (px < Math.min(a[0], b[0]) - tolerance || px > Math.max(a[0], b[0]) + tolerance) continue;
    if (py < Math.min(a[1], b[1]) - tolerance || py > Math.max(a[1], b[1]) + tolerance) continue;
    if (distanceToSegment(at, a, b) <= tolerance) return true;
  }
  return false;
}

/** The rings as separate polygons: every outer ring with the holes that lie in it. */
export function parts(rings: Rings): XY[][][] {
  const inside = rings.map((ring) =>
    rings.filter((other) => other !== ring && ringsContain([other], ring[0]!)),
  );
  const outer = rings.flatMap((ring, i) =>
    inside[i]!.length % 2 ? [] : [{ ring, depth: inside[i]!.length }],
  );
  return outer.map(({ ring, depth }) => {
    const holes = rings.filter((_, i) => inside[i]!.length === depth + 1 && inside[i]!.includes(ring));
    return [ring, ...holes].map((found) => [...found]);
  });
}
