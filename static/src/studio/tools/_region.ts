/** The part of a picture that is cut: few enough pixels to be quick, what a person said of each, and the way back. Pure. */
import { boxIntersection, type BoxXYXY, type WH, type XY } from "../../lib/geometry.ts";
import { AROUND, OBJECT, UNKNOWN } from "../cut/index.ts";
import { inPatch, patchBox, type Patch } from "../render/patch.ts";
import { maskOf } from "../shapes/_bitmap.ts";
import { ringsToMask } from "../shapes/_convert.ts";
import { enlargeMask, type MaskGeometry } from "../shapes/_rle.ts";
import { polygonOf } from "../smart/logits.ts";

/** What is cut at once: more takes seconds. */
const MOST = 40_000;
/** Of the box, around it, so that what is not the object is known too. */
const AROUND_SHARE = 0.15;
const AROUND_LEAST = 4;

/** A line that somebody drew over what belongs to the object, or does not. */
export interface Stroke {
  readonly points: readonly XY[];
  readonly wanted: boolean;
  /** In image pixels. */
  readonly radius: number;
}
export interface Region {
  readonly pixels: { data: Uint8ClampedArray; width: number; height: number };
  readonly origin: XY;
  /** Image pixels that one of it stands for, on a side. */
  readonly step: number;
}

/** Null where the patch shows nothing of the box. */
export function regionOf(patch: Patch, box: BoxXYXY, size: WH): Region | null {
  const [w, h] = [box[2] - box[0], box[3] - box[1]];
  const margin = Math.max(AROUND_LEAST * patch.step, AROUND_SHARE * Math.max(w, h));
  const wide: BoxXYXY = [box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin];
  const seen = boxIntersection(wide, patchBox(patch, size));
  if (!seen) return null;
  const [x, y] = inPatch(patch, [seen[0], seen[1]]).map(Math.floor) as [number, number];
  const [right, bottom] = inPatch(patch, [seen[2], seen[3]]).map(Math.ceil) as [number, number];
  const each = Math.max(1, Math.ceil(Math.sqrt(((right - x) * (bottom - y)) / MOST)));
  const [width, height] = [Math.ceil((right - x) / each), Math.ceil((bottom - y) / each)];
  const data = new Uint8ClampedArray(4 * width * height);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      mean(patch.pixels, x + column * each, y + row * each, each, data, 4 * (row * width + column));
  return {
    pixels: { data, width, height },
    origin: [patch.origin[0] + x * patch.step, patch.origin[1] + y * patch.step],
    step: each * patch.step,
  };
}

function mean(from: ImageData, x: number, y: number, each: number, to: Uint8ClampedArray, at: number): void {
  const [right, bottom] = [Math.min(from.width, x + each), Math.min(from.height, y + each)];
  const sum = [0, 0, 0];
  let count = 0;
  for (let py = Math.min(y, bottom - 1); py < bottom; py++)
    for (let px = Math.min(x, right - 1); px < right; px++) {
      const pixel = 4 * (py * from.width + px);
      for (let c = 0; c < 3; c++) sum[c] = (sum[c] as number) + (from.data[pixel + c] as number);
      count += 1;
    }
  for (let c = 0; c < 3; c++) to[at + c] = (sum[c] as number) / count;
}

/** Outside the box nothing belongs to the object; inside, what was drawn says so, and the later word holds. */
export function saidOf(
  { pixels, origin, step }: Region,
  box: BoxXYXY,
  strokes: readonly Stroke[],
): Uint8Array {
  const { width, height } = pixels;
  const said = new Uint8Array(width * height).fill(AROUND);
  const centre = (column: number, row: number): XY => [
    origin[0] + (column + 0.5) * step,
    origin[1] + (row + 0.5) * step,
  ];
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const [x, y] = centre(column, row);
      if (x > box[0] && x < box[2] && y > box[1] && y < box[3]) said[row * width + column] = UNKNOWN;
    }
  for (const { points, wanted, radius } of strokes)
    for (const [x, y] of points) {
      const reach = Math.max(radius, step / 2);
      const span = (at: number, from: number, count: number): [number, number] => [
        Math.max(0, Math.floor((at - reach - from) / step)),
        Math.min(count - 1, Math.floor((at + reach - from) / step)),
      ];
      const [left, right] = span(x, origin[0], width);
      const [top, bottom] = span(y, origin[1], height);
      for (let row = top; row <= bottom; row++)
        for (let column = left; column <= right; column++) {
          const [cx, cy] = centre(column, row);
          if (Math.max(Math.abs(cx - x), Math.abs(cy - y)) <= reach)
            said[row * width + column] = wanted ? OBJECT : AROUND;
        }
    }
  return said;
}

/** The mask in the picture: as it is where a pixel stands for one, smoothed where it stands for many; null: nothing. */
export function maskIn({ pixels, origin, step }: Region, inside: Uint8Array, size: WH): MaskGeometry | null {
  const small = maskOf({ x: 0, y: 0, w: pixels.width, h: pixels.height, data: inside });
  const rings = small && step > 1 ? polygonOf(small, 0.25)?.rings : undefined;
  if (!small || !rings) return small && enlargeMask(small, origin, step, size);
  const placed = rings.map((ring) => ring.map(([x, y]): XY => [origin[0] + x * step, origin[1] + y * step]));
  return ringsToMask(placed, size);
}
