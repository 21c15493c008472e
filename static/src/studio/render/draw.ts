/** Draws one shape with its halo, line and fill, in image pixels under a viewport's matrix. Paths are kept by the identity of the geometry. */
import type { BoxXYXY, Viewport, WH, XY } from "../../lib/geometry.ts";
import type { Handle, ShapeType, SkeletonTemplate } from "../shapes/_shape.ts";
import type { MaskGeometry } from "../shapes/_rle.ts";
import { isMask, MaskBitmaps, MaskPaths } from "./masks.ts";
import type { Style } from "./style.ts";

export type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

export const HALO = "#000000a6";
const DASH = [7, 5] as const;
/** A halo round something smaller than this (screen pixels) would be all one sees. */
const HALO_FROM = 14;
/** Smaller than this, a spot stands for the shape. */
const SPOT_BELOW = 3;
const DOT_RADIUS = 4.5;
/** The line round a mask of more runs is all one sees, and slow. */
const OUTLINE_RUNS = 40_000;
/** The least fill of one without a line. */
const UNLINED = 0.15;
/** How far beyond its bounds a shape is drawn, in screen pixels. */
export const BLEED = 10;

export interface Drawn {
  readonly type: ShapeType;
  readonly geometry: unknown;
  readonly box: BoxXYXY;
  readonly template?: SkeletonTemplate | undefined;
}

export class Painter {
  private readonly paths = new WeakMap<object, Path2D>();
  private readonly masks = new MaskBitmaps();
  private readonly maskPaths = new MaskPaths();

  /** The context's transform must be the viewport's, times `ratio`. */
  shape(ctx: Context, shape: Drawn, style: Style, viewport: Viewport, ratio: number): void {
    const { type, geometry, box, template } = shape;
    const { scale } = viewport;
    if (isMask(type.type, geometry)) {
      const lined = style.outline && geometry.rle.length <= OUTLINE_RUNS;
      this.mask(
        ctx,
        geometry,
        style.color,
        lined ? style.fill : Math.max(style.fill, UNLINED),
        scale * ratio,
      );
      const side = Math.max(box[2] - box[0], box[3] - box[1]);
      if (lined) this.line(ctx, this.maskPaths.get(geometry, scale * ratio), style, scale, side);
      return;
    }
    const side = Math.max(box[2] - box[0], box[3] - box[1]);
    const dots = type.dots?.(geometry, template);
    if (!dots && side * scale < SPOT_BELOW) {
      const half = 1 / scale;
      ctx.fillStyle = style.color;
      ctx.fillRect((box[0] + box[2]) / 2 - half, (box[1] + box[3]) / 2 - half, 2 * half, 2 * half);
      return;
    }
    this.outline(ctx, this.path(shape), type.filled, style, scale, side);
    for (const { at, hollow } of dots ?? []) drawDot(ctx, at, hollow || style.dashed, style.color, scale);
  }

  private outline(
    ctx: Context,
    path: Path2D,
    filled: boolean,
    style: Style,
    scale: number,
    side: number,
  ): void {
    if (filled && style.fill > 0) {
      ctx.globalAlpha = style.fill;
      ctx.fillStyle = style.color;
      ctx.fill(path, "evenodd");
      ctx.globalAlpha = 1;
    }
    if (style.outline || !filled) this.line(ctx, path, style, scale, side);
  }

  private line(ctx: Context, path: Path2D, style: Style, scale: number, side: number): void {
    if (side * scale >= HALO_FROM) {
      ctx.lineWidth = (style.width + 2.5) / scale;
      ctx.strokeStyle = HALO;
      ctx.stroke(path);
    }
    if (style.dashed) ctx.setLineDash(DASH.map((length) => length / scale));
    ctx.lineWidth = style.width / scale;
    ctx.strokeStyle = style.color;
    ctx.stroke(path);
    if (style.dashed) ctx.setLineDash([]);
  }

  private path({ type, geometry, template }: Drawn): Path2D {
    const key = typeof geometry === "object" ? geometry : null;
    let path = key && this.paths.get(key);
    if (!path) {
      path = new Path2D();
      type.trace(geometry, path, template);
      if (key) this.paths.set(key, path);
    }
    return path;
  }

  /** Bitmaps of another picture's masks are of no use. */
  forget(): void {
    this.masks.clear();
  }

  private mask(ctx: Context, mask: MaskGeometry, color: string, fill: number, deviceScale: number): void {
    const { canvas, step } = this.masks.get(mask, color, deviceScale);
    const [x, y] = mask.box;
    ctx.globalAlpha = fill;
    ctx.imageSmoothingEnabled = deviceScale < 1;
    ctx.drawImage(canvas, x, y, canvas.width * step, canvas.height * step);
    ctx.globalAlpha = 1;
  }
}

/** One place: full, or hollow when it cannot be seen or a model says so. */
function drawDot(ctx: Context, [x, y]: XY, hollow: boolean, color: string, scale: number): void {
  ctx.beginPath();
  ctx.arc(x, y, DOT_RADIUS / scale, 0, 2 * Math.PI);
  ctx.lineWidth = 5 / scale;
  ctx.strokeStyle = HALO;
  ctx.stroke();
  ctx.fillStyle = hollow ? "#0b0d10" : color;
  ctx.fill();
  ctx.lineWidth = 2 / scale;
  ctx.strokeStyle = hollow ? color : "#fff";
  ctx.stroke();
}

/** Squares to grab, round ones to turn, a broken ring where a vertex would be added. In screen pixels. */
export function drawHandle(
  ctx: CanvasRenderingContext2D,
  handle: Handle,
  viewport: Viewport,
  color: string,
): void {
  const [x, y] = viewport.screenXY(handle.at);
  ctx.lineWidth = 1.6;
  ctx.strokeStyle = "#0b0d10";
  ctx.fillStyle = "#fff";
  if (handle.kind === "ghost") {
    ctx.setLineDash([2, 2]);
    ctx.strokeStyle = "#fff";
    ctx.lineWidth = 2;
    ctx.beginPath();
    ctx.arc(x, y, 5, 0, 2 * Math.PI);
    ctx.stroke();
    ctx.setLineDash([]);
  } else if (handle.kind === "rotate") {
    ctx.beginPath();
    ctx.arc(x, y, 5.5, 0, 2 * Math.PI);
    ctx.fillStyle = color;
    ctx.fill();
    ctx.strokeStyle = "#fff";
    ctx.stroke();
  } else {
    const half = handle.kind === "edge" ? 3.5 : 4.5;
    ctx.beginPath();
    ctx.rect(x - half, y - half, 2 * half, 2 * half);
    ctx.fill();
    ctx.stroke();
  }
}

/** Lines between pixels, when they are large enough to be told apart. */
export function drawPixelGrid(ctx: CanvasRenderingContext2D, viewport: Viewport, size: WH, screen: WH): void {
  const seen = viewport.imageBox([0, 0, ...screen]);
  const [x1, y1] = [Math.max(0, Math.floor(seen[0])), Math.max(0, Math.floor(seen[1]))];
  const [x2, y2] = [Math.min(size[0], Math.ceil(seen[2])), Math.min(size[1], Math.ceil(seen[3]))];
  if (x1 >= x2 || y1 >= y2) return;
  ctx.beginPath();
  const line = (from: readonly [number, number], to: readonly [number, number]) => {
    ctx.moveTo(...viewport.screenXY(from));
    ctx.lineTo(...viewport.screenXY(to));
  };
  for (let x = x1; x <= x2; x++) line([x, y1], [x, y2]);
  for (let y = y1; y <= y2; y++) line([x1, y], [x2, y]);
  ctx.lineWidth = 1;
  ctx.strokeStyle = "#80868f59";
  ctx.stroke();
}
