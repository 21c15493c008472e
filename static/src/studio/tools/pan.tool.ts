import { boxFromCorners, type BoxXYXY, type XY } from "../../lib/geometry.ts";
import { Cell, type Unsubscribe } from "../../lib/store.ts";
import type { StagePointer } from "../render/types.ts";
import type { Modifiers } from "../shapes/_shape.ts";
import { drawBand } from "./_frame.ts";
import { SLIP, type Command, type Tool, type ToolContext } from "./_tool.ts";

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
    "Drag moves the picture, Shift and drag zooms to a frame. Keys: arrows (Shift far). With any tool: hold Space or the middle button",
  );
  private ctx: ToolContext | null = null;
  private last: XY | null = null;
  /** The frame that is drawn to zoom to, in screen pixels. */
  private band: { from: XY; to: XY } | null = null;
  private off: Unsubscribe = () => undefined;

  activate(ctx: ToolContext): void {
    this.ctx = ctx;
    this.off = ctx.stage.overlay((context) => this.band && drawBand(context, bandBox(this.band)));
  }
  deactivate(): void {
    this.cancel();
    this.off();
  }
  down({ button, screen, held }: StagePointer): void {
    if (button !== 0) return;
    if (held.shift) this.band = { from: screen, to: screen };
    else this.last = screen;
  }
  move({ screen }: StagePointer): void {
    if (this.band) {
      this.band = { ...this.band, to: screen };
      this.ctx?.stage.redraw();
    }
    if (!this.last) return;
    this.pan(screen[0] - this.last[0], screen[1] - this.last[1]);
    this.last = screen;
  }
  up(): void {
    const { band, ctx } = this;
    this.cancel();
    if (!band || !ctx) return;
    const box = bandBox(band);
    if (Math.min(box[2] - box[0], box[3] - box[1]) < SLIP) return;
    ctx.stage.zoomTo(ctx.stage.viewport.value.imageBox(box));
  }
  cancel(): void {
    this.last = null;
    this.band = null;
    this.ctx?.stage.redraw();
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
function bandBox({ from, to }: { from: XY; to: XY }): BoxXYXY {
  return boxFromCorners(from, to);
}
export default (): PanTool => new PanTool();
