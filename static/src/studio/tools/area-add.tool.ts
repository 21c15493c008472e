import { AreaTool } from "./_area.ts";

class AreaAddTool extends AreaTool {
  readonly id = "area-add";
  readonly title = "Add a polygon to the mask";
  readonly icon = "square-plus";
  readonly keys = ["shift+b"];
  readonly order = 72;
  readonly options = ["underlying"] as const;
  protected readonly takes = false;
}
export default (): AreaAddTool => new AreaAddTool();
