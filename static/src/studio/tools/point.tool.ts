import type { XY } from "../../lib/geometry.ts";
import { DrawTool, KEYS_HINT } from "./_draw.ts";

class PointTool extends DrawTool {
  readonly id = "point";
  readonly title = "Point";
  readonly icon = "dot";
  readonly keys = ["k"];
  readonly makes = ["point"];
  readonly order = 50;

  protected override reset(): void {
    super.reset();
    this.hint.set(`Click where the point is. ${KEYS_HINT} it`);
  }
  protected press(at: XY): void {
    this.place(at);
  }
  protected place(at: XY): void {
    if (this.mayDraw()) this.commit("point", { xy: at });
  }
  protected hover(): void {
    // A point has no shape before it is set.
  }
}
export default (): PointTool => new PointTool();
