/**
 * The canvases over one another, and when each is drawn: one animation frame at a time, only what changed, and in what
 * is left of the frame a slice of the still shapes. A hidden page gets no frames and so does no work.
 */
import { h } from "../../lib/dom.ts";
import type { Viewport, WH, XY } from "../../lib/geometry.ts";
import { drawPixelGrid } from "./draw.ts";
import type { Minimap } from "./minimap.ts";
import type { Placed, Scene } from "./scene.ts";
import type { StillLayer } from "./still.ts";
import { isShown } from "./style.ts";
import type { TopLayer } from "./top.ts";
import type { ImageSource, SceneView, StageLook } from "./types.ts";

/** The pixel grid is drawn from this enlargement on. */
const GRID_FROM = 16;
/** So long after the last pan or zoom the picture is drawn anew, and nicely. */
const REST_MS = 90;
/** Of a frame, for redrawing still shapes: at rest, and while something moves. */
const SLICE_REST_MS = 9;
const SLICE_MOVING_MS = 5;
/** While nothing is there yet that could be moved: sooner is better than smooth. */
const SLICE_FIRST_MS = 40;

/** So many slow frames running make the machine a slow one: moving pictures are then not smoothed. */
const SLOW_FRAMES = 3;
const SLOW_MS = 20;

export type LayerName = "image" | "still" | "top";

/** What is shown at the moment of a frame. */
export interface Shown {
  readonly viewport: Viewport;
  readonly view: SceneView;
  readonly look: StageLook;
  readonly source: ImageSource | null;
  readonly cursor: XY | null;
}

export class Screen {
  readonly canvases: Record<LayerName, HTMLCanvasElement> = {
    image: layer("image"),
    still: layer("still"),
    top: layer("top"),
  };
  size: WH = [0, 0];
  ratio = 1;
  private readonly dirty: Record<LayerName, boolean> = { image: false, still: false, top: false };
  private frame = 0;
  private movedAt = -Infinity;
  /** The picture was last drawn in haste. */
  private hasty = false;
  private namesStale = true;
  private lastFrame = 0;
  private slowFrames = 0;

  constructor(
    private readonly scene: Scene,
    private readonly still: StillLayer,
    private readonly top: TopLayer,
    private readonly minimap: Minimap,
    private readonly shown: () => Shown,
  ) {}

  /** Takes the size of its place; true when it is another. */
  resize(size: WH): boolean {
    const ratio = window.devicePixelRatio || 1;
    if (size[0] === this.size[0] && size[1] === this.size[1] && ratio === this.ratio) return false;
    this.size = size;
    this.ratio = ratio;
    for (const canvas of Object.values(this.canvases)) {
      canvas.width = Math.round(size[0] * ratio);
      canvas.height = Math.round(size[1] * ratio);
    }
    this.redraw("image", "still", "top");
    return true;
  }

  redraw(...names: LayerName[]): void {
    for (const name of names) this.dirty[name] = true;
    this.ask();
  }
  /** Shapes came, went or look different. */
  changed(): void {
    this.namesStale = true;
    this.redraw("still", "top");
  }
  /** The viewport is another. */
  moved(): void {
    this.movedAt = performance.now();
    this.namesStale = true;
    this.redraw("image", "still", "top");
  }
  /** Whether no frame is due. */
  get idle(): boolean {
    return this.frame === 0;
  }
  stop(): void {
    cancelAnimationFrame(this.frame);
    this.frame = -1;
  }

  private ask(): void {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.run(performance.now());
    });
  }

  private run(now: number): void {
    const [width, height] = this.size;
    if (!width || !height) return;
    // A window taken to another monitor may have another fineness and the same size.
    this.resize(this.size);
    const shown = this.shown();
    const resting = now - this.movedAt > REST_MS;
    const fast = this.inHaste(resting, now);
    this.prepare(shown, resting, now);
    if (this.dirty.image) this.drawImage(shown, !resting);
    if (this.dirty.still) this.drawStill(shown, fast);
    if (resting && this.namesStale && !this.still.busy) this.chooseNames(shown);
    if (this.dirty.top) this.drawTop(shown);
    if (!resting || this.still.busy || this.stillWanted(shown)) this.ask();
  }

  /** Whether things move and the machine has not kept up lately. */
  private inHaste(resting: boolean, now: number): boolean {
    const took = now - this.lastFrame;
    this.lastFrame = now;
    // A longer gap is a pause of the hand, not of the machine.
    if (took < 200)
      this.slowFrames = took > SLOW_MS ? Math.min(this.slowFrames + 1, 60) : this.slowFrames - 0.05;
    this.slowFrames = Math.max(0, this.slowFrames);
    return !resting && this.slowFrames >= SLOW_FRAMES;
  }

  private stillWanted({ viewport, source }: Shown): boolean {
    return source !== null && this.still.wants(viewport, this.size, this.ratio);
  }

  /** Mends what was touched; then a slice of the still shapes: at rest whenever they could be better, while moving only where something is missing. */
  private prepare(shown: Shown, resting: boolean, now: number): void {
    const { viewport } = shown;
    if (resting && this.hasty) this.dirty.image = true;
    if (this.still.mend()) this.dirty.still = true;
    if (this.stillWanted(shown) && (resting || !this.still.reaches(viewport, this.size)))
      this.still.begin(viewport, this.size, this.ratio);
    const slice = resting ? SLICE_REST_MS : SLICE_MOVING_MS;
    if (this.still.work(now + (this.still.bare ? SLICE_FIRST_MS : slice))) {
      this.dirty.still = true;
      this.namesStale = true;
    }
  }

  private begin(name: LayerName): CanvasRenderingContext2D | null {
    this.dirty[name] = false;
    const ctx = this.canvases[name].getContext("2d");
    if (!ctx) return null;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, this.canvases[name].width, this.canvases[name].height);
    ctx.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    return ctx;
  }

  private drawImage({ viewport, source }: Shown, fast: boolean): void {
    const ctx = this.begin("image");
    this.hasty = fast;
    if (!ctx || !source) return;
    source.draw(ctx, viewport, this.size, fast);
  }

  private drawStill({ viewport, look, source }: Shown, fast: boolean): void {
    const ctx = this.begin("still");
    if (!ctx || !source) return;
    // Not on the picture's layer, whose colours may be adjusted.
    if (look.pixelGrid && viewport.scale >= GRID_FROM) drawPixelGrid(ctx, viewport, source.size, this.size);
    this.still.draw(ctx, viewport, this.ratio, fast);
  }

  private chooseNames({ viewport, view, source }: Shown): void {
    this.namesStale = false;
    this.dirty.top = true;
    if (!view.labelsShown || !source) {
      this.top.chips.forget();
      return;
    }
    const chipOf = (placed: Placed) =>
      isShown(placed.annotation, view) ? this.top.chipOf(placed, view) : null;
    this.top.chips.choose(this.scene, viewport, this.size, chipOf);
  }

  private drawTop({ viewport, view, look, source, cursor }: Shown): void {
    const ctx = this.begin("top");
    if (!ctx || !source) return;
    this.top.draw(ctx, view, viewport, this.size, this.ratio, cursor, look.crosshair);
    this.minimap.draw(viewport, this.size, this.ratio, look.minimap);
  }
}

function layer(name: LayerName): HTMLCanvasElement {
  return h("canvas", { class: `stage-layer stage-${name}`, "aria-hidden": "true" });
}
