/**
 * Masks as run lengths, row-major inside a crop, starting with zeros; most work is done on spans, the covered runs of
 * each row. The server's side is `datasets/geometry/_rle.py`.
 */
import type { BoxXYXY, WH, XY } from "../../lib/geometry.ts";

export interface MaskGeometry {
  readonly box: readonly [x: number, y: number, w: number, h: number];
  readonly rle: readonly number[];
}
/** One covered run: columns from..to (without) of a row. */
export type Span = readonly [row: number, from: number, to: number];
export type MaskOperation = "union" | "intersection" | "difference" | "xor";

export function maskArea({ rle }: MaskGeometry): number {
  let sum = 0;
  for (let i = 1; i < rle.length; i += 2) sum += rle[i]!;
  return sum;
}
/** Covered runs, row by row, in image pixels. */
export function* maskSpans({ box: [x, y, w], rle }: MaskGeometry): Generator<Span> {
  let at = 0;
  for (let i = 0; i < rle.length; i++) {
    const end = at + rle[i]!;
    while (i % 2 && at < end) {
      const row = Math.floor(at / w);
      const stop = Math.min(end, (row + 1) * w);
      yield [row + y, at - row * w + x, stop - row * w + x];
      at = stop;
    }
    at = end;
  }
}
/** The mask in normal form (tight crop, runs joined) of spans by row and column; null if there is none. */
export function maskOfSpans(spans: readonly Span[]): MaskGeometry | null {
  if (!spans.length) return null;
  let [x, right] = [Infinity, -Infinity];
  for (const [, from, to] of spans) {
    if (from < x) x = from;
    if (to > right) right = to;
  }
  const y = spans[0]![0];
  const [w, h] = [right - x, spans[spans.length - 1]![0] - y + 1];
  const rle: number[] = [];
  let at = 0;
  for (const [row, from, to] of spans) {
    const start = (row - y) * w + from - x;
    if (start === at && rle.length) rle[rle.length - 1]! += to - from;
    else rle.push(start - at, to - from);
    at = start + to - from;
  }
  if (at < w * h) rle.push(w * h - at);
  return { box: [x, y, w, h], rle };
}
/** Union, intersection, difference (first without second) or xor; null if nothing is left. */
export function combineMasks(
  first: MaskGeometry,
  second: MaskGeometry,
  operation: MaskOperation,
): MaskGeometry | null {
  const stride = Math.max(first.box[0] + first.box[2], second.box[0] + second.box[2]) + 1;
  const [a, b] = [marksOf(first, stride), marksOf(second, stride)];
  const spans: Span[] = [];
  let [i, j, from] = [0, 0, -1];
  while (i < a.length || j < b.length) {
    const at = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    while (a[i] === at) i++;
    while (b[j] === at) j++;
    const inside = KEPT[operation](i % 2 === 1, j % 2 === 1);
    if (inside && from < 0) from = at;
    if (!inside && from >= 0) {
      const row = Math.floor(from / stride);
      spans.push([row, from - row * stride, at - row * stride]);
      from = -1;
    }
  }
  return maskOfSpans(spans);
}
const KEPT: Readonly<Record<MaskOperation, (a: boolean, b: boolean) => boolean>> = {
  union: (a, b) => a || b,
  intersection: (a, b) => a && b,
  difference: (a, b) => a && !b,
  xor: (a, b) => a !== b,
};
/** Starts and ends of the covered runs as flat indices; a row is wider than anything covered. */
function marksOf(mask: MaskGeometry, stride: number): number[] {
  const marks: number[] = [];
  for (const [row, from, to] of maskSpans(mask)) marks.push(row * stride + from, row * stride + to);
  return marks;
}
/** Pixels covered by both. */
export function maskOverlap(first: MaskGeometry, second: MaskGeometry): number {
  const shared = combineMasks(first, second, "intersection");
  return shared ? maskArea(shared) : 0;
}
/** What lies in a box of whole pixels; null if nothing does. */
export function cropMask(mask: MaskGeometry, [x1, y1, x2, y2]: BoxXYXY): MaskGeometry | null {
  const spans: Span[] = [];
  for (const [row, from, to] of maskSpans(mask)) {
    const [left, right] = [Math.max(from, x1), Math.min(to, x2)];
    if (row >= y1 && row < y2 && left < right) spans.push([row, left, right]);
  }
  return maskOfSpans(spans);
}
/** Each pixel as a square of `step` of a picture, the first one at `origin`, as far as the picture goes; null if nowhere. */
export function enlargeMask(
  mask: MaskGeometry,
  [x, y]: XY,
  step: number,
  [width, height]: WH,
): MaskGeometry | null {
  if (step === 1 && x === 0 && y === 0) return mask;
  const rows = new Map<number, Span[]>();
  for (const span of maskSpans(mask)) rows.set(span[0], [...(rows.get(span[0]) ?? []), span]);
  const spans: Span[] = [];
  for (const [row, runs] of rows)
    for (let at = y + row * step; at < Math.min(height, y + (row + 1) * step); at++)
      for (const [, from, to] of runs)
        if (x + from * step < width) spans.push([at, x + from * step, Math.min(width, x + to * step)]);
  return maskOfSpans(spans);
}
/**
 * Stretched away from `about`: a pixel is covered if its middle comes from a covered one. At least one pixel is left,
 * and none lies outside of the picture.
 */
export function stretchMask(mask: MaskGeometry, about: XY, by: XY, [width, height]: WH): MaskGeometry {
  const edge = (at: number, axis: 0 | 1, most: number) =>
    Math.min(most, Math.max(0, Math.ceil(about[axis] + (at - about[axis]) * by[axis] - 0.5)));
  const rows = new Map<number, Span[]>();
  for (const span of maskSpans(mask)) rows.set(span[0], [...(rows.get(span[0]) ?? []), span]);
  const spans: Span[] = [];
  for (const [row, runs] of rows)
    for (let y = edge(row, 1, height); y < edge(row + 1, 1, height); y++)
      for (const [, from, to] of runs) {
        const [left, right] = [edge(from, 0, width), edge(to, 0, width)];
        if (left < right) spans.push([y, left, right]);
      }
  const [x, y, w, h] = mask.box;
  const [column, line] = [edge(x + w / 2, 0, width - 1), edge(y + h / 2, 1, height - 1)];
  return maskOfSpans(spans) ?? { box: [column, line, 1, 1], rle: [0, 1] };
}
/** Whether any covered pixel meets the box; its rows only are looked at. */
export function maskTouches(mask: MaskGeometry, [x1, y1, x2, y2]: BoxXYXY): boolean {
  const [x, y, w, h] = mask.box;
  if (x2 < x || x1 >= x + w || y2 < y || y1 >= y + h) return false;
  let at = 0;
  for (let i = 0; i < mask.rle.length; i++) {
    const end = at + mask.rle[i]!;
    if (i % 2 && end > (Math.floor(y1) - y) * w && at < (Math.floor(y2) - y + 1) * w) {
      const run = { box: mask.box, rle: [at, end - at] };
      for (const [row, from, to] of maskSpans(run))
        if (row + 1 > y1 && row <= y2 && to > x1 && from <= x2) return true;
    }
    at = end;
  }
  return false;
}
