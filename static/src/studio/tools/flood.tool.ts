import { clamp, type XY } from "../../lib/geometry.ts";
import type { StagePointer } from "../render/types.ts";
import { floodFill } from "../shapes/_bitmap.ts";
import { combineMasks, type MaskGeometry } from "../shapes/_rle.ts";
import type { Modifiers } from "../shapes/_shape.ts";
import { DrawTool, KEYS_HINT } from "./_draw.ts";
import { chosenMask, commitMask } from "./_paint.ts";
import type { Command } from "./_tool.ts";

/** Screen pixels of a drag that change the tolerance by one. */
const PER_STEP = 2;
/** A flood slower than this waits for the pointer to come up. */
const SLOW_MS = 60;

/** Floods the pixels of like colour that hang together; dragging sideways changes how like they must be. */
class FloodTool extends DrawTool {
  readonly id = "flood";
  readonly title = "Flood fill";
  readonly icon = "wand";
  readonly keys = ["w"];
  readonly makes = ["mask"];
  readonly order = 75;
  private seed: { at: XY; screen: XY; tolerance: number; mask: MaskGeometry | null; slow: boolean } | null =
    null;

  protected override reset(): void {
    this.seed = null;
    super.reset();
    this.tell();
  }
  protected press(at: XY, { screen }: StagePointer): void {
    const pixels = this.ready();
    if (!pixels) return;
    const { value: tolerance } = this.ctx.tolerance;
    this.seed = { at, screen, tolerance, mask: null, slow: false };
    this.flood(pixels, tolerance);
  }
  protected place(at: XY, held: Modifiers): void {
    const pixels = this.ready();
    if (!pixels) return;
    this.seed = { at, screen: [0, 0], tolerance: this.ctx.tolerance.value, mask: null, slow: false };
    this.flood(pixels, this.seed.tolerance);
    this.complete(held);
  }
  protected hover(_at: XY, _held: Modifiers, event?: StagePointer): void {
    if (!this.seed || !event) return;
    this.ctx.tolerance.set(this.dragged(event));
    this.tell();
    const pixels = this.seed.slow ? null : this.ctx.pixels();
    if (pixels) this.flood(pixels, this.ctx.tolerance.value);
  }
  up(event: StagePointer): void {
    if (!this.seed) return;
    const pixels = this.ctx.pixels();
    if (pixels) this.flood(pixels, this.dragged(event));
    this.complete(event.held);
  }
  protected override abort(): boolean {
    if (!this.seed) return this.leaveMask();
    this.reset();
    return true;
  }
  protected override finish(): boolean {
    return this.leaveMask();
  }
  override command(command: Command, held: Modifiers): boolean {
    if (command === "draw.larger" || command === "draw.smaller") {
      const step = command === "draw.larger" ? 1 : -1;
      this.ctx.tolerance.update((tolerance) => clamp(tolerance + step, 0, 255));
      this.tell();
      return true;
    }
    return super.command(command, held);
  }

  private leaveMask(): boolean {
    if (!chosenMask(this.ctx)) return false;
    this.ctx.document.selection.set(new Set());
    return true;
  }
  private ready(): ImageData | null {
    if (!chosenMask(this.ctx) && !this.mayDraw()) return null;
    const pixels = this.ctx.pixels();
    if (!pixels)
      this.ctx.announce("The picture's pixels are not here (it is loading, or too large): use the brush.");
    return pixels;
  }
  private dragged({ screen }: StagePointer): number {
    if (!this.seed) return this.ctx.tolerance.value;
    const by = Math.trunc((screen[0] - this.seed.screen[0]) / PER_STEP);
    return clamp(this.seed.tolerance + by, 0, 255);
  }
  private flood({ data, width, height }: ImageData, tolerance: number): void {
    if (!this.seed) return;
    const began = performance.now();
    this.seed.mask = floodFill(data, [width, height], this.seed.at, tolerance);
    this.seed.slow = performance.now() - began > SLOW_MS;
    this.ctx.stage.preview(this.seed.mask ? [this.shown("mask", this.seed.mask)] : []);
  }
  private complete({ alt }: Modifiers): void {
    const flooded = this.seed?.mask ?? null;
    this.reset();
    if (!flooded) return;
    const target = chosenMask(this.ctx);
    if (!target) {
      if (!alt) commitMask(this.ctx, null, flooded, "Flood", true);
      return;
    }
    const mask = combineMasks(target.geometry as MaskGeometry, flooded, alt ? "difference" : "union");
    commitMask(this.ctx, target, mask, alt ? "Take flood from" : "Flood", !alt);
  }
  private tell(): void {
    this.hint.set(
      `Click floods, dragging sideways changes the tolerance (${Math.round(this.ctx.tolerance.value)}; keys [ and ]). ` +
        `With a mask selected it is added to it, Alt takes away. ${KEYS_HINT} it`,
    );
  }
}
export default (): FloodTool => new FloodTool();
