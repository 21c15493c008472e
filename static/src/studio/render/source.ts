/** A picture of one bitmap. Large ones are decoded off the page's thread and kept in halves, so that drawing them small is cheap. */
import type { Viewport, WH } from "../../lib/geometry.ts";
import type { ImageSource } from "./types.ts";

type Bitmap = HTMLImageElement | ImageBitmap;
/** From this enlargement on, pixels are drawn as squares. */
export const SHARP_FROM = 2;
/** Halves are made of pictures with more pixels than a screen. */
const HALVE_ABOVE = 3_000_000;
const HALVE_WITHIN_MS = 1000;

export function sizeOf(image: Bitmap): WH {
  return "naturalWidth" in image ? [image.naturalWidth, image.naturalHeight] : [image.width, image.height];
}

export class BitmapSource implements ImageSource {
  readonly size: WH;
  onReady?: () => void;
  /** The picture, its half, its quarter, … */
  private readonly levels: Bitmap[];
  private disposed = false;

  constructor(image: Bitmap) {
    this.size = sizeOf(image);
    this.levels = [image];
    void this.halve().catch(() => undefined); // without halves it is only slower
  }

  draw(ctx: CanvasRenderingContext2D, viewport: Viewport, _screen: WH, fast: boolean): void {
    const [width, height] = this.size;
    const ratio = window.devicePixelRatio || 1;
    const scale = viewport.scale * ratio;
    let level = 0;
    while (level + 1 < this.levels.length && scale <= 0.5 ** (level + 1) * (fast ? 1.5 : 1.05)) level++;
    const [a, b, c, d, e, f] = viewport.matrix();
    ctx.save();
    ctx.transform(a, b, c, d, e, f);
    ctx.imageSmoothingEnabled = scale < SHARP_FROM;
    ctx.imageSmoothingQuality = fast || this.levels.length > 1 ? "low" : "high";
    ctx.drawImage(this.levels[level] as Bitmap, 0, 0, width, height);
    ctx.restore();
  }

  dispose(): void {
    this.disposed = true;
    // The first one may be the caller's, who shows it again when going back.
    for (const bitmap of this.levels.slice(1)) if ("close" in bitmap) bitmap.close();
    this.levels.length = 1;
  }

  private async halve(): Promise<void> {
    let [width, height] = this.size;
    if (width * height < HALVE_ABOVE || typeof createImageBitmap === "undefined") return;
    let last = this.levels[0] as Bitmap;
    while (width * height > HALVE_ABOVE / 8) {
      [width, height] = [Math.ceil(width / 2), Math.ceil(height / 2)];
      await whenIdle(); // the picture and its shapes are drawn first
      if (this.disposed) return;
      const half: ImageBitmap = await createImageBitmap(last, {
        resizeWidth: width,
        resizeHeight: height,
        resizeQuality: "medium",
      });
      if (this.disposed) {
        half.close();
        return;
      }
      this.levels.push(half);
      last = half;
      this.onReady?.();
    }
  }
}

function whenIdle(): Promise<unknown> {
  if (typeof requestIdleCallback === "undefined") return Promise.resolve();
  return new Promise((done) => requestIdleCallback(done, { timeout: HALVE_WITHIN_MS }));
}
