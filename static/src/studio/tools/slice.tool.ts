import type { XY } from "../../lib/geometry.ts";
import type { StagePointer } from "../render/types.ts";
import { KEYS_HINT } from "./_draw.ts";
import { PathTool } from "./_path.ts";
import { editable, SLIP } from "./_tool.ts";
import { sliceSelected } from "./reshape.ts";

/** Cuts what is selected along a line. */
class SliceTool extends PathTool {
  readonly id = "slice";
  readonly title = "Cut along a line";
  readonly icon = "scissors";
  readonly keys = ["alt+j"];
  readonly makes = ["polygon", "mask"];
  readonly order = 90;
  protected readonly closed = false;
  protected readonly least = 2;
  private pressed: XY | null = null;

  protected override startHint(): string {
    return `Drag across the selected shape, or click points and press Enter. ${KEYS_HINT} a point`;
  }
  protected override mayBegin(): boolean {
    if (editable(this.ctx).length) return true;
    this.ctx.announce("Select what to cut first.");
    return false;
  }
  protected previewType(): string {
    return "polyline";
  }
  protected override press(at: XY, event: StagePointer): void {
    this.pressed = this.points.length || event.held.shift ? null : at;
    super.press(at, event);
  }
  override up(event: StagePointer): void {
    const { pressed } = this;
    this.pressed = null;
    super.up(event);
    const at = this.inside(event.image);
    if (!pressed || this.points.length !== 1 || this.screenDistance(pressed, at) < SLIP) return;
    this.add(at);
    this.finish();
  }
  protected done(points: readonly XY[]): void {
    sliceSelected(this.ctx, points);
  }
}
export default (): SliceTool => new SliceTool();
