import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { XY } from "@/lib/geometry.ts";
import { ringsToMask } from "@/studio/shapes/_convert.ts";
import { circlePoints } from "@/studio/shapes/_rings.ts";
import { maskArea, maskOverlap, type MaskGeometry } from "@/studio/shapes/_rle.ts";
import type { PolygonGeometry } from "@/studio/shapes/polygon.ts";
import { bench, type Bench } from "./tools-bench.ts";

const CENTRE: XY = [100, 50];
const disc = ringsToMask(
  [circlePoints(200).map(([x, y]): XY => [CENTRE[0] + 30 * x, CENTRE[1] + 30 * y])],
  [200, 100],
)!;
/** A reddish disc on green; `each`: image pixels a pixel stands for. */
function picture(each = 1): ImageData {
  const [width, height] = [200 / each, 100 / each];
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const inside = Math.hypot((x + 0.5) * each - CENTRE[0], (y + 0.5) * each - CENTRE[1]) < 30;
      data.set(inside ? [170, 80, 60, 255] : [60, 120 + ((x * 7 + y * 3) % 9), 70, 255], (y * width + x) * 4);
    }
  return { data, width, height, colorSpace: "srgb" };
}
const likeness = (mask: MaskGeometry) => {
  const shared = maskOverlap(mask, disc);
  return shared / (maskArea(mask) + maskArea(disc) - shared);
};
const mask = () => b.only().geometry as MaskGeometry;
const answered = () => new Promise((done) => setTimeout(done));

let b: Bench;
const open = async (options: Parameters<typeof bench>[0]) => {
  b = await bench(options);
  b.press("W", { shiftKey: true });
};
beforeEach(() => open({ pixels: picture() }));
afterEach(() => b.dispose());

describe("cutting out by colour", () => {
  it("makes the mask of what a box goes round, shown before it is kept", async () => {
    b.drag([60, 10], [140, 92]);
    await answered();
    expect(b.stage.previews).toMatchObject([{ type: "mask" }]);
    expect(b.all()).toHaveLength(0);
    b.press("Enter");
    expect(b.only()).toMatchObject({ type: "mask", label: "cat" });
    expect(likeness(mask())).toBeGreaterThan(0.97);
    expect(b.undoLabel()).toBe("Cut out mask");
  });
  it("takes away and adds what is drawn over, and takes the last back", async () => {
    b.drag([60, 10], [140, 92]);
    await answered();
    b.click([100, 50], {}, 2);
    await answered();
    b.press("Enter");
    const [x, y, w] = mask().box;
    const at = (50 - y) * w + (100 - x);
    let passed = 0;
    const run = mask().rle.findIndex((length) => (passed += length) > at);
    expect(run % 2).toBe(0); // the place is not covered
    b.press("z", { ctrlKey: true });

    b.press("W", { shiftKey: true });
    b.drag([60, 10], [140, 92]);
    b.click([100, 50], {}, 2);
    b.press("Backspace");
    await answered();
    b.press("Enter");
    expect(likeness(mask())).toBeGreaterThan(0.97);
  });
  it("works by keys alone: two corners, then Enter", async () => {
    b.hover([60, 10]);
    b.times(3, "ArrowLeft", { ctrlKey: true });
    b.press(" ");
    b.times(8, "ArrowRight");
    b.times(8, "ArrowDown");
    b.press(" ");
    await answered();
    b.press("Enter");
    expect(likeness(mask())).toBeGreaterThan(0.9);
  });
  it("makes polygons where asked to, or where the task takes no masks", async () => {
    b.drag([60, 10], [140, 92]);
    b.press("M", { shiftKey: true });
    await answered();
    b.press("Enter");
    expect(b.only().type).toBe("polygon");
    b.dispose();
    await open({ pixels: picture(), allowed: ["polygon"] });
    b.drag([60, 10], [140, 92]);
    await answered();
    b.press("Enter");
    const { rings } = b.only().geometry as PolygonGeometry;
    expect(likeness(ringsToMask(rings, [200, 100])!)).toBeGreaterThan(0.95);
  });
  it("is smooth on a huge picture, of which less fine pixels are here", async () => {
    b.dispose();
    await open({ pixels: picture(4), patch: { origin: [0, 0], step: 4 } });
    b.drag([60, 10], [140, 92]);
    await answered();
    b.press("Enter");
    expect(likeness(mask())).toBeGreaterThan(0.92);
  });
  it("is dropped by Escape, and says so where there are no pixels", async () => {
    b.drag([60, 10], [140, 92]);
    b.press("Escape");
    await answered();
    expect([b.all().length, b.stage.previews.length]).toEqual([0, 0]);
    b.dispose();
    await open({});
    b.drag([60, 10], [140, 92]);
    expect(b.said.at(-1)).toContain("not come yet");
  });
});
