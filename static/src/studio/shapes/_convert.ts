/**
 * From rings to masks and back, and one type turned into another. A mask's rings run along the borders of its pixels,
 * so turning them into a mask again gives the same pixels, holes included. The server's side: `datasets/geometry/_contours.py`.
 */
import type { WH, XY } from "../../lib/geometry.ts";
import { simplifyRings } from "./_edit.ts";
import { maskOfSpans, maskSpans, type MaskGeometry, type Span } from "./_rle.ts";
import { circlePoints, paintRings } from "./_rings.ts";
import { ShapeInvalid } from "./_shape.ts";
import { boundsOf, rotated, type Rings } from "./_values.ts";
import { boxCorners, type BoxGeometry } from "./box.ts";
import type { EllipseGeometry } from "./ellipse.ts";
import type { PolygonGeometry } from "./polygon.ts";

const ELLIPSE_POINTS = 96;

/** The pixels of the image whose centre lies inside by the even-odd rule; null if there is none. */
export function ringsToMask(rings: Rings, size: WH): MaskGeometry | null {
  const spans: Span[] = [];
  paintRings(rings, size, (...span) => spans.push(span));
  return maskOfSpans(spans);
}

/** Rings along the pixels' borders, corners only. Pixels that touch at a corner belong to different rings. */
export function maskToRings(mask: MaskGeometry): XY[][] {
  const { xs, ys, down } = cornersOf(mask);
  const seen = new Uint8Array(xs.length);
  const rings: XY[][] = [];
  for (let first = 0; first < xs.length; first++) {
    if (seen[first]) continue;
    const ring: XY[] = [];
    for (let at = first; !seen[at]; at = down[at]!) {
      ring.push([xs[at]!, ys[at]!]);
      seen[at] = 1;
      // Along a row the borders alternate: corner 0 to 1, 2 to 3.
      at ^= 1;
      ring.push([xs[at]!, ys[at]!]);
      seen[at] = 1;
    }
    rings.push(ring);
  }
  return rings;
}

/** Corners by row, and for each the one at the other end of its upright edge. */
class Corners {
  readonly xs: number[] = [];
  readonly ys: number[] = [];
  readonly down: number[] = [];
  /** For each column the corner whose upright edge still looks for its lower end, or -1. */
  private readonly open: Int32Array;
  constructor(
    private readonly left: number,
    width: number,
  ) {
    this.open = new Int32Array(width + 1).fill(-1);
  }
  add(x: number, y: number): number {
    this.ys.push(y);
    this.down.push(-1);
    return this.xs.push(x) - 1;
  }
  join(corner: number): void {
    const column = this.xs[corner]! - this.left;
    const upper = this.open[column]!;
    this.open[column] = upper < 0 ? corner : -1;
    if (upper < 0) return;
    this.down[upper] = corner;
    this.down[corner] = upper;
  }
}

function cornersOf(mask: MaskGeometry): Corners {
  const [left, top, width, height] = mask.box;
  const rows = Array.from({ length: height + 2 }, (): number[] => []);
  for (const [row, from, to] of maskSpans(mask)) rows[row - top + 1]!.push(from, to);
  const corners = new Corners(left, width);
  for (let k = 1; k < rows.length; k++) turns(corners, rows[k - 1]!, rows[k]!, top + k - 1);
  return corners;
}
/** A border turns where a run begins or ends in the row above or in the one below, but not alike in both. */
function turns(corners: Corners, above: readonly number[], below: readonly number[], y: number): void {
  for (let i = 0, j = 0; i < above.length || j < below.length;) {
    const x = Math.min(above[i] ?? Infinity, below[j] ?? Infinity);
    const both = above[i] === below[j];
    if (!both) corners.join(corners.add(x, y));
    else if (i % 2 !== j % 2) {
      // Two pixels touch here, a corner for each. The first ends the edge from the left, which runs on upwards if that
      // pixel is the upper one.
      const [first, second] = [corners.add(x, y), corners.add(x, y)];
      corners.join(i % 2 ? first : second);
      corners.join(i % 2 ? second : first);
    }
    if (both || above[i] === x) i++;
    if (both || below[j] === x) j++;
  }
}

/** A polygon of 96 corners with the ellipse's area. */
export function ellipseCorners({ center, radii, angle }: EllipseGeometry): XY[] {
  return circlePoints(ELLIPSE_POINTS).map(([x, y]) =>
    rotated([center[0] + radii[0] * x, center[1] + radii[1] * y], center, angle),
  );
}

/** The outline of a geometry as even-odd rings; null for a type that covers nothing. */
export function outlineOf(type: string, geometry: unknown): Rings | null {
  if (type === "box") return [boxCorners(geometry as BoxGeometry)];
  if (type === "polygon") return (geometry as PolygonGeometry).rings;
  if (type === "ellipse") return [ellipseCorners(geometry as EllipseGeometry)];
  return type === "mask" ? maskToRings(geometry as MaskGeometry) : null;
}
/**
 * A geometry turned into a box (its bounds), polygon (its outline; a mask's simplified by `tolerance` pixels, 0 = along
 * its pixels) or mask (pixels whose centre it covers). Throws ShapeInvalid where that says nothing.
 */
export function converted(
  type: string,
  geometry: unknown,
  target: "box" | "polygon" | "mask",
  size: WH,
  tolerance = 1,
): unknown {
  if (type === target) return geometry;
  const rings = outlineOf(type, geometry);
  if (!rings) throw new ShapeInvalid(`A ${type} has no outline: it cannot become a ${target}.`);
  if (target === "box") return { xyxy: boundsOf(rings.flat()), angle: 0 };
  if (target === "polygon") return { rings: type === "mask" ? simplifyRings(rings, tolerance) : rings };
  const mask = ringsToMask(rings, size);
  if (!mask) throw new ShapeInvalid("It covers no pixel of the image.");
  return mask;
}
