import type { BoxXYXY, Viewport, XY } from "../../lib/geometry.ts";
import { DrawTool, KEYS_HINT } from "./_draw.ts";
import { SLIP } from "./_tool.ts";

const POINTS = 4;

/** The smallest upright box that all of the points lie in. */
export function boxAround(points: readonly XY[]): BoxXYXY {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/**
 * A box by four clicks on the object itself: where it is topmost, bottommost, leftmost and rightmost, in any order.
 * Each lies on the outline, which is aimed at more surely than corners that lie on nothing.
 */
class ExtremeTool extends DrawTool {
  readonly id = "extreme";
  readonly title = "Box, four extreme points";
  readonly icon = "scan";
  readonly keys = ["shift+x"];
  readonly makes = ["box"];
  readonly order = 20.5;
  private points: XY[] = [];

  protected override reset(): void {
    this.points = [];
    super.reset();
    this.say();
  }
  protected press(at: XY): void {
    this.place(at);
  }
  protected place(at: XY): void {
    if (!this.points.length && !this.mayDraw()) return;
    const again = this.points.some((point) => this.screenDistance(point, at) < (this.cross ? 1e-9 : SLIP));
    if (again) return; // the second half of a double click
    this.points = [...this.points, at];
    if (this.points.length < POINTS) {
      this.say();
      this.show(this.points);
      return;
    }
    const box = boxAround(this.points);
    const least = this.slip(SLIP);
    if (Math.min(box[2] - box[0], box[3] - box[1]) >= least) this.commit("box", { xyxy: box });
    else {
      this.reset();
      this.ctx.announce("The four points lie on one line: that is no box.");
    }
  }
  protected hover(at: XY): void {
    if (this.points.length) this.show([...this.points, at]);
  }
  protected override back(): boolean {
    if (!this.points.length) return false;
    this.points = this.points.slice(0, -1);
    if (!this.points.length) this.reset();
    else {
      this.say();
      this.show(this.points);
    }
    return true;
  }
  protected override abort(): boolean {
    if (!this.points.length) return false;
    this.reset();
    return true;
  }

  private show(points: readonly XY[]): void {
    const xyxy = boxAround(points);
    const flat = Math.min(xyxy[2] - xyxy[0], xyxy[3] - xyxy[1]) <= 0;
    this.ctx.stage.preview(flat ? [] : [this.shown("box", { xyxy })]);
    this.ctx.stage.redraw();
  }
  /** The points set so far, light on dark so that they show on any picture. */
  protected override paint(context: CanvasRenderingContext2D, viewport: Viewport): void {
    super.paint(context, viewport);
    for (const [color, radius] of [
      ["#000000a6", 5.5],
      ["#ffffff", 3.5],
    ] as const) {
      context.fillStyle = color;
      for (const point of this.points) {
        const [x, y] = viewport.screenXY(point);
        context.beginPath();
        context.arc(x, y, radius, 0, 2 * Math.PI);
        context.fill();
      }
    }
  }
  private say(): void {
    const left = POINTS - this.points.length;
    this.hint.set(
      left === POINTS
        ? `Click where the object is topmost, bottommost, leftmost and rightmost, in any order. ${KEYS_HINT} a point`
        : `${left} more ${left === 1 ? "side" : "sides"}. Backspace or right click takes the last back, Esc drops it`,
    );
  }
}
export default (): ExtremeTool => new ExtremeTool();
