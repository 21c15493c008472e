/** Edits of rings and lines that need no other polygon: fewer points, vertices in and out, the nearest place to snap to. */
import { distance, distanceToSegment, type XY } from "../../lib/geometry.ts";
import type { Ring, Rings } from "./_values.ts";

export { joined, sliced, subtracted } from "./_boolean.ts";
export { parts } from "./_rings.ts";

/**
 * Fewer points, none of those left out further than `tolerance` pixels from the new line [Douglas & Peucker 1973]. A
 * closed line is cut at its first point and the one farthest from it; it keeps at least 3 points.
 */
export function simplify(points: Ring, tolerance: number, closed: boolean): XY[] {
  const least = closed ? 3 : 2;
  if (points.length <= least || tolerance <= 0) return [...points];
  const xy = closed ? [...points, points[0]!] : points;
  const last = xy.length - 1;
  const far = closed ? farthest(xy, 0, last, (p) => distance(p, xy[0]!))[0] : last;
  const kept = new Set([0, far, last]);
  const stack: [number, number][] = [
    [0, far],
    [far, last],
  ];
  while (stack.length) {
    const [from, to] = stack.pop()!;
    if (to - from < 2) continue;
    const [middle, off] = farthest(xy, from + 1, to - 1, (p) => distanceToSegment(p, xy[from]!, xy[to]!));
    if (off <= tolerance) continue;
    kept.add(middle);
    stack.push([from, middle], [middle, to]);
  }
  if (closed) {
    kept.delete(last);
    if (kept.size < 3) kept.add(farthest(xy, 0, last - 1, (p) => distanceToSegment(p, xy[0]!, xy[far]!))[0]);
  }
  return kept.size < least ? [...points] : [...kept].sort((a, b) => a - b).map((i) => xy[i]!);
}
function farthest(xy: Ring, from: number, to: number, measure: (point: XY) => number): [number, number] {
  let [index, most] = [from, -1];
  for (let i = from; i <= to; i++) {
    const value = measure(xy[i]!);
    if (value > most) [index, most] = [i, value];
  }
  return [index, most];
}
/** Every ring simplified on its own. */
export function simplifyRings(rings: Rings, tolerance: number): XY[][] {
  return rings.map((ring) => simplify(ring, tolerance, true));
}

export interface EdgePlace {
  readonly ring: number;
  /** The vertex before the place. */
  readonly index: number;
  readonly at: XY;
  readonly distance: number;
}
/** The place on the rings' (or with `closed` false, the lines') edges nearest to `at`. */
export function nearestEdge(rings: Rings, at: XY, closed = true): EdgePlace | null {
  let best: EdgePlace | null = null;
  rings.forEach((points, ring) => {
    for (let index = 0; index < points.length - (closed ? 0 : 1); index++) {
      const foot = footOn(at, points[index]!, points[(index + 1) % points.length]!);
      const off = distance(at, foot);
      if (!best || off < best.distance) best = { ring, index, at: foot, distance: off };
    }
  });
  return best;
}
function footOn([px, py]: XY, [ax, ay]: XY, [bx, by]: XY): XY {
  const length2 = (bx - ax) ** 2 + (by - ay) ** 2;
  if (!length2) return [ax, ay];
  const t = Math.min(1, Math.max(0, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length2));
  return [ax + t * (bx - ax), ay + t * (by - ay)];
}
/** The rings with a vertex put on the edge nearest to `at`. */
export function withInserted(rings: Rings, at: XY): Rings {
  const place = nearestEdge(rings, at);
  if (!place) return rings;
  return rings.map((ring, i) =>
    i === place.ring ? [...ring.slice(0, place.index + 1), place.at, ...ring.slice(place.index + 1)] : ring,
  );
}
/** The rings without a vertex; a ring that would have fewer than 3 goes. Null when none is left. */
export function withoutVertex(rings: Rings, ring: number, index: number): Rings | null {
  const found = rings
    .map((points, i) => (i === ring ? points.filter((_, k) => k !== index) : points))
    .filter((points) => points.length >= 3);
  return found.length ? found : null;
}
/** The line without a point; null when fewer than 2 would be left. */
export function withoutPoint(points: Ring, index: number): XY[] | null {
  return points.length > 2 ? points.filter((_, i) => i !== index) : null;
}
export interface Snap {
  readonly at: XY;
  readonly kind: "vertex" | "contour";
}
/** Where a pointer at `at` snaps to: the nearest vertex within `tolerance`, else the nearest contour, else null. */
export function snap(at: XY, contours: Rings, tolerance: number, closed = true): Snap | null {
  let best: XY | null = null;
  let least = tolerance;
  for (const points of contours)
    for (const point of points) {
      const off = distance(point, at);
      if (off <= least) [best, least] = [point, off];
    }
  if (best) return { at: best, kind: "vertex" };
  const place = nearestEdge(contours, at, closed);
  return place && place.distance <= tolerance ? { at: place.at, kind: "contour" } : null;
}
