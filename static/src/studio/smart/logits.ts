/** From the decoder's logits to a mask of the picture, and to a polygon. Pure. */
import { ringArea, type WH, type XY } from "../../lib/geometry.ts";
import { maskToRings, ringsToMask } from "../shapes/_convert.ts";
import { simplifyRings } from "../shapes/_edit.ts";
import { maskOfSpans, type MaskGeometry, type Span } from "../shapes/_rle.ts";
import type { PolygonGeometry } from "../shapes/polygon.ts";
import { MASK_SIDE, SIDE, fittedSize, scaleOf } from "./prepare.ts";

const CELL = SIDE / MASK_SIDE;
/** Specks and pinholes smaller than this part of the largest outline are noise. */
const NOISE = 0.005;

/**
 * The pixels whose logit is above zero, linear between the cells of the (256, 256) `logits`; null if there is none. The
 * ends of each run are found between two cells, so the cost is that of the rows, not of the pixels.
 */
export function maskOfLogits(logits: Float32Array, size: WH): MaskGeometry | null {
  const [fittedWidth, fittedHeight] = fittedSize(size);
  const columns = Math.ceil(fittedWidth / CELL);
  const rows = Math.ceil(fittedHeight / CELL);
  const perPixel = scaleOf(size) / CELL;
  const line = new Float32Array(columns);
  const spans: Span[] = [];
  for (let y = 0; y < size[1]; y++) {
    const v = Math.min(Math.max((y + 0.5) * perPixel - 0.5, 0), rows - 1);
    blend(logits, v, rows, line);
    for (const [from, to] of runsOf(line, perPixel, size[0])) spans.push([y, from, to]);
  }
  return maskOfSpans(spans);
}

/** One row of the picture: the logits of the two rows of cells around it, mixed. */
function blend(logits: Float32Array, v: number, rows: number, line: Float32Array): void {
  const upper = Math.floor(v);
  const share = v - upper;
  const above = upper * MASK_SIDE;
  const below = Math.min(upper + 1, rows - 1) * MASK_SIDE;
  for (let i = 0; i < line.length; i++)
    line[i] = (logits[above + i] as number) * (1 - share) + (logits[below + i] as number) * share;
}

/** Runs of pixels above zero; the value beyond the first and the last cell is theirs. */
function runsOf(line: Float32Array, perPixel: number, width: number): [from: number, to: number][] {
  const runs: [number, number][] = [];
  let start = (line[0] as number) > 0 ? 0 : -1;
  for (let i = 0; i + 1 < line.length; i++) {
    const a = line[i] as number;
    const b = line[i + 1] as number;
    if (a > 0 === b > 0) continue;
    const crossing = (i + a / (a - b) + 0.5) / perPixel - 0.5;
    if (b > 0) start = Math.max(0, Math.floor(crossing) + 1);
    else if (start >= 0) {
      const end = Math.min(width, Math.ceil(crossing));
      if (end > start) runs.push([start, end]);
      start = -1;
    }
  }
  if (start >= 0 && start < width) runs.push([start, width]);
  return runs;
}

/** Without specks and pinholes. */
export function cleaned(mask: MaskGeometry, size: WH): MaskGeometry {
  const rings = maskToRings(mask);
  const areas = rings.map((ring) => ringArea(ring));
  const least = NOISE * Math.max(...areas);
  const kept = rings.filter((_, i) => (areas[i] as number) >= least);
  if (kept.length === rings.length) return mask;
  return ringsToMask(kept, size) ?? mask;
}

/**
 * The outline with the steps of its pixels smoothed away and with fewer points, none left out further than `tolerance`
 * pixels; null if it is too small for one.
 */
export function polygonOf(mask: MaskGeometry, tolerance: number): PolygonGeometry | null {
  const rings = simplifyRings(maskToRings(mask).map(withoutSteps), tolerance).filter(
    (ring) => ring.length >= 3 && ringArea(ring) > 0,
  );
  return rings.length ? { rings } : null;
}

/** A ring along pixels, as a point a pixel, each drawn towards its neighbours. Corners lose half a pixel. */
function withoutSteps(ring: readonly XY[]): XY[] {
  let now: XY[] = ring.flatMap(([x, y], i) => {
    const [nx, ny] = ring[(i + 1) % ring.length] as XY;
    const length = Math.max(Math.abs(nx - x), Math.abs(ny - y));
    return Array.from({ length }, (_, k): XY => [x + ((nx - x) * k) / length, y + ((ny - y) * k) / length]);
  });
  for (let round = 0; round < 2; round++)
    now = now.map(([x, y], i) => {
      const [bx, by] = now.at(i - 1) as XY;
      const [ax, ay] = now[(i + 1) % now.length] as XY;
      return [(bx + 2 * x + ax) / 4, (by + 2 * y + ay) / 4];
    });
  return now;
}
