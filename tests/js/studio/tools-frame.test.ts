import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { BoxXYXY, WH, XY } from "@/lib/geometry.ts";
import { shapeTypes, type ShapeType } from "@/studio/shapes/index.ts";
import { maskArea, type MaskGeometry } from "@/studio/shapes/_rle.ts";
import { bench, box, maskBox, polygon, square, type Bench } from "./tools-bench.ts";

const SIZE: WH = [400, 300];
const TYPES = new Map(shapeTypes().map((type) => [type.type, type]));

describe("a stretched shape", () => {
  const made: Record<string, unknown> = {
    box: { xyxy: [100, 80, 160, 100], angle: 0 },
    polygon: { rings: [square(100, 80, 160, 100), square(110, 84, 120, 90)] },
    polyline: { points: [[100, 80], [130, 100], [160, 90]] },
    point: { xy: [100, 80] },
    skeleton: { keypoints: [[100, 80, 2], [0, 0, 0], [160, 100, 1]] },
    ellipse: { center: [130, 90], radii: [30, 10], angle: 0 },
    mask: { box: [100, 80, 60, 20], rle: [0, 1200] },
  }; // prettier-ignore
  const typeOf = (name: string) => TYPES.get(name) as ShapeType;
  const bounds = (name: string, geometry: unknown) =>
    typeOf(name)
      .bounds(geometry, SIZE)
      ?.map((v) => Math.round(v * 1e6) / 1e6 + 0);

  it("is there for each type but the class, which has no place", () =>
    expect([...Object.keys(made), "class"].sort()).toEqual([...TYPES.keys()].sort()));
  it.each(Object.keys(made))("%s: the place about which it is stretched stays, the rest goes", (name) => {
    const about: XY = [100, 100];
    const stretched = typeOf(name).stretched(made[name], about, [2, 0.5], SIZE);
    expect(typeOf(name).validate(stretched, SIZE)).toEqual(stretched);
    const before = bounds(name, made[name]) as number[] as unknown as BoxXYXY;
    const goes = ([x, y]: XY): XY => [100 + (x - 100) * 2, 100 + (y - 100) * 0.5];
    expect(bounds(name, stretched)).toEqual([
      ...goes([before[0], before[1]]),
      ...goes([before[2], before[3]]),
    ]);
  });
  it.each(Object.keys(made))("%s: stretched and back is what it was", (name) => {
    const there = typeOf(name).stretched(made[name], [90, 70], [3, 2], SIZE);
    const back = typeOf(name).stretched(there, [90, 70], [1 / 3, 1 / 2], SIZE);
    expect(bounds(name, back)).toEqual(bounds(name, made[name]));
  });
  it("box: turned, it stays a rectangle whose middle goes where it must, and in proportion keeps its angle", () => {
    const turned = { xyxy: [100, 80, 160, 100], angle: 30 };
    const { xyxy, angle } = typeOf("box").stretched(turned, [0, 0], [2, 2], SIZE) as typeof turned;
    expect(angle).toBeCloseTo(30, 9);
    expect(xyxy.map((v) => Math.round(v * 1e6) / 1e6)).toEqual([200, 160, 320, 200]);
    const upright = typeOf("box").stretched(
      { ...turned, angle: 90 },
      [130, 90],
      [2, 1],
      SIZE,
    ) as typeof turned;
    expect(upright).toEqual({ xyxy: [100, 70, 160, 110], angle: 90 });
  });
  it("ellipse: turned, its points are those of the old one stretched", () => {
    const ellipse = {
      center: [200, 150] as XY,
      radii: [60, 20] as XY,
      angle: 30,
    };
    const made = typeOf("ellipse").stretched(ellipse, [200, 150], [1.5, 0.7], SIZE) as typeof ellipse;
    const rad = (degrees: number) => (degrees * Math.PI) / 180;
    for (let t = 0; t < 360; t += 15) {
      const [u, v] = [60 * Math.cos(rad(t)), 20 * Math.sin(rad(t))];
      const x = (u * Math.cos(rad(30)) - v * Math.sin(rad(30))) * 1.5;
      const y = (u * Math.sin(rad(30)) + v * Math.cos(rad(30))) * 0.7;
      const along = (x * Math.cos(rad(made.angle)) + y * Math.sin(rad(made.angle))) / made.radii[0];
      const across = (y * Math.cos(rad(made.angle)) - x * Math.sin(rad(made.angle))) / made.radii[1];
      expect(along ** 2 + across ** 2).toBeCloseTo(1, 9);
    }
    expect(made.radii[0]).toBeGreaterThan(made.radii[1]);
    expect(made.angle).toBeLessThan(30);
  });
  it("mask: keeps its holes, is cut at the border, and never vanishes", () => {
    const ring = { box: [10, 10, 3, 3], rle: [0, 4, 1, 4] };
    const large = typeOf("mask").stretched(ring, [10, 10], [4, 4], SIZE) as MaskGeometry;
    expect(large.box).toEqual([10, 10, 12, 12]);
    expect(maskArea(large)).toBe(144 - 16);
    const cut = typeOf("mask").stretched(ring, [10, 10], [400, 4], SIZE) as MaskGeometry;
    expect(cut.box).toEqual([10, 10, 390, 12]);
    const tiny = typeOf("mask").stretched(ring, [10, 10], [0.01, 0.01], SIZE) as MaskGeometry;
    expect(tiny).toEqual({ box: [10, 10, 1, 1], rle: [0, 1] });
  });
});

describe("the frame around several", () => {
  let b: Bench;
  beforeEach(async () => {
    b = await bench();
    b.put(box("a", 10, 10, 30, 30), polygon("p", square(50, 10, 70, 50)));
    b.select("a", "p");
  });
  afterEach(() => {
    vi.useRealTimers();
    b.dispose();
  });
  const both = () => [b.geometry("a").xyxy, (b.geometry("p") as { rings: XY[][] }).rings[0]];
  /** The handle at the lower right corner, 8 pixels outside. */
  const SE: XY = [78, 58];

  it("is pulled by its corner: both grow from the other corner, as one step of undo", () => {
    b.drag(SE, [138, 98], {}, [[100, 70]]);
    expect(both()).toEqual([[10, 10, 50, 50], square(90, 10, 130, 90)]);
    expect(b.undoLabel()).toBe("Resize 2 objects");
    b.press("z", { ctrlKey: true });
    expect(both()).toEqual([[10, 10, 30, 30], square(50, 10, 70, 50)]);
    expect(b.doc.log.canUndo).toBe(false);
  });
  it("shows while it is pulled what it makes, and Escape drops it", () => {
    b.down(SE);
    b.hover([138, 58]);
    expect(b.stage.previews).toMatchObject([
      { id: "a", geometry: { xyxy: [10, 10, 50, 30] } },
      { id: "p", geometry: { rings: [square(90, 10, 130, 50)] } },
    ]);
    b.press("Escape");
    b.up([138, 58]);
    expect(b.stage.previews).toEqual([]);
    expect(b.doc.log.canUndo).toBe(false);
  });
  it("keeps the proportions with Shift, the middle with Alt", () => {
    b.drag(SE, [108, 58], { shift: true });
    expect(both()).toEqual([[10, 10, 40, 40], square(70, 10, 100, 70)]);
    b.press("z", { ctrlKey: true });
    b.drag([40, 58], [40, 68], { alt: true });
    expect(both()).toEqual([[10, 0, 30, 30], square(50, 0, 70, 60)]);
  });
  it("never leaves the picture and never turns over", () => {
    b.drag(SE, [900, 900], { shift: true });
    expect(both()).toEqual([[10, 10, 55, 55], square(100, 10, 145, 100)]);
    b.press("z", { ctrlKey: true });
    b.drag(SE, [-500, 58]);
    expect(b.geometry("a").xyxy).toEqual([10, 10, 10.333, 30]);
  });
  it("leaves locked and pinned ones alone", () => {
    b.put(box("c", 100, 60, 120, 80), {
      ...box("d", 150, 60, 160, 80),
      metadata: { pinned: true },
    });
    b.ctx.locked.set(new Set(["c"]));
    b.select("a", "p", "c", "d");
    b.drag(SE, [138, 98]);
    expect(b.geometry("a").xyxy).toEqual([10, 10, 50, 50]);
    expect([b.geometry("c").xyxy, b.geometry("d").xyxy]).toEqual([
      [100, 60, 120, 80],
      [150, 60, 160, 80],
    ]);
  });
  it("is not there for one, and is for masks, which have no handles of their own", () => {
    b.select("a");
    b.drag([38, 38], [58, 58]);
    expect(b.geometry("a").xyxy).toEqual([10, 10, 30, 30]);
    b.put(maskBox("m", 100, 20, 10, 10), maskBox("n", 120, 20, 10, 10));
    b.select("m", "n");
    b.drag([138, 38], [168, 48]);
    expect([b.geometry("m").box, b.geometry("n").box]).toEqual([
      [100, 20, 20, 20],
      [140, 20, 20, 20],
    ]);
    expect(b.undoLabel()).toBe("Resize 2 masks");
  });
  it("is resized by keys alone, in one breath one step", () => {
    vi.useFakeTimers();
    for (let i = 0; i < 5; i++) b.press(".");
    expect(b.said.at(-1)).toBe("Handle: corner se of 2 objects");
    b.press("ArrowRight", { shiftKey: true });
    b.times(2, "ArrowDown", { shiftKey: true });
    expect(b.geometry("a").xyxy).toEqual([10, 10, 30, 30]);
    vi.advanceTimersByTime(1000);
    expect(b.geometry("a").xyxy).toEqual([10, 10, 33.333, 40]);
    expect(b.undoLabel()).toBe("Resize 2 objects");
    b.press("z", { ctrlKey: true });
    expect(both()).toEqual([[10, 10, 30, 30], square(50, 10, 70, 50)]);
    b.times(6, "ArrowRight", { ctrlKey: true });
    b.toolbox.settle();
    expect(both()).toEqual([[10, 10, 32, 32], square(54, 10, 76, 54)]);
    b.press("Escape");
    b.press("ArrowRight");
    b.toolbox.settle();
    expect(b.geometry("a").xyxy).toEqual([11, 10, 33, 32]);
  });
  it("does nothing to what one may only look at", async () => {
    b.dispose();
    b = await bench({ readOnly: () => true });
    b.put(box("a", 10, 10, 30, 30), box("c", 50, 10, 70, 50));
    b.select("a", "c");
    b.drag(SE, [138, 98]);
    expect(b.geometry("a").xyxy).toEqual([10, 10, 30, 30]);
  });
});
