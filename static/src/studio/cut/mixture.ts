/** Colours as a mixture of Gaussians, for telling an object from what is around it [Rother, Kolmogorov & Blake 2004]. Pure. */

/** Of a mixture. */
const PARTS = 5;
const ROUNDS = 6;
/** Added to variances, in squared grey levels: one colour alone has none. */
const LEAST_VARIANCE = 4;

interface Part {
  readonly mean: readonly number[];
  /** Inverse of the covariance, row-major (9). */
  readonly inverse: readonly number[];
  /** Logarithm of the weight over the root of the determinant. */
  readonly log: number;
}
/** Lower = likelier; in nats, up to a constant that all mixtures share. */
export type Cost = (r: number, g: number, b: number) => number;

/** The mixture of these pixels. `rgb`: (N, 3) colours; `chosen`: which of them. At least one must be chosen. */
export function mixtureOf(rgb: Float32Array, chosen: Int32Array): Cost {
  const owner = clustered(rgb, chosen);
  const parts = Array.from({ length: PARTS }, (_, part) => partOf(rgb, chosen, owner, part)).filter(
    (one) => one !== null,
  );
  return (r, g, b) => {
    let best = Infinity;
    for (const { mean, inverse, log } of parts) {
      const [x, y, z] = [r - (mean[0] as number), g - (mean[1] as number), b - (mean[2] as number)];
      const [a, bb, c, d, e, f, gg, h, i] = inverse as [
        number, number, number, number, number, number, number, number, number,
      ]; // prettier-ignore
      const distance =
        x * (a * x + bb * y + c * z) + y * (d * x + e * y + f * z) + z * (gg * x + h * y + i * z);
      best = Math.min(best, 0.5 * distance - log);
    }
    return best;
  };
}

/** k-means from centres spread along the brightness; answers each pixel's part. */
function clustered(rgb: Float32Array, chosen: Int32Array): Uint8Array {
  const order = Int32Array.from(chosen).sort((a, b) => bright(rgb, a) - bright(rgb, b));
  let centres = Array.from({ length: PARTS }, (_, part) => {
    const at = order[Math.min(order.length - 1, Math.floor(((part + 0.5) / PARTS) * order.length))] as number;
    return [rgb[3 * at] as number, rgb[3 * at + 1] as number, rgb[3 * at + 2] as number];
  });
  const owner = new Uint8Array(chosen.length);
  for (let round = 0; round < ROUNDS; round++) {
    const sums = centres.map(() => [0, 0, 0, 0]);
    for (let n = 0; n < chosen.length; n++) {
      const at = 3 * (chosen[n] as number);
      owner[n] = nearest(centres, rgb[at] as number, rgb[at + 1] as number, rgb[at + 2] as number);
      const sum = sums[owner[n] as number] as number[];
      for (let c = 0; c < 3; c++) sum[c] = (sum[c] as number) + (rgb[at + c] as number);
      sum[3] = (sum[3] as number) + 1;
    }
    centres = centres.map((centre, part) => {
      const [r = 0, g = 0, b = 0, n = 0] = sums[part] as number[];
      return n ? [r / n, g / n, b / n] : centre;
    });
  }
  return owner;
}
function bright(rgb: Float32Array, pixel: number): number {
  return (rgb[3 * pixel] as number) + (rgb[3 * pixel + 1] as number) + (rgb[3 * pixel + 2] as number);
}
function nearest(centres: readonly (readonly number[])[], r: number, g: number, b: number): number {
  let [found, least] = [0, Infinity];
  for (const [part, [cr = 0, cg = 0, cb = 0]] of centres.entries()) {
    const away = (r - cr) ** 2 + (g - cg) ** 2 + (b - cb) ** 2;
    if (away < least) [found, least] = [part, away];
  }
  return found;
}

function partOf(rgb: Float32Array, chosen: Int32Array, owner: Uint8Array, part: number): Part | null {
  const mean = [0, 0, 0];
  const square = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  let count = 0;
  for (let n = 0; n < chosen.length; n++) {
    if (owner[n] !== part) continue;
    count += 1;
    const at = 3 * (chosen[n] as number);
    for (let i = 0; i < 3; i++) {
      const value = rgb[at + i] as number;
      mean[i] = (mean[i] as number) + value;
      for (let j = 0; j < 3; j++)
        square[3 * i + j] = (square[3 * i + j] as number) + value * (rgb[at + j] as number);
    }
  }
  if (!count) return null;
  for (let i = 0; i < 3; i++) mean[i] = (mean[i] as number) / count;
  const covariance = square.map((sum, k) => {
    const [i, j] = [Math.floor(k / 3), k % 3];
    return sum / count - (mean[i] as number) * (mean[j] as number) + (i === j ? LEAST_VARIANCE : 0);
  });
  const { inverse, determinant } = inverted(covariance);
  return { mean, inverse, log: Math.log(count / chosen.length) - 0.5 * Math.log(determinant) };
}

/** Of a symmetric (3, 3) matrix with a determinant above zero. */
function inverted(m: readonly number[]): { inverse: number[]; determinant: number } {
  const [a, b, c, , e, f, , , i] = m as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [A, B, C] = [e * i - f * f, c * f - b * i, b * f - c * e];
  const determinant = Math.max(1e-9, a * A + b * B + c * C);
  const [E, F, I] = [a * i - c * c, b * c - a * f, a * e - b * b];
  return { inverse: [A, B, C, B, E, F, C, F, I].map((value) => value / determinant), determinant };
}
