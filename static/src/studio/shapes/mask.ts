/** `mask`: pixels, as run lengths inside a crop. */
import type { BoxXYXY } from "../../lib/geometry.ts";
import { maskToRings } from "./_convert.ts";
import { maskArea, maskOfSpans, maskSpans, maskTouches, stretchMask, type MaskGeometry } from "./_rle.ts";
import { ShapeInvalid, type ShapeType } from "./_shape.ts";
import { fieldsOf, kept, wholeOf, type Rings } from "./_values.ts";
import { traceChain } from "./_vertices.ts";

export type { MaskGeometry } from "./_rle.ts";

const FORM = 'A mask is {"box": [x, y, width, height], "rle": [counts]} in whole numbers.';
const outlines = new WeakMap<MaskGeometry, Rings>();

/** The borders of its pixels, made once for each mask. */
export function maskOutline(mask: MaskGeometry): Rings {
  let rings = outlines.get(mask);
  if (!rings) outlines.set(mask, (rings = maskToRings(mask)));
  return rings;
}
function wholes(raw: unknown): number[] {
  const values = Array.isArray(raw) ? raw.map(wholeOf) : [null];
  if (values.includes(null)) throw new ShapeInvalid(FORM);
  return values as number[];
}
function boundsOfMask({ box: [x, y, w, h] }: MaskGeometry): BoxXYXY {
  return [x, y, x + w, y + h];
}

export const shape: ShapeType<MaskGeometry> = {
  type: "mask",
  title: "Mask",
  icon: "brush",
  filled: true,
  validate(raw, size) {
    const given = fieldsOf(raw, FORM, ["box", "rle"]);
    const [box, rle] = [wholes(given.box), wholes(given.rle)];
    const [x, y, w, h] = box as [number, number, number, number];
    if (box.length !== 4 || w < 1 || h < 1 || rle.some((run) => run < 0)) throw new ShapeInvalid(FORM);
    if (x < 0 || y < 0 || x + w > size[0] || y + h > size[1])
      throw new ShapeInvalid("A mask lies inside the image.");
    if (rle.reduce((sum, run) => sum + run, 0) !== w * h)
      throw new ShapeInvalid("The counts of a mask add up to the pixels of its box.");
    const mask = maskOfSpans([...maskSpans({ box: [x, y, w, h], rle })]);
    if (!mask) throw new ShapeInvalid("The mask is empty.");
    return mask;
  },
  area: (mask) => maskArea(mask),
  bounds: boundsOfMask,
  hit: (mask, [x, y], tolerance) =>
    maskTouches(mask, [x - tolerance, y - tolerance, x + tolerance, y + tolerance]),
  trace: (mask, path) => maskOutline(mask).forEach((ring) => traceChain(ring, true, path)),
  handles: () => [],
  dragged: (mask) => mask,
  moved(mask, dx, dy, size) {
    const [mx, my] = kept(boundsOfMask(mask), Math.round(dx), Math.round(dy), size);
    const [x, y, w, h] = mask.box;
    return { box: [x + mx, y + my, w, h], rle: mask.rle };
  },
  stretched: stretchMask,
  describe: (mask) => `${maskArea(mask).toLocaleString("en")} px, ${mask.box[2]} × ${mask.box[3]}`,
};
