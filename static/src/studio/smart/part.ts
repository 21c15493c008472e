/** A part of a picture, looked at as if it were a picture of its own: small things become large enough to be seen. Pure. */
import type { BoxXYXY, WH } from "../../lib/geometry.ts";
import type { MaskGeometry } from "../shapes/_rle.ts";
import type { Prompts } from "./prepare.ts";
import type { SmartPicture } from "./segmenter.ts";

/** Of a side of the picture: more than this is not closer. */
const NEARLY_ALL = 0.9;

export interface Part {
  /** The item it is of. */
  readonly of: string;
  /** Whole pixels of the picture. */
  readonly box: BoxXYXY;
  readonly picture: SmartPicture;
}

/** Whole pixels of the picture that are in sight; null when that is nearly all of it, or nothing. */
export function closerBox([x1, y1, x2, y2]: BoxXYXY, [width, height]: WH): BoxXYXY | null {
  const box: BoxXYXY = [
    Math.max(0, Math.floor(x1)),
    Math.max(0, Math.floor(y1)),
    Math.min(width, Math.ceil(x2)),
    Math.min(height, Math.ceil(y2)),
  ];
  const [w, h] = [box[2] - box[0], box[3] - box[1]];
  if (w < 1 || h < 1 || (w > NEARLY_ALL * width && h > NEARLY_ALL * height)) return null;
  return box;
}

export function partOf(whole: SmartPicture, box: BoxXYXY, bitmap: () => Promise<ImageBitmap>): Part {
  const size: WH = [box[2] - box[0], box[3] - box[1]];
  const picture = { key: `${whole.key}@${box.join(",")}`, size, bitmap, hereOnly: true };
  return { of: whole.key, box, picture };
}

/** The prompts as the part has them; null when one lies outside it. */
export function promptsIn({ box: [x1, y1, x2, y2] }: Part, { points, box }: Prompts): Prompts | null {
  const places = [...points.map(({ at }) => at), ...(box ? [box.slice(0, 2), box.slice(2)] : [])];
  if (places.some(([x = 0, y = 0]) => x < x1 || y < y1 || x > x2 || y > y2)) return null;
  return {
    points: points.map(({ at: [x, y], wanted }) => ({ at: [x - x1, y - y1], wanted })),
    box: box && [box[0] - x1, box[1] - y1, box[2] - x1, box[3] - y1],
  };
}
/** What was found in the part, in the picture. */
export function maskFrom({ box: [x1, y1] }: Part, { box: [x, y, w, h], rle }: MaskGeometry): MaskGeometry {
  return { box: [x + x1, y + y1, w, h], rle };
}
