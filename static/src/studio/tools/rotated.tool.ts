import { distance, type WH, type XY } from "../../lib/geometry.ts";
import type { StagePointer } from "../render/types.ts";
import { boxFromThree } from "../shapes/box.ts";
import { DrawTool, KEYS_HINT } from "./_draw.ts";
import { SLIP } from "./_tool.ts";

/**
 * The rotated box with the edge a-b, reaching as far sideways as `at`, no further than the picture does.
 */
export function threePointBox(a: XY, b: XY, at: XY, size: WH) {
  const length = distance(a, b);
  const [ux, uy] = [(b[0] - a[0]) / length, (b[1] - a[1]) / length];
  const [nx, ny] = [-uy, ux];
  const wanted = (at[0] - a[0]) * nx + (at[1] - a[1]) * ny;
  const sign = wanted < 0 ? -1 : 1;
  const along: XY = [nx * sign, ny * sign];
  const height = Math.min(Math.abs(wanted), room(a, along, size), room(b, along, size));
  return boxFromThree(a, b, [a[0] + along[0] * height, a[1] + along[1] * height]);
}

/** How far one can go from a point before leaving the picture. */
function room(from: XY, along: XY, size: WH): number {
  const sides = [0, 1].map((i) => {
    const by = along[i] as number;
    if (Math.abs(by) < 1e-9) return Infinity;
    return ((by > 0 ? (size[i] as number) : 0) - (from[i] as number)) / by;
  });
  return Math.max(0, Math.min(...sides));
}

class RotatedBoxTool extends DrawTool {
  readonly id = "rotated";
  readonly title = "Rotated box, three points";
  readonly icon = "diamond";
  readonly keys = ["shift+r"];
  readonly makes = ["box"];
  readonly order = 21;
  private points: XY[] = [];
  private dragging = false;

  protected override reset(): void {
    this.points = [];
    this.dragging = false;
    super.reset();
    this.hint.set(`Draw one edge (drag, or two clicks), then click how wide. ${KEYS_HINT} a point`);
  }
  protected press(at: XY): void {
    this.dragging = this.points.length === 0;
    this.place(at);
  }
  protected place(at: XY): void {
    const [a, b] = this.points;
    if (!a) {
      if (this.mayDraw()) this.points = [at];
    } else if (!b) {
      if (distance(a, at) >= this.slip(SLIP)) this.points = [a, at];
    } else {
      const box = threePointBox(a, b, at, this.ctx.size());
      if (box.xyxy[3] - box.xyxy[1] >= this.slip(SLIP)) this.commit("box", box);
    }
  }
  protected hover(at: XY): void {
    const [a, b] = this.points;
    if (!a) return;
    if (!b) {
      this.ctx.stage.preview([this.shown("polyline", { points: [a, at] })]);
      return;
    }
    const box = threePointBox(a, b, at, this.ctx.size());
    const [x1, y1, x2, y2] = box.xyxy;
    this.hint.set(
      `${Math.round(x2 - x1)} × ${Math.round(y2 - y1)} px, ${Math.round(box.angle)}°. Click sets it, Esc drops it`,
    );
    this.ctx.stage.preview(y2 > y1 ? [this.shown("box", box)] : []);
  }
  up(event: StagePointer): void {
    const [a, b] = this.points;
    if (!this.dragging || !a || b) return;
    this.dragging = false;
    const at = this.inside(event.image);
    if (this.screenDistance(a, at) >= SLIP) this.place(at);
  }
  protected override back(): boolean {
    if (!this.points.length) return false;
    this.points = this.points.slice(0, -1);
    if (!this.points.length) this.reset();
    return true;
  }
  protected override abort(): boolean {
    if (!this.points.length) return false;
    this.reset();
    return true;
  }
}
export default (): RotatedBoxTool => new RotatedBoxTool();
