/** Brush and eraser: a stroke is painted live and becomes one step when the pointer (or the key) lets go. */
import type { Viewport, XY } from "../../lib/geometry.ts";
import { BrushLayer } from "../render/brush.ts";
import type { StagePointer } from "../render/types.ts";
import type { MaskGeometry } from "../shapes/_rle.ts";
import type { Annotation, Modifiers } from "../shapes/_shape.ts";
import { DrawTool } from "./_draw.ts";
import { chosenMask, commitMask, maskAt } from "./_paint.ts";
import type { Command, ToolContext } from "./_tool.ts";

const SMALLEST = 1;
const LARGEST = 2000;

export abstract class StrokeTool extends DrawTool {
  readonly makes = ["mask"];
  override readonly cursor = "none";
  protected abstract readonly erases: boolean;
  protected abstract readonly verb: string;
  /** The eraser is down and has met no mask yet. */
  private seeking = false;
  private stroke: { layer: BrushLayer; target: Annotation | null; last: XY } | null = null;

  /** Whether Ctrl is really down: a pinch on a trackpad comes as a wheel with Ctrl, too. */
  private ctrl = false;

  override activate(ctx: ToolContext): void {
    super.activate(ctx);
    ctx.stage.element.addEventListener("wheel", this.wheel, { capture: true, passive: false });
    for (const type of ["keydown", "keyup"] as const) window.addEventListener(type, this.watchCtrl, true);
  }
  override deactivate(): void {
    this.lift();
    this.ctx.stage.element.removeEventListener("wheel", this.wheel, { capture: true });
    for (const type of ["keydown", "keyup"] as const) window.removeEventListener(type, this.watchCtrl, true);
    super.deactivate();
  }

  protected override reset(): void {
    this.stroke = null;
    this.seeking = false;
    this.ctx.stage.paint(null);
    super.reset();
    this.tell();
  }
  protected press(at: XY): void {
    this.begin(at);
  }
  /** By keys: Space puts the brush down, arrows paint, Space lifts it. */
  protected place(at: XY): void {
    if (this.stroke) this.lift();
    else if (this.seeking) this.seeking = false;
    else this.begin(at);
    this.tell();
  }
  protected hover(at: XY, _held: Modifiers, event?: StagePointer): void {
    for (const point of event?.trail ?? [at]) {
      if (this.seeking && maskAt(this.ctx, point)) this.begin(point);
      this.paintTo(point);
    }
    this.ctx.stage.redraw();
  }
  up(): void {
    if (this.cross) return;
    if (this.seeking) this.ctx.announce("There is no mask here to erase.");
    this.seeking = false;
    this.lift();
  }
  protected override secondary(): void {
    // Nothing to take back while painting: undo takes back strokes.
  }
  override command(command: Command, held: Modifiers): boolean {
    if (command === "draw.larger" || command === "draw.smaller") {
      this.resize(command === "draw.larger" ? 1 : -1);
      return true;
    }
    return super.command(command, held);
  }
  /** The mask is done: the next stroke begins another. */
  protected override finish(): boolean {
    if (this.stroke) this.lift();
    else if (chosenMask(this.ctx)) this.ctx.document.selection.set(new Set());
    else return false;
    return true;
  }
  protected override abort(): boolean {
    if (this.stroke) this.reset();
    else return this.finish();
    return true;
  }
  private readonly watchCtrl = (event: KeyboardEvent): void => {
    this.ctrl = event.ctrlKey || event.metaKey;
  };
  private readonly wheel = (event: WheelEvent): void => {
    if (!this.ctrl || !event.ctrlKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.resize(event.deltaY < 0 ? 1 : -1);
  };

  private begin(at: XY): void {
    if (this.stroke) return;
    const target = chosenMask(this.ctx) ?? (this.erases ? maskAt(this.ctx, at) : null);
    this.seeking = this.erases && !target;
    if (this.seeking) {
      if (this.cross) this.ctx.announce("There is no mask here yet: it is erased where the cross meets one.");
      return;
    }
    if (!target && !this.mayDraw()) return;
    if (target && this.erases) this.ctx.document.selection.set(new Set([target.id]));
    const layer = new BrushLayer(this.ctx.size(), (target?.geometry as MaskGeometry | undefined) ?? null);
    this.stroke = { layer, target, last: at };
    this.paintTo(at);
  }
  private paintTo(at: XY): void {
    if (!this.stroke) return;
    const { layer, last, target } = this.stroke;
    layer.stroke(last, at, this.ctx.brush.value / 2, this.erases, this.ctx.nib.value);
    this.stroke.last = at;
    this.ctx.stage.paint(layer, this.ctx.color(target?.label ?? this.ctx.label()), target?.id ?? null);
  }
  private lift(): void {
    if (!this.stroke) return;
    const { layer, target } = this.stroke;
    this.stroke = null;
    const mask = layer.toMask();
    if (mask || target) commitMask(this.ctx, target, mask, this.verb, !this.erases);
    this.ctx.stage.paint(null);
    this.tell();
  }
  private resize(sign: 1 | -1): void {
    const now = this.ctx.brush.value;
    const next = now + sign * Math.max(1, Math.round(now * 0.15));
    this.ctx.brush.set(Math.min(LARGEST, Math.max(SMALLEST, next)));
    this.tell();
    this.ctx.stage.redraw();
  }
  private tell(): void {
    const keys =
      this.stroke && this.cross ? "Space lifts it" : "Keys: arrows move, Space puts it down and lifts it";
    this.hint.set(
      `${this.title}, ${Math.round(this.ctx.brush.value)} px ([ and ], or Ctrl and wheel, change it). ${keys}. Enter ends this mask`,
    );
  }

  protected override paint(context: CanvasRenderingContext2D, viewport: Viewport): void {
    super.paint(context, viewport);
    const at = this.cross ?? this.ctx.stage.cursor.value;
    if (!at) return;
    const [x, y] = viewport.screenXY(at);
    const radius = Math.max(1, (this.ctx.brush.value / 2) * viewport.scale);
    for (const [color, width] of [
      ["#000000a6", 3],
      ["#ffffff", 1],
    ] as const) {
      context.beginPath();
      if (this.ctx.nib.value === "square") context.rect(x - radius, y - radius, 2 * radius, 2 * radius);
      else context.arc(x, y, radius, 0, 2 * Math.PI);
      context.strokeStyle = color;
      context.lineWidth = width;
      context.stroke();
    }
  }
}
