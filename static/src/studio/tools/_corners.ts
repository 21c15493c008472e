/** Shapes drawn by two corners (box, ellipse): a drag, or two clicks. Shift keeps it square, Ctrl draws from the centre. */
import { boxFromCorners, distance, type BoxXYXY, type WH, type XY } from "../../lib/geometry.ts";
import type { StagePointer } from "../render/types.ts";
import type { Modifiers } from "../shapes/_shape.ts";
import { DrawTool, KEYS_HINT } from "./_draw.ts";
import { SLIP } from "./_tool.ts";

/** The box from `anchor` to `at`, never leaving the picture. Both points lie on it. */
export function cornerBox(anchor: XY, at: XY, held: Modifiers, [width, height]: WH): BoxXYXY {
  let [dx, dy] = [at[0] - anchor[0], at[1] - anchor[1]];
  const room = (from: number, by: number, size: number): number => {
    if (held.ctrl) return Math.min(from, size - from);
    return by < 0 ? from : size - from;
  };
  if (held.shift) {
    const side = Math.min(
      Math.max(Math.abs(dx), Math.abs(dy)),
      room(anchor[0], dx, width),
      room(anchor[1], dy, height),
    );
    [dx, dy] = [side * (dx < 0 ? -1 : 1), side * (dy < 0 ? -1 : 1)];
  }
  if (!held.ctrl) return boxFromCorners(anchor, [anchor[0] + dx, anchor[1] + dy]);
  const rx = Math.min(Math.abs(dx), room(anchor[0], dx, width));
  const ry = Math.min(Math.abs(dy), room(anchor[1], dy, height));
  return [anchor[0] - rx, anchor[1] - ry, anchor[0] + rx, anchor[1] + ry];
}

export abstract class CornersTool extends DrawTool {
  private anchor: XY | null = null;
  /** The pointer went down to set the anchor and is still down. */
  private dragging = false;

  protected abstract geometry(box: BoxXYXY): unknown;

  protected override reset(): void {
    this.anchor = null;
    this.dragging = false;
    super.reset();
    this.hint.set(`Drag, or click two corners. Shift square, Ctrl from the centre. ${KEYS_HINT} a corner`);
  }
  protected press(at: XY, { held }: StagePointer): void {
    if (this.anchor) this.complete(at, held);
    else this.begin(at, true);
  }
  protected place(at: XY, held: Modifiers): void {
    if (this.anchor) this.complete(at, held);
    else this.begin(at, false);
  }
  protected hover(at: XY, held: Modifiers): void {
    if (!this.anchor) return;
    const box = cornerBox(this.anchor, at, held, this.ctx.size());
    const size = [box[2] - box[0], box[3] - box[1]].map(Math.round);
    this.hint.set(`${size[0]} × ${size[1]} px. Shift square, Ctrl from the centre, Esc drops it`);
    this.ctx.stage.preview(
      Math.min(box[2] - box[0], box[3] - box[1]) > 0 ? [this.shown(this.type, this.geometry(box))] : [],
    );
  }
  up(event: StagePointer): void {
    if (!this.dragging || !this.anchor) return;
    this.dragging = false;
    const at = this.inside(event.image);
    // A click sets the first corner and waits for the second.
    if (this.screenDistance(this.anchor, at) >= SLIP) this.complete(at, event.held);
  }
  protected override back(): boolean {
    return this.abort();
  }
  protected override abort(): boolean {
    if (!this.anchor) return false;
    this.reset();
    return true;
  }

  private get type(): string {
    return this.makes[0] ?? this.id;
  }
  private begin(at: XY, dragging: boolean): void {
    if (!this.mayDraw()) return;
    this.anchor = at;
    this.dragging = dragging;
  }
  private complete(at: XY, held: Modifiers): void {
    if (!this.anchor) return;
    const box = cornerBox(this.anchor, at, held, this.ctx.size());
    const least = this.slip(SLIP);
    const moved = distance(this.anchor, at) >= least;
    if (Math.min(box[2] - box[0], box[3] - box[1]) >= least) this.commit(this.type, this.geometry(box));
    else if (moved) this.reset();
  }
}
