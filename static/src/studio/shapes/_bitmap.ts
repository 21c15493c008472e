/**
 * Masks as crops of bytes, for what runs are clumsy at: holes and floods. (What a brush paints is `render/brush.ts`.)
 */
import type { BoxXYXY, WH, XY } from "../../lib/geometry.ts";
import { maskOfSpans, maskSpans, type MaskGeometry, type Span } from "./_rle.ts";

/** A crop of the image, one byte a pixel: 0 or 1. */
export interface Bitmap {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly data: Uint8Array;
}
/** An empty bitmap of the box, in whole pixels. */
export function emptyBitmap([x1, y1, x2, y2]: BoxXYXY): Bitmap {
  const [x, y] = [Math.floor(x1), Math.floor(y1)];
  const [w, h] = [Math.max(0, Math.ceil(x2) - x), Math.max(0, Math.ceil(y2) - y)];
  return { x, y, w, h, data: new Uint8Array(w * h) };
}
/** The mask's pixels, in its own crop or in the larger one of `room`. */
export function bitmapOf(mask: MaskGeometry, room?: BoxXYXY): Bitmap {
  const [x, y, w, h] = mask.box;
  const bitmap = emptyBitmap(room ?? [x, y, x + w, y + h]);
  for (const [row, from, to] of maskSpans(mask)) fillRun(bitmap, row, from, to, 1);
  return bitmap;
}
/** The mask of a bitmap, tight; null if nothing is covered. */
export function maskOf({ x, y, w, data }: Bitmap): MaskGeometry | null {
  const spans: Span[] = [];
  for (let at = data.indexOf(1); at >= 0;) {
    const zero = data.indexOf(0, at);
    const end = zero < 0 ? data.length : zero;
    while (at < end) {
      const row = Math.floor(at / w);
      const stop = Math.min(end, (row + 1) * w);
      spans.push([row + y, at - row * w + x, stop - row * w + x]);
      at = stop;
    }
    at = data.indexOf(1, end);
  }
  return maskOfSpans(spans);
}
/** Sets columns from..to (without) of a row, as far as they lie in the bitmap. */
export function fillRun(bitmap: Bitmap, row: number, from: number, to: number, value: 0 | 1): void {
  const r = row - bitmap.y;
  if (r < 0 || r >= bitmap.h) return;
  const left = Math.max(0, from - bitmap.x);
  const right = Math.min(bitmap.w, to - bitmap.x);
  if (left < right) bitmap.data.fill(value, r * bitmap.w + left, r * bitmap.w + right);
}
/** Covers every place that is cut off from the crop's border by covered pixels. Returns how many were filled. */
export function fillHoles(bitmap: Bitmap): number {
  const { w, h, data } = bitmap;
  const [wide, high] = [w + 2, h + 2];
  // 1: covered, 2: reached from outside; a border of one pixel lets the outside flow around.
  const marks = new Uint8Array(wide * high);
  for (let row = 0; row < h; row++) marks.set(data.subarray(row * w, (row + 1) * w), (row + 1) * wide + 1);
  flow(
    wide,
    high,
    0,
    0,
    (at) => marks[at] === 0,
    (at, count) => marks.fill(2, at, at + count),
  );
  let filled = 0;
  for (let row = 0; row < h; row++)
    for (let column = 0; column < w; column++)
      if (marks[(row + 1) * wide + column + 1] === 0) {
        data[row * w + column] = 1;
        filled++;
      }
  return filled;
}
/** Scan-line flood over 4-neighbours from (x, y): `free` asks, `take` marks a run so that it is not free any more. */
function flow(
  w: number,
  h: number,
  x: number,
  y: number,
  free: (at: number) => boolean,
  take: (at: number, count: number) => void,
): void {
  const stack = [y * w + x];
  while (stack.length) {
    const seed = stack.pop()!;
    if (!free(seed)) continue;
    const row = Math.floor(seed / w);
    let [left, right] = [seed, seed + 1];
    while (left > row * w && free(left - 1)) left--;
    while (right < (row + 1) * w && free(right)) right++;
    take(left, right - left);
    for (const next of [row - 1, row + 1]) {
      if (next < 0 || next >= h) continue;
      const shift = (next - row) * w;
      for (let at = left + shift, open = false; at < right + shift; at++) {
        const now = free(at);
        if (now && !open) stack.push(at);
        open = now;
      }
    }
  }
}
/**
 * The pixels joined to `at` whose colour differs from the one there by at most `tolerance` (0..255, the greatest
 * difference of red, green and blue). `pixels` are RGBA, as a canvas gives them. Null outside the picture.
 */
export function floodFill(
  pixels: Uint8ClampedArray,
  [w, h]: WH,
  at: XY,
  tolerance: number,
): MaskGeometry | null {
  const [x, y] = [Math.floor(at[0]), Math.floor(at[1])];
  if (x < 0 || y < 0 || x >= w || y >= h) return null;
  const bitmap = emptyBitmap([0, 0, w, h]);
  const seed = (y * w + x) * 4;
  const [r, g, b] = [pixels[seed]!, pixels[seed + 1]!, pixels[seed + 2]!];
  const free = (i: number): boolean =>
    bitmap.data[i] === 0 &&
    Math.abs(pixels[4 * i]! - r) <= tolerance &&
    Math.abs(pixels[4 * i + 1]! - g) <= tolerance &&
    Math.abs(pixels[4 * i + 2]! - b) <= tolerance;
  flow(w, h, x, y, free, (from, count) => bitmap.data.fill(1, from, from + count));
  return maskOf(bitmap);
}
