/** An outline drawn point by point whose inside is added to a mask, or taken from it. */
import type { XY } from "../../lib/geometry.ts";
import { ringsToMask } from "../shapes/_convert.ts";
import { combineMasks, type MaskGeometry } from "../shapes/_rle.ts";
import { chosenMask, commitMask, maskAt } from "./_paint.ts";
import { PathTool } from "./_path.ts";

export abstract class AreaTool extends PathTool {
  readonly makes = ["mask"];
  protected readonly closed = true;
  protected readonly least = 3;
  protected abstract readonly takes: boolean;

  protected previewType(): string {
    return "polygon";
  }
  protected override mayBegin(): boolean {
    return this.takes || chosenMask(this.ctx) !== null || this.mayDraw();
  }
  protected done(points: readonly XY[]): void {
    const area = ringsToMask([points], this.ctx.size());
    if (!area) {
      this.ctx.announce("It covers no pixel.");
      return;
    }
    const first = points[0] as XY;
    const target = chosenMask(this.ctx) ?? (this.takes ? maskAt(this.ctx, first) : null);
    if (this.takes && !target) {
      this.ctx.announce("Select the mask to take from, or begin on it.");
      return;
    }
    const before = target && (this.ctx.document.store.get(target.id)?.geometry as MaskGeometry | undefined);
    const mask = before ? combineMasks(before, area, this.takes ? "difference" : "union") : area;
    commitMask(this.ctx, target, mask, this.takes ? "Take polygon from" : "Add polygon to", !this.takes);
  }
}
