// @vitest-environment node
import { describe, expect, it } from "vitest";
import type { XY } from "@/lib/geometry.ts";
import { Livewire } from "@/studio/smart/livewire.ts";
import type { Pixels } from "@/studio/smart/prepare.ts";

/** Numbers that are the same in every run. [mulberry32] */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
function drawn(width: number, height: number, paint: (x: number, y: number) => readonly number[]): Pixels {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) data.set([...paint(x + 0.5, y + 0.5), 255], 4 * (y * width + x));
  return { data, width, height };
}
const CENTRE: XY = [150, 120];
const R = 70;
const on = (degrees: number, r = R): XY => [
  CENTRE[0] + r * Math.cos((degrees * Math.PI) / 180),
  CENTRE[1] + r * Math.sin((degrees * Math.PI) / 180),
];
const offEdge = (path: readonly XY[]) =>
  Math.max(...path.map(([x, y]) => Math.abs(Math.hypot(x - CENTRE[0], y - CENTRE[1]) - R)));
function disc(noise: number, inside = [160, 90, 60], outside = [90, 100, 110]): Pixels {
  const chance = random(3);
  return drawn(300, 240, (x, y) => {
    const base = Math.hypot(x - CENTRE[0], y - CENTRE[1]) < R ? inside : outside;
    return base.map((v) => v + noise * (chance() - 0.5));
  });
}

describe("livewire", () => {
  it.each([0, 20, 50])(
    "follows the edge of a disc within 1.5 pixels, with noise of %d grey levels",
    (noise) => {
      for (const turn of [0, 75, 200, 290]) {
        const path = new Livewire(disc(noise), on(turn), 1).path(on(turn + 100));
        expect(path[0]).toEqual(on(turn));
        expect(path.at(-1)).toEqual(on(turn + 100));
        // Along the arc, not across: an arc of 100 degrees.
        expect(path.length).toBeGreaterThan(80);
        expect(offEdge(path)).toBeLessThan(1.5);
      }
    },
  );
  it("sees edges between colours that are equally bright", () => {
    const path = new Livewire(disc(10, [170, 80, 80], [80, 125, 80]), on(10), 1).path(on(120));
    expect(offEdge(path)).toBeLessThan(1.5);
  });
  it("follows it with every second pixel too, within what it sees", () => {
    const path = new Livewire(disc(10), on(30), 2).path(on(140));
    expect(offEdge(path)).toBeLessThan(3);
  });
  it("takes the strong edge of two", () => {
    const chance = random(9);
    const rings = drawn(300, 240, (x, y) => {
      const r = Math.hypot(x - CENTRE[0], y - CENTRE[1]);
      const v = r < R - 12 ? 100 : r < R ? 125 : 230;
      return [v, v, v].map((one) => one + 6 * (chance() - 0.5));
    });
    expect(offEdge(new Livewire(rings, on(0), 1).path(on(110)))).toBeLessThan(1.5);
  });
  it("goes straight over even ground", () => {
    const plain = drawn(200, 200, () => [80, 80, 80]);
    const path = new Livewire(plain, [20.5, 20.5], 1).path([120.5, 20.5]);
    expect(Math.max(...path.map(([, y]) => Math.abs(y - 20.5)))).toBeLessThan(0.01);
  });
  it("answers many places of the pointer from one walk, whatever their order", () => {
    const pixels = disc(20);
    const wire = new Livewire(pixels, on(0), 1);
    for (const turn of [100, 20, 60, 90, 5])
      expect(wire.path(on(turn))).toEqual(new Livewire(pixels, on(0), 1).path(on(turn)));
  });
  it("knows a window of a large picture, and goes straight beyond", () => {
    const large = { data: new Uint8ClampedArray(2000 * 900 * 4), width: 2000, height: 900 };
    const wire = new Livewire(large, [1000, 450], 1);
    expect(wire.box).toEqual([744, 194, 1256, 706]);
    const path = wire.path([1900, 450]);
    expect(path.at(-1)).toEqual([1900, 450]);
    expect(path.at(-2)?.[0]).toBeCloseTo(1255.5);
  });
  it("starts and ends anywhere, corners and one pixel's pictures included", () => {
    const one = drawn(1, 1, () => [1, 2, 3]);
    expect(new Livewire(one, [0, 0], 1).path([1, 1])).toEqual([
      [0, 0],
      [1, 1],
    ]);
    const pixels = disc(0);
    for (const at of [
      [0, 0],
      [300, 240],
      [300, 0],
    ] as const)
      expect(new Livewire(pixels, at, 1).path(at)).toEqual([at]);
  });
  it("puts a point on the edge nearby, but leaves it where there is none", () => {
    const wire = new Livewire(disc(0), on(0), 1);
    const [x, y] = wire.snapped(on(45, R + 5), 7);
    expect(Math.abs(Math.hypot(x - CENTRE[0], y - CENTRE[1]) - R)).toBeLessThan(1.5);
    expect(wire.snapped([20, 20], 7)).toEqual([20, 20]);
  });
});
