import type { BoxXYXY } from "../../lib/geometry.ts";
import { CornersTool } from "./_corners.ts";

class EllipseTool extends CornersTool {
  readonly id = "ellipse";
  readonly title = "Ellipse";
  readonly icon = "ellipse";
  readonly keys = ["o"];
  readonly makes = ["ellipse"];
  readonly order = 60;
  protected geometry([x1, y1, x2, y2]: BoxXYXY): unknown {
    return { center: [(x1 + x2) / 2, (y1 + y2) / 2], radii: [(x2 - x1) / 2, (y2 - y1) / 2], angle: 0 };
  }
}
export default (): EllipseTool => new EllipseTool();
