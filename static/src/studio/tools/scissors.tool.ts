import type { Viewport, XY } from "../../lib/geometry.ts";
import { ringsToMask } from "../shapes/_convert.ts";
import { simplify } from "../shapes/_edit.ts";
import type { Modifiers } from "../shapes/_shape.ts";
import { DrawTool, KEYS_HINT } from "./_draw.ts";
import { commitMask } from "./_paint.ts";
import { dot } from "./_path.ts";
import { SNAP_REACH } from "./_snap.ts";
import { SLIP } from "./_tool.ts";
import { Wire } from "./_wire.ts";

/** A point set by the mouse goes to the edge so near, in screen pixels. */
const EDGE_REACH = 6;

/** One point set, the wire from it, and the way taken from the point before. */
interface Anchor {
  readonly at: XY;
  readonly wire: Wire | null;
  readonly way: readonly XY[];
}

/** A polygon whose sides follow the edges of what is in the picture, from click to click. */
class ScissorsTool extends DrawTool {
  readonly id = "scissors";
  readonly title = "Scissors: follow edges";
  readonly icon = "lasso";
  readonly keys = ["c"];
  readonly makes = ["polygon", "mask"];
  readonly order = 32;
  private anchors: readonly Anchor[] = [];
  /** From the last anchor to the pointer. */
  private live: readonly XY[] = [];

  protected override reset(): void {
    this.anchors = [];
    this.live = [];
    super.reset();
    this.tell();
  }
  protected press(at: XY, { held }: { held: Modifiers }): void {
    this.place(at, held);
  }
  protected place(at: XY, held: Modifiers): void {
    const last = this.anchors.at(-1);
    if (!last) {
      if (this.mayDraw()) this.begin(at, held);
      return;
    }
    if (this.closes(at)) {
      this.finish();
      return;
    }
    if (this.screenDistance(last.at, at) < (this.cross ? 0.01 : SLIP)) return;
    const to = this.onEdge(last.wire, at, held);
    this.anchors = [...this.anchors, { at: to, wire: this.wire(to), way: this.way(last, to, held) }];
    this.live = [];
    this.show();
  }
  protected hover(at: XY, held: Modifiers): void {
    const last = this.anchors.at(-1);
    if (!last) return;
    const [first] = this.anchors;
    const to = first && this.closes(at) ? first.at : this.onEdge(last.wire, at, held);
    this.live = this.way(last, to, held);
    this.show();
  }
  doubleClick(): void {
    this.finish();
  }

  protected override finish(): boolean {
    const [first] = this.anchors;
    const last = this.anchors.at(-1);
    if (!first || !last) return false;
    const ring = this.ring([...this.line(), ...this.way(last, first.at, null)]);
    if (this.anchors.length < 2 || ring.length < 3) {
      this.ctx.announce("Set more points round the object. Backspace removes the last, Esc drops all.");
      return true;
    }
    if (this.ctx.allowed?.includes("polygon") ?? true) this.commit("polygon", { rings: [ring] });
    else this.cover(ring);
    this.reset();
    return true;
  }
  protected override back(): boolean {
    if (!this.anchors.length) return false;
    this.anchors = this.anchors.slice(0, -1);
    this.live = [];
    if (this.anchors.length) this.show();
    else this.reset();
    return true;
  }
  protected override abort(): boolean {
    if (!this.anchors.length) return false;
    this.reset();
    return true;
  }

  private begin(at: XY, held: Modifiers): void {
    const wire = this.wire(at);
    const first = this.onEdge(wire, at, held);
    this.anchors = [{ at: first, wire: first === at ? wire : this.wire(first), way: [first] }];
    if (!wire) this.ctx.announce("The picture's pixels have not come yet: lines are straight.");
    this.show();
  }
  /** As fine as the screen shows the picture. */
  private wire(at: XY): Wire | null {
    const patch = this.ctx.pixels();
    return patch && new Wire(patch, at, this.ctx.stage.viewport.value.imageLength(1));
  }
  private way({ at, wire }: Anchor, to: XY, held: Modifiers | null): readonly XY[] {
    return wire && !held?.ctrl ? wire.path(to).map((point) => this.inside(point)) : [at, to];
  }
  /** Keys, and Ctrl, set points exactly. */
  private onEdge(wire: Wire | null, at: XY, held: Modifiers): XY {
    if (!wire || this.cross || held.ctrl) return at;
    return this.inside(wire.snapped(at, this.ctx.stage.viewport.value.imageLength(EDGE_REACH)));
  }
  private closes(at: XY): boolean {
    const [first] = this.anchors;
    if (!first || this.anchors.length < 3) return false;
    return this.screenDistance(first.at, at) <= (this.cross ? 0.01 : SNAP_REACH);
  }
  private line(): XY[] {
    return this.anchors.flatMap(({ way }) => [...way]);
  }
  /** Without the steps of the pixels, and without points twice. */
  private ring(line: readonly XY[]): XY[] {
    const tolerance = 0.75 * Math.max(1, ...this.anchors.map(({ wire }) => wire?.step ?? 0));
    const once = line.filter(([x, y], i) => {
      const before = line[i - 1];
      return !before || before[0] !== x || before[1] !== y;
    });
    const [first, last] = [once[0], once.at(-1)];
    if (once.length > 1 && first && last && first[0] === last[0] && first[1] === last[1]) once.pop();
    return simplify(once, tolerance, true);
  }
  private cover(ring: readonly XY[]): void {
    const mask = ringsToMask([ring], this.ctx.size());
    if (mask) commitMask(this.ctx, null, mask, "Draw", true);
    else this.ctx.announce("It covers no pixel.");
  }

  private show(): void {
    const line = [...this.line(), ...this.live];
    this.ctx.stage.preview(line.length > 1 ? [this.shown("polyline", { points: line })] : []);
    this.tell();
  }
  private tell(): void {
    const count = this.anchors.length;
    this.hint.set(
      count
        ? `${count} points. The line follows edges, with Ctrl it is straight. Enter or a double click closes, Backspace removes the last, Esc drops it`
        : `Click along the edge of an object, the line follows it. ${KEYS_HINT} a point, Enter closes`,
    );
  }
  protected override paint(context: CanvasRenderingContext2D, viewport: Viewport): void {
    super.paint(context, viewport);
    for (const [i, { at }] of this.anchors.entries()) dot(context, viewport.screenXY(at), i ? 3 : 5);
  }
}
export default (): ScissorsTool => new ScissorsTool();
