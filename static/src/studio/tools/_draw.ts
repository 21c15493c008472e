/** What all drawing tools share: the cross that keys move, right button and Escape, and how a shape is added. */
import { clamp, type Viewport, type XY } from "../../lib/geometry.ts";
import { Cell, type Unsubscribe } from "../../lib/store.ts";
import type { Preview, StagePointer } from "../render/types.ts";
import type { Annotation, Modifiers } from "../shapes/_shape.ts";
import { addShapes, clampXY, type Command, type Tool, type ToolContext } from "./_tool.ts";

const ARROWS: Partial<Record<Command, XY>> = {
  "draw.left": [-1, 0],
  "draw.right": [1, 0],
  "draw.up": [0, -1],
  "draw.down": [0, 1],
};
/** Steps of the cross in screen pixels; with Ctrl it is one image pixel. */
const STEP = 10;
const FAR = 50;
const EDGE = 24;
export const KEYS_HINT = "Keys: arrows move the cross (Shift far, Ctrl 1 px), Space places";

export abstract class DrawTool implements Tool {
  abstract readonly id: string;
  abstract readonly title: string;
  abstract readonly icon: string;
  abstract readonly keys: readonly string[];
  abstract readonly makes: readonly string[];
  abstract readonly order: number;
  readonly cursor: string = "crosshair";
  readonly hint = new Cell("");
  protected ctx!: ToolContext;
  /** Where the keyboard's cross is; null while the mouse leads. */
  protected cross: XY | null = null;
  private off: Unsubscribe = () => undefined;

  activate(ctx: ToolContext): void {
    this.ctx = ctx;
    this.off = ctx.stage.overlay((context, viewport) => this.paint(context, viewport));
    this.reset();
  }
  deactivate(): void {
    this.reset();
    this.cross = null;
    this.off();
  }

  down(event: StagePointer): void {
    this.cross = null;
    if (event.button === 0) this.press(this.inside(event.image), event);
    else if (event.button === 2) this.secondary(this.inside(event.image), event.held);
  }
  move(event: StagePointer): void {
    this.cross = null;
    this.hover(this.inside(event.image), event.held, event);
  }
  cancel(): void {
    this.reset();
  }

  command(command: Command, held: Modifiers): boolean {
    const arrow = ARROWS[command];
    if (arrow) {
      this.moveCross(arrow, held);
      return true;
    }
    switch (command) {
      case "draw.place":
        if (!this.cross) return false;
        this.place(this.cross, held);
        return true;
      case "draw.finish":
        if (this.finish()) return true;
        if (!this.cross) return false;
        this.place(this.cross, held);
        return true;
      case "draw.back":
        return this.back();
      case "draw.cancel":
        return this.abort();
      default:
        return false;
    }
  }

  /** Back to the beginning: nothing drawn, nothing shown. */
  protected reset(): void {
    this.ctx.stage.preview([]);
  }
  protected abstract press(at: XY, event: StagePointer): void;
  /** A point set without a drag: by a key, or by a click. */
  protected abstract place(at: XY, held: Modifiers): void;
  protected abstract hover(at: XY, held: Modifiers, event?: StagePointer): void;
  /** Completes what is drawn; false when there is nothing to complete. */
  protected finish(): boolean {
    return false;
  }
  /** Takes the last point back. */
  protected back(): boolean {
    return false;
  }
  /** Drops what is drawn; false when there was nothing. */
  protected abort(): boolean {
    return false;
  }
  protected secondary(_at: XY, _held: Modifiers): void {
    this.back();
  }

  protected inside(at: XY): XY {
    return clampXY(at, this.ctx.size());
  }
  protected screenDistance(a: XY, b: XY): number {
    const viewport = this.ctx.stage.viewport.value;
    const [ax, ay] = viewport.screenXY(a);
    const [bx, by] = viewport.screenXY(b);
    return Math.hypot(bx - ax, by - ay);
  }
  /** So many screen pixels, in image pixels. A cross set by keys is exact: there a single pixel is meant. */
  protected slip(screenPixels: number): number {
    const length = this.ctx.stage.viewport.value.imageLength(screenPixels);
    return this.cross ? Math.min(1, length) : length;
  }
  protected shown(type: string, geometry: unknown, id?: string): Preview {
    const label = this.ctx.label();
    return { type, geometry, label, color: this.ctx.color(label), ...(id ? { id } : {}) };
  }
  /** False, and said, while no label is chosen: a shape drawn then would be lost. */
  protected mayDraw(): boolean {
    if (this.ctx.label()) return true;
    this.ctx.announce("Choose a label first: press its digit.");
    return false;
  }
  protected commit(type: string, geometry: unknown): Annotation | null {
    const label = this.ctx.label();
    const made = addShapes(this.ctx, [{ type, label, geometry }], "Draw")?.[0];
    this.reset();
    if (!made) return null;
    const shape = this.ctx.typeOf(type);
    this.ctx.announce(`${label}: ${shape?.describe(made.geometry, this.ctx.size()) ?? type}`);
    return made;
  }

  /** Moves the cross, keeps it on the picture, and the picture under it. */
  private moveCross([dx, dy]: XY, held: Modifiers): void {
    const { stage } = this.ctx;
    const start = this.cross ?? stage.cursor.value ?? this.middle();
    const step = held.ctrl
      ? 1
      : Math.max(1, Math.round(stage.viewport.value.imageLength(held.shift ? FAR : STEP)));
    this.cross = this.inside([Math.round(start[0]) + dx * step, Math.round(start[1]) + dy * step]);
    this.reveal(this.cross);
    stage.cursor.set(this.cross);
    this.hover(this.cross, { ...held, shift: false, ctrl: false });
  }
  private middle(): XY {
    const { clientWidth, clientHeight } = this.ctx.stage.element;
    return this.inside(this.ctx.stage.viewport.value.imageXY([clientWidth / 2, clientHeight / 2]));
  }
  private reveal(at: XY): void {
    const { viewport, element } = this.ctx.stage;
    const [x, y] = viewport.value.screenXY(at);
    const { clientWidth: width, clientHeight: height } = element;
    if (width <= 2 * EDGE || height <= 2 * EDGE) return;
    const dx = clamp(x, EDGE, width - EDGE) - x;
    const dy = clamp(y, EDGE, height - EDGE) - y;
    if (dx || dy) viewport.set(viewport.value.panned(dx, dy));
  }

  /** The cross in full height and width, light on dark so that it shows on any picture. */
  protected paint(context: CanvasRenderingContext2D, viewport: Viewport): void {
    if (!this.cross) return;
    const [x, y] = viewport.screenXY(this.cross);
    const { clientWidth, clientHeight } = this.ctx.stage.element;
    context.save();
    for (const [color, width] of [
      ["#000000a6", 3],
      ["#ffffff", 1],
    ] as const) {
      context.strokeStyle = color;
      context.lineWidth = width;
      context.beginPath();
      context.moveTo(0, y);
      context.lineTo(clientWidth, y);
      context.moveTo(x, 0);
      context.lineTo(x, clientHeight);
      context.stroke();
    }
    context.restore();
  }
}
