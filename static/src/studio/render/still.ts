/**
 * The shapes that do not move, as one bitmap somewhat larger than the screen. Panning and zooming lay the bitmap down
 * anew; an edit redraws its box; the whole is redrawn in slices, none longer than a frame can spare.
 */
import { boxIntersection, type BoxXYXY, type Viewport, type WH } from "../../lib/geometry.ts";
import { BLEED, type Drawn, type Painter } from "./draw.ts";
import type { Placed, Scene } from "./scene.ts";
import type { Style } from "./style.ts";

/** How a shape lies in the still picture; null = not in it. */
export type StillStyle = (placed: Placed) => Style | null;

/** Of the screen, on each side. */
const MARGIN = 0.25;
/** A patch of more milliseconds than this becomes a redraw in slices. */
const PATCH_MS = 10;
/** So much of `effort` is noted down before the canvas is made to draw it. */
const STRIDE = 24;

class Buffer {
  readonly canvas: OffscreenCanvas;
  readonly ctx: OffscreenCanvasRenderingContext2D;
  readonly view: Viewport;
  readonly size: WH;

  /** `view` is the screen's; the buffer reaches further. It is drawn by the processor, so that its slices can be timed. */
  constructor(
    view: Viewport,
    screen: WH,
    readonly ratio: number,
    readonly version: number,
  ) {
    const margin = screen.map((side) => Math.round(side * MARGIN)) as [number, number];
    this.size = [screen[0] + 2 * margin[0], screen[1] + 2 * margin[1]];
    this.view = view.panned(...margin);
    this.canvas = new OffscreenCanvas(Math.round(this.size[0] * ratio), Math.round(this.size[1] * ratio));
    this.ctx = this.canvas.getContext("2d", {
      willReadFrequently: true,
    }) as OffscreenCanvasRenderingContext2D;
    this.ctx.lineJoin = "round";
    this.lay();
  }
  /** The transform from image pixels. */
  lay(): void {
    const [a, b, c, d, e, f] = this.view.matrix();
    const r = this.ratio;
    this.ctx.setTransform(a * r, b * r, c * r, d * r, e * r, f * r);
  }
  /** What part of the image lies in it. */
  imageBox(): BoxXYXY {
    return this.view.imageBox([0, 0, ...this.size]);
  }
  /** Waits until what was drawn is drawn: a canvas only notes it down. */
  settle(): void {
    this.ctx.getImageData(0, 0, 1, 1);
  }
}

interface Job {
  readonly buffer: Buffer;
  readonly list: readonly Placed[];
  at: number;
  /** Boxes that changed since it began. */
  readonly patches: BoxXYXY[];
}

export class StillLayer {
  private front: Buffer | null = null;
  /** An earlier one with the whole picture in it: what is seen where the front one does not reach. */
  private whole: Buffer | null = null;
  private job: Job | null = null;
  private version = 0;
  private patches: BoxXYXY[] = [];
  /** Milliseconds for one of `effort`, as it was lately. */
  private cost = 0.02;

  constructor(
    private readonly scene: Scene,
    private readonly painter: Painter,
    private readonly style: StillStyle,
  ) {}

  /** Everything may look different. `forget`: what is there must not be shown meanwhile (another picture). */
  invalidate(forget = false): void {
    this.version++;
    this.patches = [];
    if (!forget) return;
    this.front = this.whole = this.job = null;
  }
  /** What lies in these boxes (image pixels) looks different. */
  touch(boxes: readonly BoxXYXY[]): void {
    this.patches.push(...boxes);
    this.job?.patches.push(...boxes);
  }

  get busy(): boolean {
    return this.job !== null || this.patches.length > 0;
  }

  /** Whether none of the shapes has been drawn yet. */
  get bare(): boolean {
    return this.front === null;
  }
  /** Whether a redraw for this view would show more than there is. */
  wants(view: Viewport, screen: WH, ratio: number): boolean {
    if (this.scene.empty) {
      this.front = this.whole = this.job = null;
      return false;
    }
    const have = this.front;
    if (!have) return true;
    const same = have.version === this.version && sameScale(have, view, ratio);
    return !same || !this.reaches(view, screen, 0.4);
  }
  /** Whether the front bitmap covers what is to be seen and `share` of the margin. */
  reaches(view: Viewport, screen: WH, share = 0): boolean {
    if (!this.front) return false;
    const [mx, my] = [screen[0] * MARGIN * share, screen[1] * MARGIN * share];
    const seen = view.imageBox([-mx, -my, screen[0] + mx, screen[1] + my]);
    const needed = boxIntersection(seen, [0, 0, ...this.scene.imageSize]);
    return !needed || within(needed, this.front.imageBox());
  }

  /**
   * Begins a redraw for this view, unless one for it is under way. That one goes on also when looks changed since it
   * began (another follows): or a slider that is dragged would show nothing until it rests.
   */
  begin(view: Viewport, screen: WH, ratio: number): void {
    if (this.job && sameScale(this.job.buffer, view, ratio)) {
      const seen = boxIntersection(view.imageBox([0, 0, ...screen]), [0, 0, ...this.scene.imageSize]);
      if (!seen || within(seen, this.job.buffer.imageBox())) return;
    }
    const buffer = new Buffer(view, screen, ratio, this.version);
    const list = this.scene.near(grown(buffer.imageBox(), BLEED / view.scale));
    this.job = { buffer, list, at: 0, patches: [] };
  }

  /** Goes on with the redraw until `deadline` (performance.now()). True when the picture is another one. */
  work(deadline: number): boolean {
    const { job } = this;
    if (!job) return false;
    const { buffer, list } = job;
    for (let now = 0; job.at < list.length && now < deadline; now = performance.now()) {
      const began = performance.now();
      let done = 0;
      while (job.at < list.length && done < STRIDE) {
        const placed = list[job.at++] as Placed;
        this.paint(buffer, placed);
        done += effort(placed);
      }
      buffer.settle();
      this.cost += 0.1 * ((performance.now() - began) / done - this.cost);
    }
    if (job.at < list.length) return false;
    this.job = null;
    for (const box of job.patches) this.patch(buffer, box);
    this.keepWhole();
    this.front = buffer;
    return true;
  }

  /** Redraws what was touched, or asks for all of it when that is too much for one frame. */
  mend(): boolean {
    const boxes = this.patches;
    this.patches = [];
    if (!boxes.length || !this.front) return false;
    const spent = (buffer: Buffer) =>
      boxes.reduce((sum, box) => sum + effortOf(this.inside(buffer, box)), 0) * this.cost;
    if (spent(this.front) > PATCH_MS) {
      this.version++;
      this.whole = null;
      return true;
    }
    for (const box of boxes) this.patch(this.front, box);
    if (this.whole && spent(this.whole) > PATCH_MS) this.whole = null;
    else if (this.whole) for (const box of boxes) this.patch(this.whole, box);
    return true;
  }

  /** Lays the bitmap down as the view is now; `fast`: not smoothed. `ctx` is cleared by the caller. */
  draw(ctx: CanvasRenderingContext2D, view: Viewport, ratio: number, fast = false): void {
    const { front, whole } = this;
    if (!front) return;
    if (whole && whole.version === this.version) {
      ctx.save();
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      const clip = new Path2D();
      clip.rect(-1e6, -1e6, 2e6, 2e6);
      const [x1, y1, x2, y2] = view.screenBox(front.imageBox());
      clip.rect(x1, y1, x2 - x1, y2 - y1);
      ctx.clip(clip, "evenodd");
      lay(ctx, whole, view, ratio, fast);
      ctx.restore();
    }
    lay(ctx, front, view, ratio, fast);
  }

  private paint(buffer: Buffer, placed: Placed): void {
    const style = this.style(placed);
    if (style) this.painter.shape(buffer.ctx, drawn(placed), style, buffer.view, buffer.ratio);
  }

  private inside(buffer: Buffer, box: BoxXYXY): Placed[] {
    const pad = BLEED / buffer.view.scale;
    return boxIntersection(grown(box, pad), buffer.imageBox()) ? this.scene.near(grown(box, 2 * pad)) : [];
  }

  private patch(buffer: Buffer, box: BoxXYXY): void {
    const list = this.inside(buffer, box);
    const { ctx, ratio } = buffer;
    const [x1, y1, x2, y2] = grown(buffer.view.screenBox(box), BLEED).map((v, i) =>
      i < 2 ? Math.floor(v * ratio) : Math.ceil(v * ratio),
    ) as [number, number, number, number];
    ctx.save();
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.beginPath();
    ctx.rect(x1, y1, x2 - x1, y2 - y1);
    ctx.clip();
    ctx.clearRect(x1, y1, x2 - x1, y2 - y1);
    buffer.lay();
    for (const placed of list) this.paint(buffer, placed);
    ctx.restore();
  }

  /** The bitmap that is being replaced stays if all of the picture is in it. */
  private keepWhole(): void {
    const { front } = this;
    if (front?.version === this.version && within([0, 0, ...this.scene.imageSize], front.imageBox()))
      this.whole = front;
    else if (this.whole?.version !== this.version) this.whole = null;
  }
}

export function drawn({ annotation, type, box, template }: Placed): Drawn {
  return { type, geometry: annotation.geometry, box, template };
}
/** A mask takes as long as some outlines. */
function effort({ annotation }: Placed): number {
  return annotation.type === "mask" ? 4 : 1;
}
function effortOf(list: readonly Placed[]): number {
  return list.reduce((sum, placed) => sum + effort(placed), 0);
}
function sameScale({ view, ratio }: Buffer, other: Viewport, otherRatio: number): boolean {
  return view.scale === other.scale && view.turns === other.turns && ratio === otherRatio;
}
function within(inner: BoxXYXY, outer: BoxXYXY): boolean {
  return inner[0] >= outer[0] && inner[1] >= outer[1] && inner[2] <= outer[2] && inner[3] <= outer[3];
}
export function grown([x1, y1, x2, y2]: BoxXYXY, by: number): BoxXYXY {
  return [x1 - by, y1 - by, x2 + by, y2 + by];
}

function lay(
  ctx: CanvasRenderingContext2D,
  buffer: Buffer,
  view: Viewport,
  ratio: number,
  fast: boolean,
): void {
  const [a, b, c, d, e, f] = view.since(buffer.view);
  const still = a === 1 && d === 1;
  // Whole device pixels, or a pan would blur the lines.
  const [x, y] = still ? [Math.round(e * ratio), Math.round(f * ratio)] : [e * ratio, f * ratio];
  ctx.imageSmoothingEnabled = !still && !fast;
  ctx.imageSmoothingQuality = "low";
  const r = ratio / buffer.ratio;
  ctx.setTransform(a * r, b * r, c * r, d * r, x, y);
  ctx.drawImage(buffer.canvas, 0, 0);
}
