/**
 * The studio's canvas: picture, still shapes, live shapes and what lies over them, each on a layer of its own that is
 * drawn only when it changes. Reads the store and the view; owns nothing but the viewport. One frame at a time.
 */
import { h } from "../../lib/dom.ts";
import { Viewport, type BoxXYXY, type WH, type XY } from "../../lib/geometry.ts";
import { Cell, type Store, type Unsubscribe } from "../../lib/store.ts";
import type { Annotation } from "../shapes/_shape.ts";
import { shapeTypes } from "../shapes/index.ts";
import { AdjustFilter, histogram, isPlain, levels, saturate } from "./adjust.ts";
import type { BrushLayer } from "./brush.ts";
import { Painter } from "./draw.ts";
import { StageInput } from "./input.ts";
import { Minimap } from "./minimap.ts";
import { MANY, Scene, type HandleHit, type Placed, type Touched } from "./scene.ts";
import type { Patch } from "./patch.ts";
import { Screen } from "./screen.ts";
import { BitmapSource } from "./source.ts";
import { StillLayer } from "./still.ts";
import { isShown, Stylist, type Style } from "./style.ts";
import { GRAB, LIVE_SELECTED_UP_TO, TopLayer } from "./top.ts";
import { PLAIN_LOOK, PLAIN_VIEW, type ImageSource, type OverlayDraw, type PointerHandlers } from "./types.ts";
import type { Preview, SceneView, StageLook, TemplateOf } from "./types.ts";
import "./stage.css";

export * from "./types.ts";
export { BrushLayer } from "./brush.ts";
export { BitmapSource } from "./source.ts";
export type { Adjust } from "./adjust.ts";
export type { HandleHit } from "./scene.ts";

const MARGIN = 34;
/** A 32-pixel thumbnail is recognised better at 512 than at a screen full of squares. */
const LARGEST_FIT = 16;
/** What a box that is zoomed to fills of the screen, and how much pixels are enlarged for it at most. */
const FILLED = 0.8;
const NEAREST = 16;
/** How near counts as at, in screen pixels. */
const TOLERANCE = 5;

/** What of a view changes how every still shape looks. */
const STYLING = ["colorBy", "opacity", "outlines", "threshold", "colors"] as const;
const TYPES = new Map(shapeTypes().map((type) => [type.type, type]));

export class Stage {
  readonly element: HTMLElement;
  readonly viewport = new Cell(new Viewport());
  /** Place in the image under the cursor. */
  readonly cursor = new Cell<XY | null>(null);
  readonly look = new Cell<StageLook>(PLAIN_LOOK);
  /** The active tool; while there is none, dragging pans. */
  pointer: PointerHandlers | null = null;

  private readonly message = h("div", { class: "stage-message", role: "status", hidden: true });
  private readonly filter = new AdjustFilter();
  private readonly minimap = new Minimap((image) => this.centre(image));
  private readonly painter = new Painter();
  private readonly stylist = new Stylist();
  private readonly scene: Scene;
  private readonly still: StillLayer;
  private readonly top: TopLayer;
  private readonly screen: Screen;
  private readonly input: StageInput;
  private readonly watcher: ResizeObserver;
  private image: HTMLImageElement | ImageBitmap | ImageSource | null = null;
  private source: ImageSource | null = null;
  private counts: Uint32Array | null = null;
  private view: SceneView = PLAIN_VIEW;
  private unbind: Unsubscribe[] = [];
  /** What previews stand for: not in the still picture. */
  private replaced: ReadonlySet<string> = new Set();
  private fitting = true;
  private clear = 0;

  constructor() {
    this.element = h(
      "div",
      { class: "stage", role: "application", "aria-label": "Picture", tabIndex: 0 },
      this.minimap.element,
      this.message,
    );
    const typeOf = (type: string) => TYPES.get(type);
    this.scene = new Scene(typeOf, (touched) => this.touched(touched));
    this.still = new StillLayer(this.scene, this.painter, (placed) => this.stillStyle(placed));
    this.top = new TopLayer(this.scene, this.painter, this.stylist, typeOf);
    this.screen = new Screen(this.scene, this.still, this.top, this.minimap, () => ({
      viewport: this.viewport.value,
      view: this.view,
      look: this.look.value,
      source: this.source,
      cursor: this.cursor.value,
    }));
    this.element.prepend(...Object.values(this.screen.canvases), this.filter.element);
    this.input = new StageInput({
      element: this.element,
      tool: () => this.pointer,
      imageXY: (screen) => this.viewport.value.imageXY(screen),
      pan: (dx, dy) => this.pan(dx, dy),
      zoom: (factor, anchor) => this.zoom(factor, anchor),
      fit: () => this.fit(),
      pointAt: (screen) => this.cursor.set(screen && this.viewport.value.imageXY(screen)),
    });
    this.watcher = new ResizeObserver(() => this.resized());
    this.watcher.observe(this.element);
    this.viewport.subscribe(() => this.screen.moved());
    this.cursor.subscribe(() => this.screen.redraw("top"));
    this.look.subscribe((look) => this.looked(look));
  }

  dispose(): void {
    for (const off of this.unbind) off();
    this.scene.bind(null);
    this.input.dispose();
    this.watcher.disconnect();
    this.screen.stop();
    this.source?.dispose?.();
    this.element.remove();
  }

  // ---- what is shown

  /** Another picture, seen whole; null for none. `name` is read to those who do not see it. */
  show(image: HTMLImageElement | ImageBitmap | ImageSource | null, name: string): void {
    this.element.setAttribute("aria-label", name);
    this.say(null);
    if (image === this.image) return;
    this.image = image;
    this.source?.dispose?.();
    this.source = image && ("draw" in image ? image : new BitmapSource(image));
    if (this.source) this.source.onReady = () => this.screen.redraw("image");
    this.counts = null;
    this.minimap.show(this.source);
    this.still.invalidate(true);
    this.painter.forget();
    this.top.previews = [];
    this.top.stroke = null;
    this.scene.resize(this.source?.size ?? [0, 0]);
    this.looked(this.look.value);
    this.viewport.set(new Viewport());
    this.fit();
  }
  /** Words instead of a picture. */
  say(text: string | null): void {
    this.message.textContent = text ?? "";
    this.message.hidden = text === null;
  }
  /** So many screen pixels at the top are covered by words: a picture seen whole keeps clear of them. */
  keepClear(top: number): void {
    if (top === this.clear) return;
    this.clear = top;
    if (this.fitting) this.fit();
  }
  /** What the picture is drawn from; null while there is none. */
  get picture(): ImageSource | null {
    return this.source;
  }
  imageSize(): WH {
    return this.source?.size ?? [0, 0];
  }

  /**
   * A part of the picture by itself, unturned and unadjusted, `side` pixels on its longest side; tiles that are not here
   * are fetched first. Throws while there is no picture.
   */
  async cutOut(box: BoxXYXY, side: number): Promise<HTMLCanvasElement> {
    const [x1, y1, x2, y2] = box;
    const scale = side / Math.max(x2 - x1, y2 - y1);
    const [width, height] = [Math.round((x2 - x1) * scale), Math.round((y2 - y1) * scale)];
    const canvas = h("canvas", { width, height });
    const ctx = canvas.getContext("2d");
    const { source } = this;
    if (!source || !ctx) throw new Error("There is no picture yet.");
    if (source.part) {
      const { canvas: part, origin, step } = await source.part(box, scale);
      const [x, y] = [(origin[0] - x1) * scale, (origin[1] - y1) * scale];
      ctx.drawImage(part, x, y, part.width * step * scale, part.height * step * scale);
    } else source.draw(ctx, new Viewport(scale, [-x1 * scale, -y1 * scale]), [width, height], false);
    return canvas;
  }
  /** What is in sight, in image pixels, and its pixels as fine as the screen shows them; null while they have not come. */
  inSight(): Patch | null {
    const { value } = this.viewport;
    return (
      this.source?.patch?.(value.imageBox([0, 0, ...this.screen.size]), value.scale * this.screen.ratio) ??
      null
    );
  }

  bind(store: Store<Annotation>, view: Cell<SceneView>): void {
    for (const off of this.unbind) off();
    this.view = view.value;
    this.scene.bind(store);
    this.unbind = [view.subscribe((value) => this.viewed(value))];
  }
  /** The keypoints of a label's skeleton. */
  templates(of: TemplateOf): void {
    this.scene.templates(of);
  }

  /** Live shapes while something is drawn or dragged; those with an id stand for the annotation meanwhile. */
  preview(list: readonly Preview[]): void {
    this.top.previews = list;
    this.replace();
    this.screen.redraw("top");
  }
  /** A mask while it is painted; `id`: the annotation it stands for meanwhile. Call again after each stroke. */
  paint(layer: BrushLayer | null, color = "", id: string | null = null): void {
    this.top.stroke = layer && { layer, color, id };
    this.replace();
    this.screen.redraw("top");
  }
  /** Paints over everything on every frame that draws the top; the answer takes it away. */
  overlay(draw: OverlayDraw): Unsubscribe {
    this.top.overlays.add(draw);
    this.screen.redraw("top");
    return () => {
      this.top.overlays.delete(draw);
      this.screen.redraw("top");
    };
  }
  /** Asks for a frame of the top layer: an overlay shows something else now. */
  redraw(): void {
    this.screen.redraw("top");
  }

  /** Whether all is drawn as it is to be. */
  get idle(): boolean {
    return this.screen.idle;
  }

  // ---- what is where

  /** Annotations at a place of the screen, topmost first; not the hidden ones. */
  pick(screen: XY): Annotation[] {
    const viewport = this.viewport.value;
    return this.scene
      .at(viewport.imageXY(screen), viewport.imageLength(TOLERANCE), this.view)
      .map(({ annotation }) => annotation);
  }
  /** The colour it is drawn in now; null for one that is not on the picture. */
  colorOf(id: string): string | null {
    const placed = this.scene.get(id);
    return placed ? this.stylist.color(placed.annotation, placed.seq, this.view) : null;
  }
  /** A handle of the one selected annotation there; a locked or hidden one has none. Several have a frame: the tool's. */
  pickHandle(screen: XY): HandleHit | null {
    const viewport = this.viewport.value;
    const { selected, locked } = this.view;
    const [id, ...more] = selected;
    const placed = id === undefined || more.length || locked.has(id) ? undefined : this.scene.get(id);
    if (!placed || !isShown(placed.annotation, this.view)) return null;
    const [at, reach] = [viewport.imageXY(screen), viewport.imageLength(GRAB)];
    return this.scene.handleAt(at, reach, viewport.scale, [placed.annotation.id]);
  }

  // ---- the viewport

  fit(): void {
    this.fitting = true;
    const [width, height] = this.screen.size;
    const fitted = this.viewport.value.fitted(
      this.imageSize(),
      [width, height - this.clear],
      MARGIN,
      LARGEST_FIT,
    );
    this.viewport.set(fitted.panned(0, this.clear));
  }
  oneToOne(): void {
    const middle: XY = [this.screen.size[0] / 2, this.screen.size[1] / 2];
    this.zoom(1 / this.viewport.value.scale, middle);
  }
  zoom(factor: number, anchor: XY = [this.screen.size[0] / 2, this.screen.size[1] / 2]): void {
    this.fitting = false;
    this.viewport.set(this.viewport.value.zoomed(factor, anchor));
  }
  pan(dx: number, dy: number): void {
    this.fitting = false;
    this.viewport.set(this.viewport.value.panned(dx, dy));
  }
  /** By quarters, clockwise. Only the view turns, never the picture or what is saved. */
  rotateView(quarters = 1): void {
    this.viewport.set(
      this.viewport.value.turned(quarters, [this.screen.size[0] / 2, this.screen.size[1] / 2]),
    );
    if (this.fitting) this.fit();
  }
  /** Brings a place of the image to the middle of the screen. */
  centre(image: XY): void {
    const [x, y] = this.viewport.value.screenXY(image);
    this.pan(Math.round(this.screen.size[0] / 2 - x), Math.round(this.screen.size[1] / 2 - y));
  }
  /** Brings a box of the image into sight, no larger than it need be. */
  reveal(box: BoxXYXY): void {
    const [x1, y1, x2, y2] = this.viewport.value.screenBox(box);
    const inSight = x1 >= 0 && y1 >= 0 && x2 <= this.screen.size[0] && y2 <= this.screen.size[1];
    if (inSight) return;
    const room = Math.min((0.8 * this.screen.size[0]) / (x2 - x1), (0.8 * this.screen.size[1]) / (y2 - y1));
    if (room < 1) this.zoom(room);
    this.centre([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]);
  }
  /** Brings a box into sight, and near enough that it can be judged. */
  frame(box: BoxXYXY): void {
    const [x1, y1, x2, y2] = this.viewport.value.screenBox(box);
    const side = Math.max(x2 - x1, y2 - y1);
    const least = 0.25 * Math.min(...this.screen.size);
    if (side > 0 && side < least) {
      this.zoom(Math.min(least / side, 8));
      this.centre([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]);
    } else this.reveal(box);
  }
  /** Makes a box fill the screen, a thin margin left, as far as pixels may be enlarged. */
  zoomTo(box: BoxXYXY): void {
    const [x1, y1, x2, y2] = this.viewport.value.screenBox(box);
    const [width, height] = this.screen.size;
    const room = Math.min(width / Math.max(x2 - x1, 1e-6), height / Math.max(y2 - y1, 1e-6));
    this.zoom(Math.min(FILLED * room, NEAREST / this.viewport.value.scale));
    this.centre([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]);
  }
  // ---- changes

  private resized(): void {
    const { clientWidth, clientHeight } = this.element;
    if (this.screen.resize([clientWidth, clientHeight]) && this.fitting) this.fit();
  }

  private looked({ adjust }: StageLook): void {
    const { image } = this.screen.canvases;
    if (isPlain(adjust) || !this.source) this.filter.lay(image, null);
    else {
      if (adjust.equalise) this.counts ??= histogram(this.source);
      this.filter.lay(image, levels(adjust, this.counts), saturate(adjust));
    }
    this.screen.redraw("image", "still", "top");
  }

  private touched(boxes: Touched): void {
    if (boxes) this.still.touch(boxes);
    else this.still.invalidate();
    this.screen.changed();
  }

  private viewed(view: SceneView): void {
    const before = this.view;
    this.view = view;
    const many = (one: SceneView) => one.selected.size > LIVE_SELECTED_UP_TO;
    const restyled =
      STYLING.some((key) => before[key] !== view[key]) ||
      many(before) !== many(view) ||
      (many(view) && before.selected !== view.selected);
    if (restyled) this.still.invalidate();
    else if (before.hidden !== view.hidden) this.touched(this.boxesOf(before.hidden, view.hidden));
    if (restyled || before.labelsShown !== view.labelsShown || before.names !== view.names)
      this.screen.changed();
    else this.screen.redraw("top");
  }

  /** Of what is in one set only; null when that is much. */
  private boxesOf(a: ReadonlySet<string>, b: ReadonlySet<string>): Touched {
    const ids = [...a].filter((id) => !b.has(id)).concat([...b].filter((id) => !a.has(id)));
    if (ids.length > MANY) return null;
    return ids.map((id) => this.scene.get(id)?.box).filter((box) => box !== undefined);
  }

  /** Takes out of the still picture what has a live one now, and puts the rest back. */
  private replace(): void {
    const now = this.top.replaced();
    const before = this.replaced;
    if (now.size === before.size && [...now].every((id) => before.has(id))) return;
    this.replaced = now;
    this.touched(this.boxesOf(before, now));
  }

  private stillStyle({ annotation, seq }: Placed): Style | null {
    if (this.replaced.has(annotation.id) || !isShown(annotation, this.view)) return null;
    const manySelected =
      this.view.selected.size > LIVE_SELECTED_UP_TO && this.view.selected.has(annotation.id);
    return manySelected
      ? this.stylist.active(annotation, seq, this.view)
      : this.stylist.still(annotation, seq, this.view);
  }
}
