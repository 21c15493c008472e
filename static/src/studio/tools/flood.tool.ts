import { clamp, type XY } from "../../lib/geometry.ts";
import { inPatch, patchBox, type Patch } from "../render/patch.ts";
import type { StagePointer } from "../render/types.ts";
import { floodFill } from "../shapes/_bitmap.ts";
import { combineMasks, enlargeMask, type MaskGeometry } from "../shapes/_rle.ts";
import type { Modifiers } from "../shapes/_shape.ts";
import { DrawTool, KEYS_HINT } from "./_draw.ts";
import { chosenMask, commitMask } from "./_paint.ts";
import type { Command } from "./_tool.ts";

/** Screen pixels of a drag that change the tolerance by one. */
const PER_STEP = 2;
/** A flood slower than this waits for the pointer to come up. */
const SLOW_MS = 60;

interface Seed {
  readonly at: XY;
  readonly screen: XY;
  readonly tolerance: number;
  readonly patch: Patch;
  mask: MaskGeometry | null;
  slow: boolean;
}

/** Floods the pixels of like colour that hang together; dragging sideways changes how like they must be. */
class FloodTool extends DrawTool {
  readonly id = "flood";
  readonly title = "Flood fill";
  readonly icon = "wand";
  readonly keys = ["w"];
  readonly makes = ["mask"];
  readonly order = 75;
  readonly options = ["tolerance", "underlying"] as const;
  private seed: Seed | null = null;

  protected override reset(): void {
    this.seed = null;
    super.reset();
    this.tell();
  }
  protected press(at: XY, { screen }: StagePointer): void {
    this.begin(at, screen);
  }
  protected place(at: XY, held: Modifiers): void {
    if (this.begin(at, [0, 0])) this.complete(held);
  }
  protected hover(_at: XY, _held: Modifiers, event?: StagePointer): void {
    if (!this.seed || !event) return;
    this.ctx.tolerance.set(this.dragged(event));
    this.tell();
    if (!this.seed.slow) this.flood(this.seed, this.ctx.tolerance.value);
  }
  up(event: StagePointer): void {
    if (!this.seed) return;
    this.flood(this.seed, this.dragged(event));
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
  private begin(at: XY, screen: XY): boolean {
    if (!chosenMask(this.ctx) && !this.mayDraw()) return false;
    const patch = this.ctx.pixels();
    if (!patch) {
      this.ctx.announce("The picture's pixels have not come yet: try again in a moment, or use the brush.");
      return false;
    }
    this.seed = { at, screen, tolerance: this.ctx.tolerance.value, patch, mask: null, slow: false };
    this.flood(this.seed, this.seed.tolerance);
    return true;
  }
  private dragged({ screen }: StagePointer): number {
    if (!this.seed) return this.ctx.tolerance.value;
    const by = Math.trunc((screen[0] - this.seed.screen[0]) / PER_STEP);
    return clamp(this.seed.tolerance + by, 0, 255);
  }
  private flood(seed: Seed, tolerance: number): void {
    const { patch, at } = seed;
    const { data, width, height } = patch.pixels;
    const began = performance.now();
    const mask = floodFill(data, [width, height], inPatch(patch, at), tolerance);
    seed.mask = mask && enlargeMask(mask, patch.origin, patch.step, this.ctx.size());
    seed.slow = performance.now() - began > SLOW_MS;
    this.ctx.stage.preview(seed.mask ? [this.shown("mask", seed.mask)] : []);
  }
  private complete({ alt }: Modifiers): void {
    const flooded = this.seed?.mask ?? null;
    if (this.seed && flooded) this.tellEnds(this.seed.patch, flooded);
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
  /** Of a huge picture only what is in sight is flooded: said where that has cut something off. */
  private tellEnds(patch: Patch, { box: [x, y, w, h] }: MaskGeometry): void {
    const [width, height] = this.ctx.size();
    const [x1, y1, x2, y2] = patchBox(patch, [width, height]);
    const cut =
      (x1 > 0 && x <= x1) ||
      (y1 > 0 && y <= y1) ||
      (x2 < width && x + w >= x2) ||
      (y2 < height && y + h >= y2);
    if (cut) this.ctx.announce("Flooded as far as the picture is in sight.");
  }
  private tell(): void {
    this.hint.set(
      `Click floods, dragging sideways changes the tolerance (${Math.round(this.ctx.tolerance.value)}; keys [ and ]). ` +
        `With a mask selected it is added to it, Alt takes away. ${KEYS_HINT} it`,
    );
  }
}
export default (): FloodTool => new FloodTool();
