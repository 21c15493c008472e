import { Cell } from "../../lib/store.ts";
import type { XY } from "../../lib/geometry.ts";
import type { StagePointer } from "../render/types.ts";
import type { Modifiers } from "../shapes/_shape.ts";
import type { Command, Tool, ToolContext } from "./_tool.ts";

const STEPS: Partial<Record<Command, XY>> = {
  "draw.left": [1, 0],
  "draw.right": [-1, 0],
  "draw.up": [0, 1],
  "draw.down": [0, -1],
};

class PanTool implements Tool {
  readonly id = "pan";
  readonly title = "Move the picture";
  readonly icon = "hand";
  readonly keys = ["h"];
  readonly makes = [];
  readonly order = 10;
  readonly cursor = "grab";
  readonly hint = new Cell(
    "Drag moves the picture. Keys: arrows (Shift far). With any tool: hold Space or the middle button",
  );
  private ctx: ToolContext | null = null;
  private last: XY | null = null;

  activate(ctx: ToolContext): void {
    this.ctx = ctx;
  }
  deactivate(): void {
    this.last = null;
  }
  down({ button, screen }: StagePointer): void {
    if (button === 0) this.last = screen;
  }
  move({ screen }: StagePointer): void {
    if (!this.last) return;
    this.pan(screen[0] - this.last[0], screen[1] - this.last[1]);
    this.last = screen;
  }
  up(): void {
    this.last = null;
  }
  cancel(): void {
    this.last = null;
  }
  command(command: Command, held: Modifiers): boolean {
    const step = STEPS[command];
    if (!step) return false;
    const by = held.shift ? 240 : 60;
    this.pan(step[0] * by, step[1] * by);
    return true;
  }
  private pan(dx: number, dy: number): void {
    this.ctx?.stage.viewport.update((viewport) => viewport.panned(dx, dy));
  }
}
export default (): PanTool => new PanTool();
