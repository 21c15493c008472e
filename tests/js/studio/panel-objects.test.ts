import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Cell } from "@/lib/store.ts";
import { filterOf, restacked, rowsOf, type Facts, type Sort } from "@/studio/state/object-list.ts";
import { Numbers } from "@/studio/state/numbers.ts";
import type { Annotation } from "@/studio/shapes/index.ts";
import { ObjectsPanel } from "@/studio/views/objects.ts";
import { bench, box, maskBox, polygon, square, type Bench } from "./tools-bench.ts";

function thing(id: string, part: Partial<Annotation> = {}): Annotation {
  return {
    id,
    type: "box",
    label: "cat",
    geometry: { xyxy: [0, 0, 1, 1], angle: 0 },
    attributes: {},
    metadata: {},
    revision: 1,
    model: null,
    author: { id: "a", name: "Ann" },
    sourcePrediction: null,
    ...part,
  };
}
const plain: Facts = {
  number: 1,
  type: "Box",
  area: 1,
  locked: false,
  hidden: false,
  issues: 0,
  changed: false,
};

describe("the filter", () => {
  const deep = thing("a", { label: "bruise", attributes: { severity: "deep", broken: true } });
  it.each([
    ["", true],
    ["bru", true],
    ["ann", true],
    ["deep", true],
    ["scab", false],
    ["label:bruise type:box", true],
    ["label:bruise type:mask", false],
    ["author:ann severity:deep", true],
    ["severity:light", false],
    ["broken:yes", true],
    ["#7", true],
    ["#8", false],
    ["is:locked", true],
    ["is:hidden", false],
    ["is:issue", true],
    ["is:model", false],
    ["is:nonsense", false],
  ])("%s", (text, kept) => {
    expect(filterOf(text)(deep, { ...plain, number: 7, locked: true, issues: 1 })).toBe(kept);
  });
});

describe("the order", () => {
  const areas: Record<string, number> = { a: 5, b: 9, c: 1 };
  const numbers: Record<string, number> = { a: 1, b: 2, c: 3 };
  const all = [
    thing("a", { label: "pear" }),
    thing("b", { label: "apple", metadata: { z: 2 }, author: { id: "z", name: "Zoe" } }),
    thing("c", { label: "fig", model: { id: "m", name: "Model", confidence: 0.4 } }),
  ];
  const facts = ({ id }: Annotation) => ({ ...plain, area: areas[id] ?? 0, number: numbers[id] ?? 0 });
  const order = (sort: Sort) =>
    rowsOf(all, facts, "", sort)
      .map(({ id }) => id)
      .join("");
  it.each([
    ["number", "abc"],
    ["layer", "bca"],
    ["label", "bca"],
    ["size", "bac"],
    ["confidence", "abc"],
    ["author", "acb"],
  ] as const)("by %s", (sort, expected) => expect(order(sort)).toBe(expected));

  it("a group stands together, one whose others are filtered away does not", () => {
    const some = [
      thing("a", { metadata: { group: "g" } }),
      thing("b"),
      thing("c", { metadata: { group: "g" }, label: "dog" }),
    ];
    expect(rowsOf(some, facts, "", "number").map(({ id }) => id)).toEqual(["group g", "a", "c", "b"]);
    expect(rowsOf(some, facts, "label:cat", "number").map(({ id }) => id)).toEqual(["a", "b"]);
  });
});

describe("another layer", () => {
  const z = (...list: number[]) =>
    list.map((layer, i) => thing("abcdefgh".charAt(i), { metadata: { z: layer } }));
  function after(all: Annotation[], moved: string, target: string, where: "above" | "below") {
    const layers = restacked(all, new Set(moved), target, where);
    const put = all.map((one) => ({ ...one, metadata: { z: layers.get(one.id) ?? one.metadata["z"] } }));
    const rows = rowsOf(put, () => plain, "", "layer");
    return {
      order: rows
        .map(({ id }) => id)
        .reverse()
        .join(""),
      changed: layers.size,
    };
  }
  it("between two that share a layer, the side with fewer makes way", () => {
    expect(after(z(0, 0, 0, 0, 0), "e", "a", "above")).toEqual({ order: "aebcd", changed: 2 });
    expect(after(z(0, 0, 0, 0, 0), "a", "d", "above")).toEqual({ order: "bcdae", changed: 2 });
  });
  it("above and below everything changes only what moves", () => {
    expect(after(z(0, 0, 0), "a", "c", "above")).toEqual({ order: "bca", changed: 1 });
    expect(after(z(0, 0, 0), "c", "a", "below")).toEqual({ order: "cab", changed: 1 });
  });
  it("several keep their order, and room between layers is used", () => {
    expect(after(z(0, 5, 9, 9), "cd", "a", "above")).toEqual({ order: "acdb", changed: 2 });
    expect(after(z(0, 1, 2, 3), "ad", "b", "above").order).toBe("badc");
  });
  it("beside itself is nowhere", () => {
    expect(restacked(z(0, 1), new Set(["a"]), "a", "above").size).toBe(0);
  });
});

describe("the panel", () => {
  let b: Bench;
  let panel: ObjectsPanel;
  let numbers: Numbers;
  const issues = new Cell<ReadonlyMap<string, number>>(new Map());
  const seen: string[] = [];
  const frame = () => new Promise((done) => requestAnimationFrame(() => done(null)));
  const rows = () => [...panel.element.querySelectorAll<HTMLElement>("[role=row]")];
  const text = () => rows().map((row) => row.textContent);
  const row = (id: string) => panel.element.querySelector<HTMLElement>(`[data-id="${id}"]`) as HTMLElement;
  const grid = () => panel.element.querySelector("[role=grid]") as HTMLElement;
  const selected = () => [...b.doc.selection.value];
  const press = (key: string, init: KeyboardEventInit = {}) =>
    grid().dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init }));
  let painted = "";
  const sortBy = (sort: Sort) => {
    const select = panel.element.querySelector("select") as HTMLSelectElement;
    select.value = sort;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const type = (words: string) => {
    const input = panel.element.querySelector("input") as HTMLInputElement;
    input.value = words;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };

  beforeEach(async () => {
    window.localStorage.clear();
    seen.length = 0;
    issues.set(new Map());
    b = await bench();
    b.put(
      box("a", 0, 0, 40, 30),
      maskBox("b", 5, 5, 4, 4, "dog"),
      polygon("c", square(0, 0, 9, 9), square(2, 2, 4, 4)),
    );
    numbers = new Numbers(b.doc.store);
    painted = "#010203";
    panel = new ObjectsPanel({
      ctx: b.ctx,
      numbers,
      issues,
      colorOf: () => painted,
      reveal: ({ id }) => seen.push(id),
    });
    document.body.append(panel.element);
  });
  afterEach(() => {
    panel.dispose();
    numbers.dispose();
    b.dispose();
  });

  it("says label, number and measure, and its flags in words", async () => {
    expect(text()).toEqual(["cat#140 × 30", "dog#216 px, 4 × 4", "cat#38 pts, 1 hole"]);
    issues.set(new Map([["a", 2]]));
    b.doc.store.patch("a", { approvedRevision: 4, revision: 5 }, { origin: "silent" });
    b.ctx.locked.set(new Set(["a"]));
    await frame();
    expect(row("a").getAttribute("aria-label")).toBe(
      "cat, number 1, Box, 40 × 30, 2 open issues, changed since it was approved, locked",
    );
  });
  it("a model's is dashed and shows its confidence", async () => {
    const model = { id: "m", name: "v7", confidence: 0.83 };
    const open = { model, author: null, revision: 0, metadata: { suggestion: "s:0" } };
    b.doc.store.patch("a", open, { origin: "silent" });
    await frame();
    expect(row("a").classList.contains("of-model")).toBe(true);
    expect(row("a").textContent).toContain("83");
    // Accepted, it is one of theirs.
    b.doc.store.patch("a", { author: { id: "me", name: "Me" } }, { origin: "silent" });
    await frame();
    expect(row("a").classList.contains("of-model")).toBe(false);
    expect(row("a").textContent).toContain("40 × 30");
    expect(row("a").getAttribute("aria-label")).toContain("accepted, suggested by v7");
  });
  it("clicks select one, Ctrl adds and takes away, Shift takes the run", () => {
    row("a").click();
    expect(selected()).toEqual(["a"]);
    row("c").dispatchEvent(new MouseEvent("click", { bubbles: true, ctrlKey: true }));
    expect(selected()).toEqual(["a", "c"]);
    row("a").dispatchEvent(new MouseEvent("click", { bubbles: true, ctrlKey: true }));
    expect(selected()).toEqual(["c"]);
    row("a").click();
    row("c").dispatchEvent(new MouseEvent("click", { bubbles: true, shiftKey: true }));
    expect(selected()).toEqual(["a", "b", "c"]);
    expect(rows().every((one) => one.getAttribute("aria-selected") === "true")).toBe(true);
  });
  it("arrows move, Shift extends, Ctrl moves the mark alone, and the tools do not hear of it", () => {
    press("ArrowDown");
    press("ArrowDown");
    expect(selected()).toEqual(["b"]);
    expect(grid().getAttribute("aria-activedescendant")).toBe(row("b").id);
    press("ArrowDown", { shiftKey: true });
    expect(selected()).toEqual(["b", "c"]);
    press("Home");
    press("End", { ctrlKey: true });
    press(" ");
    expect(selected()).toEqual(["a", "c"]);
    press("Enter");
    expect(seen).toEqual(["c"]);
    expect(b.geometry("c")).toEqual({ rings: [square(0, 0, 9, 9), square(2, 2, 4, 4)] });
  });
  it("what the picture selects and points at is marked here, and the other way round", () => {
    b.select("b");
    expect(row("b").getAttribute("aria-selected")).toBe("true");
    b.ctx.hover.set("c");
    expect(row("c").classList.contains("hovered")).toBe(true);
    row("a").dispatchEvent(new Event("pointerover", { bubbles: true }));
    expect(b.ctx.hover.value).toBe("a");
  });
  it("locks and hides by a button of the row", async () => {
    row("a").querySelector<HTMLElement>("[data-act=lock]")?.click();
    row("b").querySelector<HTMLElement>("[data-act=hide]")?.click();
    expect([...b.ctx.locked.value, ...b.ctx.hidden.value]).toEqual(["a", "b"]);
    expect(selected()).toEqual([]);
    await frame();
    expect(row("a").querySelector("[data-act=lock]")?.getAttribute("aria-pressed")).toBe("true");
    row("a").querySelector<HTMLElement>("[data-act=lock]")?.click();
    expect(b.ctx.locked.value.size).toBe(0);
  });
  it("filters, and says so when nothing is left", () => {
    type("type:mask");
    expect(rows().map((one) => one.dataset["id"])).toEqual(["b"]);
    type("nothing like it");
    expect(rows()).toHaveLength(0);
    expect(panel.element.textContent).toContain("No object matches");
    panel.show("c");
    expect(rows()).toHaveLength(3);
  });
  it("has the colours of the picture, also when these change", async () => {
    const colors = () => rows().map((one) => one.querySelector<HTMLElement>(".swatch")?.style.background);
    expect(new Set(colors())).toEqual(new Set(["#010203"]));
    painted = "#040506";
    panel.refresh();
    await frame();
    expect(new Set(colors())).toEqual(new Set(["#040506"]));
  });
  it("G groups what is selected; the group folds, selects and hides as one", async () => {
    b.select("a", "c");
    b.press("g");
    await frame();
    expect(text()[0]).toBe("Group of 2");
    b.select();
    rows()[0]?.click();
    expect(selected()).toEqual(["a", "c"]);
    press("ArrowLeft");
    expect(rows()).toHaveLength(2);
    press("ArrowRight");
    expect(rows()).toHaveLength(4);
  });
  it("Alt and an arrow go past the neighbour on its layer, as one step of undo", async () => {
    b.select("a");
    press("ArrowUp", { altKey: true });
    expect(b.said.at(-1)).toContain("by layer");
    sortBy("layer");
    expect(rows().map((one) => one.dataset["id"])).toEqual(["c", "b", "a"]);
    press("ArrowUp", { altKey: true });
    await frame();
    expect(rows().map((one) => one.dataset["id"])).toEqual(["c", "a", "b"]);
    expect(b.undoLabel()).toBe("Move box to another layer");
    b.doc.undo();
    await frame();
    expect(rows().map((one) => one.dataset["id"])).toEqual(["c", "b", "a"]);
  });
  it("dragging lays it where it is dropped", async () => {
    sortBy("layer");
    expect(row("a").getAttribute("draggable")).toBe("true");
    row("a").dispatchEvent(new Event("dragstart", { bubbles: true }));
    row("c").dispatchEvent(
      Object.assign(new Event("drop", { bubbles: true, cancelable: true }), { clientY: -1 }),
    );
    await frame();
    expect(rows().map((one) => one.dataset["id"])).toEqual(["a", "c", "b"]);
  });
  it("of 5,000 only those in sight are elements, also at the end", async () => {
    b.put(...Array.from({ length: 5000 }, (_, i) => box(`n${i}`, i % 90, 0, (i % 90) + 5, 9)));
    await frame();
    expect(grid().getAttribute("aria-rowcount")).toBe("5003");
    expect(rows().length).toBeLessThan(60);
    press("End");
    expect(selected()).toEqual(["n4999"]);
    expect(rows().length).toBeLessThan(60);
    expect(row("n4999").getAttribute("aria-rowindex")).toBe("5003");
  });
  it("numbers stay when one is removed, and begin again with another item", async () => {
    b.doc.remove(["a"], "Delete");
    const made = b.doc.add(box("x", 0, 0, 5, 5));
    expect([numbers.of("b"), numbers.of(made.id)]).toEqual([2, 4]);
    b.doc.undo();
    b.doc.undo();
    expect(numbers.of("a")).toBe(1);
    await b.doc.load("other");
    b.put(box("z", 0, 0, 5, 5));
    expect(numbers.of("z")).toBe(1);
  });
});
