import { AreaTool } from "./_area.ts";

class AreaTakeTool extends AreaTool {
  readonly id = "area-take";
  readonly title = "Take a polygon from the mask";
  readonly icon = "square-minus";
  readonly keys = ["shift+e"];
  readonly order = 73;
  protected readonly takes = true;
}
export default (): AreaTakeTool => new AreaTakeTool();
