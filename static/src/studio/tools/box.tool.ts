import type { BoxXYXY } from "../../lib/geometry.ts";
import { CornersTool } from "./_corners.ts";

class BoxTool extends CornersTool {
  readonly id = "box";
  readonly title = "Box";
  readonly icon = "square";
  readonly keys = ["r"];
  readonly makes = ["box"];
  readonly order = 20;
  protected geometry(xyxy: BoxXYXY): unknown {
    return { xyxy };
  }
}
export default (): BoxTool => new BoxTool();
