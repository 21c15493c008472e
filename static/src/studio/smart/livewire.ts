/**
 * Intelligent scissors: the cheapest way between two points where walking along edges is cheap [Mortensen & Barrett 1995].
 * Pure. The ways from one point are found once, by Dijkstra over a window about it, and only as far out as they are asked
 * for; then each place of the pointer is answered by walking back.
 */
import { clamp, distance, type BoxXYXY, type XY } from "../../lib/geometry.ts";
import type { Pixels } from "./prepare.ts";

/** Nodes on a side of the window. */
const SIDE = 512;
/** Cost of a step over an even ground; along the sharpest edge it is 1. */
const PLAIN = 120;
/** The gradient that counts as sharpest: this share of the nodes have more. */
const SHARPEST = 0.02;
/** Even noise is no edge: gradients below this (of 255 grey levels a pixel) are taken as none at all. */
const FAINTEST = 12;
const DIAGONAL = Math.SQRT2;
/** More than the dearest step, and a power of two. */
const BUCKETS = 256;
const UNSEEN = 0x7fffffff;
const NOWHERE = -1;

/** dx, dy of the neighbours. */
const AROUND = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
  [1, 1],
  [-1, 1],
  [1, -1],
  [-1, -1],
] as const;

/** A part of the picture, every `step`-th pixel of it, with what it costs to walk there. */
interface Ground {
  /** First pixel, and how many nodes. */
  readonly x: number;
  readonly y: number;
  readonly columns: number;
  readonly rows: number;
  /** 0 (even) to 1 (sharp), row-major. */
  readonly edges: Float32Array;
}

/** The mean of each node's pixels, smoothed a little: (rows × columns × 3). */
function colours(
  { data, width, height }: Pixels,
  x: number,
  y: number,
  columns: number,
  rows: number,
  step: number,
) {
  const out = new Float32Array(columns * rows * 3);
  const stride = Math.max(1, Math.floor(step / 2));
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const right = Math.min(width, x + (column + 1) * step);
      const bottom = Math.min(height, y + (row + 1) * step);
      let [r, g, b, n] = [0, 0, 0, 0];
      for (let py = y + row * step; py < bottom; py += stride)
        for (let px = x + column * step; px < right; px += stride) {
          const at = 4 * (py * width + px);
          r += data[at] as number;
          g += data[at + 1] as number;
          b += data[at + 2] as number;
          n += 1;
        }
      const to = 3 * (row * columns + column);
      out[to] = r / n;
      out[to + 1] = g / n;
      out[to + 2] = b / n;
    }
  return out;
}

/** Length of the gradient [Sobel], of the colour channel where it is longest, in grey levels a node. */
function gradients(rgb: Float32Array, columns: number, rows: number): Float32Array {
  const out = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const up = Math.max(0, row - 1) * columns;
    const here = row * columns;
    const down = Math.min(rows - 1, row + 1) * columns;
    for (let column = 0; column < columns; column++) {
      const left = Math.max(0, column - 1);
      const right = Math.min(columns - 1, column + 1);
      let most = 0;
      for (let channel = 0; channel < 3; channel++) {
        const v = (line: number, at: number) => rgb[3 * (line + at) + channel] as number;
        const ul = v(up, left);
        const ur = v(up, right);
        const dl = v(down, left);
        const dr = v(down, right);
        const gx = ur + 2 * v(here, right) + dr - ul - 2 * v(here, left) - dl;
        const gy = dl + 2 * v(down, column) + dr - ul - 2 * v(up, column) - ur;
        most = Math.max(most, gx * gx + gy * gy);
      }
      out[here + column] = Math.sqrt(most) / 4;
    }
  }
  return out;
}

function groundOf(pixels: Pixels, around: XY, step: number): Ground {
  const reach = (SIDE * step) / 2;
  const x = Math.max(0, Math.floor((around[0] - reach) / step) * step);
  const y = Math.max(0, Math.floor((around[1] - reach) / step) * step);
  const columns = Math.max(1, Math.min(SIDE, Math.ceil((pixels.width - x) / step)));
  const rows = Math.max(1, Math.min(SIDE, Math.ceil((pixels.height - y) / step)));
  const edges = gradients(colours(pixels, x, y, columns, rows, step), columns, rows);
  const sorted = Float32Array.from(edges).sort();
  const sharpest = Math.max(FAINTEST, sorted[Math.floor((1 - SHARPEST) * (sorted.length - 1))] as number);
  for (let i = 0; i < edges.length; i++) edges[i] = Math.min(1, (edges[i] as number) / sharpest);
  return { x, y, columns, rows, edges };
}

/** Without the steps from pixel to pixel: an edge lies between the two pixels that it is found in. The ends stay. */
function smoothed(line: readonly XY[]): XY[] {
  let now = [...line];
  for (let round = 0; round < 2; round++)
    now = now.map((point, i) => {
      const [before, after] = [now[i - 1], now[i + 1]];
      if (!before || !after) return point;
      return [(before[0] + 2 * point[0] + after[0]) / 4, (before[1] + 2 * point[1] + after[1]) / 4];
    });
  return now;
}

/** The wire from one point. */
export class Livewire {
  private readonly ground: Ground;
  private readonly costs: Int32Array;
  private readonly from: Int8Array;
  private readonly done: Uint8Array;
  /** Nodes by cost, modulo their number: a step costs less than there are buckets. */
  private readonly buckets: number[][] = Array.from({ length: BUCKETS }, () => []);
  private cost = 0;
  private open = 1;

  /** `step`: image pixels a node stands for on a side; what the screen cannot show need not be walked through. */
  constructor(
    pixels: Pixels,
    readonly start: XY,
    readonly step: number,
  ) {
    this.ground = groundOf(pixels, start, step);
    const { length } = this.ground.edges;
    this.costs = new Int32Array(length).fill(UNSEEN);
    this.from = new Int8Array(length).fill(NOWHERE);
    this.done = new Uint8Array(length);
    const first = this.node(start);
    this.costs[first] = 0;
    this.buckets[0]?.push(first);
  }

  /** What it knows of the picture; beyond, the wire is straight. */
  get box(): BoxXYXY {
    const { x, y, columns, rows } = this.ground;
    return [x, y, x + columns * this.step, y + rows * this.step];
  }
  /** From the start to `to`, both included: along edges, where there are some. */
  path(to: XY): XY[] {
    const target = this.node(to);
    this.walkTo(target);
    const { columns } = this.ground;
    const middle: XY[] = [];
    for (let at = target, way = this.from[at] as number; way !== NOWHERE; way = this.from[at] as number) {
      const [dx, dy] = AROUND[way] as (typeof AROUND)[number];
      at -= dy * columns + dx;
      middle.push(this.centre(at));
    }
    middle.reverse();
    // The ends are where they were set, not in the middle of their nodes.
    const line = smoothed([this.start, ...middle.slice(1), ...(middle.length ? [this.centre(target)] : [])]);
    return [...line, to].filter((point, i, all) => i === 0 || distance(point, all[i - 1] as XY) > 0);
  }
  /** The sharpest place within `radius` image pixels. */
  snapped(at: XY, radius: number): XY {
    const { columns, rows, edges, x, y } = this.ground;
    const reach = Math.floor(radius / this.step);
    const [column, row] = [Math.floor((at[0] - x) / this.step), Math.floor((at[1] - y) / this.step)];
    let best: XY = at;
    let most = 0.25; // on even ground nothing is sharper than anything else
    for (let j = Math.max(0, row - reach); j <= Math.min(rows - 1, row + reach); j++)
      for (let i = Math.max(0, column - reach); i <= Math.min(columns - 1, column + reach); i++) {
        const away = Math.hypot(i - column, j - row);
        const sharp = (edges[j * columns + i] as number) * (1 - (0.5 * away) / (reach + 1));
        if (away > reach || sharp <= most) continue;
        most = sharp;
        best = this.centre(j * columns + i);
      }
    return best;
  }

  private node([px, py]: XY): number {
    const { x, y, columns, rows } = this.ground;
    const column = clamp(Math.floor((px - x) / this.step), 0, columns - 1);
    const row = clamp(Math.floor((py - y) / this.step), 0, rows - 1);
    return row * columns + column;
  }
  private centre(node: number): XY {
    const { x, y, columns } = this.ground;
    const row = Math.floor(node / columns);
    return [x + (node - row * columns + 0.5) * this.step, y + (row + 0.5) * this.step];
  }

  /** Dijkstra, until the cheapest way to the node is known. Costs are whole numbers, so the queue is an array of buckets. */
  private walkTo(target: number): void {
    while (!this.done[target] && this.open > 0) {
      const bucket = this.buckets[this.cost % BUCKETS] as number[];
      const node = bucket.pop();
      if (node === undefined) {
        this.cost += 1;
        continue;
      }
      this.open -= 1;
      if (this.done[node] || this.costs[node] !== this.cost) continue;
      this.done[node] = 1;
      this.leave(node);
    }
  }
  private leave(node: number): void {
    const { columns, rows, edges } = this.ground;
    const row = Math.floor(node / columns);
    const column = node - row * columns;
    for (let way = 0; way < AROUND.length; way++) {
      const [dx, dy] = AROUND[way] as (typeof AROUND)[number];
      if (column + dx < 0 || column + dx >= columns || row + dy < 0 || row + dy >= rows) continue;
      const next = node + dy * columns + dx;
      if (this.done[next]) continue;
      const even = 1 - (edges[next] as number);
      const length = dx && dy ? DIAGONAL : 1;
      const cost = this.cost + Math.max(1, Math.round(length * (1 + (PLAIN - 1) * even * even)));
      if (cost >= (this.costs[next] as number)) continue;
      this.costs[next] = cost;
      this.from[next] = way;
      this.buckets[cost % BUCKETS]?.push(next);
      this.open += 1;
    }
  }
}
