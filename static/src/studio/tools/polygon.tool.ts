import type { XY } from "../../lib/geometry.ts";
import { PathTool } from "./_path.ts";

class PolygonTool extends PathTool {
  readonly id = "polygon";
  readonly title = "Polygon";
  readonly icon = "pentagon";
  readonly keys = ["p"];
  readonly makes = ["polygon"];
  readonly order = 30;
  protected readonly closed = true;
  protected readonly least = 3;
  protected previewType(): string {
    return "polygon";
  }
  protected done(points: readonly XY[]): void {
    this.commit("polygon", { rings: [points] });
  }
}
export default (): PolygonTool => new PolygonTool();
