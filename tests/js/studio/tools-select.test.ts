import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bench, box, maskBox, polygon, square, type Bench } from "./tools-bench.ts";

let b: Bench;
const chosen = () => [...b.doc.selection.value].sort();
beforeEach(async () => {
  b = await bench();
  b.put(box("a", 10, 10, 40, 40), box("b", 60, 10, 90, 40, "dog"), box("c", 20, 20, 30, 30));
});
afterEach(() => {
  vi.useRealTimers();
  b.dispose();
});

describe("what is hidden", () => {
  it("is not moved, though it is selected", () => {
    b.put(box("a", 10, 10, 40, 40), box("b", 60, 10, 90, 40));
    b.select("a", "b");
    b.ctx.hidden.set(new Set(["b"]));
    b.press("ArrowRight");
    b.toolbox.settle();
    expect(b.geometry("a")["xyxy"]).toEqual([11, 10, 41, 40]);
    expect(b.geometry("b")["xyxy"]).toEqual([60, 10, 90, 40]);
    b.ctx.hidden.set(new Set(["a", "b"]));
    b.press("ArrowRight");
    b.toolbox.settle();
    expect(b.geometry("a")["xyxy"]).toEqual([11, 10, 41, 40]);
  });
});

describe("selecting", () => {
  it("takes the topmost, and with further clicks what lies below", () => {
    b.click([25, 25]);
    expect(chosen()).toEqual(["c"]);
    b.click([25, 25]);
    expect(chosen()).toEqual(["a"]);
    b.click([25, 25]);
    expect(chosen()).toEqual(["c"]);
    b.click([150, 80]);
    expect(chosen()).toEqual([]);
  });
  it("adds and takes away with Ctrl", () => {
    b.click([70, 20]);
    b.click([12, 35], { ctrl: true });
    expect(chosen()).toEqual(["a", "b"]);
    b.click([70, 20], { ctrl: true });
    expect(chosen()).toEqual(["a"]);
  });
  it("takes what a frame touches, and with Ctrl adds it", () => {
    b.drag([50, 5], [95, 15]);
    expect(chosen()).toEqual(["b"]);
    b.drag([5, 5], [15, 15], { ctrl: true });
    expect(chosen()).toEqual(["a", "b"]);
    expect(b.doc.log.canUndo).toBe(false);
  });
  it("passes over what is locked or hidden", () => {
    b.ctx.locked.set(new Set(["c"]));
    b.ctx.hidden.set(new Set(["b"]));
    b.click([25, 25]);
    expect(chosen()).toEqual(["a"]);
    b.press("a", { ctrlKey: true });
    expect(chosen()).toEqual(["a"]);
  });
  it("takes a group together, a double click one of it", () => {
    b.select("a", "b");
    b.press("g");
    expect(b.undoLabel()).toBe("Group 2 boxes");
    b.click([150, 80]);
    b.click([70, 20]);
    expect(chosen()).toEqual(["a", "b"]);
    b.doubleClick([70, 20]);
    expect(chosen()).toEqual(["b"]);
    b.select("a", "b");
    b.press("g");
    expect(b.undoLabel()).toBe("Ungroup 2 boxes");
    expect(b.doc.store.get("a")?.metadata).toEqual({});
  });
  it("goes from shape to shape by Tab, in reading order, and out past the last", () => {
    expect(b.press("Tab").defaultPrevented).toBe(true);
    expect(chosen()).toEqual(["a"]);
    expect(b.said.at(-1)).toBe("cat, 1 of 3: 30 × 30");
    b.press("Tab");
    b.press("Tab");
    expect(chosen()).toEqual(["c"]);
    expect(b.press("Tab").defaultPrevented).toBe(false);
    expect(chosen()).toEqual([]);
    b.press("Tab", { shiftKey: true });
    expect(chosen()).toEqual(["c"]);
  });
  it("leaves Tab alone outside the picture", () => {
    const event = new KeyboardEvent("keydown", { key: "Tab", bubbles: true, cancelable: true });
    document.body.dispatchEvent(event);
    expect(event.defaultPrevented).toBe(false);
    expect(chosen()).toEqual([]);
  });
});

describe("moving", () => {
  it("shows it live and is one step for all that is selected", () => {
    b.select("a", "b");
    b.down([70, 20]);
    b.hover([80, 30]);
    expect(b.stage.previews).toMatchObject([
      { id: "a", geometry: { xyxy: [20, 20, 50, 50] } },
      { id: "b", geometry: { xyxy: [70, 20, 100, 50] } },
    ]);
    expect(b.geometry("a").xyxy).toEqual([10, 10, 40, 40]);
    b.up([80, 30]);
    expect(b.geometry("b").xyxy).toEqual([70, 20, 100, 50]);
    expect(b.undoLabel()).toBe("Move 2 boxes");
    b.press("z", { ctrlKey: true });
    expect([b.geometry("a").xyxy, b.geometry("b").xyxy]).toEqual([
      [10, 10, 40, 40],
      [60, 10, 90, 40],
    ]);
  });
  it("keeps their distance at the edge of the picture", () => {
    b.select("a", "b");
    b.drag([70, 20], [-100, 20]);
    expect([b.geometry("a").xyxy, b.geometry("b").xyxy]).toEqual([
      [0, 10, 30, 40],
      [50, 10, 80, 40],
    ]);
  });
  it("ignores a slip of the hand, and Escape drops a drag", () => {
    b.drag([70, 20], [71, 21]);
    b.down([70, 20]);
    b.hover([90, 40]);
    b.press("Escape");
    b.up([90, 40]);
    expect(b.geometry("b").xyxy).toEqual([60, 10, 90, 40]);
    expect(b.doc.log.canUndo).toBe(false);
  });
  it("leaves pinned ones in their place, by hand and by keys, but for their handles", () => {
    b.select("b");
    b.press("Q", { shiftKey: true });
    expect(b.doc.store.get("b")?.metadata).toEqual({ pinned: true });
    b.select("a", "b");
    b.drag([70, 20], [80, 30]);
    expect([b.geometry("a").xyxy, b.geometry("b").xyxy]).toEqual([
      [20, 20, 50, 50],
      [60, 10, 90, 40],
    ]);
    b.select("b");
    b.drag([70, 20], [80, 30]);
    expect(b.said.at(-1)).toContain("Pinned");
    b.press("ArrowRight");
    b.toolbox.settle();
    expect(b.geometry("b").xyxy).toEqual([60, 10, 90, 40]);
    b.drag([90, 40], [95, 45]);
    expect(b.geometry("b").xyxy).toEqual([60, 10, 95, 45]);
    b.press("Q", { shiftKey: true });
    expect(b.doc.store.get("b")?.metadata).toEqual({});
    b.drag([70, 20], [75, 20]);
    expect(b.geometry("b").xyxy).toEqual([65, 10, 100, 45]);
  });
  it("leaves locked ones where they are", () => {
    b.ctx.locked.set(new Set(["b"]));
    b.select("a", "b");
    b.drag([12, 35], [22, 35]);
    expect([b.geometry("a").xyxy, b.geometry("b").xyxy]).toEqual([
      [20, 10, 50, 40],
      [60, 10, 90, 40],
    ]);
    expect(b.undoLabel()).toBe("Move box");
  });
  it("nudges by arrows, in one breath one step", () => {
    vi.useFakeTimers();
    b.select("b");
    b.times(3, "ArrowRight");
    b.press("ArrowDown", { shiftKey: true });
    expect(b.geometry("b").xyxy).toEqual([60, 10, 90, 40]);
    expect(b.stage.previews).toMatchObject([{ id: "b", geometry: { xyxy: [63, 20, 93, 50] } }]);
    vi.advanceTimersByTime(1000);
    expect(b.geometry("b").xyxy).toEqual([63, 20, 93, 50]);
    expect(b.undoLabel()).toBe("Move box");
    b.press("ArrowLeft");
    // Undo finds the nudge that still waits.
    b.press("z", { ctrlKey: true });
    expect(b.geometry("b").xyxy).toEqual([63, 20, 93, 50]);
    b.press("z", { ctrlKey: true });
    expect(b.geometry("b").xyxy).toEqual([60, 10, 90, 40]);
  });
  it.each([
    ["the page is left", () => window.dispatchEvent(new Event("pagehide"))],
    ["something else is selected", () => b.select("a")],
    ["another tool is taken", () => b.press("r")],
    ["another picture is shown", () => b.toolbox.restart()],
  ])("keeps a nudge when %s", (_, leave) => {
    vi.useFakeTimers();
    b.select("b");
    b.press("ArrowRight");
    leave();
    expect(b.geometry("b").xyxy).toEqual([61, 10, 91, 40]);
  });
  it("leaves arrows to the next picture when nothing is selected", () =>
    expect(b.press("ArrowRight").defaultPrevented).toBe(false));
});

describe("handles", () => {
  it("resize, and say so", () => {
    b.select("b");
    b.drag([90, 40], [120, 70]);
    expect(b.geometry("b").xyxy).toEqual([60, 10, 120, 70]);
    expect(b.undoLabel()).toBe("Resize box");
  });
  it("of a locked shape do nothing", () => {
    b.select("b");
    b.ctx.locked.set(new Set(["b"]));
    b.drag([90, 40], [120, 70]);
    expect(b.geometry("b").xyxy).toEqual([60, 10, 90, 40]);
  });

  describe("of a polygon", () => {
    beforeEach(() => {
      b.put(polygon("p", square(110, 10, 170, 70)));
      b.select("p");
    });
    const ring = () => (b.geometry("p") as { rings: number[][][] }).rings[0];
    it("move a vertex, which snaps unless Ctrl is held", () => {
      b.drag([110, 10], [92, 22]);
      expect(ring()?.[0]).toEqual([90, 22]);
      expect(b.undoLabel()).toBe("Move vertex of polygon");
      b.drag([90, 22], [92, 30], { ctrl: true });
      expect(ring()?.[0]).toEqual([92, 30]);
    });
    it("insert one on an edge", () => {
      b.drag([140, 10], [140, 4]);
      expect(ring()).toHaveLength(5);
      expect(ring()?.[1]).toEqual([140, 4]);
      expect(b.undoLabel()).toBe("Add vertex to polygon");
    });
    it("delete one with Alt, down to three", () => {
      b.click([110, 10], { alt: true });
      expect(ring()).toHaveLength(3);
      expect(b.undoLabel()).toBe("Delete vertex of polygon");
      b.click([170, 10], { alt: true });
      expect(ring()).toHaveLength(3);
      expect(b.said.at(-1)).toContain("at least 3 points");
    });
    it("are stepped through, moved, inserted and deleted by keys alone", () => {
      b.press(".");
      b.press("ArrowLeft", { shiftKey: true });
      expect(ring()?.[0]).toEqual([100, 10]);
      b.press(".");
      b.press("Delete");
      expect(ring()).toHaveLength(3);
      expect(chosen()).toEqual(["p"]);
      b.press("Escape");
      expect(chosen()).toEqual(["p"]);
      b.press("Escape");
      expect(chosen()).toEqual([]);
    });
    it("insert a vertex by keys", () => {
      b.press(",");
      for (let i = 0; i < 12 && !b.said.at(-1)?.includes("middle of an edge"); i++) b.press(",");
      b.press("ArrowRight");
      b.press("ArrowRight");
      expect(ring()).toHaveLength(5);
    });
  });
});

describe("keypoints of a skeleton", () => {
  const v = () => (b.geometry("s") as { keypoints: number[][] }).keypoints.map((one) => one[2]);
  beforeEach(() => {
    b.put({
      id: "s",
      type: "skeleton",
      label: "person",
      geometry: {
        keypoints: [
          [120, 20, 2],
          [140, 40, 2],
          [160, 60, 2],
        ],
      },
    });
    b.select("s");
  });
  it("become occluded by right click, by Q under the pointer, or by Q while held", () => {
    b.click([140, 40], {}, 2);
    expect(v()).toEqual([2, 1, 2]);
    expect(b.undoLabel()).toBe("Mark hand occluded");
    b.hover([160, 60]);
    b.press("q");
    expect(v()).toEqual([2, 1, 1]);
    b.hover([10, 90]);
    b.press(".");
    b.press("q");
    expect(v()).toEqual([1, 1, 1]);
    b.press("Escape");
    b.press("q");
    expect(b.doc.store.get("s")?.metadata).toEqual({ occluded: true });
  });
  it("are moved, and taken off by Alt and click or Delete", () => {
    b.drag([120, 20], [125, 25]);
    expect(b.undoLabel()).toBe("Move keypoint of skeleton");
    b.click([140, 40], { alt: true });
    expect(v()).toEqual([2, 0, 2]);
    b.press(".");
    b.press("Delete");
    expect(v()).toEqual([0, 0, 2]);
    expect(b.all()).toHaveLength(4);
  });
});

it("hovering tells which shape is under the pointer", () => {
  b.hover([70, 20]);
  expect(b.ctx.hover.value).toBe("b");
  b.hover([150, 80]);
  expect(b.ctx.hover.value).toBe(null);
});

it("a mask moves by whole pixels", () => {
  b.put(maskBox("m", 100, 50, 10, 10));
  b.select("m");
  b.drag([105, 55], [112.4, 55]);
  expect(b.geometry("m").box).toEqual([107, 50, 10, 10]);
});

describe("deleting with a drawing tool in hand", () => {
  it("takes what was drawn a moment ago, and the tool stays", () => {
    b.press("r");
    b.drag([100, 50], [120, 70]);
    expect(chosen()).toHaveLength(1);
    b.press("Delete");
    expect(b.doc.store.all().map(({ id }) => id)).toEqual(["a", "b", "c"]);
    expect(b.toolbox.active.value.id).toBe("box");
    b.press("Delete");
    expect(b.doc.store.all()).toHaveLength(3);
  });
  it("takes a point of a half-drawn shape back before what is selected", () => {
    b.select("a");
    b.press("p");
    b.select("a");
    b.click([100, 50]);
    b.click([120, 50]);
    b.press("Delete");
    b.press("Delete");
    expect(b.doc.store.has("a")).toBe(true);
    b.press("Delete");
    expect(b.doc.store.has("a")).toBe(false);
  });
});
