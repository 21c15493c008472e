/**
 * Shapes drawn point by point (polygon, polyline, rings and cuts): click adds, Backspace or right click removes the last,
 * Enter or a double click finishes, Shift and drag draws freehand. Points snap to what is there unless Ctrl is held.
 */
import { distance, type Viewport, type XY } from "../../lib/geometry.ts";
import type { StagePointer } from "../render/types.ts";
import type { Modifiers } from "../shapes/_shape.ts";
import { DrawTool, KEYS_HINT } from "./_draw.ts";
import { SNAP_REACH, snapIn } from "./_snap.ts";
import { SLIP } from "./_tool.ts";

/** Screen pixels between two points of a freehand line. */
const FREEHAND = 4;

export abstract class PathTool extends DrawTool {
  protected points: XY[] = [];
  /** Whether the last point joins the first. */
  protected abstract readonly closed: boolean;
  protected abstract readonly least: number;
  private freehand = false;
  private mark: XY | null = null;
  private lastHover: { at: XY; held: Modifiers } | null = null;

  protected abstract done(points: readonly XY[]): void;
  protected abstract previewType(): string;
  protected startHint(): string {
    return `Click points, Shift and drag draws freehand. ${KEYS_HINT} a point, Enter finishes`;
  }
  protected mayBegin(): boolean {
    return this.mayDraw();
  }

  protected override reset(): void {
    this.points = [];
    this.freehand = false;
    this.mark = null;
    super.reset();
    this.hint.set(this.startHint());
  }

  protected press(at: XY, { held }: StagePointer): void {
    if (held.shift) this.freehand = this.points.length > 0 || this.mayBegin();
    if (this.freehand) this.add(this.snap(at, held));
    else this.place(at, held);
  }
  protected place(at: XY, held: Modifiers): void {
    if (!this.points.length && !this.mayBegin()) return;
    if (this.closes(at)) {
      this.finish();
      return;
    }
    this.add(this.snap(at, held));
    this.hover(at, held);
  }
  protected hover(at: XY, held: Modifiers, event?: StagePointer): void {
    this.lastHover = { at, held };
    if (this.freehand) {
      for (const point of event?.trail ?? [at]) this.trace(this.inside(point));
      this.mark = null;
      this.show(null);
      return;
    }
    this.mark = held.ctrl ? null : this.snapAt(at);
    this.show(this.mark ?? at);
  }
  up(event: StagePointer): void {
    if (!this.freehand) return;
    this.freehand = false;
    const at = this.inside(event.image);
    if (this.closed && this.points.length > this.least && this.closes(at)) this.finish();
    else this.show(at);
  }
  doubleClick(): void {
    this.finish();
  }

  protected override finish(): boolean {
    if (!this.points.length) return false;
    if (this.points.length < this.least) {
      this.ctx.announce(`It takes at least ${this.least} points. Backspace removes the last, Esc drops all.`);
      return true;
    }
    const points = this.points;
    this.done(points);
    this.reset();
    return true;
  }
  protected override back(): boolean {
    if (!this.points.length) return false;
    this.points = this.points.slice(0, -1);
    if (this.points.length) this.show(this.lastHover?.at ?? null);
    else this.reset();
    return true;
  }
  protected override abort(): boolean {
    if (!this.points.length) return false;
    this.reset();
    return true;
  }

  protected add(at: XY): void {
    const last = this.points.at(-1);
    // The second click of a double click, and keys pressed twice, add nothing.
    if (last && this.screenDistance(last, at) < (this.cross ? 0.01 : SLIP)) return;
    this.points = [...this.points, at];
  }
  private trace(at: XY): void {
    const last = this.points.at(-1);
    if (!last || this.screenDistance(last, at) >= FREEHAND) this.points = [...this.points, at];
  }
  private closes(at: XY): boolean {
    const [first] = this.points;
    if (!this.closed || !first || this.points.length < this.least) return false;
    return this.screenDistance(first, at) <= (this.cross ? 0.01 : SNAP_REACH);
  }
  private snap(at: XY, held: Modifiers): XY {
    return held.ctrl ? at : (this.snapAt(at) ?? at);
  }
  /** Keys set points exactly. */
  private snapAt(at: XY): XY | null {
    return this.cross ? null : snapIn(this.ctx, at, SNAP_REACH);
  }

  private show(tip: XY | null): void {
    const last = this.points.at(-1);
    const line = tip && !(last && distance(last, tip) === 0) ? [...this.points, tip] : this.points;
    if (this.points.length) {
      const close = this.closed ? "Enter or a click on the first closes" : "Enter finishes";
      this.hint.set(`${this.points.length} points. ${close}, Backspace removes the last, Esc drops it`);
    }
    // Fewer points than the type needs are shown as a line.
    const whole = line.length >= this.least && this.closed;
    const geometry = whole ? { rings: [line] } : { points: line };
    const type = whole ? this.previewType() : "polyline";
    this.ctx.stage.preview(line.length > 1 ? [this.shown(type, geometry)] : []);
  }

  protected override paint(context: CanvasRenderingContext2D, viewport: Viewport): void {
    super.paint(context, viewport);
    context.save();
    for (const [i, point] of this.points.entries()) {
      dot(context, viewport.screenXY(point), i === 0 && this.closed ? 5 : 3);
    }
    if (this.mark) {
      const [x, y] = viewport.screenXY(this.mark);
      context.strokeStyle = "#ffffff";
      context.lineWidth = 2;
      context.strokeRect(x - 5, y - 5, 10, 10);
    }
    context.restore();
  }
}

export function dot(context: CanvasRenderingContext2D, [x, y]: XY, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = "#ffffff";
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = "#000000a6";
  context.stroke();
}
