import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { XY } from "@/lib/geometry.ts";
import { bench, box, polygon, square, type Bench } from "./tools-bench.ts";

const HOLE = square(20, 20, 40, 40);
const OUTER = square(10, 10, 60, 60);
const LINE: XY[] = [
  [100, 10],
  [150, 30],
  [180, 80],
];
let b: Bench;
beforeEach(async () => {
  b = await bench();
  b.put(polygon("p", OUTER, HOLE), { id: "l", type: "polyline", label: "cat", geometry: { points: LINE } });
});
afterEach(() => b.dispose());
const alt = { altKey: true };
const rings = () => b.geometry("p")["rings"] as XY[][];

describe("the direction", () => {
  it("of rings is turned about their first points, of lines from end to end, as one step", () => {
    b.put(box("b", 70, 70, 90, 90));
    b.select("p", "l", "b");
    b.press("d", alt);
    expect(rings()).toEqual([
      [OUTER[0], OUTER[3], OUTER[2], OUTER[1]],
      [HOLE[0], HOLE[3], HOLE[2], HOLE[1]],
    ]);
    expect(b.geometry("l")["points"]).toEqual([...LINE].reverse());
    expect(b.undoLabel()).toBe("Reverse 2 objects");
    b.press("z", { ctrlKey: true });
    expect(rings()).toEqual([OUTER, HOLE]);
    expect(b.geometry("l")["points"]).toEqual(LINE);
  });
  it("is nothing that a box has", () => {
    b.put(box("b", 70, 70, 90, 90));
    b.select("b");
    b.press("d", alt);
    expect(b.said.at(-1)).toBe("Select lines or polygons to reverse.");
  });
});

describe("the first point", () => {
  it("is the vertex that the keyboard holds", () => {
    b.select("p");
    b.times(3, "."); // the third of the outer ring
    b.press("s", alt);
    expect(rings()).toEqual([[OUTER[2], OUTER[3], OUTER[0], OUTER[1]], HOLE]);
    expect(b.undoLabel()).toBe("Set first point of polygon");
    expect(b.said.at(-1)).toBe("Point 3 is the first now");
    b.press("s", alt);
    expect(b.said.at(-1)).toContain("Hold a vertex");
  });
  it("is the vertex under the pointer, of its own ring", () => {
    b.select("p");
    b.hover([40, 20]);
    b.press("s", alt);
    expect(rings()).toEqual([OUTER, [HOLE[1], HOLE[2], HOLE[3], HOLE[0]]]);
    b.press("s", alt);
    expect(b.said.at(-1)).toBe("It is the first point already.");
  });
  it("of a line is one of its ends", () => {
    b.select("l");
    b.hover([150, 30]);
    b.press("s", alt);
    expect(b.said.at(-1)).toContain("one of its ends");
    expect(b.geometry("l")["points"]).toEqual(LINE);
    b.hover([180, 80]);
    b.press("s", alt);
    expect(b.geometry("l")["points"]).toEqual([...LINE].reverse());
  });
  it("is not asked of what is locked", () => {
    b.select("p");
    b.ctx.locked.set(new Set(["p"]));
    b.hover([60, 60]);
    b.press("s", alt);
    expect(rings()).toEqual([OUTER, HOLE]);
  });
});
