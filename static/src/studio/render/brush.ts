/**
 * The mask while it is painted: tiles made where the brush goes, so that a move costs what it covers, however large the
 * picture. Geometry in image pixels; a pixel is covered when its middle is.
 */
import type { Viewport, WH, XY } from "../../lib/geometry.ts";
import { maskSpans, type MaskGeometry } from "../shapes/_rle.ts";
import { pixelOf, stepFor } from "./masks.ts";
import { nibSpan, type Nib } from "./spans.ts";

const TILE = 256;
const COARSEST = 16;
type Rect = [x1: number, y1: number, x2: number, y2: number];

/** The tile's colours: every step-th pixel, as many as the screen can show. */
interface Paper {
  readonly step: number;
  readonly canvas: OffscreenCanvas;
  readonly ctx: OffscreenCanvasRenderingContext2D;
  readonly image: ImageData;
}
/** All tiles as the screen shows them: a move lays anew only those it painted on. */
interface Sheet {
  readonly view: Viewport;
  readonly ratio: number;
  readonly canvas: OffscreenCanvas;
  readonly ctx: OffscreenCanvasRenderingContext2D;
}

interface Tile {
  readonly x: number;
  readonly y: number;
  /** 1 = covered, row-major. */
  readonly bits: Uint8Array;
  /** Made when it is first drawn. */
  paper: Paper | null;
  /** Columns and rows whose bits are not on the paper yet. */
  dirty: Rect | null;
}

export class BrushLayer {
  private readonly tiles = new Map<number, Tile>();
  private readonly columns: number;
  private pixel = 0;
  private sheet: Sheet | null = null;

  /** `size`: of the picture. `mask`: what is painted on; it is not changed. */
  constructor(
    readonly size: WH,
    mask: MaskGeometry | null = null,
  ) {
    this.columns = Math.ceil(size[0] / TILE);
    if (mask) for (const [row, from, to] of maskSpans(mask)) this.span(row, from, to);
  }

  /** Covers (or uncovers) what a nib of that radius passes over on its way from one point to another. */
  stroke(from: XY, to: XY, radius: number, erase = false, nib: Nib = "circle"): void {
    const r = Math.max(radius, 0.5);
    const bottom = Math.min(this.size[1], Math.ceil(Math.max(from[1], to[1]) + r));
    for (let y = Math.max(0, Math.floor(Math.min(from[1], to[1]) - r)); y < bottom; y++) {
      const cut = nibSpan(nib, from, to, r, y + 0.5);
      if (cut) this.span(y, Math.ceil(cut[0] - 0.5), Math.floor(cut[1] - 0.5) + 1, erase);
    }
    // The smallest nib may lie between the middles of pixels: the one it points at is meant.
    if (r < 1) this.span(Math.floor(to[1]), Math.floor(to[0]), Math.floor(to[0]) + 1, erase);
  }

  /** Covers (or uncovers) pixels [x1, x2) of row y. */
  span(y: number, x1: number, x2: number, erase = false): void {
    const [from, to] = [Math.max(0, x1), Math.min(this.size[0], x2)];
    if (from >= to || y < 0 || y >= this.size[1]) return;
    for (let column = Math.floor(from / TILE); column * TILE < to; column++) {
      const tile = this.tile(column, Math.floor(y / TILE), !erase);
      if (!tile) continue;
      const [a, b, line] = [Math.max(0, from - tile.x), Math.min(TILE, to - tile.x), y - tile.y];
      tile.bits.fill(erase ? 0 : 1, line * TILE + a, line * TILE + b);
      tile.dirty = joined(tile.dirty, a, line, b, line + 1);
    }
  }

  /** In normal form, the crop tight; null when nothing is covered. */
  toMask(): MaskGeometry | null {
    const box = this.tightBox();
    if (!box) return null;
    const [x1, y1, x2, y2] = box;
    const rle: number[] = [];
    let [value, run] = [0, 0];
    for (let y = y1; y < y2; y++)
      for (let x = x1; x < x2;) {
        const column = Math.floor(x / TILE);
        const stop = Math.min(x2, (column + 1) * TILE);
        const bits = this.tile(column, Math.floor(y / TILE), false)?.bits;
        const row = (y % TILE) * TILE - column * TILE;
        const line = bits?.subarray(row + x, row + stop);
        const start = x;
        while (x < stop) {
          const found = line ? line.indexOf(1 - value, x - start) : value - 1;
          const end = found < 0 ? stop : start + found;
          run += end - x;
          x = end;
          if (x >= stop) break;
          rle.push(run);
          [value, run] = [1 - value, 0];
        }
      }
    rle.push(run);
    return { box: [x1, y1, x2 - x1, y2 - y1], rle };
  }

  paintIn(color: string): void {
    const pixel = pixelOf(color);
    if (pixel === this.pixel) return;
    this.pixel = pixel;
    this.sheet = null;
    for (const tile of this.tiles.values()) tile.dirty = [0, 0, TILE, TILE];
  }

  /** Draws what is in sight, on whole device pixels. Changes the context's transform. */
  draw(ctx: CanvasRenderingContext2D, view: Viewport, screen: WH, ratio: number): void {
    const [width, height] = screen.map((side) => Math.round(side * ratio)) as [number, number];
    let sheet = this.sheet;
    const same = sheet?.view === view && sheet.ratio === ratio && sheet.canvas.width === width;
    if (!sheet || !same || sheet.canvas.height !== height) {
      const canvas = new OffscreenCanvas(width, height);
      this.sheet = sheet = { view, ratio, canvas, ctx: contextOf(canvas) };
      for (const tile of this.tiles.values()) this.lay(tile, sheet, screen);
    } else for (const tile of this.tiles.values()) if (tile.dirty) this.lay(tile, sheet, screen);
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.drawImage(sheet.canvas, 0, 0);
  }

  private lay(tile: Tile, { ctx, view, ratio }: Sheet, screen: WH): void {
    const box = view.screenBox([tile.x, tile.y, tile.x + TILE, tile.y + TILE]);
    if (box[0] > screen[0] || box[1] > screen[1] || box[2] < 0 || box[3] < 0) return;
    const step = Math.min(stepFor(view.scale * ratio), COARSEST);
    const paper = this.freshen(tile, step);
    const [x1, y1, x2, y2] = box.map((v) => Math.round(v * ratio)) as Rect;
    const side = TILE / step;
    const [w, h] = [(x2 - x1) / side, (y2 - y1) / side];
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(x1, y1, x2 - x1, y2 - y1);
    if (view.turns === 0) ctx.setTransform(w, 0, 0, h, x1, y1);
    else if (view.turns === 1) ctx.setTransform(0, h, -w, 0, x2, y1);
    else if (view.turns === 2) ctx.setTransform(-w, 0, 0, -h, x2, y2);
    else ctx.setTransform(0, -h, w, 0, x1, y2);
    ctx.imageSmoothingEnabled = false;
    ctx.drawImage(paper, 0, 0);
  }

  private tile(column: number, row: number, make: boolean): Tile | undefined {
    const key = row * this.columns + column;
    let tile = this.tiles.get(key);
    if (!tile && make) {
      const bits = new Uint8Array(TILE * TILE);
      tile = { x: column * TILE, y: row * TILE, bits, paper: null, dirty: null };
      this.tiles.set(key, tile);
    }
    return tile;
  }

  private freshen(tile: Tile, step: number): OffscreenCanvas {
    if (tile.paper?.step !== step) {
      tile.paper = paperOf(step);
      tile.dirty = [0, 0, TILE, TILE];
    }
    const { canvas, ctx, image } = tile.paper;
    if (!tile.dirty) return canvas;
    const [x1, y1] = [Math.floor(tile.dirty[0] / step), Math.floor(tile.dirty[1] / step)];
    const [x2, y2] = [Math.ceil(tile.dirty[2] / step), Math.ceil(tile.dirty[3] / step)];
    const pixels = new Uint32Array(image.data.buffer);
    for (let y = y1; y < y2; y++)
      for (let x = x1; x < x2; x++)
        pixels[y * image.width + x] = tile.bits[y * step * TILE + x * step] ? this.pixel : 0;
    ctx.putImageData(image, 0, 0, x1, y1, x2 - x1, y2 - y1);
    tile.dirty = null;
    return canvas;
  }

  private tightBox(): Rect | null {
    let box: Rect | null = null;
    for (const { x, y, bits } of this.tiles.values())
      for (let line = 0; line < TILE; line++) {
        const row = bits.subarray(line * TILE, (line + 1) * TILE);
        const first = row.indexOf(1);
        if (first >= 0) box = joined(box, x + first, y + line, x + row.lastIndexOf(1) + 1, y + line + 1);
      }
    return box;
  }
}

function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  return canvas.getContext("2d", { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;
}
function paperOf(step: number): Paper {
  const side = TILE / step;
  const canvas = new OffscreenCanvas(side, side);
  const ctx = contextOf(canvas);
  return { step, canvas, ctx, image: ctx.createImageData(side, side) };
}

function joined(box: Rect | null, x1: number, y1: number, x2: number, y2: number): Rect {
  if (!box) return [x1, y1, x2, y2];
  box[0] = Math.min(box[0], x1);
  box[1] = Math.min(box[1], y1);
  box[2] = Math.max(box[2], x2);
  box[3] = Math.max(box[3], y2);
  return box;
}
