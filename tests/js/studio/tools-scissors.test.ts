import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { XY } from "@/lib/geometry.ts";
import { ringsToMask } from "@/studio/shapes/_convert.ts";
import { circlePoints } from "@/studio/shapes/_rings.ts";
import { maskArea, maskOverlap } from "@/studio/shapes/_rle.ts";
import type { PolygonGeometry } from "@/studio/shapes/polygon.ts";
import { bench, type Bench } from "./tools-bench.ts";

const CENTRE: XY = [100, 50];
const on = (degrees: number, r = 35): XY => [
  CENTRE[0] + r * Math.cos((degrees * Math.PI) / 180),
  CENTRE[1] + r * Math.sin((degrees * Math.PI) / 180),
];
function picture(): ImageData {
  const data = new Uint8ClampedArray(200 * 100 * 4);
  for (let y = 0; y < 100; y++)
    for (let x = 0; x < 200; x++) {
      const inside = Math.hypot(x + 0.5 - CENTRE[0], y + 0.5 - CENTRE[1]) < 35;
      data.fill(inside ? 190 : 60, (y * 200 + x) * 4, (y * 200 + x) * 4 + 3);
    }
  return { data, width: 200, height: 100, colorSpace: "srgb" };
}
/** Every second pixel. */
function reduced({ data }: ImageData): ImageData {
  const half = new Uint8ClampedArray(100 * 50 * 4);
  for (let y = 0; y < 50; y++)
    for (let x = 0; x < 100; x++)
      for (let c = 0; c < 4; c++) half[4 * (100 * y + x) + c] = data[4 * (400 * y + 2 * x) + c]!;
  return { data: half, width: 100, height: 50, colorSpace: "srgb" };
}
/** IoU of what was made with the disc that was drawn. */
function likeness(b: Bench): number {
  const truth = ringsToMask(
    [circlePoints(200).map(([x, y]): XY => [CENTRE[0] + 35 * x, CENTRE[1] + 35 * y])],
    [200, 100],
  )!;
  const mask = ringsToMask((b.only().geometry as PolygonGeometry).rings, [200, 100])!;
  const shared = maskOverlap(mask, truth);
  return shared / (maskArea(mask) + maskArea(truth) - shared);
}

let b: Bench;
beforeEach(async () => {
  b = await bench({ pixels: picture() });
  b.press("c");
});
afterEach(() => b.dispose());

describe("scissors", () => {
  it("make a polygon that follows the edge between a few clicks near it", () => {
    for (const turn of [0, 120, 240]) b.click(on(turn, 38));
    b.press("Enter");
    expect(b.only()).toMatchObject({ type: "polygon", label: "cat" });
    expect(likeness(b)).toBeGreaterThan(0.95);
    const points = (b.only().geometry as PolygonGeometry).rings.flat().length;
    expect(points).toBeGreaterThan(12);
    expect(points).toBeLessThan(60);
    expect(b.undoLabel()).toBe("Draw polygon");
  });
  it("close by a click on the first point, and by a double click", () => {
    for (const turn of [0, 120, 240, 0]) b.click(on(turn));
    expect(likeness(b)).toBeGreaterThan(0.95);
    b.press("z", { ctrlKey: true });
    for (const turn of [0, 120, 240, 240]) b.click(on(turn));
    b.doubleClick(on(240));
    expect(likeness(b)).toBeGreaterThan(0.95);
  });
  it("follow the edge on a huge picture, of which less fine pixels are here", async () => {
    b.dispose();
    b = await bench({ pixels: reduced(picture()), patch: { origin: [0, 0], step: 2 } });
    b.press("c");
    for (const turn of [0, 120, 240]) b.click(on(turn, 38));
    b.press("Enter");
    expect(likeness(b)).toBeGreaterThan(0.9);
  });
  it("show the way to the pointer; with Ctrl it is straight", () => {
    b.click(on(0));
    b.hover(on(100));
    const points = () => (b.stage.previews[0]?.geometry as { points: XY[] }).points;
    expect(points().length).toBeGreaterThan(40);
    b.hover(on(100), { ctrl: true });
    expect(points().length).toBeLessThan(5);
  });
  it("take points back by Backspace, drop all by Escape", () => {
    for (const turn of [0, 120, 200]) b.click(on(turn));
    b.press("Backspace");
    b.click(on(240));
    b.press("Enter");
    expect(likeness(b)).toBeGreaterThan(0.95);
    b.click(on(0));
    b.press("Escape");
    b.press("Enter");
    expect(b.all()).toHaveLength(1);
    expect(b.stage.previews).toEqual([]);
  });
  it("work by keys alone", () => {
    b.hover([134, 50]);
    const go = (key: string, count: number) => b.times(count, key, { ctrlKey: true });
    go("ArrowRight", 1);
    b.press(" ");
    for (const [x, y] of [
      ["ArrowLeft", "ArrowDown"],
      ["ArrowLeft", "ArrowUp"],
      ["ArrowRight", "ArrowUp"],
    ] as const) {
      go(x, 35);
      go(y, 35);
      b.press(" ");
    }
    expect(b.toolbox.hint.value).toContain("4 points");
    b.press("Enter");
    expect(likeness(b)).toBeGreaterThan(0.95);
  });
  it("say so and draw straight lines where the pixels are not here", async () => {
    b.dispose();
    b = await bench();
    b.press("c");
    for (const turn of [0, 120, 240]) b.click(on(turn));
    expect(b.said.join()).toContain("lines are straight");
    b.press("Enter");
    expect((b.only().geometry as PolygonGeometry).rings[0]).toHaveLength(3);
  });
  it("make a mask where a task takes masks only", async () => {
    b.dispose();
    b = await bench({ pixels: picture(), allowed: ["mask"] });
    b.press("c");
    for (const turn of [0, 120, 240]) b.click(on(turn));
    b.press("Enter");
    expect(b.only().type).toBe("mask");
  });
});
