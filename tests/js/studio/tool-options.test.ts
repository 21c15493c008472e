import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Cell } from "@/lib/store.ts";
import { rememberMarks } from "@/studio/state/marks.ts";
import { ToolOptions } from "@/studio/views/tool-options.ts";
import { bench, box, polygon, type Bench } from "./tools-bench.ts";

let b: Bench;
let panel: ToolOptions;
beforeEach(async () => {
  window.localStorage.clear();
  b = await bench();
  panel = new ToolOptions({ ctx: b.ctx, active: b.toolbox.active });
  document.body.append(panel.element);
});
afterEach(() => {
  panel.dispose();
  b.dispose();
});

const named = (label: string) => panel.element.querySelector<HTMLInputElement>(`[aria-label="${label}"]`);
const slide = (label: string, value: number, done = false) => {
  const input = named(label) as HTMLInputElement;
  input.value = String(value);
  input.dispatchEvent(new Event("input", { bubbles: true }));
  if (done) input.dispatchEvent(new Event("change", { bubbles: true }));
};

describe("options of the tool in hand", () => {
  it("are those it names; one without any shows nothing", () => {
    expect(panel.element.hidden).toBe(true);
    b.press("b");
    expect(panel.element.hidden).toBe(false);
    expect(panel.element.textContent).toContain("Size");
    expect(panel.element.textContent).not.toContain("Tolerance");
    b.press("w");
    expect(panel.element.textContent).not.toContain("Size");
    expect(panel.element.textContent).toContain("Tolerance");
    b.press("r");
    expect(panel.element.hidden).toBe(true);
  });
  it("set the tool's cells and follow what keys do to them", () => {
    b.press("b");
    slide("Size", 60);
    expect(b.ctx.brush.value).toBe(60);
    b.press("]");
    expect(named("Size")?.value).toBe(String(b.ctx.brush.value));
    expect(b.ctx.brush.value).toBeGreaterThan(60);
    const [round, square] = panel.element.querySelectorAll<HTMLButtonElement>(".segment button");
    square?.click();
    expect([b.ctx.nib.value, ...[round, square].map((one) => one?.getAttribute("aria-pressed"))]).toEqual([
      "square",
      "false",
      "true",
    ]);
    panel.element.querySelector<HTMLInputElement>("input[type=checkbox]")?.click();
    expect(b.ctx.removeUnderlying.value).toBe(true);
    b.press("w");
    slide("Tolerance", 7);
    expect(b.ctx.tolerance.value).toBe(7);
  });
  it("simplify a selected outline: shown while it slides, one step when it is let go", () => {
    const wavy = Array.from({ length: 40 }, (_, i): [number, number] => [
      60 + 30 * Math.cos((i * Math.PI) / 20),
      50 + (30 + (i % 2)) * Math.sin((i * Math.PI) / 20),
    ]);
    b.put(box("a", 0, 0, 9, 9), polygon("p", wavy));
    b.select("a");
    expect(panel.element.hidden).toBe(true);
    b.select("p");
    const points = () => (b.geometry("p") as { rings: number[][][] }).rings.flat().length;
    slide("Simplify", 4);
    expect(b.stage.previews).toMatchObject([{ id: "p", type: "polygon" }]);
    expect(points()).toBe(40);
    slide("Simplify", 4, true);
    expect(points()).toBeLessThan(20);
    expect(b.stage.previews).toEqual([]);
    expect(b.undoLabel()).toBe("Simplify polygon");
    b.press("z", { ctrlKey: true });
    expect(points()).toBe(40);
  });
});

describe("what a person hid and locked", () => {
  const cells = () => ({
    hidden: new Cell<ReadonlySet<string>>(new Set()),
    locked: new Cell<ReadonlySet<string>>(new Set()),
  });
  it("is there again after a reload, for them alone", () => {
    const before = cells();
    rememberMarks("ann", before, window.localStorage);
    before.locked.set(new Set(["a", "b"]));
    before.hidden.set(new Set(["c"]));
    before.locked.set(new Set(["a"]));
    const [again, other] = [cells(), cells()];
    rememberMarks("ann", again, window.localStorage);
    rememberMarks("bob", other, window.localStorage);
    expect([[...again.locked.value], [...again.hidden.value]]).toEqual([["a"], ["c"]]);
    expect([other.locked.value.size, other.hidden.value.size]).toEqual([0, 0]);
  });
  it("holds for the visit where the browser keeps nothing", () => {
    const shut = {
      getItem: vi.fn(() => {
        throw new Error("shut");
      }),
      setItem: vi.fn(() => {
        throw new Error("shut");
      }),
    };
    const marks = cells();
    rememberMarks("ann", marks, shut);
    marks.locked.set(new Set(["a"]));
    expect([...marks.locked.value]).toEqual(["a"]);
    expect(shut.setItem).toHaveBeenCalledOnce();
  });
});
