/**
 * An object cut out of what is around it by its colours and edges, without a model [GrabCut: Rother, Kolmogorov & Blake
 * 2004]. Pure; `worker.ts` runs it beside the page.
 */
import { DIRECTIONS, GridCut } from "./flow.ts";
import { mixtureOf, type Cost } from "./mixture.ts";

/** What a person said of each pixel. */
export const AROUND = 0;
export const OBJECT = 1;
/** Nothing: to be found out. */
export const UNKNOWN = 2;

export interface CutoutPixels {
  /** RGBA, row-major. */
  readonly data: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
}

const ROUNDS = 4;
/** How dear it is to part two pixels of one colour [as in the paper]. */
const SMOOTHNESS = 50;
const CERTAIN = 1e6;

/** 1 for each pixel of the object; null when nothing is said to be around it, or nothing is left of it. */
export function cutOut(pixels: CutoutPixels, said: Uint8Array): Uint8Array | null {
  const rgb = coloursOf(pixels);
  const links = linksOf(rgb, pixels);
  let inside: Uint8Array = said.map((one) => (one === AROUND ? 0 : 1));
  for (let round = 0; round < ROUNDS; round++) {
    const object = mixture(rgb, inside, 1);
    const around = mixture(rgb, inside, 0);
    if (!object || !around) return null;
    const next = parted(pixels, rgb, said, links, object, around);
    const same = next.every((one, i) => one === inside[i]);
    inside = next;
    if (same) break;
  }
  return inside.includes(1) ? inside : null;
}

function coloursOf({ data, width, height }: CutoutPixels): Float32Array {
  const rgb = new Float32Array(3 * width * height);
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = data[4 * i + c] as number;
  return rgb;
}
function mixture(rgb: Float32Array, inside: Uint8Array, which: 0 | 1): Cost | null {
  const chosen: number[] = [];
  for (let i = 0; i < inside.length; i++) if (inside[i] === which) chosen.push(i);
  return chosen.length ? mixtureOf(rgb, Int32Array.from(chosen)) : null;
}

/** Half of the directions: each link once. */
const FORWARD = [0, 2, 4, 6] as const;

/** What parting a pixel from its neighbour costs, by direction; 0 where there is none. */
function linksOf(rgb: Float32Array, { width, height }: CutoutPixels): Map<number, Float32Array> {
  const differences = new Map<number, Float32Array>();
  let [sum, count] = [0, 0];
  for (const direction of FORWARD) {
    const [dx, dy] = DIRECTIONS[direction];
    const of = new Float32Array(width * height).fill(-1);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        if (x + dx >= width || x + dx < 0 || y + dy >= height || y + dy < 0) continue;
        const [a, b] = [3 * (y * width + x), 3 * ((y + dy) * width + x + dx)];
        const away =
          ((rgb[a] as number) - (rgb[b] as number)) ** 2 +
          ((rgb[a + 1] as number) - (rgb[b + 1] as number)) ** 2 +
          ((rgb[a + 2] as number) - (rgb[b + 2] as number)) ** 2;
        of[y * width + x] = away;
        sum += away;
        count += 1;
      }
    differences.set(direction, of);
  }
  const beta = sum > 0 ? count / (2 * sum) : 0;
  for (const [direction, of] of differences) {
    const length = direction < 4 ? 1 : Math.SQRT2;
    for (let i = 0; i < of.length; i++) {
      const away = of[i] as number;
      of[i] = away < 0 ? 0 : (SMOOTHNESS / length) * Math.exp(-beta * away);
    }
  }
  return differences;
}

function parted(
  { width, height }: CutoutPixels,
  rgb: Float32Array,
  said: Uint8Array,
  links: ReadonlyMap<number, Float32Array>,
  object: Cost,
  around: Cost,
): Uint8Array {
  const grid = new GridCut(width, height);
  for (const [direction, weights] of links)
    for (let i = 0; i < weights.length; i++) if (weights[i]) grid.link(i, direction, weights[i] as number);
  for (let i = 0; i < said.length; i++) {
    const [r, g, b] = [rgb[3 * i] as number, rgb[3 * i + 1] as number, rgb[3 * i + 2] as number];
    if (said[i] === UNKNOWN) grid.terminal[i] = around(r, g, b) - object(r, g, b);
    else grid.terminal[i] = said[i] === OBJECT ? CERTAIN : -CERTAIN;
  }
  return grid.cut();
}
