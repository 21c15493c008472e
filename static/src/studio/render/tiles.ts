/**
 * A picture too large for one bitmap, as tiles: the coarse picture first, then what is in sight at the level that the
 * zoom needs, from the middle outwards, some at a time. What left the sight is no longer asked for; decoded tiles are
 * kept while there is room.
 */
import { boxIntersection, type BoxXYXY, type Viewport, type WH, type XY } from "../../lib/geometry.ts";
import { keyOf, levelFor, tileBox, tilesIn, type Pyramid, type TilePlace } from "./pyramid.ts";
import { SHARP_FROM, sizeOf } from "./source.ts";
import type { Patch } from "./patch.ts";
import type { CanvasPart, ImageSource } from "./types.ts";

export interface TileOptions {
  pyramid: Pyramid;
  /** All of the picture, coarse: drawn until better is there, and on the minimap. */
  base: HTMLImageElement | ImageBitmap;
  /** Fetches and decodes one tile. */
  load: (place: TilePlace, signal: AbortSignal) => Promise<ImageBitmap>;
  /** Bytes of decoded tiles that are kept. */
  room?: number;
}

const ROOM = 192 * 2 ** 20;
/** Fewer than a browser's connections to one server: saving must not wait for pictures. */
const AT_ONCE = 4;
/** So many screen pixels around what is in sight are fetched after it. */
const AROUND = 160;
const TRIES = 3;

interface Kept {
  readonly bitmap: ImageBitmap;
  readonly place: TilePlace;
}

export class TileSource implements ImageSource {
  readonly size: WH;
  onReady?: () => void;
  /** Told once, when all that is in sight is sharp for the first time. */
  onSharp?: () => void;
  disposed = false;
  /** In the order of their last use. */
  private readonly kept = new Map<string, Kept>();
  private readonly loading = new Map<string, AbortController>();
  private readonly failures = new Map<string, number>();
  private wanted: TilePlace[] = [];
  /** Of those wanted, the ones in sight: they stay whatever the room. */
  private inSight = new Set<string>();
  private bytes = 0;
  private open = false;
  private sharp = false;

  private base: HTMLImageElement | ImageBitmap;
  private readonly room: number;
  private readonly tileBytes: number;

  constructor(private readonly options: TileOptions) {
    this.size = [options.pyramid.width, options.pyramid.height];
    this.base = options.base;
    this.room = options.room ?? ROOM;
    this.tileBytes = options.pyramid.tile ** 2 * 4;
  }

  /** A better picture of the whole than the one it began with. */
  show(base: HTMLImageElement | ImageBitmap): void {
    this.base = base;
    this.onReady?.();
  }

  /** Tiles may be asked for: the server has cut them. */
  begin(): void {
    this.open = true;
    this.onReady?.();
  }

  draw(ctx: CanvasRenderingContext2D, viewport: Viewport, screen: WH): void {
    const { pyramid } = this.options;
    const ratio = ctx.getTransform().a;
    const level = levelFor(pyramid, viewport.scale * ratio);
    const box = viewport.imageBox([0, 0, ...screen]);
    const seen = tilesIn(pyramid, level, box);
    ctx.save();
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.imageSmoothingEnabled = viewport.scale * ratio < SHARP_FROM;
    ctx.imageSmoothingQuality = "low";
    const missing = seen.filter((place) => !this.kept.has(keyOf(place)));
    if (missing.length) this.drawBelow(ctx, viewport, ratio, level, box);
    for (const place of seen) this.drawTile(ctx, viewport, ratio, place);
    ctx.restore();
    // The minimap and the histogram ask for no more than the coarse picture, which is there.
    if (level > 0) this.want(seen, tilesIn(pyramid, level, viewport.imageBox(around(screen))));
    if (this.open && !missing.length) this.tellSharp();
  }

  patch(box: BoxXYXY, scale: number): Patch | null {
    const places = this.placesOf(box, scale);
    const tiles = places.flatMap((place) => this.kept.get(keyOf(place)) ?? []);
    if (!tiles.length || tiles.length < places.length) {
      this.fetchNow(places);
      return null;
    }
    const { canvas, origin, step } = this.joined(tiles);
    const pixels = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height);
    return pixels ? { origin, step, pixels } : null;
  }

  async part(box: BoxXYXY, scale: number): Promise<CanvasPart> {
    if (!this.open) throw new Error("The picture is still being cut into tiles: try again in a moment.");
    const tiles = await Promise.all(
      this.placesOf(box, scale).map(async (place) => {
        const kept = this.kept.get(keyOf(place));
        return kept ?? { place, bitmap: await this.options.load(place, new AbortController().signal) };
      }),
    );
    const part = this.joined(tiles);
    for (const { place, bitmap } of tiles) if (!this.kept.has(keyOf(place))) bitmap.close();
    return part;
  }

  dispose(): void {
    this.disposed = true;
    this.wanted = [];
    for (const controller of this.loading.values()) controller.abort();
    for (const { bitmap } of this.kept.values()) bitmap.close();
    this.loading.clear();
    this.kept.clear();
    this.bytes = 0;
  }

  // ---- reading

  private placesOf(box: BoxXYXY, scale: number): TilePlace[] {
    const { pyramid } = this.options;
    return tilesIn(pyramid, levelFor(pyramid, scale), box);
  }
  /** For whoever asks again in a moment. */
  private fetchNow(places: readonly TilePlace[]): void {
    if (!this.open || this.disposed) return;
    for (const place of places) {
      const key = keyOf(place);
      if (!this.kept.has(key) && !this.loading.has(key)) void this.fetch(place, key);
    }
  }
  /** Tiles of one level, side by side. */
  private joined(tiles: readonly Kept[]): CanvasPart {
    const { tile, levels } = this.options.pyramid;
    const left = Math.min(...tiles.map(({ place }) => place.column));
    const top = Math.min(...tiles.map(({ place }) => place.row));
    const ends = tiles.map(({ place: { column, row }, bitmap }): WH => [
      (column - left) * tile + bitmap.width,
      (row - top) * tile + bitmap.height,
    ]);
    const canvas = new OffscreenCanvas(
      Math.max(...ends.map(([right]) => right)),
      Math.max(...ends.map(([, bottom]) => bottom)),
    );
    const ctx = canvas.getContext("2d", { willReadFrequently: true });
    for (const { place, bitmap } of tiles)
      ctx?.drawImage(bitmap, (place.column - left) * tile, (place.row - top) * tile);
    const step = 1 / (levels[tiles[0]?.place.level ?? 0]?.scale ?? 1);
    const origin: XY = [left * tile * step, top * tile * step];
    return { canvas, origin, step };
  }

  // ---- drawing

  /** What there is of coarser levels, the coarsest first. */
  private drawBelow(
    ctx: CanvasRenderingContext2D,
    viewport: Viewport,
    ratio: number,
    level: number,
    box: BoxXYXY,
  ): void {
    const whole: BoxXYXY = [0, 0, ...this.size];
    lay(ctx, viewport, ratio, whole, this.base);
    const coarser = [...this.kept.values()].filter(
      ({ place }) =>
        place.level > 0 && place.level < level && boxIntersection(tileBox(this.options.pyramid, place), box),
    );
    for (const { place } of coarser.sort((a, b) => a.place.level - b.place.level))
      this.drawTile(ctx, viewport, ratio, place);
  }

  private drawTile(ctx: CanvasRenderingContext2D, viewport: Viewport, ratio: number, place: TilePlace): void {
    const key = keyOf(place);
    const kept = this.kept.get(key);
    if (!kept) return;
    this.kept.delete(key);
    this.kept.set(key, kept);
    const box = tileBox(this.options.pyramid, place);
    // A tile at the edge of a coarse level may show a little more than there is of the picture.
    const scale = this.options.pyramid.levels[place.level]?.scale ?? 1;
    const shown: WH = [(box[2] - box[0]) * scale, (box[3] - box[1]) * scale];
    lay(ctx, viewport, ratio, box, kept.bitmap, shown);
  }

  private tellSharp(): void {
    if (this.sharp) return;
    this.sharp = true;
    this.onSharp?.();
  }

  // ---- fetching

  private want(seen: readonly TilePlace[], near: readonly TilePlace[]): void {
    if (this.disposed) return;
    this.inSight = new Set(seen.map(keyOf));
    this.wanted = [...seen, ...near.filter((place) => !this.inSight.has(keyOf(place)))];
    const keys = new Set(this.wanted.map(keyOf));
    for (const [key, controller] of this.loading)
      if (!keys.has(key)) {
        controller.abort();
        this.loading.delete(key);
      }
    this.fetchMore();
  }

  private fetchMore(): void {
    if (!this.open) return;
    for (const place of this.wanted) {
      if (this.loading.size >= AT_ONCE) return;
      const key = keyOf(place);
      if (this.kept.has(key) || this.loading.has(key) || (this.failures.get(key) ?? 0) >= TRIES) continue;
      // Or tiles around the sight would drive one another out for ever.
      if (!this.inSight.has(key) && this.bytes + (this.loading.size + 1) * this.tileBytes > this.room) return;
      void this.fetch(place, key);
    }
  }

  private async fetch(place: TilePlace, key: string): Promise<void> {
    const controller = new AbortController();
    this.loading.set(key, controller);
    try {
      const bitmap = await this.options.load(place, controller.signal);
      if (controller.signal.aborted) bitmap.close();
      else this.keep(key, { bitmap, place });
    } catch {
      if (!controller.signal.aborted) this.failures.set(key, (this.failures.get(key) ?? 0) + 1);
    }
    if (controller.signal.aborted) return;
    this.loading.delete(key);
    this.fetchMore();
  }

  private keep(key: string, kept: Kept): void {
    this.kept.set(key, kept);
    this.bytes += bytesOf(kept);
    for (const [oldest, one] of this.kept) {
      if (this.bytes <= this.room) break;
      if (oldest === key || this.inSight.has(oldest)) continue;
      this.kept.delete(oldest);
      this.bytes -= bytesOf(one);
      one.bitmap.close();
    }
    this.onReady?.();
  }
}

function bytesOf({ bitmap }: Kept): number {
  return bitmap.width * bitmap.height * 4;
}

function around([width, height]: WH): BoxXYXY {
  return [-AROUND, -AROUND, width + AROUND, height + AROUND];
}

/**
 * Lays a bitmap over a box of the image. Its edges fall on whole device pixels, or fine lines would show between tiles.
 * `ctx` is in device pixels; `shown`: how much of the bitmap is used, from its upper left.
 */
function lay(
  ctx: CanvasRenderingContext2D,
  viewport: Viewport,
  ratio: number,
  box: BoxXYXY,
  bitmap: HTMLImageElement | ImageBitmap,
  shown?: WH,
): void {
  const [x1, y1, x2, y2] = viewport.screenBox(box).map((v) => Math.round(v * ratio)) as [
    number,
    number,
    number,
    number,
  ];
  const all = sizeOf(bitmap);
  const [width, height] = shown ?? all;
  const { turns } = viewport;
  const [w, h] = turns % 2 ? [y2 - y1, x2 - x1] : [x2 - x1, y2 - y1];
  const corner = [
    [x1, y1],
    [x2, y1],
    [x2, y2],
    [x1, y2],
  ][turns] as [number, number];
  ctx.save();
  ctx.translate(...corner);
  ctx.rotate((turns * Math.PI) / 2);
  ctx.drawImage(bitmap, 0, 0, Math.min(width, all[0]), Math.min(height, all[1]), 0, 0, w, h);
  ctx.restore();
}
