/** How alike two annotations' geometries are: the same definition as `iou` of `datasets/geometry/`, by shared vectors. */
import { distance, distanceToSegment, type WH, type XY } from "../../lib/geometry.ts";
import { outlineOf } from "./_convert.ts";
import { maskArea, maskOverlap, type MaskGeometry } from "./_rle.ts";
import { ringsIou } from "./_rings.ts";
import type { Annotation } from "./_shape.ts";
import { boundsOf } from "./_values.ts";
import type { PolylineGeometry } from "./polyline.ts";
import type { SkeletonGeometry } from "./skeleton.ts";

type Shape = Pick<Annotation, "type" | "geometry">;

/** Places evenly along a line at which it is compared with another. */
const SAMPLES = 512;
/** A keypoint's fall-off, as a part of the skeleton's size. */
const FALL_OFF = 0.1;
/** So many times the tolerance apart, lines have nothing in common: exp(-32). */
const FAR = 8;

/**
 * 0..1, symmetric. Of areas: intersection over union, also of a box and a polygon. Of points: exp(-d² / 2s²), s a
 * hundredth of the picture's diagonal; of lines the same, with d the mean distance of each line's places from the other
 * line; of skeletons the mean of it over their keypoints, with s by their size too. Two classes are alike.
 */
export function overlapOf(a: Shape, b: Shape, size: WH): number {
  if (a.type === "mask" && b.type === "mask") {
    const [first, second] = [a.geometry as MaskGeometry, b.geometry as MaskGeometry];
    const shared = maskOverlap(first, second);
    const union = maskArea(first) + maskArea(second) - shared;
    return union > 0 ? shared / union : 0;
  }
  const [one, two] = [outlineOf(a.type, a.geometry), outlineOf(b.type, b.geometry)];
  if (one && two) return ringsIou(one, two);
  if (a.type !== b.type) return 0;
  const scale = Math.hypot(...size) / 100 || 1;
  const both = <T>(): [T, T] => [a.geometry as T, b.geometry as T];
  if (a.type === "point") {
    const [first, second] = both<{ xy: XY }>();
    return closeness(distance(first.xy, second.xy), scale);
  }
  if (a.type === "polyline") return linesAlike(...both<PolylineGeometry>(), scale);
  if (a.type === "skeleton") return skeletonsAlike(...both<SkeletonGeometry>(), scale);
  return a.type === "class" ? 1 : 0;
}

function closeness(d: number, scale: number): number {
  return Math.exp(-(d ** 2) / (2 * scale ** 2));
}

// ---- lines

type Points = PolylineGeometry["points"];

function linesAlike(
  { points: one }: PolylineGeometry,
  { points: two }: PolylineGeometry,
  scale: number,
): number {
  const same = one.length === two.length && one.every(([x, y], i) => x === two[i]?.[0] && y === two[i]?.[1]);
  if (same) return 1;
  if (gap(one, two) > FAR * scale) return 0;
  return closeness((meanDistance(one, two) + meanDistance(two, one)) / 2, scale);
}
/** Between the boxes around them: no place of one is nearer to the other. */
function gap(one: Points, two: Points): number {
  const [a, b] = [boundsOf(one), boundsOf(two)];
  return Math.hypot(Math.max(0, a[0] - b[2], b[0] - a[2]), Math.max(0, a[1] - b[3], b[1] - a[3]));
}
function meanDistance(from: Points, to: Points): number {
  let sum = 0;
  for (const place of placesAlong(from)) {
    let nearest = Infinity;
    for (let i = 1; i < to.length; i++)
      nearest = Math.min(nearest, distanceToSegment(place, to[i - 1] as XY, to[i] as XY));
    sum += nearest;
  }
  return sum / SAMPLES;
}
/** The middles of as many equal parts of the line. */
function placesAlong(points: Points): XY[] {
  const ends = [0];
  for (let i = 1; i < points.length; i++)
    ends.push((ends[i - 1] as number) + distance(points[i - 1] as XY, points[i] as XY));
  const length = ends.at(-1) as number;
  let segment = 1;
  return Array.from({ length: SAMPLES }, (_, n): XY => {
    const at = ((n + 0.5) * length) / SAMPLES;
    while (segment < points.length - 1 && (ends[segment] as number) < at) segment += 1;
    const [start, end] = [ends[segment - 1] as number, ends[segment] as number];
    const [[x1, y1], [x2, y2]] = [points[segment - 1] as XY, points[segment] as XY];
    const part = end > start ? (at - start) / (end - start) : 0;
    return [x1 + (x2 - x1) * part, y1 + (y2 - y1) * part];
  });
}

// ---- skeletons

function skeletonsAlike(one: SkeletonGeometry, two: SkeletonGeometry, least: number): number {
  if (one.keypoints.length !== two.keypoints.length) return 0;
  const scale = Math.max(FALL_OFF * Math.sqrt((boxArea(one) + boxArea(two)) / 2), least);
  const found = one.keypoints.flatMap(([x, y, v], i) => {
    const [x2, y2, v2] = two.keypoints[i] ?? [0, 0, 0];
    if (!v && !v2) return [];
    return [v && v2 ? closeness(Math.hypot(x - x2, y - y2), scale) : 0];
  });
  return found.length ? found.reduce((sum, part) => sum + part, 0) / found.length : 0;
}
function boxArea({ keypoints }: SkeletonGeometry): number {
  const [x1, y1, x2, y2] = boundsOf(keypoints.flatMap(([x, y, v]): XY[] => (v ? [[x, y]] : [])));
  return (x2 - x1) * (y2 - y1);
}
