/**
 * From rings to masks and back, and one type turned into another. A mask's rings run along the borders of its pixels,
 * so turning them into a mask again gives the same pixels, holes included. The server's side: `datasets/geometry/_contours.py`.
 */
import type { WH, XY } from "../../lib/geometry.ts";
import { simplifyRings } from "./_edit.ts";
import { bitmapOf, type Bitmap } from "./_bitmap.ts";
import { maskOfSpans, type MaskGeometry, type Span } from "./_rle.ts";
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
  return bitmapToRings(bitmapOf(mask));
}
export function bitmapToRings(bitmap: Bitmap): XY[][] {
  const { xs, ys, down } = cornersOf(bitmap);
  const seen = new Uint8Array(xs.length);
  const rings: XY[][] = [];
  for (let first = 0; first < xs.length; first++) {
    if (seen[first]) continue;
    const ring: XY[] = [];
    for (let at = first; !seen[at]; at = down[at]!) {
      ring.push([xs[at]! + bitmap.x, ys[at]! + bitmap.y]);
      seen[at] = 1;
      // Along a row the borders alternate: corner 0 to 1, 2 to 3.
      at ^= 1;
      ring.push([xs[at]! + bitmap.x, ys[at]! + bitmap.y]);
      seen[at] = 1;
    }
    rings.push(ring);
  }
  return rings;
}

/** Whether a border turns where these of the four pixels around are covered: one, three, or two that only touch. */
const CORNER = [0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 0, 1, 0, 1, 1, 0].map(Boolean);

/** Corners by row, and for each the one at the other end of its upright edge. */
function cornersOf({ w, h, data }: Bitmap): { xs: number[]; ys: number[]; down: Int32Array } {
  const xs: number[] = [];
  const ys: number[] = [];
  /** For each column the corner whose upright edge still looks for its lower end, or -1. */
  const open = new Int32Array(w + 1).fill(-1);
  const pairs: number[] = [];
  const at = (x: number, y: number): number => (x >= 0 && y >= 0 && x < w && y < h ? data[y * w + x]! : 0);
  const meet = (corner: number, column: number): void => {
    if (open[column] === -1) open[column] = corner;
    else {
      pairs.push(open[column]!, corner);
      open[column] = -1;
    }
  };
  for (let y = 0; y <= h; y++) {
    for (let x = 0; x <= w; x++) {
      // Bits: 1 left above, 2 right above, 4 left below, 8 right below.
      const around = at(x - 1, y - 1) | (at(x, y - 1) << 1) | (at(x - 1, y) << 2) | (at(x, y) << 3);
      if (!CORNER[around]) continue;
      const corner = xs.push(x) - 1;
      ys.push(y);
      if (around !== 9 && around !== 6) {
        meet(corner, x);
        continue;
      }
      // Two pixels touch. The first corner ends the edge from the left, which runs on upwards if that pixel is above.
      xs.push(x);
      ys.push(y);
      meet(around === 9 ? corner : corner + 1, x);
      meet(around === 9 ? corner + 1 : corner, x);
    }
  }
  const down = new Int32Array(xs.length);
  for (let i = 0; i < pairs.length; i += 2) {
    down[pairs[i]!] = pairs[i + 1]!;
    down[pairs[i + 1]!] = pairs[i]!;
  }
  return { xs, ys, down };
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
