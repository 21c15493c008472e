/** `point`: one place. */
import { distance, type XY } from "../../lib/geometry.ts";
import { ShapeInvalid, type ShapeType } from "./_shape.ts";
import { clamped, farther, fieldsOf, kept, numberOf, onto, short } from "./_values.ts";

export interface PointGeometry {
  readonly xy: XY;
}

const FORM = 'A point is {"xy": [x, y]}.';

export const shape: ShapeType<PointGeometry> = {
  type: "point",
  title: "Point",
  icon: "dot",
  filled: false,
  validate(raw, size) {
    const given = fieldsOf(raw, FORM, ["xy"]).xy;
    if (!Array.isArray(given) || given.length !== 2) throw new ShapeInvalid(FORM);
    const xy = clamped(numberOf(given[0]), numberOf(given[1]), size);
    if (!xy) throw new ShapeInvalid("The point lies outside the image.");
    return { xy };
  },
  area: () => 0,
  bounds: ({ xy: [x, y] }) => [x, y, x, y],
  hit: ({ xy }, at, tolerance) => distance(xy, at) <= tolerance,
  trace: () => undefined,
  dots: ({ xy }) => [{ at: xy, hollow: false }],
  handles: ({ xy }) => [{ id: "xy", at: xy, kind: "vertex", cursor: "move" }],
  dragged: (point, handle, to, _held, size) => (handle === "xy" ? { xy: onto(to, size) } : point),
  moved({ xy: [x, y] }, dx, dy, size) {
    const [mx, my] = kept([x, y, x, y], dx, dy, size);
    return { xy: [x + mx, y + my] };
  },
  stretched: ({ xy }, about, by, size) => ({ xy: onto(farther(xy, about, by), size) }),
  describe: ({ xy: [x, y] }) => `${short(x)}, ${short(y)}`,
};
