/**
 * Joining, subtracting and slicing of even-odd regions, by Clipper2 on a grid of 1/1000 pixel (what geometries are
 * rounded to on saving). Results are simple rings: outer ones and holes.
 */
import { Clipper64, ClipType, FillRule, type Paths64 } from "clipper2-ts";
import type { XY } from "../../lib/geometry.ts";
import { parts } from "./_rings.ts";
import { boundsOf, type Ring, type Rings } from "./_values.ts";

const GRID = 1000;

function run(kind: ClipType, subject: Rings, clip: Rings): XY[][] {
  const clipper = new Clipper64();
  clipper.addSubject(toGrid(subject));
  clipper.addClip(toGrid(clip));
  const found: Paths64 = [];
  if (!clipper.execute(kind, FillRule.EvenOdd, found)) throw new Error("The polygons could not be combined.");
  return found
    .map((path) => path.map(({ x, y }): XY => [x / GRID, y / GRID]))
    .filter((ring) => ring.length >= 3);
}
function toGrid(rings: Rings): Paths64 {
  return rings.map((ring) => ring.map(([x, y]) => ({ x: Math.round(x * GRID), y: Math.round(y * GRID) })));
}

/** What lies in any of the regions. */
export function joined(regions: readonly Rings[]): XY[][] {
  // One after the other: within one call the even-odd rule would make a hole of what two regions share.
  return regions.reduce<XY[][]>((all, region) => run(ClipType.Union, all, region), []);
}
/** The first region without the second; no rings when nothing is left. */
export function subtracted(first: Rings, second: Rings): XY[][] {
  return run(ClipType.Difference, first, second);
}
/**
 * The pieces into which a line of at least 2 points cuts the region, each a polygon with its holes; the line goes on
 * straight beyond its ends. One piece where it misses the region.
 */
export function sliced(rings: Rings, line: Ring): XY[][][] {
  if (line.length < 2) return parts(rings);
  const side = sideOf(boundsOf([...rings.flat(), ...line]), line);
  const pieces = [ClipType.Intersection, ClipType.Difference].map((kind) => run(kind, rings, [side]));
  return pieces.flatMap(parts);
}
/** A region on one side of the line, far larger than the bounds. */
function sideOf([x1, y1, x2, y2]: readonly [number, number, number, number], line: Ring): XY[] {
  const center: XY = [(x1 + x2) / 2, (y1 + y2) / 2];
  const radius = 4 * Math.hypot(x2 - x1, y2 - y1);
  const begin = onCircle(center, radius, line[1]!, line[0]!);
  const end = onCircle(center, radius, line[line.length - 2]!, line[line.length - 1]!);
  const [from, to] = [end, begin].map(([x, y]) => Math.atan2(y - center[1], x - center[0])) as [
    number,
    number,
  ];
  const sweep = (to - from + 2 * Math.PI) % (2 * Math.PI);
  const arc: XY[] = [];
  for (let k = 1; k < 32; k++) {
    const angle = from + (sweep * k) / 32;
    arc.push([center[0] + radius * Math.cos(angle), center[1] + radius * Math.sin(angle)]);
  }
  return [begin, ...line, end, ...arc];
}
/** Where the line from `a` on through `b` leaves the circle. */
function onCircle([cx, cy]: XY, radius: number, [ax, ay]: XY, [bx, by]: XY): XY {
  const length = Math.hypot(bx - ax, by - ay) || 1;
  const [ux, uy] = [(bx - ax) / length, (by - ay) / length];
  const along = (bx - cx) * ux + (by - cy) * uy;
  const off2 = (bx - cx) ** 2 + (by - cy) ** 2;
  const reach = -along + Math.sqrt(Math.max(0, along * along - off2 + radius * radius));
  return [bx + ux * reach, by + uy * reach];
}
