// @vitest-environment node
import { describe, expect, it } from "vitest";
import {
  boxArea,
  boxContains,
  boxFromCorners,
  boxIntersection,
  boxIou,
  boxOfPoints,
  clamp,
  clampBox,
  distance,
  distanceToSegment,
  ringArea,
  ringsContain,
  Viewport,
  type XY,
} from "@/lib/geometry.ts";

const close = (a: readonly number[], b: readonly number[]) =>
  a.forEach((value, i) => expect(value).toBeCloseTo(b[i]!, 9));

describe("boxes", () => {
  it("are made of corners in any order, and of points", () => {
    expect(boxFromCorners([5, 1], [2, 9])).toEqual([2, 1, 5, 9]);
    expect(
      boxOfPoints([
        [3, 4],
        [1, 8],
        [2, 2],
      ]),
    ).toEqual([1, 2, 3, 8]);
    expect(boxOfPoints([])).toBeNull();
  });
  it("have area, overlap and IoU", () => {
    expect(boxArea([0, 0, 4, 3])).toBe(12);
    expect(boxArea([4, 0, 0, 3])).toBe(0);
    expect(boxIntersection([0, 0, 4, 4], [2, 2, 6, 6])).toEqual([2, 2, 4, 4]);
    expect(boxIntersection([0, 0, 1, 1], [1, 0, 2, 1])).toBeNull();
    expect(boxIou([0, 0, 4, 4], [2, 2, 6, 6])).toBeCloseTo(4 / 28);
    expect(boxIou([0, 0, 1, 1], [5, 5, 6, 6])).toBe(0);
    expect(boxIou([0, 0, 2, 2], [0, 0, 2, 2])).toBe(1);
  });
  it("contain points and are cut to the picture", () => {
    expect(boxContains([0, 0, 2, 2], [2, 2])).toBe(true);
    expect(boxContains([0, 0, 2, 2], [2.1, 2])).toBe(false);
    expect(clampBox([-5, 3, 50, 99], [40, 30])).toEqual([0, 3, 40, 30]);
  });
});

describe("rings and segments", () => {
  const square: XY[] = [
    [0, 0],
    [10, 0],
    [10, 10],
    [0, 10],
  ];
  const hole: XY[] = [
    [4, 4],
    [6, 4],
    [6, 6],
    [4, 6],
  ];
  it("have an area whichever way they turn", () => {
    expect(ringArea(square)).toBe(100);
    expect(ringArea([...square].reverse())).toBe(100);
  });
  it("leave holes outside", () => {
    expect(ringsContain([square, hole], [2, 2])).toBe(true);
    expect(ringsContain([square, hole], [5, 5])).toBe(false);
    expect(ringsContain([square], [11, 5])).toBe(false);
  });
  it("have distances", () => {
    expect(distance([0, 0], [3, 4])).toBe(5);
    expect(distanceToSegment([5, 3], [0, 0], [10, 0])).toBe(3);
    expect(distanceToSegment([-3, 4], [0, 0], [10, 0])).toBe(5);
    expect(distanceToSegment([3, 4], [0, 0], [0, 0])).toBe(5);
    expect(clamp(7, 0, 5)).toBe(5);
  });
});

describe("Viewport", () => {
  const view = new Viewport(2, [30, -10]);
  it("converts there and back", () => {
    expect(view.screenXY([5, 5])).toEqual([40, 0]);
    close(view.imageXY(view.screenXY([12.5, 7.25])), [12.5, 7.25]);
    close(view.imageBox(view.screenBox([1, 2, 3, 4])), [1, 2, 3, 4]);
    expect(view.imageLength(8)).toBe(4);
  });
  it("keeps the point under the pointer while zooming, within its limits", () => {
    const anchor: XY = [100, 80];
    const before = view.imageXY(anchor);
    close(view.zoomed(1.7, anchor).imageXY(anchor), before);
    close(view.zoomed(1e9, anchor).imageXY(anchor), before);
    expect(view.zoomed(1e9, anchor).scale).toBe(64);
    expect(view.zoomed(0, anchor).scale).toBe(0.02);
    expect(new Viewport(1, [0, 0], { maxScale: 3 }).zoomed(10, anchor).scale).toBe(3);
  });
  it("pans", () => {
    expect(view.panned(5, -5).offsetXY).toEqual([35, -15]);
  });
  it("fits the whole picture in the middle", () => {
    const fitted = view.fitted([200, 100], [432, 400], 16);
    expect(fitted.scale).toBe(2);
    expect(fitted.screenXY([0, 0])).toEqual([16, 100]);
    expect(view.fitted([2, 2], [1000, 1000], 0, 8).scale).toBe(8);
    expect(view.fitted([0, 0], [100, 100])).toBe(view);
  });
});

describe("Viewport, turned", () => {
  const random = (() => {
    let seed = 5;
    return () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  })();
  const views = [0, 1, 2, 3, 5, -1].map((turns) => new Viewport(0.5 + 3 * random(), [40, -25], { turns }));

  it("counts quarters clockwise", () => {
    expect(views.map(({ turns }) => turns)).toEqual([0, 1, 2, 3, 1, 3]);
    close(new Viewport(2, [100, 10], { turns: 1 }).screenXY([3, 4]), [92, 16]); // right becomes down, down becomes left
  });
  it.each(views)("goes to the screen and back (view %#)", (view) => {
    for (let i = 0; i < 20; i++) {
      const at: XY = [random() * 500, random() * 500];
      close(view.imageXY(view.screenXY(at)), at);
      const [a, b, c, d, e, f] = view.matrix();
      close([a * at[0] + c * at[1] + e, b * at[0] + d * at[1] + f], view.screenXY(at));
    }
  });
  it.each(views)("keeps boxes boxes and lengths lengths (view %#)", (view) => {
    const box = view.screenBox([10, 20, 40, 30]);
    expect(box[0]).toBeLessThan(box[2]);
    expect(box[1]).toBeLessThan(box[3]);
    expect(boxArea(box)).toBeCloseTo(300 * view.scale ** 2);
    close(view.imageBox(box), [10, 20, 40, 30]);
    const [dx, dy] = view.imageDelta([6, -8]);
    expect(Math.hypot(dx, dy)).toBeCloseTo(10 / view.scale);
    const [x, y] = view.screenXY([50, 60]);
    close(view.screenXY([50 + dx, 60 + dy]), [x + 6, y - 8]);
  });
  it.each(views)("keeps what lies under the anchor when zoomed or turned (view %#)", (view) => {
    const anchor: XY = [321, 123];
    const under = view.imageXY(anchor);
    close(view.zoomed(1.7, anchor).screenXY(under), anchor);
    for (const quarters of [1, -1, 2]) close(view.turned(quarters, anchor).screenXY(under), anchor);
    expect(view.turned(1, anchor).turns).toBe((view.turns + 1) % 4);
  });
  it("lays an earlier screen down as it is now", () => {
    for (const earlier of views)
      for (const now of views) {
        const [a, b, c, d, e, f] = now.since(earlier);
        const [x, y] = earlier.screenXY([12, 34]);
        close([a * x + c * y + e, b * x + d * y + f], now.screenXY([12, 34]));
      }
  });
  it("fits a turned picture by its turned sides, in the middle", () => {
    const view = new Viewport(1, [0, 0], { turns: 1 }).fitted([200, 100], [400, 800], 0);
    expect(view.scale).toBe(4);
    close(view.screenBox([0, 0, 200, 100]), [0, 0, 400, 800]);
  });
});
