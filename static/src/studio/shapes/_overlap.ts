/** How alike two annotations' geometries are; the server's side is `iou` of `datasets/geometry/`. */
import type { WH, XY } from "../../lib/geometry.ts";
import { outlineOf } from "./_convert.ts";
import { maskArea, maskOverlap, type MaskGeometry } from "./_rle.ts";
import { ringsIou } from "./_rings.ts";
import type { Annotation } from "./_shape.ts";

type Shape = Pick<Annotation, "type" | "geometry">;

/**
 * 0..1. Of areas: intersection over union, also of a box and a polygon; of points, lines and skeletons exp(-d² / 2s²) of
 * the mean distance d of their corresponding places, s a hundredth of the picture's diagonal (0 where they have not as
 * many); two classes are alike. Symmetric.
 */
export function overlapOf(a: Shape, b: Shape, [width, height]: WH): number {
  if (a.type === "mask" && b.type === "mask") {
    const [first, second] = [a.geometry as MaskGeometry, b.geometry as MaskGeometry];
    const shared = maskOverlap(first, second);
    const union = maskArea(first) + maskArea(second) - shared;
    return union > 0 ? shared / union : 0;
  }
  const [one, two] = [outlineOf(a.type, a.geometry), outlineOf(b.type, b.geometry)];
  if (one && two) return ringsIou(one, two);
  if (a.type !== b.type) return 0;
  if (a.type === "class") return 1;
  const distance = apart(placesOf(a.geometry), placesOf(b.geometry));
  if (distance === null) return 0;
  const s = Math.hypot(width, height) / 100;
  return Math.exp(-(distance ** 2) / (2 * s ** 2));
}

/** Of a point, a line or a skeleton. */
function placesOf(geometry: unknown): XY[] {
  if (typeof geometry !== "object" || geometry === null) return [];
  if ("xy" in geometry) return [geometry.xy as XY];
  const { points, keypoints } = geometry as { points?: readonly XY[]; keypoints?: readonly XY[] };
  return (points ?? keypoints ?? []).map(([x, y]): XY => [x, y]);
}
function apart(a: readonly XY[], b: readonly XY[]): number | null {
  if (!a.length || a.length !== b.length) return null;
  const sum = a.reduce((total, [x, y], i) => {
    const [u, v] = b[i] as XY;
    return total + Math.hypot(x - u, y - v);
  }, 0);
  return sum / a.length;
}
