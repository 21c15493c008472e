import { ringsContain, type XY } from "../../lib/geometry.ts";
import type { Annotation } from "../shapes/_shape.ts";
import { KEYS_HINT } from "./_draw.ts";
import { PathTool } from "./_path.ts";
import { changeShapes, editable } from "./_tool.ts";

/** Cuts a hole into the selected polygon, or adds a part to it: a further ring, by the even-odd rule. */
class RingTool extends PathTool {
  readonly id = "ring";
  readonly title = "Hole or part of a polygon";
  readonly icon = "ring";
  readonly keys = ["shift+p"];
  readonly makes = ["polygon"];
  readonly order = 31;
  protected readonly closed = true;
  protected readonly least = 3;
  private target: Annotation | null = null;

  protected override startHint(): string {
    return `Draws a hole in the selected polygon, or, outside it, a further part. ${KEYS_HINT} a point, Enter closes`;
  }
  protected override mayBegin(): boolean {
    const chosen = editable(this.ctx).filter(({ type }) => type === "polygon");
    this.target = chosen.length === 1 ? (chosen[0] ?? null) : null;
    if (!this.target) this.ctx.announce("Select one polygon first: the hole goes into it.");
    return this.target !== null;
  }
  protected previewType(): string {
    return "polygon";
  }
  protected done(points: readonly XY[]): void {
    const target = this.target && this.ctx.document.store.get(this.target.id);
    if (!target) {
      this.ctx.announce("The polygon is not there any more.");
      return;
    }
    const { rings } = target.geometry as { rings: readonly (readonly XY[])[] };
    const hole = ringsContain(rings, points[0] as XY);
    const label = hole ? "Cut hole into polygon" : "Add part to polygon";
    const patch = { geometry: { rings: [...rings, points] } };
    if (changeShapes(this.ctx, new Map([[target.id, patch]]), label))
      this.ctx.announce(hole ? "Hole cut" : "Part added");
  }
}
export default (): RingTool => new RingTool();
