// @vitest-environment node
import { describe, expect, it } from "vitest";
import { bitmapOf, emptyBitmap, fillHoles, floodFill, maskOf, type Bitmap } from "@/studio/shapes/_bitmap.ts";
import { converted, maskToRings, ringsToMask } from "@/studio/shapes/_convert.ts";
import {
  joined,
  nearestEdge,
  parts,
  simplify,
  sliced,
  snap,
  subtracted,
  withInserted,
  withoutPoint,
  withoutVertex,
} from "@/studio/shapes/_edit.ts";
import {
  combineMasks,
  cropMask,
  maskArea,
  maskOverlap,
  maskTouches,
  type MaskGeometry,
} from "@/studio/shapes/_rle.ts";
import { ringsArea, ringsIou, ringsOverlap } from "@/studio/shapes/_rings.ts";
import { shapeOf } from "@/studio/shapes/index.ts";
import type { WH, XY } from "@/lib/geometry.ts";

const SIZE: WH = [40, 30];
/** Repeatable numbers in 0..1 [mulberry32]. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
function noise(seed: number, share: number, [w, h]: WH = SIZE): Bitmap {
  const next = random(seed);
  const bitmap = emptyBitmap([0, 0, w, h]);
  for (let i = 0; i < bitmap.data.length; i++) bitmap.data[i] = next() < share ? 1 : 0;
  return bitmap;
}
const square = (x: number, y: number, side: number): XY[] => [
  [x, y],
  [x + side, y],
  [x + side, y + side],
  [x, y + side],
];
function count(bitmap: Bitmap): number {
  return bitmap.data.reduce((sum, value) => sum + value, 0);
}
const WHOLE = [0, 0, SIZE[0], SIZE[1]] as const;

describe("run lengths", () => {
  it.each([1, 2, 3, 4, 5, 6])(
    "of any bitmap go there and back, and combine as the pixels do (%i)",
    (seed) => {
      const [a, b] = [noise(seed, seed / 7), noise(seed + 100, 0.5)];
      const [first, second] = [maskOf(a)!, maskOf(b)!];
      expect(shapeOf("mask").validate(first, SIZE)).toEqual(first);
      expect(bitmapOf(first, WHOLE).data).toEqual(a.data);
      expect(maskArea(first)).toBe(count(a));
      const pixels = (keep: (x: number, y: number) => boolean) =>
        maskOf({ ...a, data: a.data.map((value, i) => (keep(value, b.data[i]!) ? 1 : 0)) });
      expect(combineMasks(first, second, "union")).toEqual(pixels((x, y) => x + y > 0));
      expect(combineMasks(first, second, "intersection")).toEqual(pixels((x, y) => x + y > 1));
      expect(combineMasks(first, second, "difference")).toEqual(pixels((x, y) => x > y));
      expect(combineMasks(first, second, "xor")).toEqual(pixels((x, y) => x !== y));
      expect(maskOverlap(first, second)).toBe(a.data.filter((value, i) => value && b.data[i]).length);
      const cut = emptyBitmap(WHOLE);
      for (let y = 3; y < 9; y++)
        for (let x = 5; x < 20; x++) cut.data[y * SIZE[0] + x] = a.data[y * SIZE[0] + x]!;
      expect(cropMask(first, [5, 3, 20, 9])).toEqual(maskOf(cut));
    },
  );
  it("an empty bitmap has no mask, and nothing is left of a mask without itself", () => {
    expect(maskOf(emptyBitmap([0, 0, 5, 5]))).toBeNull();
    const mask = maskOf(noise(3, 0.4))!;
    expect(combineMasks(mask, mask, "difference")).toBeNull();
  });
  it("a mask is touched where a pixel is covered", () => {
    const mask = { box: [10, 10, 3, 2] as const, rle: [0, 1, 1, 2] };
    expect(maskTouches(mask, [10.5, 10.5, 10.5, 10.5])).toBe(true);
    expect(maskTouches(mask, [11.5, 10.5, 11.5, 10.5])).toBe(false);
    expect(maskTouches(mask, [10.9, 10.4, 12.1, 10.6])).toBe(true);
    expect(maskTouches(mask, [2, 2, 3, 3])).toBe(false);
  });
});

describe("filling", () => {
  it("holes are filled, bays are not", () => {
    const ring = ringsToMask([square(2, 2, 20), square(5, 5, 6)], SIZE)!;
    const bay = ringsToMask([square(15, 2, 4)], SIZE)!;
    const bitmap = bitmapOf(combineMasks(ring, bay, "difference")!);
    expect(fillHoles(bitmap)).toBe(36);
    expect(count(bitmap)).toBe(400 - 16);
    expect(fillHoles(bitmap)).toBe(0);
  });
  it("a flood takes what is joined and alike, nothing beyond", () => {
    const [w, h] = [8, 6];
    const pixels = new Uint8ClampedArray(w * h * 4).fill(255);
    const set = (x: number, y: number, value: number): void => {
      pixels.fill(value, 4 * (y * w + x), 4 * (y * w + x) + 3);
    };
    for (let y = 0; y < h; y++) set(3, y, 100);
    set(1, 1, 245);
    set(6, 2, 200);
    expect(floodFill(pixels, [w, h], [0.5, 0.5], 10)).toEqual({ box: [0, 0, 3, 6], rle: [0, 18] });
    expect(maskArea(floodFill(pixels, [w, h], [0.5, 0.5], 9)!)).toBe(17);
    expect(maskArea(floodFill(pixels, [w, h], [5, 0], 0)!)).toBe(23);
    expect(maskArea(floodFill(pixels, [w, h], [5, 0], 255)!)).toBe(48);
    expect(floodFill(pixels, [w, h], [8, 0], 255)).toBeNull();
  });
});

describe("conversions", () => {
  it.each([1, 2, 3, 4, 5, 6])(
    "mask to polygon and back is the same mask, holes and touching corners too (%i)",
    (seed) => {
      const mask = maskOf(noise(seed, seed / 7))!;
      const rings = maskToRings(mask);
      expect(ringsArea(rings)).toBe(maskArea(mask));
      expect(ringsToMask(rings, SIZE)).toEqual(mask);
      expect(shapeOf("polygon").validate({ rings }, SIZE)).toEqual({ rings });
    },
  );
  it("box to polygon to mask to box", () => {
    const box = { xyxy: [3, 4, 9, 10], angle: 0 };
    const polygon = converted("box", box, "polygon", SIZE);
    const mask = converted("polygon", polygon, "mask", SIZE);
    expect(mask).toEqual({ box: [3, 4, 6, 6], rle: [0, 36] });
    expect(converted("mask", mask, "box", SIZE)).toEqual(box);
  });
  it("a round mask becomes a polygon of few points and nearly the same pixels", () => {
    const circle = { center: [100, 100], radii: [60, 60], angle: 0 };
    const mask = converted("ellipse", circle, "mask", [200, 200]) as MaskGeometry;
    const polygon = converted("mask", mask, "polygon", [200, 200]) as { rings: XY[][] };
    expect(polygon.rings.length).toBe(1);
    expect(polygon.rings[0]!.length).toBeLessThan(60);
    expect(ringsIou(polygon.rings, maskToRings(mask))).toBeGreaterThan(0.97);
  });
  it("what has no outline, or covers no pixel, says so", () => {
    expect(() => converted("point", { xy: [1, 2] }, "mask", SIZE)).toThrow("no outline");
    expect(() => converted("box", { xyxy: [0.6, 0.6, 0.9, 0.9], angle: 0 }, "mask", SIZE)).toThrow(
      "no pixel",
    );
  });
});

describe("edits of rings", () => {
  it("simplifying leaves no point further off than asked, and keeps three", () => {
    const next = random(7);
    const ring = Array.from({ length: 120 }, (_, k): XY => {
      const [turn, radius] = [(k / 120) * 2 * Math.PI, 12 + next()];
      return [20 + radius * Math.cos(turn), 15 + radius * Math.sin(turn)];
    });
    const found = simplify(ring, 1.5, true);
    expect(found.length).toBeLessThan(40);
    for (const point of ring) expect(nearestEdge([found], point)!.distance).toBeLessThanOrEqual(1.5 + 1e-9);
    expect(simplify(ring, 1000, true).length).toBe(3);
    expect(simplify(ring, 0, true)).toEqual(ring);
  });
  it("a vertex is put on the nearest edge, and taken off; a ring of two goes", () => {
    const rings = [square(0, 0, 10), square(2, 2, 4)];
    expect(withInserted(rings, [11, 5])[0]![2]).toEqual([10, 5]);
    expect(withoutVertex(rings, 0, 1)![0]).toEqual([
      [0, 0],
      [10, 10],
      [0, 10],
    ]);
    const triangle = withoutVertex(rings, 1, 0)!;
    expect(withoutVertex(triangle, 1, 0)!.length).toBe(1);
    expect(withoutVertex([triangle[1]!], 0, 0)).toBeNull();
    expect(
      withoutPoint(
        [
          [0, 0],
          [1, 1],
          [2, 0],
        ],
        1,
      ),
    ).toEqual([
      [0, 0],
      [2, 0],
    ]);
    expect(
      withoutPoint(
        [
          [0, 0],
          [1, 1],
        ],
        1,
      ),
    ).toBeNull();
  });
  it("snaps to a vertex before a contour, and to nothing far off", () => {
    const rings = [square(0, 0, 10)];
    expect(snap([9, 1], rings, 2)).toEqual({ at: [10, 0], kind: "vertex" });
    expect(snap([5, 1], rings, 2)).toEqual({ at: [5, 0], kind: "contour" });
    expect(snap([5, 5], rings, 2)).toBeNull();
    expect(snap([0.5, 5], rings, 2, false)).toBeNull();
  });
  it("parts are outer rings with their own holes", () => {
    const rings = [square(0, 0, 10), square(2, 2, 4), square(3, 3, 1), square(20, 20, 5)];
    expect(parts(rings)).toEqual([[rings[0], rings[1]], [rings[2]], [rings[3]]]);
  });
});

describe("regions", () => {
  const holed = [square(0, 0, 10), square(4, 4, 2)];
  it("joined cover what either covers, a hole stays", () => {
    const union = joined([holed, [square(8, 8, 10)], [square(30, 0, 5)]]);
    expect(ringsArea(union)).toBeCloseTo(96 + 100 - 4 + 25, 6);
    expect(parts(union).length).toBe(2);
    expect(joined([holed, [square(4, 4, 2)]]).length).toBe(1);
  });
  it("subtracted, what both cover is gone", () => {
    expect(ringsArea(subtracted(holed, [square(5, 0, 10)]))).toBeCloseTo(50 - 2, 6);
    expect(subtracted(holed, [square(-1, -1, 20)])).toEqual([]);
  });
  it("sliced by a line, the pieces make up the whole and share nothing", () => {
    const pieces = sliced(holed, [
      [-1, 3.3],
      [5, 4.9],
      [11, 7.7],
    ]);
    expect(pieces.length).toBe(2);
    const areas = pieces.map(ringsArea);
    expect(areas[0]! + areas[1]!).toBeCloseTo(96, 2);
    expect(Math.min(...areas)).toBeGreaterThan(30);
    expect(ringsOverlap(pieces[0]!, pieces[1]!)).toBeLessThan(0.01);
  });
  it("a short line cuts all the way through; one that misses leaves one piece", () => {
    const middle = sliced(
      [square(0, 0, 10)],
      [
        [4, 5],
        [6, 5],
      ],
    );
    expect(middle.map(ringsArea)).toEqual([50, 50]);
    expect(
      sliced(
        [square(0, 0, 10)],
        [
          [20, 0],
          [20, 5],
        ],
      ),
    ).toEqual([[expect.any(Array)]]);
    expect(sliced([square(0, 0, 10)], [[3, 3]])).toEqual([[square(0, 0, 10)]]);
  });
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "any polygons that cross themselves: union, shared and rest add up (%i)",
    (seed) => {
      const next = random(seed);
      const ring = () => Array.from({ length: 9 }, (): XY => [next() * 100, next() * 100]);
      const [a, b] = [[ring(), ring()], [ring()]];
      const [one, two, shared] = [ringsArea(a), ringsArea(b), ringsOverlap(a, b)];
      // The grid moves each edge by up to 1/2000 pixel.
      expect(Math.abs(ringsArea(joined([a, b])) - (one + two - shared))).toBeLessThan(2);
      expect(Math.abs(ringsArea(subtracted(a, b)) - (one - shared))).toBeLessThan(2);
      expect(ringsIou(a, b)).toBeCloseTo(shared / (one + two - shared), 12);
      expect(ringsIou(a, a)).toBeCloseTo(1, 12);
    },
  );
});
