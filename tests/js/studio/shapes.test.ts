// @vitest-environment node
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rounded, shapeOf, shapeTypes, type Handle, type Modifiers } from "@/studio/shapes/index.ts";
import { boxFromThree, type BoxGeometry } from "@/studio/shapes/box.ts";
import type { EllipseGeometry } from "@/studio/shapes/ellipse.ts";
import { overlapOf } from "@/studio/shapes/_overlap.ts";
import { skeletonEdges, withKeypoint, type SkeletonGeometry } from "@/studio/shapes/skeleton.ts";
import type { WH, XY } from "@/lib/geometry.ts";

interface Case {
  type: string;
  name: string;
  size: WH;
  raw: unknown;
  normal?: unknown;
  area?: number;
  error?: string;
}
type Shape = Parameters<typeof overlapOf>[0];
interface Pair {
  type: string;
  name: string;
  size: WH;
  first: unknown;
  second: unknown;
  iou: number;
}
const vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../vectors/geometry.json"), "utf8"),
) as { cases: Case[]; pairs: Pair[] };
const SIZE: WH = [640, 480];
const FREE: Modifiers = { shift: false, alt: false, ctrl: false };

/** The value with its stand-ins for NaN and infinity replaced. */
function filled(value: unknown): unknown {
  if (value === "$nan") return NaN;
  if (value === "$inf") return Infinity;
  if (Array.isArray(value)) return value.map(filled);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner)]));
}

describe("the shared vectors", () => {
  it.each(vectors.cases.filter((c) => c.error === undefined))("$type: $name", (c) => {
    const shape = shapeOf(c.type);
    const normal = shape.validate(filled(c.raw), c.size);
    expect(normal).toEqual(c.normal);
    expect(shape.validate(normal, c.size)).toEqual(normal);
    expect(Math.abs(shape.area(normal, c.size) - c.area!)).toBeLessThanOrEqual(1e-6 + 1e-9 * c.area!);
  });
  it.each(vectors.cases.filter((c) => c.error !== undefined))("$type refuses: $name", (c) => {
    expect(() => shapeOf(c.type).validate(filled(c.raw), c.size)).toThrow(
      expect.objectContaining({ message: c.error }) as Error,
    );
  });
  it.each(vectors.pairs)("two of $type: $name", ({ type, first, second, iou, size }) => {
    const [a, b] = [first, second].map((geometry) => ({ type, geometry })) as [Shape, Shape];
    expect(Math.abs(overlapOf(a, b, size) - iou)).toBeLessThanOrEqual(1e-6);
    expect(Math.abs(overlapOf(b, a, size) - iou)).toBeLessThanOrEqual(1e-6);
  });
  it("have valid and invalid cases of every type", () => {
    for (const { type } of shapeTypes()) {
      const kinds = new Set(vectors.cases.filter((c) => c.type === type).map((c) => c.error === undefined));
      expect([type, kinds.size]).toEqual([type, 2]);
    }
    expect(new Set(vectors.cases.map((c) => c.type))).toEqual(new Set(shapeTypes().map((s) => s.type)));
  });
});

/** One good geometry of every type with handles. */
const SAMPLES: Record<string, unknown> = {
  box: { xyxy: [100, 100, 200, 150], angle: 0 },
  polygon: {
    rings: [
      [
        [100, 100],
        [200, 100],
        [200, 200],
        [100, 200],
      ],
      [
        [120, 120],
        [180, 120],
        [150, 180],
      ],
    ],
  },
  mask: { box: [100, 100, 4, 2], rle: [0, 5, 2, 1] },
  point: { xy: [100, 100] },
  polyline: {
    points: [
      [100, 100],
      [200, 100],
      [200, 200],
    ],
  },
  ellipse: { center: [150, 150], radii: [50, 20], angle: 0 },
  skeleton: {
    keypoints: [
      [100, 100, 2],
      [200, 100, 1],
      [0, 0, 0],
    ],
  },
};

function handle(type: string, geometry: unknown, id: string): Handle {
  const found = shapeOf(type)
    .handles(geometry, 1)
    .find((h) => h.id === id);
  if (!found) throw new Error(`no handle ${id}`);
  return found;
}

describe("every type", () => {
  const names = Object.keys(SAMPLES);
  it("has a sample here", () => {
    expect(names.sort()).toEqual(
      shapeTypes()
        .map((s) => s.type)
        .filter((t) => t !== "class"),
    );
  });
  it.each(names)("%s: an unknown name says which there are", (name) => {
    expect(() => shapeOf("cube")).toThrow(name);
  });
  it.each(names)("%s: dragging a handle to where it lies changes no area and stays valid", (name) => {
    const shape = shapeOf(name);
    const geometry = SAMPLES[name];
    for (const { id, at } of shape.handles(geometry, 1)) {
      const same = shape.validate(shape.dragged(geometry, id, at, FREE, SIZE), SIZE);
      expect(shape.area(same, SIZE)).toBeCloseTo(shape.area(geometry, SIZE), 6);
      expect(shape.bounds(same, SIZE)!.map((v) => Math.round(v))).toEqual(
        shape.bounds(geometry, SIZE)!.map((v) => Math.round(v)),
      );
    }
  });
  it.each(names)("%s: moves as one, and stops at the border of the image", (name) => {
    const shape = shapeOf(name);
    const before = shape.bounds(SAMPLES[name], SIZE)!;
    const moved = shape.moved(SAMPLES[name], 7, -3, SIZE);
    expect(shape.bounds(moved, SIZE)).toEqual([before[0] + 7, before[1] - 3, before[2] + 7, before[3] - 3]);
    expect(shape.area(moved, SIZE)).toBeCloseTo(shape.area(SAMPLES[name], SIZE), 6);
    const stopped = shape.bounds(shape.moved(SAMPLES[name], -1000, 1000, SIZE), SIZE)!;
    expect(stopped[0]).toBeCloseTo(0, 9);
    expect(stopped[3]).toBeCloseTo(480, 9);
    expect(shape.validate(shape.moved(SAMPLES[name], -1000, 1000, SIZE), SIZE)).toBeTruthy();
  });
  it.each(names)(
    "%s: is hit on its line and not far from it; says its measure; draws only its own place",
    (name) => {
      const shape = shapeOf(name);
      const place: XY = name === "ellipse" ? [100, 150] : [100, 100];
      expect(shape.hit(SAMPLES[name], place, 2)).toBe(true);
      expect(shape.hit(SAMPLES[name], [300, 300], 2)).toBe(false);
      expect(shape.describe(SAMPLES[name], SIZE)).not.toBe("");
      const drawn: XY[] = [];
      const keep = (x: number, y: number): void => void drawn.push([x, y]);
      const path = { moveTo: keep, lineTo: keep, closePath() {}, ellipse: keep } as unknown as CanvasPath;
      shape.trace(SAMPLES[name], path, { names: ["a", "b", "c"], edges: [[0, 1]] });
      drawn.push(...(shape.dots?.(SAMPLES[name]) ?? []).map((dot) => dot.at));
      expect(drawn.length).toBeGreaterThan(0);
      const [x1, y1, x2, y2] = shape.bounds(SAMPLES[name], SIZE)!;
      for (const [x, y] of drawn) expect(x >= x1 && x <= x2 && y >= y1 && y <= y2).toBe(true);
    },
  );
});

describe("box", () => {
  const box = SAMPLES.box as BoxGeometry;
  const drag = (id: string, to: XY, held: Partial<Modifiers> = {}, from: BoxGeometry = box): BoxGeometry =>
    shapeOf("box").dragged(from, id, to, { ...FREE, ...held }, SIZE) as BoxGeometry;

  it("resizes by corners and edges, also beyond the opposite side", () => {
    expect(drag("se", [250, 300]).xyxy).toEqual([100, 100, 250, 300]);
    expect(drag("n", [0, 20]).xyxy).toEqual([100, 20, 200, 150]);
    expect(drag("w", [260, 0]).xyxy).toEqual([200, 100, 260, 150]);
    expect(drag("nw", [-50, -50]).xyxy).toEqual([0, 0, 200, 150]);
  });
  it("keeps its proportions with Shift and its centre with Alt", () => {
    expect(drag("se", [300, 120], { shift: true }).xyxy).toEqual([100, 100, 300, 200]);
    expect(drag("e", [220, 0], { alt: true }).xyxy).toEqual([80, 100, 220, 150]);
  });
  it("never gets empty", () => {
    const { xyxy } = drag("se", [100, 100]);
    expect(xyxy[2]).toBeGreaterThan(xyxy[0]);
    expect(xyxy[3]).toBeGreaterThan(xyxy[1]);
  });
  it("turns by its handle, with Shift in steps of 15 degrees", () => {
    expect(handle("box", box, "rotate").at).toEqual([150, 76]);
    expect(drag("rotate", [300, 125]).angle).toBe(90);
    expect(drag("rotate", [300, 130], { shift: true }).angle).toBe(90);
    expect(drag("rotate", [150, 300]).angle).toBe(180);
  });
  it("turned, the corner across from the one pulled stays where it is", () => {
    const turned = { ...box, angle: 30 };
    const still = handle("box", turned, "nw").at;
    const pulled = drag("se", [230, 180], {}, turned);
    expect(pulled.angle).toBe(30);
    expect(handle("box", pulled, "nw").at[0]).toBeCloseTo(still[0], 9);
    expect(handle("box", pulled, "nw").at[1]).toBeCloseTo(still[1], 9);
    expect(handle("box", pulled, "se").at[0]).toBeCloseTo(230, 9);
    expect(handle("box", pulled, "se").at[1]).toBeCloseTo(180, 9);
  });
  it("is made of an edge and a point of the far side", () => {
    expect(boxFromThree([10, 10], [30, 10], [15, 20])).toEqual({ xyxy: [10, 10, 30, 20], angle: 0 });
    const turned = boxFromThree([100, 100], [140, 130], [94, 108]);
    expect(turned.xyxy[2] - turned.xyxy[0]).toBeCloseTo(50, 6);
    expect(turned.xyxy[3] - turned.xyxy[1]).toBeCloseTo(10, 6);
    const corners = ["nw", "ne", "se", "sw"].map((id) => handle("box", turned, id).at);
    for (const wanted of [
      [100, 100],
      [140, 130],
      [94, 108],
    ] as XY[])
      expect(corners.some(([x, y]) => Math.hypot(x - wanted[0], y - wanted[1]) < 0.01)).toBe(true);
  });
  it("says width by height", () => {
    expect(shapeOf("box").describe({ xyxy: [0, 0, 206, 206.04], angle: 0 }, SIZE)).toBe("206 × 206");
  });
});

describe("polygon and polyline", () => {
  it("a vertex moves, a ghost on an edge becomes one", () => {
    const moved = shapeOf("polygon").dragged(SAMPLES.polygon, "1/2", [150, 190], FREE, SIZE) as {
      rings: XY[][];
    };
    expect(moved.rings[1]![2]).toEqual([150, 190]);
    expect(handle("polygon", SAMPLES.polygon, "0/3+").at).toEqual([100, 150]);
    const grown = shapeOf("polygon").dragged(SAMPLES.polygon, "0/3+", [90, 150], FREE, SIZE) as {
      rings: XY[][];
    };
    expect(grown.rings[0]!.length).toBe(5);
    expect(grown.rings[0]![4]).toEqual([90, 150]);
    const line = shapeOf("polyline").dragged(SAMPLES.polyline, "0/0+", [150, 90], FREE, SIZE) as {
      points: XY[];
    };
    expect(line.points[1]).toEqual([150, 90]);
  });
  it("edges too short on the screen show no ghost; an open line has none from its end to its start", () => {
    expect(
      shapeOf("polygon")
        .handles(SAMPLES.polygon, 0.1)
        .filter((h) => h.kind === "ghost"),
    ).toEqual([]);
    expect(
      shapeOf("polyline")
        .handles(SAMPLES.polyline, 1)
        .filter((h) => h.kind === "ghost").length,
    ).toBe(2);
  });
  it("the hole is not hit, its border is", () => {
    expect(shapeOf("polygon").hit(SAMPLES.polygon, [150, 140], 2)).toBe(false);
    expect(shapeOf("polygon").hit(SAMPLES.polygon, [150, 121], 2)).toBe(true);
    expect(shapeOf("polygon").describe(SAMPLES.polygon, SIZE)).toBe("7 pts, 1 hole");
  });
});

describe("ellipse and skeleton", () => {
  const ellipse = SAMPLES.ellipse as EllipseGeometry;
  it("an ellipse's radii are pulled, with Shift both", () => {
    const drag = (shift: boolean) =>
      shapeOf("ellipse").dragged(ellipse, "e", [250, 0], { ...FREE, shift }, SIZE) as EllipseGeometry;
    expect(drag(false).radii).toEqual([100, 20]);
    expect(drag(true).radii).toEqual([100, 40]);
  });
  it("a turned ellipse is hit where it lies", () => {
    expect(shapeOf("ellipse").hit({ ...ellipse, angle: 90 }, [150, 190], 0)).toBe(true);
    expect(shapeOf("ellipse").hit({ ...ellipse, angle: 90 }, [190, 150], 0)).toBe(false);
  });
  it("a keypoint not labelled has no handle, no dot and no edge", () => {
    const skeleton = SAMPLES.skeleton as SkeletonGeometry;
    const template = {
      names: ["nose", "eye", "ear"],
      edges: [
        [0, 1],
        [1, 2],
      ] as [number, number][],
    };
    expect(
      shapeOf("skeleton")
        .handles(skeleton, 1)
        .map((h) => h.id),
    ).toEqual(["0", "1"]);
    expect(skeletonEdges(skeleton, template).length).toBe(1);
    const whole = withKeypoint(skeleton, 2, [150, 180], 2);
    expect(skeletonEdges(whole, template).length).toBe(2);
    expect(shapeOf("skeleton").dots!(whole, template)[1]).toEqual({
      at: [200, 100],
      hollow: true,
      name: "eye",
    });
    expect(withKeypoint(whole, 2, [150, 180], 0)).toEqual(skeleton);
    expect(shapeOf("skeleton").hit(skeleton, [150, 101], 2, template)).toBe(true);
    expect(shapeOf("skeleton").hit(skeleton, [150, 101], 2)).toBe(false);
  });
});

it("rounds to a thousandth of a pixel, whole numbers stay", () => {
  expect(rounded({ xyxy: [1.00049, 2.9996, -0.0001, 4], angle: 30 })).toEqual({
    xyxy: [1, 3, 0, 4],
    angle: 30,
  });
});
