import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bench, box, maskBox, type Bench } from "./tools-bench.ts";

let b: Bench;
const areaOf = (id: string) => {
  const one = b.doc.store.get(id);
  return one ? b.ctx.typeOf("mask")?.area(one.geometry, [200, 100]) : undefined;
};
beforeEach(async () => {
  b = await bench({ pixels: picture() });
});
afterEach(() => b.dispose());

/** Grey 40 with a square of 100 in it and, inside that, one of 110. */
function picture(): ImageData {
  const data = new Uint8ClampedArray(200 * 100 * 4);
  for (let y = 0; y < 100; y++)
    for (let x = 0; x < 200; x++) {
      const inner = x >= 50 && x < 60 && y >= 50 && y < 60;
      const outer = x >= 40 && x < 80 && y >= 40 && y < 70;
      data.fill(inner ? 110 : outer ? 100 : 40, (y * 200 + x) * 4, (y * 200 + x) * 4 + 3);
    }
  return { data, width: 200, height: 100, colorSpace: "srgb" };
}

/** 25 by 25 pixels, ten by five of them bright in a corner. */
function coarse(): ImageData {
  const data = new Uint8ClampedArray(25 * 25 * 4);
  for (let i = 0; i < 25 * 25; i++) data.fill(i % 25 < 10 && i < 5 * 25 ? 200 : 40, 4 * i, 4 * i + 3);
  return { data, width: 25, height: 25, colorSpace: "srgb" };
}

describe("brush", () => {
  beforeEach(() => {
    b.press("b");
    b.ctx.brush.set(6);
  });
  it("paints live and becomes one step on release", () => {
    b.down([20, 20]);
    b.hover([60, 20]);
    expect(b.stage.painted?.toMask()).toMatchObject({ box: [17, 17, 46, 6] });
    expect(b.all()).toHaveLength(0);
    b.up([60, 20]);
    const mask = b.only();
    expect(mask).toMatchObject({ type: "mask", label: "cat" });
    // A bar of 40 × 6 with round ends of radius 3.
    expect(Math.abs((areaOf(mask.id) ?? 0) - (240 + Math.PI * 9))).toBeLessThan(12);
    expect(b.stage.painted).toBe(null);
    expect(b.undoLabel()).toBe("Paint mask");
  });
  it("goes on in the same mask, each stroke a step, until Enter ends it", () => {
    b.drag([20, 20], [60, 20]);
    const first = b.only().id;
    const before = areaOf(first) ?? 0;
    b.drag([20, 60], [60, 60]);
    expect(b.only().id).toBe(first);
    expect(areaOf(first)).toBe(2 * before);
    b.press("z", { ctrlKey: true });
    expect(areaOf(first)).toBe(before);
    // What was undone does not come back with the next stroke.
    b.drag([20, 80], [60, 80]);
    expect(areaOf(first)).toBe(2 * before);
    b.press("Enter");
    b.drag([120, 20], [150, 20]);
    expect(b.all()).toHaveLength(2);
  });
  it("a digit ends the mask: the next stroke is of the new label", () => {
    b.drag([20, 20], [60, 20]);
    b.label.set("dog");
    b.toolbox.labelled("dog");
    b.drag([20, 60], [60, 60]);
    expect(b.all().map(({ label }) => label)).toEqual(["cat", "dog"]);
  });
  it("changes its size by [ and ]", () => {
    b.press("]");
    expect(b.ctx.brush.value).toBe(7);
    b.times(20, "[");
    expect(b.ctx.brush.value).toBe(1);
    expect(b.toolbox.hint.value).toContain("1 px");
  });
  it("changes its size by Ctrl and wheel, but not by a pinch, and only while it is in hand", () => {
    const wheel = () => {
      const event = new WheelEvent("wheel", { deltaY: -100, bubbles: true, cancelable: true });
      Object.defineProperty(event, "ctrlKey", { value: true });
      b.stage.element.dispatchEvent(event);
      return event.defaultPrevented;
    };
    expect(wheel()).toBe(false);
    b.press("Control", { ctrlKey: true });
    expect(wheel()).toBe(true);
    expect(b.ctx.brush.value).toBe(7);
    b.press("v");
    expect(wheel()).toBe(false);
    expect(b.ctx.brush.value).toBe(7);
  });
  it("is led by keys: Space puts it down, arrows paint, Space lifts it", () => {
    b.hover([20, 20]);
    b.press("ArrowRight");
    b.press(" ");
    b.press("ArrowRight", { shiftKey: true });
    expect(b.all()).toHaveLength(0);
    b.press(" ");
    expect(b.only().geometry).toMatchObject({ box: [27, 17, 56, 6] });
  });
  it("Escape drops the stroke", () => {
    b.down([20, 20]);
    b.hover([60, 20]);
    b.press("Escape");
    b.up([60, 20]);
    expect(b.all()).toHaveLength(0);
    expect(b.stage.painted).toBe(null);
  });
  it("loses nothing when somebody deletes the mask meanwhile", () => {
    b.put(maskBox("m", 10, 10, 40, 40, "dog"));
    b.select("m");
    b.down([20, 20]);
    b.hover([60, 20]);
    b.doc.store.remove("m", { origin: "remote" });
    b.up([60, 20]);
    expect(b.only()).toMatchObject({ label: "dog", geometry: { box: [10, 10, 53, 40] } });
  });
  it("stays on the picture and may be square", () => {
    b.ctx.nib.set("square");
    b.drag([1, 50], [-40, 50]);
    expect(b.only().geometry).toMatchObject({ box: [0, 47, 4, 6] });
  });
  it("takes from the masks below when told to, in the same step", () => {
    b.put(maskBox("m", 10, 10, 40, 40), maskBox("small", 100, 20, 2, 2), maskBox("kept", 10, 10, 40, 40));
    b.ctx.locked.set(new Set(["kept"]));
    b.ctx.removeUnderlying.set(true);
    b.drag([20, 20], [110, 20]);
    expect(areaOf("m")).toBeLessThan(1600);
    expect(b.doc.store.has("small")).toBe(false);
    expect(areaOf("kept")).toBe(1600);
    b.press("z", { ctrlKey: true });
    expect([areaOf("m"), areaOf("small"), b.all().length]).toEqual([1600, 4, 3]);
  });
  it("takes nothing from what a model only suggests", () => {
    b.put(maskBox("m", 10, 10, 40, 40), maskBox("suggested", 10, 10, 40, 40));
    const model = { id: "yolo", name: "YOLO", confidence: 0.7 };
    b.doc.store.patch("suggested", { model, revision: 0 }, { origin: "silent" });
    b.ctx.removeUnderlying.set(true);
    b.drag([20, 20], [110, 20]);
    expect(areaOf("m")).toBeLessThan(1600);
    expect(b.doc.store.get("suggested")).toMatchObject({ model, author: null, revision: 0 });
    expect(areaOf("suggested")).toBe(1600);
  });
});

describe("eraser", () => {
  it("takes from the mask under it, and of nothing left nothing stays", () => {
    b.put(maskBox("m", 10, 10, 40, 40));
    b.press("e");
    b.ctx.brush.set(10);
    b.drag([10, 30], [60, 30]);
    expect(areaOf("m")).toBe(1200);
    expect(b.undoLabel()).toBe("Erase mask");
    b.ctx.brush.set(200);
    b.drag([20, 20], [30, 30]);
    expect(b.all()).toHaveLength(0);
    b.press("z", { ctrlKey: true });
    b.press("z", { ctrlKey: true });
    expect(areaOf("m")).toBe(1600);
  });
  it("may begin beside the mask", () => {
    b.put(maskBox("m", 10, 10, 40, 40));
    b.press("e");
    b.ctx.brush.set(10);
    b.drag([5, 30], [60, 30], {}, [
      [9, 30],
      [30, 30],
    ]);
    expect(areaOf("m")).toBeLessThan(1400);
  });
  it("says so where there is no mask", () => {
    b.put(box("a", 10, 10, 50, 50));
    b.press("e");
    b.drag([20, 20], [40, 40]);
    expect(b.said.at(-1)).toContain("no mask here");
  });
});

describe("polygons on a mask", () => {
  const triangle = [
    [20, 20],
    [60, 20],
    [20, 60],
  ] as const;
  it("are added to it, or make one", () => {
    b.press("B", { shiftKey: true });
    for (const at of triangle) b.click(at);
    b.press("Enter");
    expect(areaOf(b.only().id)).toBe((40 * 39) / 2);
    for (const [x, y] of triangle) b.click([x + 80, y]);
    b.press("Enter");
    expect(areaOf(b.only().id)).toBe(40 * 39);
  });
  it("are taken from the selected one, or the one they begin on", () => {
    b.put(maskBox("m", 10, 10, 80, 80));
    b.press("E", { shiftKey: true });
    for (const at of triangle) b.click(at, { ctrl: true });
    b.press("Enter");
    expect(areaOf("m")).toBe(6400 - 780);
  });
});

describe("flood fill", () => {
  beforeEach(() => b.press("w"));
  it("takes what is like and hangs together", () => {
    b.ctx.tolerance.set(5);
    b.click([45, 45]);
    expect(areaOf(b.only().id)).toBe(40 * 30 - 100);
    expect(b.undoLabel()).toBe("Flood mask");
    // With it selected the next one is added, with Alt taken away.
    b.click([55, 55]);
    expect(areaOf(b.only().id)).toBe(1200);
    b.click([55, 55], { alt: true });
    expect(areaOf(b.only().id)).toBe(1100);
  });
  it("takes in more while it is dragged, shown live", () => {
    b.ctx.tolerance.set(5);
    b.down([45, 45]);
    b.hover([65, 45]);
    expect(b.stage.previews).toMatchObject([{ type: "mask" }]);
    b.up([65, 45]);
    expect(b.ctx.tolerance.value).toBe(15);
    expect(areaOf(b.only().id)).toBe(1200);
  });
  it("goes by keys: ] raises the tolerance, Space floods", () => {
    b.ctx.tolerance.set(5);
    b.times(5, "]");
    b.hover([35, 45]);
    b.press("ArrowRight");
    b.press(" ");
    expect(areaOf(b.only().id)).toBe(1200);
  });
  it("says so when the pixels are not there", async () => {
    b.dispose();
    b = await bench();
    b.press("w");
    b.click([45, 45]);
    expect(b.said.at(-1)).toContain("not come yet");
  });
  it("of a huge picture covers what is in sight, each pixel of the screen for a square of the picture's, and says where it ended", async () => {
    b.dispose();
    // A quarter as fine, of the picture's right half.
    b = await bench({ pixels: coarse(), patch: { origin: [100, 0], step: 4 } });
    b.press("w");
    b.click([110, 10]);
    const { geometry, id } = b.only();
    expect(geometry).toMatchObject({ box: [100, 0, 40, 20] });
    expect(areaOf(id)).toBe(800);
    expect(b.said.at(-1)).toContain("as far as the picture is in sight");
    b.press("Enter");
    b.click([190, 90]);
    const other = b.all().find((one) => one.id !== id)!;
    expect(areaOf(other.id)).toBe(100 * 100 - 800);
  });
});

it("a mask's holes are filled", () => {
  const hole = { box: [10, 10, 3, 3], rle: [0, 4, 1, 4] };
  b.put({ ...maskBox("m", 10, 10, 3, 3), geometry: hole });
  b.select("m");
  b.press("F", { shiftKey: true });
  expect(areaOf("m")).toBe(9);
  expect(b.undoLabel()).toBe("Fill holes of mask");
});
