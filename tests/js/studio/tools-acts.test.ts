import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as reshape from "@/studio/tools/reshape.ts";
import { bench, box, maskBox, polygon, square, type Bench } from "./tools-bench.ts";

let b: Bench;
const propagate = vi.fn();
beforeEach(async () => {
  window.localStorage.clear();
  propagate.mockReset();
  b = await bench({ propagate });
  b.put(box("a", 10, 10, 40, 40), box("b", 60, 10, 90, 40, "dog"));
});
afterEach(() => b.dispose());
const ctrl = { ctrlKey: true };
const count = () => b.all().length;
const fresh = () => b.all().filter(({ id }) => b.doc.selection.value.has(id));

describe("deleting", () => {
  it("is one step, spares what is locked, and Shift forces it", () => {
    b.select("a", "b");
    b.ctx.locked.set(new Set(["b"]));
    b.press("Delete");
    expect(b.all().map(({ id }) => id)).toEqual(["b"]);
    expect(b.undoLabel()).toBe("Delete box");
    b.select("b");
    b.press("Delete");
    expect(b.said.at(-1)).toContain("Locked");
    b.press("Delete", { shiftKey: true });
    expect(count()).toBe(0);
    b.press("z", ctrl);
    b.press("z", ctrl);
    expect(count()).toBe(2);
    b.press("y", ctrl);
    expect(b.all().map(({ id }) => id)).toEqual(["b"]);
  });
  it("of everything asks first", async () => {
    const ask = vi.fn(() => Promise.resolve(false));
    b.dispose();
    b = await bench({ confirmDeleteAll: ask });
    b.put(box("a", 10, 10, 40, 40), box("b", 60, 10, 90, 40));
    b.press("Backspace", ctrl);
    await Promise.resolve();
    expect(count()).toBe(2);
    ask.mockResolvedValue(true);
    b.press("Backspace", ctrl);
    await vi.waitFor(() => expect(count()).toBe(0));
    expect(b.undoLabel()).toBe("Delete all: 2 boxes");
  });
  it("of everything spares what is not seen, and says how much", async () => {
    const ask = vi.fn((_goes: string, _stay: number) => Promise.resolve(true));
    b.dispose();
    b = await bench({ confirmDeleteAll: ask });
    b.put(box("a", 10, 10, 40, 40), box("b", 60, 10, 90, 40), box("c", 100, 10, 120, 40), {
      ...box("d", 130, 10, 150, 40),
      revision: 0,
      model: { id: "m", name: "M", confidence: 0.1 },
    });
    b.ctx.hidden.set(new Set(["b"]));
    b.ctx.locked.set(new Set(["c"]));
    b.press("Backspace", ctrl);
    expect(ask).toHaveBeenCalledWith("box", 3);
    await vi.waitFor(() => expect(b.all().map(({ id }) => id)).toEqual(["b", "c", "d"]));
    b.press("Backspace", ctrl);
    expect(ask).toHaveBeenCalledTimes(1);
    expect(b.said.at(-1)).toContain("locked or hidden");
  });
});

describe("a label", () => {
  it("is selected as a whole: that of what is selected, or the one in hand", () => {
    b.put(
      box("c", 100, 10, 120, 40, "dog"),
      box("d", 130, 10, 150, 40, "dog"),
      box("e", 160, 10, 180, 40, "bird"),
    );
    b.ctx.hidden.set(new Set(["d"]));
    b.press("V", { shiftKey: true });
    expect([...b.doc.selection.value]).toEqual(["a"]);
    expect(b.said.at(-1)).toBe("box selected: cat");
    b.select("b", "e");
    b.press("V", { shiftKey: true });
    expect([...b.doc.selection.value]).toEqual(["b", "c", "e"]);
    b.select();
    b.label.set("bear");
    b.press("V", { shiftKey: true });
    expect(b.said.at(-1)).toBe("There is no bear to select.");
  });
});

describe("zooming to what is selected", () => {
  it("takes all of it, and asks for a selection where there is none", () => {
    b.select("a", "b");
    b.press("z", { altKey: true });
    expect(b.stage.zoomed).toEqual([[10, 10, 90, 40]]);
    b.select();
    b.press("z", { altKey: true });
    expect(b.stage.zoomed).toHaveLength(1);
    expect(b.said.at(-1)).toContain("Select something");
  });
  it("or to a frame drawn with the hand", () => {
    b.press("h");
    b.drag([20, 10], [60, 50], { shift: true });
    expect(b.stage.zoomed).toEqual([[20, 10, 60, 50]]);
    expect(b.stage.viewport.value.screenXY([0, 0])).toEqual([0, 0]);
    b.drag([20, 10], [21, 11], { shift: true });
    expect(b.stage.zoomed).toHaveLength(1);
    b.drag([20, 10], [25, 30]);
    expect(b.stage.viewport.value.screenXY([0, 0])).toEqual([5, 20]);
  });
});

describe("copies", () => {
  it("a duplicate lies beside, inside the picture, and groups stay apart", () => {
    b.put(
      { ...box("e", 150, 60, 200, 100), metadata: { group: "g" } },
      { ...box("f", 100, 60, 120, 100), metadata: { group: "g" } },
    );
    b.select("e", "f");
    b.press("d", ctrl);
    expect(b.undoLabel()).toBe("Duplicate 2 boxes");
    const [one, two] = fresh();
    expect(one?.geometry).toMatchObject({ xyxy: [138, 48, 188, 88] });
    expect(one?.metadata["group"]).toBe(two?.metadata["group"]);
    expect(one?.metadata["group"]).not.toBe("g");
  });
  it("are pasted where they were on another picture, and a little beside on the same", () => {
    b.select("a");
    b.press("c", ctrl);
    b.press("v", ctrl);
    expect(fresh()[0]?.geometry).toMatchObject({ xyxy: [22, 22, 52, 52] });
    b.press("v", ctrl);
    expect(fresh()[0]?.geometry).toMatchObject({ xyxy: [34, 34, 64, 64] });
    b.image.name = "two";
    b.press("v", ctrl);
    expect(fresh()[0]).toMatchObject({ label: "cat", revision: 0, geometry: { xyxy: [10, 10, 40, 40] } });
    expect(b.undoLabel()).toBe("Paste box");
  });
  it("survive a reload", async () => {
    b.select("a", "b");
    b.press("x", ctrl);
    expect(count()).toBe(0);
    b.dispose();
    b = await bench();
    b.image.name = "other";
    b.press("v", ctrl);
    expect(b.all().map(({ label }) => label)).toEqual(["cat", "dog"]);
  });
  it("of a larger picture are moved inside", () => {
    const parts = [{ type: "box", label: "cat", geometry: { xyxy: [500, 20, 550, 60], angle: 0 } }];
    window.localStorage.setItem("alp.studio.clipboard", JSON.stringify({ image: "huge", parts }));
    b.press("v", ctrl);
    expect(fresh()[0]?.geometry).toMatchObject({ xyxy: [150, 20, 200, 60] });
  });
  it("that cannot be read are no copies, and say so", () => {
    window.localStorage.setItem("alp.studio.clipboard", "{");
    b.press("v", ctrl);
    expect(count()).toBe(2);
    expect(b.said.at(-1)).toContain("Nothing was copied");
  });
  it("go on to the next picture", () => {
    b.select("b");
    b.press("b", ctrl);
    expect(propagate).toHaveBeenCalledWith([expect.objectContaining({ type: "box", label: "dog" })]);
    expect(count()).toBe(2);
  });
});

describe("what is said of them", () => {
  it("one label for many", () => {
    b.select("a", "b");
    expect(b.toolbox.labelled("bird")).toBe(true);
    expect(b.all().map(({ label }) => label)).toEqual(["bird", "bird"]);
    expect(b.undoLabel()).toBe("Label 2 boxes bird");
    b.press("z", ctrl);
    expect(b.all().map(({ label }) => label)).toEqual(["cat", "dog"]);
  });
  it("a digit with a drawing tool is for what comes next", () => {
    b.select("a");
    b.press("r");
    expect(b.toolbox.labelled("bird")).toBe(false);
    expect(b.doc.store.get("a")?.label).toBe("cat");
  });
  it("occluded and not", () => {
    b.select("a", "b");
    b.press("q");
    expect(b.all().map(({ metadata }) => metadata["occluded"])).toEqual([true, true]);
    b.press("q");
    expect(b.all().map(({ metadata }) => metadata)).toEqual([{}, {}]);
  });
  it("order, by steps and to the ends", () => {
    b.select("a");
    b.press("]");
    expect(b.doc.store.get("a")?.metadata).toEqual({ z: 1 });
    b.select("b");
    b.press("]", ctrl);
    expect(b.doc.store.get("b")?.metadata).toEqual({ z: 2 });
    b.press("[", ctrl);
    expect(b.doc.store.get("b")?.metadata).toEqual({ z: -1 });
    expect(b.undoLabel()).toBe("Move box to the back");
  });
});

describe("selecting all", () => {
  it("takes what is seen: nothing hidden, and no suggestion less sure than asked for", () => {
    const guess = (id: string, confidence: number) => ({
      ...box(id, 10, 60, 40, 90),
      model: { id: "m", name: "Model", confidence },
    });
    b.put(guess("sure", 0.9), guess("unsure", 0.1));
    b.ctx.hidden.set(new Set(["b"]));
    b.press("a", ctrl);
    expect(fresh().map(({ id }) => id)).toEqual(["a", "sure"]);
  });
});

describe("lock and hide", () => {
  it("are keys of the selection, and tools without one", () => {
    b.select("a");
    b.press("l");
    b.press("h");
    expect([...b.ctx.locked.value, ...b.ctx.hidden.value]).toEqual(["a", "a"]);
    expect(b.toolbox.active.value.id).toBe("select");
    expect(b.doc.log.canUndo).toBe(false);
    b.press("L", { shiftKey: true });
    b.press("H", { shiftKey: true });
    expect(b.ctx.locked.value.size + b.ctx.hidden.value.size).toBe(0);
    b.press("Escape");
    b.press("h");
    expect(b.toolbox.active.value.id).toBe("pan");
    b.press("l");
    expect(b.toolbox.active.value.id).toBe("polyline");
  });
});

describe("other shapes", () => {
  it("are cut along a line by a drag, in one step", () => {
    b.select("a");
    b.press("j", { altKey: true });
    b.drag([25, 0], [25, 60]);
    expect(b.undoLabel()).toBe("Cut box");
    const pieces = fresh();
    expect(pieces.map(({ type, label }) => [type, label])).toEqual([
      ["polygon", "cat"],
      ["polygon", "cat"],
    ]);
    const areas = pieces.map((one) => b.ctx.typeOf(one.type)?.area(one.geometry, [200, 100]));
    expect(areas).toEqual([450, 450]);
    b.press("z", ctrl);
    expect(
      b
        .all()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(["a", "b"]);
  });
  it("are cut by keys too", () => {
    b.select("a");
    b.press("j", { altKey: true });
    b.hover([25, 5]);
    b.press("ArrowUp", ctrl);
    b.press(" ");
    b.times(5, "ArrowDown");
    b.press(" ");
    b.press("Enter");
    expect(count()).toBe(3);
  });
  it("a line beside cuts nothing and says so", () => {
    b.select("a");
    b.press("j", { altKey: true });
    b.drag([150, 0], [150, 60]);
    expect(b.said.at(-1)).toContain("cuts nothing");
    expect(b.doc.log.canUndo).toBe(false);
  });
  it("are joined into one, a mask if one of them is", () => {
    b.put(polygon("p", square(30, 10, 70, 40)));
    b.select("a", "p", "b");
    b.press("j");
    const joined = b.only();
    expect([joined.type, joined.label]).toEqual(["polygon", "cat"]);
    expect(b.ctx.typeOf("polygon")?.area(joined.geometry, [200, 100])).toBe(80 * 30);
    expect(b.undoLabel()).toBe("Join 3 objects");
    b.put(maskBox("m", 100, 10, 10, 10));
    b.select(joined.id, "m");
    b.press("j");
    expect(b.only().type).toBe("mask");
    expect(b.ctx.typeOf("mask")?.area(b.only().geometry, [200, 100])).toBe(80 * 30 + 100);
  });
  it("are converted to polygon, mask and box", () => {
    b.select("a");
    b.press("b", { altKey: true });
    expect(fresh()[0]).toMatchObject({ type: "mask", geometry: { box: [10, 10, 30, 30] } });
    b.press("p", { altKey: true });
    expect(fresh()[0]?.type).toBe("polygon");
    b.press("r", { altKey: true });
    expect(fresh()[0]).toMatchObject({ type: "box", geometry: { xyxy: [10, 10, 40, 40] } });
    expect(b.undoLabel()).toBe("Convert polygon to box");
    expect(count()).toBe(2);
  });
  it("are simplified", () => {
    b.put(
      polygon("p", [
        [110, 10],
        [140, 10.2],
        [170, 10],
        [170, 70],
        [110, 70],
      ]),
    );
    b.select("p");
    b.press("S", { shiftKey: true });
    expect((b.geometry("p") as { rings: unknown[][] }).rings[0]).toHaveLength(4);
    expect(b.said.at(-1)).toBe("5 points, now 4");
    b.press("S", { shiftKey: true });
    expect(b.said.at(-1)).toContain("nothing to leave out");
  });
  it("lose their holes", () => {
    b.put(polygon("p", square(110, 10, 170, 70), square(120, 20, 150, 50)));
    b.select("p");
    b.press("F", { shiftKey: true });
    expect(b.ctx.typeOf("polygon")?.area(b.geometry("p"), [200, 100])).toBe(3600);
    b.press("F", { shiftKey: true });
    expect(b.said.at(-1)).toContain("no holes");
  });
  it("of several parts are split, each with its holes", () => {
    b.put(polygon("p", square(110, 10, 150, 50), square(120, 20, 130, 30), square(160, 10, 190, 50)));
    b.select("p");
    b.press("J", { shiftKey: true });
    expect(
      fresh()
        .map(({ geometry }) => (geometry as { rings: unknown[] }).rings.length)
        .sort(),
    ).toEqual([1, 2]);
  });
});

describe("while nothing may be edited", () => {
  it("acts and drawing tools refuse, looking goes on", async () => {
    b.dispose();
    b = await bench({ readOnly: () => true });
    b.put(box("a", 10, 10, 40, 40));
    b.select("a");
    b.press("Delete");
    b.press("d", ctrl);
    b.press("ArrowRight");
    b.press("r");
    expect(b.geometry("a").xyxy).toEqual([10, 10, 40, 40]);
    expect(count()).toBe(1);
    expect(b.toolbox.active.value.id).toBe("select");
    expect(b.said.at(-1)).toContain("only be looked at");
    b.drag([20, 20], [60, 60]);
    expect(b.geometry("a").xyxy).toEqual([10, 10, 40, 40]);
  });
  it("a tool that was in hand before draws nothing, by mouse or keys, and undo waits", async () => {
    const open = { edits: true };
    b.dispose();
    b = await bench({ readOnly: () => !open.edits });
    for (const tool of ["r", "b", "p"]) {
      open.edits = true;
      b.press(tool);
      b.press("ArrowRight");
      open.edits = false;
      b.said.length = 0;
      b.drag([20, 20], [60, 60]);
      b.press(" ");
      expect([tool, count(), b.said[0]]).toEqual([tool, 0, expect.stringContaining("only be looked at")]);
    }
    // Half-drawn when somebody else took the picture: it is dropped.
    open.edits = true;
    b.press("r");
    b.down([20, 20]);
    open.edits = false;
    b.up([60, 60]);
    expect(count()).toBe(0);
    open.edits = true;
    b.drag([20, 20], [60, 60]);
    expect(count()).toBe(1);
    open.edits = false;
    b.press("z", ctrl);
    expect(count()).toBe(1);
  });
});

describe("what the task does not take", () => {
  beforeEach(async () => {
    b.dispose();
    b = await bench({ allowed: ["box"] });
    b.put(box("a", 10, 10, 40, 40), box("b", 30, 10, 60, 40));
  });
  it("is not made by converting, joining or cutting, and it is said", () => {
    b.press("a", ctrl);
    for (const act of [
      () => b.press("b", { altKey: true }),
      () => b.press("p", { altKey: true }),
      () => b.press("j"),
    ]) {
      act();
      expect(b.said.at(-1)).toMatch(/^This task takes no (mask|polygon)s/);
    }
    expect(reshape.sliceSelected(b.ctx, [[25, 0], [25, 60]])).toBe(false); // prettier-ignore
    expect(b.said.at(-1)).toContain("takes no polygons");
    expect(b.all().map(({ id, type }) => [id, type])).toEqual([["a", "box"], ["b", "box"]]); // prettier-ignore
  });
  it("stays behind when copies are pasted, unless nothing else was copied", () => {
    const parts = [
      { type: "box", label: "cat", geometry: { xyxy: [50, 20, 55, 60], angle: 0 } },
      { type: "point", label: "cat", geometry: { xy: [5, 5] } },
    ];
    window.localStorage.setItem("alp.studio.clipboard", JSON.stringify({ image: "other", parts }));
    b.press("v", ctrl);
    expect(b.all().map(({ type }) => type)).toEqual(["box", "box", "box"]);
    expect(b.said.at(-1)).toBe("Left out, because this task does not take it: point.");
  });
});

it("a task shows only the tools of its types", async () => {
  b.dispose();
  b = await bench({ allowed: ["box", "mask"] });
  const ids = b.toolbox.tools.map(({ id }) => id);
  expect(ids).toEqual(
    expect.arrayContaining(["select", "pan", "box", "rotated", "brush", "eraser", "flood"]),
  );
  expect(ids).not.toContain("polygon");
  b.press("p");
  expect(b.toolbox.active.value.id).toBe("select");
});
