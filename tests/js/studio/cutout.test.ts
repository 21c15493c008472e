// @vitest-environment node
import { describe, expect, it } from "vitest";
import { cutOut, UNKNOWN, AROUND, OBJECT } from "@/studio/cut/cutout.ts";
import { DIRECTIONS, GridCut } from "@/studio/cut/flow.ts";

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1664525 + 1013904223) % 4294967296) / 4294967296;
}

describe("the cheapest cut of a grid", () => {
  const [w, h] = [4, 3];
  /** What a cut costs: the links between the two sides, and each node's terminal on the wrong side. */
  function price(
    links: [number, number, number][],
    terminal: readonly number[],
    inside: (i: number) => boolean,
  ) {
    let sum = 0;
    for (const [a, b, weight] of links) if (inside(a) !== inside(b)) sum += weight;
    for (const [i, value] of terminal.entries()) if (inside(i) !== value > 0) sum += Math.abs(value);
    return sum;
  }
  it.each([1, 2, 3, 4, 5, 6, 7, 8])("costs as little as any of all cuts: seed %i", (seed) => {
    const random = randomFrom(seed);
    const grid = new GridCut(w, h);
    const links: [number, number, number][] = [];
    for (const direction of [0, 2, 4, 6])
      for (let y = 0; y < h; y++)
        for (let x = 0; x < w; x++) {
          const [dx, dy] = DIRECTIONS[direction]!;
          if (x + dx < 0 || x + dx >= w || y + dy < 0 || y + dy >= h) continue;
          const weight = Math.floor(random() * 9);
          grid.link(y * w + x, direction, weight);
          links.push([y * w + x, (y + dy) * w + x + dx, weight]);
        }
    const terminal = Array.from({ length: w * h }, () => Math.floor(random() * 31) - 15);
    terminal.forEach((value, i) => (grid.terminal[i] = value));
    const cut = grid.cut();
    let least = Infinity;
    for (let bits = 0; bits < 2 ** (w * h); bits++)
      least = Math.min(
        least,
        price(links, terminal, (i) => ((bits >> i) & 1) === 1),
      );
    expect(price(links, terminal, (i) => cut[i] === 1)).toBe(least);
  });
});

describe("cutting out", () => {
  const [w, h] = [120, 90];
  const inDisc = (x: number, y: number, r = 25) => Math.hypot(x + 0.5 - 60, y + 0.5 - 45) < r;
  /** A reddish disc with noise on a ground of two greens. */
  function picture(noise: number) {
    const random = randomFrom(7);
    const data = new Uint8ClampedArray(4 * w * h);
    for (let y = 0; y < h; y++)
      for (let x = 0; x < w; x++) {
        const colour = inDisc(x, y) ? [170, 80, 60] : x < 50 ? [60, 120, 70] : [80, 150, 90];
        for (let c = 0; c < 3; c++) data[4 * (y * w + x) + c] = colour[c]! + noise * (random() - 0.5);
      }
    return { data, width: w, height: h };
  }
  const inBox = (said = UNKNOWN) =>
    Uint8Array.from({ length: w * h }, (_, i) => {
      const [x, y] = [i % w, Math.floor(i / w)];
      return x > 25 && x < 95 && y > 10 && y < 80 ? said : AROUND;
    });
  const iou = (found: Uint8Array, truth: (x: number, y: number) => boolean) => {
    let [both, either] = [0, 0];
    for (let i = 0; i < w * h; i++) {
      const [is, should] = [found[i] === 1, truth(i % w, Math.floor(i / w))];
      if (is && should) both += 1;
      if (is || should) either += 1;
    }
    return both / either;
  };
  it.each([0, 40, 90])("finds the object in a box by its colours, with noise of %i grey levels", (noise) => {
    const found = cutOut(picture(noise), inBox());
    expect(iou(found!, inDisc)).toBeGreaterThan(0.95);
  });
  it("keeps to what a person says is the object, and what is not", () => {
    const said = inBox();
    // A hole of the object's colour, and a strip of the ground that belongs to it.
    const hole = (x: number, y: number) => inDisc(x, y, 10);
    const strip = (x: number, y: number) => Math.abs(y - 45) < 2 && x >= 85 && x < 93;
    for (let i = 0; i < w * h; i++) {
      if (hole(i % w, Math.floor(i / w))) said[i] = AROUND;
      if (strip(i % w, Math.floor(i / w))) said[i] = OBJECT;
    }
    const found = cutOut(picture(20), said)!;
    for (let i = 0; i < w * h; i++) if (said[i] !== UNKNOWN) expect(found[i]).toBe(said[i]);
  });
  it("says that there is nothing where all is of one colour, or nothing is around", () => {
    const flat = { data: new Uint8ClampedArray(4 * w * h).fill(90), width: w, height: h };
    const none = cutOut(flat, inBox());
    expect(none === null || none.every((one, i) => one === 0 || inBox()[i] === UNKNOWN)).toBe(true);
    expect(cutOut(picture(0), new Uint8Array(w * h).fill(UNKNOWN))).toBeNull();
  });
});
