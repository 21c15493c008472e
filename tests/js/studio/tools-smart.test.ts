import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Cell } from "@/lib/store.ts";
import { maskArea, type MaskGeometry } from "@/studio/shapes/_rle.ts";
import type { PolygonGeometry } from "@/studio/shapes/polygon.ts";
import type { Prompts } from "@/studio/smart/prepare.ts";
import { Superseded, type SmartPicture, type SmartState } from "@/studio/smart/segmenter.ts";
import { bench, knowing, type Bench } from "./tools-bench.ts";

/** A model that answers when it is let, and remembers what it was asked. */
function listening() {
  const known = knowing();
  const asked: Prompts[] = [];
  const looked: string[] = [];
  const state = new Cell<SmartState>({ kind: "ready", key: "item" });
  const held: (() => void)[] = [];
  const model = { holds: false, error: null as Error | null, key: "item" };
  return {
    asked,
    looked,
    state,
    model,
    release: () => held.splice(0).forEach((go) => go()),
    picture: () => ({ ...(known.picture() as SmartPicture), key: model.key }),
    segmenter: {
      state,
      look: ({ key }: SmartPicture) => void looked.push(key),
      mask: async (picture: SmartPicture, prompts: Prompts) => {
        asked.push(prompts);
        if (model.holds) await new Promise<void>((resolve) => held.push(resolve));
        if (model.error) throw model.error;
        return known.segmenter.mask(picture, prompts);
      },
    },
  };
}

let b: Bench;
let smart: ReturnType<typeof listening>;
const shown = () => b.stage.previews.map(({ type }) => type);
beforeEach(async () => {
  smart = listening();
  b = await bench({ smart });
  b.press("m");
});
afterEach(() => b.dispose());

describe("smart tool", () => {
  it("looks at the picture as soon as it is in hand", () => {
    expect(smart.looked).toEqual(["item"]);
  });
  it("shows the mask of a click and keeps it on Enter, as one step", async () => {
    b.click([60, 50]);
    await vi.waitFor(() => expect(shown()).toEqual(["mask"]));
    expect(b.all()).toHaveLength(0);
    b.press("Enter");
    const mask = b.only();
    expect(mask).toMatchObject({ type: "mask", label: "cat" });
    expect(Math.abs(maskArea(mask.geometry as MaskGeometry) - Math.PI * 144)).toBeLessThan(12);
    expect(b.undoLabel()).toBe("Segment mask");
    expect(shown()).toEqual([]);
    b.press("z", { ctrlKey: true });
    expect(b.all()).toHaveLength(0);
  });
  it("tells what belongs to it from what does not: right click, Alt, Shift and Space", async () => {
    b.click([60, 50]);
    b.click([20, 20], {}, 2);
    b.click([30, 20], { alt: true });
    b.hover([100, 50]);
    b.press("ArrowRight");
    b.press(" ", { shiftKey: true });
    b.press(" ", { shiftKey: true });
    await vi.waitFor(() => expect(smart.asked.at(-1)?.points).toHaveLength(4));
    expect(smart.asked.at(-1)?.points.map(({ wanted }) => wanted)).toEqual([true, false, false, false]);
  });
  it("does not begin with what is not meant", () => {
    b.click([20, 20], {}, 2);
    expect(smart.asked).toEqual([]);
    expect(b.said.at(-1)).toContain("First click what belongs");
  });
  it("takes a box by dragging, the last one counts", async () => {
    b.drag([20, 20], [60, 60]);
    b.drag([30, 30], [80, 70]);
    await vi.waitFor(() => expect(smart.asked.at(-1)?.box).toEqual([30, 30, 80, 70]));
    await vi.waitFor(() => expect(shown()).toEqual(["mask"]));
    b.press("Enter");
    expect(b.only().geometry).toMatchObject({ box: [30, 30, 50, 40] });
  });
  it("works by keys alone", async () => {
    b.hover([60, 50]);
    b.press("ArrowRight", { ctrlKey: true });
    b.press(" ");
    await vi.waitFor(() => expect(shown()).toEqual(["mask"]));
    b.press("Enter");
    expect((b.only().geometry as MaskGeometry).box[0]).toBe(61 - 12);
  });
  it("Backspace takes the last point back, and with the last one the mask; Escape drops it", async () => {
    b.click([60, 50]);
    b.click([90, 50]);
    await vi.waitFor(() => expect(smart.asked.at(-1)?.points).toHaveLength(2));
    b.press("Backspace");
    await vi.waitFor(() => expect(smart.asked.at(-1)?.points).toHaveLength(1));
    b.press("Backspace");
    expect(shown()).toEqual([]);
    b.click([60, 50]);
    await vi.waitFor(() => expect(shown()).toEqual(["mask"]));
    b.press("Escape");
    expect(shown()).toEqual([]);
    expect(b.toolbox.active.value.id).toBe("smart");
    expect(b.all()).toHaveLength(0);
  });
  it("keeps polygons when switched, with more or less detail", async () => {
    b.press("M", { shiftKey: true });
    b.click([60, 50]);
    await vi.waitFor(() => expect(shown()).toEqual(["polygon"]));
    const points = () => (b.stage.previews[0]?.geometry as PolygonGeometry).rings.flat().length;
    const before = points();
    b.times(3, "]");
    expect(points()).toBeLessThan(before);
    b.press("Enter");
    expect(b.only().type).toBe("polygon");
    expect(b.undoLabel()).toBe("Segment polygon");
  });
  it("makes what the task allows", async () => {
    b.dispose();
    b = await bench({ smart, allowed: ["polygon"] });
    b.press("m");
    b.press("M", { shiftKey: true });
    expect(b.said.at(-1)).toContain("polygons only");
    b.click([60, 50]);
    await vi.waitFor(() => expect(shown()).toEqual(["polygon"]));
    b.press("Enter");
    expect(b.only().type).toBe("polygon");
  });
  it("asks for the newest only while an answer is on its way", async () => {
    smart.model.holds = true;
    b.click([60, 50]);
    for (const x of [70, 80, 90]) b.click([x, 50]);
    expect(smart.asked).toHaveLength(1);
    smart.model.holds = false;
    smart.release();
    await vi.waitFor(() => expect(smart.asked.map(({ points }) => points.length)).toEqual([1, 4]));
  });
  it("Enter before the answer keeps it when it comes; Escape forgets it", async () => {
    smart.model.holds = true;
    b.click([60, 50]);
    b.press("Enter");
    expect(b.toolbox.hint.value).toContain("as soon as");
    smart.release();
    await vi.waitFor(() => expect(b.all()).toHaveLength(1));
    b.click([150, 50]);
    b.press("Enter");
    b.press("Escape");
    smart.release();
    await new Promise((resolve) => setTimeout(resolve));
    expect(b.all()).toHaveLength(1);
    expect(shown()).toEqual([]);
  });
  it("a digit meanwhile gives it the other label", async () => {
    b.click([60, 50]);
    await vi.waitFor(() => expect(shown()).toEqual(["mask"]));
    b.label.set("dog");
    b.toolbox.labelled("dog");
    expect(b.stage.previews[0]?.label).toBe("dog");
    b.press("Enter");
    expect(b.only().label).toBe("dog");
  });
  it("says what it waits for, and what went wrong", () => {
    smart.state.set({ kind: "loading", share: 0.4 });
    expect(b.toolbox.hint.value).toContain("40 %");
    smart.state.set({ kind: "looking", since: Date.now() - 3000, usual: 5000, where: "here" });
    expect(b.toolbox.hint.value).toContain("Looking at the picture… 3 of about 5 s");
    smart.state.set({ kind: "failed", message: "It broke. Enter tries again." });
    expect(b.said.at(-1)).toBe("It broke. Enter tries again.");
    const before = smart.looked.length;
    b.press("Enter");
    expect(smart.looked).toHaveLength(before + 1);
  });
  it("keeps quiet about a picture that was left, and says an error of this one", async () => {
    smart.model.error = new Superseded();
    b.click([60, 50]);
    await new Promise((resolve) => setTimeout(resolve));
    const before = b.said.length;
    smart.model.error = new Error("It broke.");
    b.click([90, 50]);
    await vi.waitFor(() => expect(b.said.slice(before)).toContain("It broke."));
  });
  it("looks ahead at the next picture when it was used on this one, and only then", async () => {
    b.press("v");
    smart.looked.length = 0;
    smart.model.key = "second";
    b.toolbox.restart();
    expect(smart.looked).toEqual([]);
    b.press("m");
    b.click([60, 50]);
    await vi.waitFor(() => expect(shown()).toEqual(["mask"]));
    b.press("Enter");
    b.press("v");
    smart.looked.length = 0;
    smart.model.key = "third";
    b.toolbox.restart();
    expect(smart.looked).toEqual(["third"]);
  });
  describe("a closer look", () => {
    const keys: string[] = [];
    beforeEach(() => {
      keys.length = 0;
      const { mask } = smart.segmenter;
      smart.segmenter.mask = (picture, prompts) => {
        keys.push(picture.key);
        return mask(picture, prompts);
      };
      Object.defineProperty(b.stage.element, "clientWidth", { value: 200 });
      Object.defineProperty(b.stage.element, "clientHeight", { value: 100 });
    });
    const zoom = () => b.stage.viewport.set(b.stage.viewport.value.zoomed(2, [200, 100]));
    const closer = () => b.press("m", { altKey: true });
    it("asks about what is in sight, and puts the answer where it belongs", async () => {
      zoom(); // what is in sight: 100..200, 50..100
      closer();
      expect(smart.looked.at(-1)).toBe("item@100,50,200,100");
      b.click(b.stage.viewport.value.screenXY([140, 70]));
      await vi.waitFor(() => expect(shown()).toEqual(["mask"]));
      expect(keys).toEqual(["item@100,50,200,100"]);
      expect(smart.asked.at(-1)?.points[0]?.at).toEqual([40, 20]);
      b.press("Enter");
      const [x, y, w] = (b.only().geometry as MaskGeometry).box;
      expect([x + w / 2, y]).toEqual([140, 58]);
    });
    it("asks about the whole picture where a point lies outside", async () => {
      zoom();
      closer();
      b.stage.viewport.set(b.stage.viewport.value.zoomed(0.5, [200, 100]));
      b.click([60, 30]);
      await vi.waitFor(() => expect(keys).toEqual(["item"]));
    });
    it("ends when all is in sight, and needs to be zoomed in", () => {
      closer();
      expect(b.said.at(-1)).toContain("Zoom in first");
      zoom();
      closer();
      b.stage.viewport.set(b.stage.viewport.value.zoomed(0.5, [200, 100]));
      closer();
      expect(b.said.at(-1)).toContain("whole picture");
      expect(smart.looked.at(-1)).toBe("item");
    });
    it("does not stay when another picture comes", () => {
      zoom();
      closer();
      smart.model.key = "second";
      b.toolbox.restart();
      expect(smart.looked.at(-1)).toBe("second");
    });
  });
});
