/** Flipping through changes: against the version last seen, any other, or the model's prediction. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Version, VersionsApi } from "@/studio/io/versions.ts";
import { overlapOf } from "@/studio/shapes/_overlap.ts";
import type { Annotation } from "@/studio/shapes/index.ts";
import { matchedWith, stepsOf } from "@/studio/state/difference.ts";
import { Numbers } from "@/studio/state/numbers.ts";
import type { LogEntry } from "@/studio/state/types.ts";
import { ChangesPanel, lastSeen } from "@/studio/views/changes.ts";
import { bench, box, type Bench } from "./tools-bench.ts";

const SIZE = [200, 100] as const;
const version = (id: number, at: string, part: Partial<Version> = {}): Version => ({
  id,
  content_version: id,
  author: { id: "p", name: "Ann" },
  started_at: at,
  at,
  actions: { create: 2 },
  labels: {},
  count: 2,
  approved: false,
  current: false,
  ...part,
});
const line = (action: string, person: string, at: string) =>
  ({ action, person: { id: person, name: person }, at }) as LogEntry;

let b: Bench;
beforeEach(async () => {
  window.localStorage.clear();
  b = await bench();
  b.put(box("a", 10, 10, 40, 30), box("b", 60, 10, 90, 40, "dog"), box("c", 10, 60, 30, 80));
});
afterEach(() => b.dispose());
const settled = () => new Promise((done) => setTimeout(done));
const now = (): Annotation[] => b.all();

describe("overlap", () => {
  const shape = (type: string, geometry: unknown) => ({ type, geometry });
  it("is intersection over union, of a box and a polygon too", () => {
    const one = shape("box", { xyxy: [0, 0, 10, 10], angle: 0 });
    expect(overlapOf(one, shape("box", { xyxy: [5, 0, 15, 10], angle: 0 }), SIZE)).toBeCloseTo(1 / 3, 6);
    const square = shape("polygon", { rings: [[[0, 0], [10, 0], [10, 10], [0, 10]]] }); // prettier-ignore
    expect(overlapOf(one, square, SIZE)).toBeCloseTo(1, 6);
    expect(overlapOf(one, shape("point", { xy: [5, 5] }), SIZE)).toBe(0);
  });
  it("of points falls with their distance", () => {
    const at = (x: number) => shape("point", { xy: [x, 0] });
    expect(overlapOf(at(5), at(5), SIZE)).toBe(1);
    const s = Math.hypot(200, 100) / 100;
    expect(overlapOf(at(0), at(s), SIZE)).toBeCloseTo(Math.exp(-0.5), 6);
  });
});

describe("a prediction beside what people have", () => {
  const predicted = (id: string, one: Annotation, part: Partial<Annotation> = {}): Annotation => ({
    ...one,
    id: `s-${id}`,
    revision: 0,
    author: null,
    model: { id: "m", name: "v7", confidence: 0.9 },
    metadata: { suggestion: id },
    ...part,
  });
  it("pairs what names it, then what overlaps most; the rest is one side's only", () => {
    const [a, d, c] = now() as [Annotation, Annotation, Annotation];
    const made = { ...c, metadata: { suggestion: "far" } };
    const model = [
      predicted("near", a, { geometry: { xyxy: [10, 10, 40, 32], angle: 0 } }),
      predicted("far", a, { geometry: { xyxy: [150, 60, 170, 80], angle: 0 } }),
      predicted("alone", d, { geometry: { xyxy: [150, 10, 170, 30], angle: 0 } }),
    ];
    const found = matchedWith(model, [a, d, made], (x, y) => overlapOf(x, y, SIZE));
    expect(found.pairs.map(({ before, after }) => [before.id, after.id])).toEqual([
      ["s-far", "c"],
      ["s-near", "a"],
    ]);
    expect(found.pairs[1]?.iou).toBeCloseTo(600 / 660, 6);
    expect(found.added).toEqual([d]);
    expect(found.removed.map(({ id }) => id)).toEqual(["s-alone"]);
    expect(stepsOf(found, ({ geometry }) => (geometry as { xyxy: [number, number] }).xyxy)).toHaveLength(4);
  });
  it("what was accepted as it stands is no change", () => {
    const [a] = now() as [Annotation];
    const found = matchedWith([predicted("x", a)], [{ ...a, metadata: { suggestion: "x", z: 3 } }], () => 1);
    expect([found.pairs.length, found.changed.length]).toEqual([1, 0]);
  });
});

describe("the panel", () => {
  const list = vi.fn<VersionsApi["list"]>();
  const frame = vi.fn();
  let then: Annotation[];
  let panel: ChangesPanel;
  const rows = () =>
    [...panel.element.querySelectorAll(".change-row .clip")].map(({ textContent }) => textContent);

  beforeEach(() => {
    const [a, , c] = now() as [Annotation, Annotation, Annotation];
    then = [{ ...a, geometry: { xyxy: [0, 0, 20, 20], angle: 0 } }, { ...c, id: "gone", label: "leaf" }, c];
    frame.mockReset();
    list.mockReset();
    list.mockResolvedValue({
      items: [version(9, "2026-01-03T00:00:00Z", { current: true }), version(4, "2026-01-01T00:00:00Z")],
      next: null,
    });
    panel = new ChangesPanel({
      ctx: b.ctx,
      document: b.doc,
      numbers: new Numbers(b.doc.store),
      versions: { list, at: () => Promise.resolve(then), restore: vi.fn() },
      log: () => Promise.resolve([line("return", "rex", "2026-01-02T00:00:00Z")]),
      me: "rex",
      frame,
    });
    document.body.append(panel.element);
    panel.show("ti", "item");
  });
  afterEach(() => panel.dispose());

  it("knows what was last seen by this person's own decisions", () => {
    const versions = [version(9, "2026-01-03T00:00:00Z"), version(4, "2026-01-01T00:00:00Z")];
    const log = [
      line("return", "rex", "2026-01-02T00:00:00Z"),
      line("complete", "rex", "2026-01-04T00:00:00Z"),
    ];
    expect(lastSeen(versions, log, "rex")?.id).toBe(4);
    expect(lastSeen(versions, log, "ann")).toBeNull();
  });
  it("finds what was last seen behind many saves of others", async () => {
    list.mockImplementation((_item, after) =>
      Promise.resolve(
        after
          ? { items: [version(4, "2026-01-01T00:00:00Z"), version(2, "2025-12-31T00:00:00Z")], next: 1 }
          : {
              items: [
                version(9, "2026-01-04T00:00:00Z", { current: true }),
                version(7, "2026-01-03T00:00:00Z"),
              ],
              next: 7,
            },
      ),
    );
    await panel.step(1);
    expect(list.mock.calls).toEqual([["item"], ["item", 7]]);
    expect(panel.element.querySelector("select")?.value).toBe("4");
  });
  it("steps through changes only, from what was last seen, and shows each", async () => {
    const before = b.stage.overlays.size;
    await panel.step(1);
    expect(panel.element.querySelector("select")?.value).toBe("4");
    expect(rows()).toEqual(["Changed: cat #1", "Added: dog #2", "Removed: leaf"]);
    expect(panel.element.textContent).toContain("1 of 3 changes");
    expect([...b.doc.selection.value]).toEqual(["a"]);
    // The old outline and the new one both come into sight.
    expect(frame).toHaveBeenLastCalledWith([0, 0, 40, 30]);
    await panel.step(1);
    expect([...b.doc.selection.value]).toEqual(["b"]);
    await panel.step(1);
    expect(b.said.at(-1)).toBe("3 of 3 changes: Removed: leaf");
    expect([...b.doc.selection.value]).toEqual([]);
    await panel.step(1);
    expect([...b.doc.selection.value]).toEqual(["a"]);
    await panel.step(-1);
    expect(b.said.at(-1)).toBe("3 of 3 changes: Removed: leaf");
    expect(b.stage.overlays.size).toBe(before + 1);
    b.press("Escape");
    expect(b.stage.overlays.size).toBe(before);
    expect(panel.count.value).toBe(0);
  });
  it("follows edits, and stops when another item comes", async () => {
    await panel.step(1);
    b.doc.remove(["b"], "Delete");
    await settled();
    expect(rows()).toEqual(["Changed: cat #1", "Removed: leaf"]);
    panel.show("other", "item2");
    expect(rows()).toEqual([]);
  });
});
