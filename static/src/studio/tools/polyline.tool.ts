import type { XY } from "../../lib/geometry.ts";
import { PathTool } from "./_path.ts";

class PolylineTool extends PathTool {
  readonly id = "polyline";
  readonly title = "Line";
  readonly icon = "polyline";
  readonly keys = ["l"];
  readonly makes = ["polyline"];
  readonly order = 40;
  protected readonly closed = false;
  protected readonly least = 2;
  protected previewType(): string {
    return "polyline";
  }
  protected done(points: readonly XY[]): void {
    this.commit("polyline", { points });
  }
}
export default (): PolylineTool => new PolylineTool();
