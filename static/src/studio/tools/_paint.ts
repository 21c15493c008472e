/**
 * Which mask a stroke goes to, and how it becomes one step of undo. Strokes go on in the one selected mask; while none
 * is, painting begins a new one of the label in hand, and erasing takes from the mask under the pointer.
 */
import type { XY } from "../../lib/geometry.ts";
import { combineMasks, type MaskGeometry } from "../shapes/_rle.ts";
import { isSuggestion, type Annotation } from "../shapes/_shape.ts";
import { addShapes, editable, oneStep, told, type ToolContext } from "./_tool.ts";

/** The one selected mask, if it may be edited. */
export function chosenMask(ctx: ToolContext): Annotation | null {
  const [one, more] = editable(ctx);
  return one?.type === "mask" && !more ? one : null;
}
/** The topmost mask at a place that may be edited. */
export function maskAt(ctx: ToolContext, at: XY): Annotation | null {
  const { stage, hidden, locked } = ctx;
  const found = stage.pick(stage.viewport.value.screenXY(at));
  return (
    found.find(({ id, type }) => type === "mask" && !hidden.value.has(id) && !locked.value.has(id)) ?? null
  );
}

/**
 * Puts a painted mask into the document: null = nothing is left of it, so the annotation goes. With `removeUnderlying`
 * on, what was painted is taken from the other masks, all in the same step.
 */
export function commitMask(
  ctx: ToolContext,
  target: Annotation | null,
  mask: MaskGeometry | null,
  verb: string,
  adds: boolean,
): boolean {
  const words = `${verb} mask`;
  if (!mask) {
    if (target) ctx.document.remove([target.id], `${words}: nothing left`);
    return target !== null;
  }
  return (
    told(ctx, () =>
      oneStep(ctx, words, () => {
        // Somebody else may have deleted it meanwhile: what was painted is not lost.
        if (target && ctx.document.store.has(target.id))
          ctx.document.change([target.id], { geometry: mask }, words);
        else addShapes(ctx, [{ type: "mask", label: target?.label ?? ctx.label(), geometry: mask }], verb);
        if (adds && ctx.removeUnderlying.value) takeFromOthers(ctx, mask, words);
        return true;
      }),
    ) ?? false
  );
}

function takeFromOthers(ctx: ToolContext, mask: MaskGeometry, words: string): void {
  const mine = ctx.document.selection.value;
  for (const one of ctx.document.store.all()) {
    const { id, type, geometry } = one;
    if (type !== "mask" || mine.has(id) || ctx.locked.value.has(id) || ctx.hidden.value.has(id)) continue;
    // Taking from what a model suggests would accept the rest of it, which nobody has looked at.
    if (isSuggestion(one)) continue;
    const other = geometry as MaskGeometry;
    if (!touches(mask.box, other.box) || !combineMasks(other, mask, "intersection")) continue;
    const left = combineMasks(other, mask, "difference");
    if (left) ctx.document.change([id], { geometry: left }, words);
    else ctx.document.remove([id], words);
  }
}
function touches([ax, ay, aw, ah]: MaskGeometry["box"], [bx, by, bw, bh]: MaskGeometry["box"]): boolean {
  return ax < bx + bw && bx < ax + aw && ay < by + bh && by < ay + ah;
}
