/** A review by pages: what is said of each picture, what is sent, and what becomes of it. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GridActs, type GridApi } from "@/studio/grid/acts.ts";
import { createReviewGrid } from "@/studio/grid/index.ts";
import { Marks, neighbour } from "@/studio/grid/marks.ts";
import { workItem } from "./made.ts";

const source = { id: "s", person: { id: "p", name: "Ann" }, finished_at: null, times_sent_back: 0 };
const cat = (id: string) => workItem(id, { label: "cat", source });

describe("the marks of a page", () => {
  it("approve what is not flagged, with the labels that were set", () => {
    const marks = new Marks();
    marks.show([cat("a"), cat("b"), cat("c"), cat("d"), workItem("e")]);
    marks.moveTo(1);
    marks.relabel("dog");
    marks.moveTo(2);
    marks.flag("wrong_label");
    marks.moveTo(3);
    marks.leave();
    expect(marks.counts()).toEqual({ approve: 2, corrected: 1, rejected: 1, left: 2 });
    expect(marks.verdicts()).toEqual([
      { task_item: "a", seen_version: 0 },
      { task_item: "b", seen_version: 0, label: "dog" },
      {
        task_item: "c",
        seen_version: 0,
        issue: { category: "wrong_label", annotation: null, place: null, body: "", mentions: [] },
      },
    ]);
  });
  it("a label takes a rejection back, and rejecting takes a label back", () => {
    const marks = new Marks();
    marks.show([cat("a")]);
    marks.toggle("extra");
    expect(marks.here()).toMatchObject({ flag: "extra", label: "cat" });
    marks.relabel("dog");
    expect(marks.here()).toMatchObject({ flag: null, label: "dog" });
    marks.toggle("extra");
    marks.toggle("extra");
    expect(marks.here()).toMatchObject({ flag: null, label: "cat" });
  });
  it("what nobody labelled in a task cannot be sent back", () => {
    const marks = new Marks();
    marks.show([workItem("a", { label: "cat" })]);
    expect(marks.flag("wrong_label")).toBe(false);
    expect(marks.counts().approve).toBe(1);
  });
  it("what the server decided is not sent again, and what it left is counted by reason", () => {
    const marks = new Marks();
    marks.show([cat("a"), cat("b"), cat("c")]);
    const left = marks.settle([
      { task_item: "a", result: "approved" },
      { task_item: "b", result: "changed" },
    ]);
    expect([...left]).toEqual([["changed", 1]]);
    expect(marks.verdicts().map(({ task_item }) => task_item)).toEqual(["c"]);
    expect(marks.relabel("dog")).toBe(false);
  });
  it.each([
    ["ArrowRight", 0, 1],
    ["ArrowLeft", 0, 0],
    ["ArrowDown", 1, 4],
    ["ArrowDown", 5, 5],
    ["ArrowUp", 4, 1],
    ["ArrowUp", 1, 1],
    ["End", 2, 6],
    ["Home", 5, 0],
  ])("%s from %i leads to %i in three columns", (key, from, to) => {
    expect(neighbour(from, key, 3, 7)).toBe(to);
  });
});

describe("acts", () => {
  const decide = vi.fn<GridApi["decide"]>();
  const undo = vi.fn<GridApi["undo"]>();
  const page = vi.fn<GridApi["page"]>();
  beforeEach(() => {
    for (const fn of [decide, undo, page]) fn.mockReset();
    page.mockResolvedValue({ items: [cat("a"), cat("b")], next: null });
    undo.mockImplementation((_op, ids) =>
      Promise.resolve(ids.map((task_item) => ({ task_item, result: "reopened" }))),
    );
  });

  it("a page sent again after an error bears the same name", async () => {
    const acts = new GridActs({ page, decide, undo });
    await acts.first();
    decide.mockRejectedValueOnce(new Error("offline"));
    await expect(acts.decide()).rejects.toThrow("offline");
    decide.mockResolvedValue([
      { task_item: "a", result: "approved" },
      { task_item: "b", result: "decided" },
    ]);
    expect([...(await acts.decide())]).toEqual([["decided", 1]]);
    expect(decide.mock.calls[0]?.[0]).toBe(decide.mock.calls[1]?.[0]);
    await acts.undo();
    // Only what this act did is taken back, under its name.
    expect(undo.mock.calls).toEqual([[decide.mock.calls[0]?.[0], ["a"]]]);
    expect(acts.canUndo).toBe(false);
  });
  it("many are taken back in parts, and it is told how far", async () => {
    const ids = Array.from({ length: 45 }, (_, i) => `i${i}`);
    page.mockResolvedValue({ items: ids.map(cat), next: null });
    decide.mockResolvedValue(ids.map((task_item) => ({ task_item, result: "approved" })));
    const acts = new GridActs({ page, decide, undo });
    await acts.first();
    await acts.decide();
    const told: number[] = [];
    acts.work.subscribe((work) => work && told.push(work.done));
    expect(await acts.undo()).toEqual({ reopened: 45, kept: [] });
    expect(told).toEqual([0, 20, 40, 45]);
  });

  describe("by keys", () => {
    let element: HTMLElement;
    const press = (key: string, held: KeyboardEventInit = {}) =>
      (element.querySelector(".review-grid") as HTMLElement).dispatchEvent(
        new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...held }),
      );
    const names = () =>
      [...element.querySelectorAll(".review-tile")].map((tile) => tile.getAttribute("aria-label"));
    const settled = () => new Promise((done) => setTimeout(done));
    beforeEach(() => {
      document.body.innerHTML = '<div id="host"></div>';
      element = document.querySelector("#host") as HTMLElement;
    });
    afterEach(() => document.body.replaceChildren());

    it("flips one, rejects one, approves the rest as one act, and takes it back", async () => {
      page.mockResolvedValue({
        items: [
          workItem("a", { label: "cat", source, suggestion: { label: "dog", confidence: 0.8 } }),
          cat("b"),
          cat("c"),
        ],
        next: null,
      });
      const labels = ["cat", "dog"].map((name) => ({ id: name, name, color: "#fff", hotkey: "" }));
      const grid = await createReviewGrid(element, {
        task: { id: "t", name: "Review" },
        labels,
        mayWork: true,
        urls: { task: "/t/", studio: "/s/" },
        api: { page, decide, undo },
      });
      expect(names()).toEqual(["a.png, cat, the model says dog", "b.png, cat", "c.png, cat"]);
      press("2");
      press("ArrowRight");
      press("x");
      expect(names().slice(0, 2)).toEqual(["a.png, dog, was cat", "b.png, cat, rejected: Wrong label"]);
      expect(element.querySelector(".btn-primary")?.textContent).toContain("Approve 2");

      decide.mockImplementation((_op, items) =>
        Promise.resolve(
          items.map(({ task_item, issue }) => ({ task_item, result: issue ? "returned" : "approved" })),
        ),
      );
      press("Enter", { ctrlKey: true });
      await settled();
      expect(decide.mock.calls[0]?.[1].map((one) => [one.task_item, one.label, one.issue?.category])).toEqual(
        [
          ["a", "dog", undefined],
          ["b", undefined, "wrong_label"],
          ["c", undefined, undefined],
        ],
      );
      expect(page).toHaveBeenCalledTimes(2);
      press("z", { ctrlKey: true });
      await settled();
      expect(undo.mock.calls[0]?.[1]).toEqual(["a", "b", "c"]);
      expect(grid.acts.canUndo).toBe(false);
    });
  });
});
