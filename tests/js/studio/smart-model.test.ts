// @vitest-environment node
import { describe, expect, it } from "vitest";
import type { WH, XY } from "@/lib/geometry.ts";
import { maskArea, maskOverlap, type MaskGeometry } from "@/studio/shapes/_rle.ts";
import { ringsToMask } from "@/studio/shapes/_convert.ts";
import { circlePoints } from "@/studio/shapes/_rings.ts";
import { shape as polygon } from "@/studio/shapes/polygon.ts";
import { cleaned, maskOfLogits, polygonOf } from "@/studio/smart/logits.ts";
import { MASK_SIDE, fittedSize, floatsOf, promptInputs, SIDE, tensorOf } from "@/studio/smart/prepare.ts";

const disc = ([cx, cy]: XY, r: number): XY[] => circlePoints(256).map(([x, y]) => [cx + r * x, cy + r * y]);
const iou = (a: MaskGeometry, b: MaskGeometry) => {
  const shared = maskOverlap(a, b);
  return shared / (maskArea(a) + maskArea(b) - shared);
};
/** Signed distance to a disc of the picture, as the decoder's cells would hold it. */
function discLogits(size: WH, [cx, cy]: XY, r: number): Float32Array {
  const perCell = (Math.max(...size) / SIDE) * 4;
  return Float32Array.from({ length: MASK_SIDE ** 2 }, (_, i) => {
    const x = ((i % MASK_SIDE) + 0.5) * perCell;
    const y = (Math.floor(i / MASK_SIDE) + 0.5) * perCell;
    return (r - Math.hypot(x - cx, y - cy)) / perCell;
  });
}

describe("what goes into the model", () => {
  it("scales the longest side to 1024, whichever it is", () => {
    expect(fittedSize([4000, 3000])).toEqual([1024, 768]);
    expect(fittedSize([300, 600])).toEqual([512, 1024]);
    expect(fittedSize([8000, 1])).toEqual([1024, 1]);
  });
  it("normalises each channel and pads with zeros", () => {
    const tensor = tensorOf({ data: [255, 0, 100, 255, 0, 255, 100, 255], width: 2, height: 1 });
    expect(tensor).toHaveLength(3 * SIDE * SIDE);
    const at = (channel: number, x: number, y: number) => tensor[(channel * SIDE + y) * SIDE + x];
    expect(at(0, 0, 0)).toBeCloseTo((255 - 123.675) / 58.395, 5);
    expect(at(1, 1, 0)).toBeCloseTo((255 - 116.28) / 57.12, 5);
    expect(at(2, 0, 0)).toBeCloseTo((100 - 103.53) / 57.375, 5);
    expect([at(0, 2, 0), at(1, 0, 1), at(2, 1023, 1023)]).toEqual([0, 0, 0]);
    expect(() => tensorOf({ data: [], width: 1025, height: 1 })).toThrow(RangeError);
  });
  it("puts points and box into the square, and says so where there is no box", () => {
    const points = [
      { at: [1000, 500] as const, wanted: true },
      { at: [0, 0] as const, wanted: false },
    ];
    const bare = promptInputs({ points, box: null }, [2048, 1024]);
    expect([...bare.labels]).toEqual([1, 0, -1]);
    expect([...bare.coords]).toEqual([499.5, 249.5, -0.5, -0.5, 0, 0]);
    const boxed = promptInputs({ points: [], box: [10, 20, 30, 40] }, [1024, 512]);
    expect([...boxed.labels]).toEqual([2, 3]);
    expect([...boxed.coords]).toEqual([9.5, 19.5, 29.5, 39.5]);
  });
  it("reads the server's float16", () => {
    const halves = Uint16Array.of(0x0000, 0x3c00, 0xc000, 0x3555, 0x0001, 0x7bff, 0x7c00, 0x7e00);
    const floats = floatsOf(halves);
    expect([...floats.slice(0, 3)]).toEqual([0, 1, -2]);
    expect(floats[3]).toBeCloseTo(1 / 3, 3);
    expect([floats[4], floats[5], floats[6]]).toEqual([2 ** -24, 65504, Infinity]);
    expect(floats[7]).toBeNaN();
  });
});

describe("what comes out of it", () => {
  it.each([
    [1024, 1024],
    [4000, 3000],
    [300, 640],
    [100, 90],
  ] as const)("is the object in pixels of a picture of %d × %d", (width, height) => {
    const size: WH = [width, height];
    const [at, r]: [XY, number] = [[0.4 * width, 0.6 * height], 0.2 * Math.min(width, height)];
    const mask = maskOfLogits(discLogits(size, at, r), size);
    const truth = ringsToMask([disc(at, r)], size);
    expect(mask && truth && iou(mask, truth)).toBeGreaterThan(0.99);
  });
  it("ends at the picture's edge, whatever lies in the padding", () => {
    const mask = maskOfLogits(new Float32Array(MASK_SIDE ** 2).fill(1), [640, 300]);
    expect(mask).toEqual({ box: [0, 0, 640, 300], rle: [0, 640 * 300] });
  });
  it("is nothing where no logit is above zero", () => {
    expect(maskOfLogits(new Float32Array(MASK_SIDE ** 2).fill(-1), [640, 300])).toBe(null);
  });
  it("keeps thin things one cell wide", () => {
    const logits = new Float32Array(MASK_SIDE ** 2).fill(-1);
    for (let y = 10; y < 60; y++) logits[y * MASK_SIDE + 20] = 1;
    const mask = maskOfLogits(logits, [1024, 1024]);
    // Linear between +1 and −1 on both sides: as wide as one cell.
    expect(mask?.box[0]).toBe(80);
    expect(mask?.box[2]).toBe(4);
  });
  it("loses specks and pinholes, not parts and real holes", () => {
    const size: WH = [400, 300];
    const rings = [disc([150, 150], 100), disc([150, 150], 40), disc([230, 150], 2), disc([350, 50], 30)];
    const dirty = ringsToMask([...rings, disc([390, 290], 3)], size)!;
    const clean = ringsToMask([rings[0]!, rings[1]!, rings[3]!], size)!;
    expect(iou(dirty, clean)).toBeLessThan(1);
    expect(cleaned(dirty, size)).toEqual(clean);
    expect(cleaned(clean, size)).toBe(clean);
  });
  it("becomes a polygon of few points close by, holes included", () => {
    const size: WH = [400, 300];
    const mask = ringsToMask([disc([150, 150], 100), disc([150, 150], 40)], size)!;
    const outline = polygonOf(mask, 1.5)!;
    expect(outline.rings).toHaveLength(2);
    expect(outline.rings.flat().length).toBeLessThan(60);
    expect(() => polygon.validate(outline, size)).not.toThrow();
    expect(iou(ringsToMask(outline.rings, size)!, mask)).toBeGreaterThan(0.97);
    // No further from the circle than smoothing and tolerance allow, steps of pixels gone.
    const off = polygonOf(mask, 0.25)!.rings[0]!.map(([x, y]) =>
      Math.abs(Math.hypot(x - 150, y - 150) - 100),
    );
    expect(Math.max(...off)).toBeLessThan(0.75);
    expect(polygonOf(mask, 6)!.rings.flat().length).toBeLessThan(outline.rings.flat().length);
  });
  it("keeps the corners of a box within a pixel", () => {
    const box = { box: [10, 20, 100, 60], rle: [0, 6000] } as const;
    const [ring, more] = polygonOf(box, 0.75)!.rings;
    expect(more).toBe(undefined);
    for (const [x, y] of ring!) {
      const corners = [10, 110].flatMap((cx) => [20, 80].map((cy) => Math.hypot(x - cx, y - cy)));
      expect(Math.min(...corners)).toBeLessThan(1.5);
    }
    expect(iou(ringsToMask([ring!], [200, 100])!, box)).toBeGreaterThan(0.99);
  });
});
