/**
 * What goes into the model: the picture scaled so that its longest side is 1024 pixels, normalised, padded with zeros at
 * the right and below; points and boxes in the pixels of that square. Pure.
 */
import type { BoxXYXY, WH, XY } from "../../lib/geometry.ts";

/** Side of the square that the encoder sees. */
export const SIDE = 1024;
/** Side of the logits that the decoder gives: a quarter of the square's. */
export const MASK_SIDE = 256;

const MEAN = [123.675, 116.28, 103.53] as const;
const SPREAD = [58.395, 57.12, 57.375] as const;

const TAKEN_AWAY = 0;
const WANTED = 1;
const TOP_LEFT = 2;
const BOTTOM_RIGHT = 3;
const NO_POINT = -1;

/** One click: what lies there belongs to the object, or does not. */
export interface Prompt {
  readonly at: XY;
  readonly wanted: boolean;
}
/** What a person says about one object, in image pixels. */
export interface Prompts {
  readonly points: readonly Prompt[];
  readonly box: BoxXYXY | null;
}
export interface Pixels {
  /** RGBA, row-major. */
  readonly data: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
}

/** From image pixels to the square's. */
export function scaleOf([width, height]: WH): number {
  return SIDE / Math.max(width, height);
}
/** How large the picture is in the square, in whole pixels. */
export function fittedSize(size: WH): WH {
  const scale = scaleOf(size);
  return [Math.max(1, Math.round(size[0] * scale)), Math.max(1, Math.round(size[1] * scale))];
}

/** (3, 1024, 1024) float32, RGB, of a picture already scaled to `fittedSize`. Throws RangeError if it is larger. */
export function tensorOf({ data, width, height }: Pixels): Float32Array {
  if (width > SIDE || height > SIDE) throw new RangeError(`${width} × ${height} does not fit ${SIDE}`);
  const tensor = new Float32Array(3 * SIDE * SIDE);
  for (let channel = 0; channel < 3; channel++) {
    const mean = MEAN[channel] as number;
    const spread = SPREAD[channel] as number;
    for (let y = 0; y < height; y++) {
      const row = (channel * SIDE + y) * SIDE;
      for (let x = 0; x < width; x++)
        tensor[row + x] = ((data[4 * (y * width + x) + channel] as number) - mean) / spread;
    }
  }
  return tensor;
}

/** Coordinates (N, 2) and labels (N) as the decoder wants them. */
export function promptInputs(
  { points, box }: Prompts,
  size: WH,
): { coords: Float32Array; labels: Float32Array } {
  const scale = scaleOf(size);
  const list: [XY, number][] = points.map(({ at, wanted }) => [at, wanted ? WANTED : TAKEN_AWAY]);
  if (box) list.push([[box[0], box[1]], TOP_LEFT], [[box[2], box[3]], BOTTOM_RIGHT]);
  const coords = list.flatMap(([[x, y]]) => [x * scale - 0.5, y * scale - 0.5]);
  const labels = list.map(([, label]) => label);
  // Without a box the model was trained on one more point that says nothing.
  if (!box) {
    coords.push(0, 0);
    labels.push(NO_POINT);
  }
  return { coords: Float32Array.from(coords), labels: Float32Array.from(labels) };
}

/** float32 of float16, as the server keeps encodings. */
export function floatsOf(half: Uint16Array): Float32Array {
  const out = new Float32Array(half.length);
  for (let i = 0; i < half.length; i++) {
    const bits = half[i] as number;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    let value = exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24;
    if (exponent === 31) value = fraction ? NaN : Infinity;
    out[i] = bits & 0x8000 ? -value : value;
  }
  return out;
}
