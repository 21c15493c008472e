/** A part of the picture as numbers, for tools that look at colours: as fine as the picture, or as the screen shows it. */
import type { BoxXYXY, WH, XY } from "../../lib/geometry.ts";

export interface Patch {
  /** Where its first pixel begins, in image pixels. */
  readonly origin: XY;
  /** Image pixels that each of its pixels stands for, on a side. */
  readonly step: number;
  readonly pixels: ImageData;
}

/** From image pixels to the patch's. */
export function inPatch({ origin: [x, y], step }: Patch, [px, py]: XY): XY {
  return [(px - x) / step, (py - y) / step];
}
/** And back. */
export function fromPatch({ origin: [x, y], step }: Patch, [px, py]: XY): XY {
  return [x + px * step, y + py * step];
}
/** What it shows of the picture. */
export function patchBox({ origin: [x, y], step, pixels }: Patch, [width, height]: WH): BoxXYXY {
  return [x, y, Math.min(width, x + pixels.width * step), Math.min(height, y + pixels.height * step)];
}
