import { StrokeTool } from "./_stroke.ts";

class EraserTool extends StrokeTool {
  readonly id = "eraser";
  readonly title = "Eraser";
  readonly icon = "eraser";
  readonly keys = ["e"];
  readonly order = 71;
  readonly options = ["size", "nib"] as const;
  protected readonly erases = true;
  protected readonly verb = "Erase";
}
export default (): EraserTool => new EraserTool();
