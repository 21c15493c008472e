/** Moving several shapes as one: they keep their places to each other, and none leaves the picture. */
import { clamp, type BoxXYXY } from "../../lib/geometry.ts";
import type { Annotation } from "../shapes/_shape.ts";
import type { AnnotationPatch, ToolContext } from "./_tool.ts";

/** New geometry for each, or null when nothing moves. Masks move by whole pixels, as their type says. */
export function movedWithin(
  ctx: ToolContext,
  list: readonly Annotation[],
  dx: number,
  dy: number,
): Map<string, AnnotationPatch> | null {
  const size = ctx.size();
  const boxes = list.flatMap(({ type, geometry }) => ctx.typeOf(type)?.bounds(geometry, size) ?? []);
  if (!boxes.length) return null;
  const [x1, y1, x2, y2] = around(list, ctx);
  // What lies over the edge already may stay there, but goes no further.
  const mx = clamp(dx, Math.min(0, -x1), Math.max(0, size[0] - x2));
  const my = clamp(dy, Math.min(0, -y1), Math.max(0, size[1] - y2));
  if (!mx && !my) return null;
  return new Map(
    list.flatMap(({ id, type, geometry }) => {
      const shape = ctx.typeOf(type);
      return shape?.bounds(geometry, size)
        ? [[id, { geometry: shape.moved(geometry, mx, my, size) }] as const]
        : [];
    }),
  );
}

/** The smallest upright box around all of them. */
export function around(list: readonly Annotation[], ctx: ToolContext): BoxXYXY {
  const size = ctx.size();
  let box: BoxXYXY = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { type, geometry } of list) {
    const one = ctx.typeOf(type)?.bounds(geometry, size);
    if (one)
      box = [
        Math.min(box[0], one[0]),
        Math.min(box[1], one[1]),
        Math.max(box[2], one[2]),
        Math.max(box[3], one[3]),
      ];
  }
  return box;
}
