/** The order in which one goes from object to object by keys: top to bottom, left to right. */
import type { Annotation } from "../shapes/_shape.ts";
import type { ToolContext } from "./_tool.ts";

/** Those that are seen and have a place. */
export function inOrder(ctx: ToolContext): Annotation[] {
  const size = ctx.size();
  return ctx.document.store
    .all()
    .filter(({ id }) => !ctx.hidden.value.has(id))
    .flatMap((one) => {
      const box = ctx.typeOf(one.type)?.bounds(one.geometry, size);
      return box ? [{ one, box }] : [];
    })
    .sort((a, b) => a.box[1] - b.box[1] || a.box[0] - b.box[0])
    .map(({ one }) => one);
}

/** The one after (before) all that are selected; where none is, the first (last). */
export function beyond(order: readonly Annotation[], chosen: ReadonlySet<string>, step: 1 | -1) {
  const places = order.flatMap(({ id }, i) => (chosen.has(id) ? [i] : []));
  const from = step > 0 ? (places.at(-1) ?? -1) : (places[0] ?? order.length);
  const one = order[from + step];
  return one && { one, at: from + step };
}
