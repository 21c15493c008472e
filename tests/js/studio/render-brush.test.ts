// @vitest-environment node
import { describe, expect, it } from "vitest";
import type { WH, XY } from "@/lib/geometry.ts";
import { equalised, isPlain, levels, PLAIN_ADJUST } from "@/studio/render/adjust.ts";
import { BrushLayer } from "@/studio/render/brush.ts";
import { coarseRing, paintRuns, pixelOf, stepFor } from "@/studio/render/masks.ts";
import { maskSpans, type MaskGeometry } from "@/studio/shapes/_rle.ts";
import { shapeOf } from "@/studio/shapes/index.ts";

const SIZE: WH = [700, 600];

/** Which pixels a mask covers, as "x,y". */
function covered(mask: MaskGeometry | null): Set<string> {
  const found = new Set<string>();
  for (const [y, from, to] of mask ? maskSpans(mask) : [])
    for (let x = from; x < to; x++) found.add(`${x},${y}`);
  return found;
}
/** The same from the definition: every pixel's middle is asked. */
function expected(size: WH, inside: (x: number, y: number) => boolean): Set<string> {
  const found = new Set<string>();
  for (let y = 0; y < size[1]; y++)
    for (let x = 0; x < size[0]; x++) if (inside(x + 0.5, y + 0.5)) found.add(`${x},${y}`);
  return found;
}
function toSegment(x: number, y: number, [ax, ay]: XY, [bx, by]: XY): number {
  const length2 = (bx - ax) ** 2 + (by - ay) ** 2;
  const t = length2 ? Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length2)) : 0;
  return Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay));
}

describe("BrushLayer", () => {
  it.each<[XY, XY, number]>([
    [[300.2, 250.7], [300.2, 250.7], 40.3],
    [[240.5, 250.1], [420.9, 270.3], 20.2],
    [[250.3, 100.2], [262.4, 540.7], 33.3],
    [[-20.3, 300.1], [30.2, 610.4], 25.7],
    [[690.1, 20.2], [720.3, 5.1], 30.9],
  ])("covers the pixels whose middle the nib passes, %j to %j of %f", (from, to, radius) => {
    const layer = new BrushLayer(SIZE);
    layer.stroke(from, to, radius);
    const wanted = expected(SIZE, (x, y) => toSegment(x, y, from, to) <= radius);
    expect(wanted.size).toBeGreaterThan(100);
    expect(covered(layer.toMask())).toEqual(wanted);
  });
  it("has a square nib", () => {
    const layer = new BrushLayer(SIZE);
    layer.stroke([100.3, 100.3], [100.3, 100.3], 10, false, "square");
    expect(covered(layer.toMask())).toEqual(
      expected(SIZE, (x, y) => Math.abs(x - 100.3) <= 10 && Math.abs(y - 100.3) <= 10),
    );
  });
  it("covers the pixel it points at, however small", () => {
    const layer = new BrushLayer(SIZE);
    layer.stroke([10, 5], [10, 5], 0.5);
    expect([...covered(layer.toMask())]).toContain("10,5");
  });
  it("erases, also what was there, and is null when nothing is left", () => {
    const layer = new BrushLayer(SIZE);
    layer.stroke([100, 100], [500, 100], 30);
    layer.stroke([300, 60], [300, 140], 10, true);
    const wanted = expected(
      SIZE,
      (x, y) => toSegment(x, y, [100, 100], [500, 100]) <= 30 && toSegment(x, y, [300, 60], [300, 140]) > 10,
    );
    const mask = layer.toMask();
    expect(covered(mask)).toEqual(wanted);
    const again = new BrushLayer(SIZE, mask);
    expect(again.toMask()).toEqual(mask);
    again.stroke([0, 100], [700, 100], 80, true);
    expect(again.toMask()).toBeNull();
    expect(covered(mask)).toEqual(wanted); // what it began with is as it was
  });
  it("gives the normal form that the mask type gives", () => {
    const layer = new BrushLayer(SIZE);
    for (let i = 0; i < 12; i++) layer.stroke([50 * i, 40 * i], [60 * i + 20, 300], 7 + i, i % 4 === 3);
    const mask = layer.toMask();
    expect(mask).toEqual(shapeOf("mask").validate(mask, SIZE));
  });
  it("paints on a picture of forty megapixels without holding it", () => {
    const layer = new BrushLayer([8000, 5000]);
    layer.stroke([7990, 4990], [7990, 4990], 3);
    layer.stroke([10, 10], [10, 10], 3);
    expect(layer.toMask()!.box).toEqual([7, 7, 7986, 4986]);
  });
});

describe("the line round a mask", () => {
  /** A staircase at 45°, and back along two sides. */
  const stairs: [number, number][] = [[0, 0]];
  for (let i = 0; i < 100; i++) stairs.push([i + 1, i], [i + 1, i + 1]);
  stairs.push([0, 100]);

  it("has a fraction of the corners where pixels are small, each near what it stands for", () => {
    const coarse = coarseRing(stairs, 4);
    expect(coarse.length).toBeLessThan(stairs.length / 6);
    expect(
      coarse
        .slice(1)
        .every(([x, y], i) => Math.max(Math.abs(x - coarse[i]![0]), Math.abs(y - coarse[i]![1])) >= 4),
    ).toBe(true);
    for (const [x, y] of stairs)
      expect(
        Math.min(...coarse.map(([a, b]) => Math.max(Math.abs(a - x), Math.abs(b - y)))),
      ).toBeLessThanOrEqual(4);
  });
  it("is every pixel's where they are seen, and a small ring stays a ring", () => {
    expect(coarseRing(stairs, 1)).toEqual(stairs);
    const speck: [number, number][] = [
      [5, 5],
      [6, 5],
      [6, 6],
      [5, 6],
    ];
    expect(coarseRing(speck, 8)).toEqual(speck);
  });
});

describe("masks as bitmaps", () => {
  it("takes every step-th pixel", () => {
    const layer = new BrushLayer([40, 30]);
    layer.stroke([18, 14], [22, 16], 9);
    const mask = layer.toMask()!;
    const inside = covered(mask);
    for (const step of [1, 2, 4]) {
      const [columns, rows] = [Math.ceil(mask.box[2] / step), Math.ceil(mask.box[3] / step)];
      const pixels = new Uint32Array(columns * rows);
      paintRuns(mask, step, pixels, 7);
      pixels.forEach((value, i) => {
        const x = mask.box[0] + (i % columns) * step;
        const y = mask.box[1] + Math.floor(i / columns) * step;
        expect(value).toBe(inside.has(`${x},${y}`) ? 7 : 0);
      });
    }
  });
  it("is as fine as it is looked at", () => {
    expect([4, 1, 0.9, 0.67, 0.66, 0.5, 0.33, 0.1].map(stepFor)).toEqual([1, 1, 1, 1, 2, 2, 4, 8]);
  });
  it("paints the colour it is told", () => {
    expect(pixelOf("#102030")).toBe(0xff302010);
  });
});

describe("levels", () => {
  const plain = levels(PLAIN_ADJUST, null);
  it("change nothing when nothing is asked", () => {
    expect(isPlain(PLAIN_ADJUST)).toBe(true);
    plain.forEach((share, level) => expect(share).toBeCloseTo(level / 255));
  });
  it.each([
    { ...PLAIN_ADJUST, brightness: 0.3 },
    { ...PLAIN_ADJUST, contrast: 0.6 },
    { ...PLAIN_ADJUST, contrast: -1 },
    { ...PLAIN_ADJUST, gamma: 2.2 },
    { brightness: -0.2, contrast: 0.9, gamma: 0.4, equalise: false },
  ])("stay between 0 and 1 and in order: %j", (adjust) => {
    const table = levels(adjust, null);
    expect(isPlain(adjust)).toBe(false);
    expect(table).toHaveLength(256);
    table.forEach((share, level) => {
      expect(share).toBeGreaterThanOrEqual(table[level - 1] ?? 0);
      expect(share).toBeLessThanOrEqual(1);
    });
  });
  it("lighten, spread and bend", () => {
    expect(levels({ ...PLAIN_ADJUST, brightness: 0.25 }, null)[128]).toBeCloseTo(128 / 255 + 0.25);
    const steep = levels({ ...PLAIN_ADJUST, contrast: 0.5 }, null);
    expect(steep[64]!).toBeLessThan(plain[64]!);
    expect(steep[192]!).toBeGreaterThan(plain[192]!);
    expect(levels({ ...PLAIN_ADJUST, contrast: -1 }, null)[0]).toBeCloseTo(0.5);
    expect(levels({ ...PLAIN_ADJUST, gamma: 2 }, null)[64]).toBeCloseTo(Math.sqrt(64 / 255));
  });
  it("equalise: the levels that occur fill the range evenly", () => {
    const counts = new Uint32Array(256);
    counts.fill(10, 100, 111);
    const table = equalised(counts);
    expect([table[99], table[100], table[105], table[110], table[255]]).toEqual([0, 0, 0.5, 1, 1]);
    expect(levels({ ...PLAIN_ADJUST, equalise: true }, counts)[105]).toBeCloseTo(0.5);
    const one = new Uint32Array(256);
    one[7] = 100;
    expect(equalised(one)[128]).toBeCloseTo(128 / 255);
  });
});
