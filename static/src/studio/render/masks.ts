/**
 * Masks as bitmaps: each painted once into a canvas of its own crop, at the fineness it is looked at, and kept while
 * there is room.
 */
import type { XY } from "../../lib/geometry.ts";
import { maskSpans, type MaskGeometry } from "../shapes/_rle.ts";
import { traceChain } from "../shapes/_vertices.ts";
import { maskOutline } from "../shapes/mask.ts";

export interface MaskBitmap {
  readonly canvas: OffscreenCanvas;
  readonly step: number;
}

/** Bytes of bitmaps kept. */
const ROOM = 192 * 2 ** 20;

export function isMask(type: string, geometry: unknown): geometry is MaskGeometry {
  return type === "mask" && typeof geometry === "object" && geometry !== null && "rle" in geometry;
}

/** So much a bitmap may be stretched: its edge lies under a line. */
const STRETCH = 4 / 3;

/** How many image pixels go into one of the bitmap, along one side: a power of two. `scale` in device pixels. */
export function stepFor(scale: number): number {
  return 2 ** Math.max(0, Math.floor(Math.log2(STRETCH / Math.max(scale, 1e-6))));
}

/** Paints the runs into `pixels` of ceil(w/step) columns, taking every step-th row and column. */
export function paintRuns(mask: MaskGeometry, step: number, pixels: Uint32Array, value: number): void {
  const [left, top, width] = mask.box;
  const columns = Math.ceil(width / step);
  for (const [row, from, to] of maskSpans(mask)) {
    const y = row - top;
    if (y % step) continue;
    const start = (y / step) * columns;
    pixels.fill(value, start + Math.ceil((from - left) / step), start + Math.ceil((to - left) / step));
  }
}

/**
 * The border without corners that nobody can tell apart: each kept one is `least` image pixels or more from the last.
 * A border follows every pixel, and stroking that is most of the work of drawing a mask that is seen small.
 */
export function coarseRing(ring: readonly XY[], least: number): readonly XY[] {
  const kept: XY[] = [];
  let [x, y] = [-Infinity, -Infinity];
  for (const point of ring) {
    if (Math.max(Math.abs(point[0] - x), Math.abs(point[1] - y)) < least) continue;
    kept.push(point);
    [x, y] = point;
  }
  return kept.length < 3 ? ring : kept;
}

/** "#rrggbb" as a pixel of ImageData on a little-endian machine, opaque. */
export function pixelOf(color: string): number {
  const hex = /^#([0-9a-f]{6})/i.exec(color)?.[1] ?? rgbOf(color);
  const [r, g, b] = [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as [
    number,
    number,
    number,
  ];
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

let probe: OffscreenCanvasRenderingContext2D | null = null;
/** Any colour CSS knows, as rrggbb: a canvas normalises what it is given. */
function rgbOf(color: string): string {
  probe ??= new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  if (!probe) return "868e9b";
  probe.fillStyle = "#868e9b";
  probe.fillStyle = color;
  probe.fillRect(0, 0, 1, 1);
  return [...probe.getImageData(0, 0, 1, 1).data.slice(0, 3)]
    .map((v) => v.toString(16).padStart(2, "0"))
    .join("");
}

/** The lines round masks, at the fineness they were last looked at. */
export class MaskPaths {
  private readonly kept = new WeakMap<MaskGeometry, { step: number; path: Path2D }>();

  /** `scale`: device pixels per image pixel. */
  get(mask: MaskGeometry, scale: number): Path2D {
    const step = stepFor(scale);
    const kept = this.kept.get(mask);
    if (kept?.step === step) return kept.path;
    const path = new Path2D();
    for (const ring of maskOutline(mask)) traceChain(coarseRing(ring, step), true, path);
    this.kept.set(mask, { step, path });
    return path;
  }
}

interface Kept extends MaskBitmap {
  readonly color: string;
  readonly bytes: number;
}

export class MaskBitmaps {
  /** In the order of their last use. */
  private readonly kept = new Map<MaskGeometry, Kept>();
  private bytes = 0;

  /** `scale`: device pixels per image pixel. */
  get(mask: MaskGeometry, color: string, scale: number): MaskBitmap {
    const step = stepFor(scale);
    const kept = this.kept.get(mask);
    if (kept?.step === step && kept.color === color) {
      this.kept.delete(mask);
      this.kept.set(mask, kept);
      return kept;
    }
    if (kept) this.drop(mask, kept);
    const made = paint(mask, color, step);
    this.kept.set(mask, made);
    this.bytes += made.bytes;
    for (const [oldest, bitmap] of this.kept) {
      if (this.bytes <= ROOM || oldest === mask) break;
      this.drop(oldest, bitmap);
    }
    return made;
  }
  clear(): void {
    this.kept.clear();
    this.bytes = 0;
  }
  private drop(mask: MaskGeometry, bitmap: Kept): void {
    this.kept.delete(mask);
    this.bytes -= bitmap.bytes;
  }
}

function paint(mask: MaskGeometry, color: string, step: number): Kept {
  const [width, height] = [Math.ceil(mask.box[2] / step), Math.ceil(mask.box[3] / step)];
  const canvas = new OffscreenCanvas(width, height);
  const ctx = canvas.getContext("2d");
  if (ctx) {
    const image = ctx.createImageData(width, height);
    paintRuns(mask, step, new Uint32Array(image.data.buffer), pixelOf(color));
    ctx.putImageData(image, 0, 0);
  }
  return { canvas, step, color, bytes: width * height * 4 };
}
