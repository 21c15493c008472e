import { StrokeTool } from "./_stroke.ts";

class BrushTool extends StrokeTool {
  readonly id = "brush";
  readonly title = "Brush";
  readonly icon = "brush";
  readonly keys = ["b"];
  readonly order = 70;
  readonly options = ["size", "nib", "underlying"] as const;
  protected readonly erases = false;
  protected readonly verb = "Paint";
}
export default (): BrushTool => new BrushTool();
