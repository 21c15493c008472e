import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AlpApiError } from "@/lib/http.ts";
import { Cell } from "@/lib/store.ts";
import type { Past } from "@/studio/context.ts";
import type { Conflict } from "@/studio/io/edits.ts";
import type { Version, VersionsApi } from "@/studio/io/versions.ts";
import type { Annotation } from "@/studio/shapes/index.ts";
import { differenceOf, wordsOf } from "@/studio/state/difference.ts";
import { Numbers } from "@/studio/state/numbers.ts";
import { askConflicts, sharedBox } from "@/studio/views/conflict.ts";
import { HistoryPanel } from "@/studio/views/history.ts";
import { bench, box, type Bench } from "./tools-bench.ts";

let b: Bench;
beforeEach(async () => {
  window.localStorage.clear();
  b = await bench();
  b.put(box("a", 10, 10, 40, 30), box("b", 60, 10, 90, 40, "dog"));
});
afterEach(() => b.dispose());
const settled = () => new Promise((done) => setTimeout(done));

describe("the difference", () => {
  it("is what came, what went and what is another now; suggestions are none of it", () => {
    const [a, c] = b.all() as [Annotation, Annotation];
    const moved = { ...a, geometry: { xyxy: [0, 0, 5, 5], angle: 0 }, revision: 9 };
    const suggested = {
      ...c,
      id: "s",
      revision: 0,
      author: null,
      model: { id: "m", name: "v7", confidence: 1 },
    };
    const found = differenceOf([a, c], [moved, { ...c, id: "new" }, suggested]);
    expect(wordsOf(found)).toBe("1 added, 1 changed, 1 removed");
    expect(found.changed[0]?.before).toBe(a);
    // Another revision of the same content is no change.
    expect(wordsOf(differenceOf([a], [{ ...a, revision: 7 }]))).toBe("nothing changed");
  });
});

describe("the history", () => {
  const version = (id: number, part: Partial<Version> = {}): Version => ({
    id,
    content_version: id,
    author: { id: "p", name: "Ann" },
    started_at: "2026-01-01T00:00:00Z",
    at: "2026-01-01T00:00:00Z",
    actions: { create: 2 },
    labels: {},
    count: 2,
    approved: false,
    current: false,
    ...part,
  });
  let panel: HistoryPanel;
  let then: Annotation[];
  let past: Cell<Past | null>;
  const restore = vi.fn<VersionsApi["restore"]>();
  const list = vi.fn<VersionsApi["list"]>();
  const rows = () => [...panel.element.querySelectorAll<HTMLElement>("[data-version]")];
  const button = (word: string, root: ParentNode = panel.element) =>
    [...root.querySelectorAll("button")].find(({ textContent }) =>
      textContent?.startsWith(word),
    ) as HTMLButtonElement;

  beforeEach(async () => {
    then = [b.all()[0] as Annotation];
    list.mockReset();
    list.mockResolvedValue({
      items: [version(9, { current: true, actions: { update: 1 } }), version(4, { approved: true })],
      next: 4,
    });
    past = new Cell<Past | null>(null);
    panel = new HistoryPanel({
      ctx: b.ctx,
      past,
      document: b.doc,
      versions: { list, at: () => Promise.resolve(then), restore },
      log: () => Promise.resolve([]),
    });
    document.body.append(panel.element);
    panel.show("ti", "item");
    await panel.read();
  });
  afterEach(() => panel.dispose());

  it("says who did what, which is now and which was approved, and goes on to older ones", async () => {
    expect(rows().map(({ textContent }) => textContent)).toEqual([
      expect.stringContaining("1 changed"),
      expect.stringContaining("2 madeApproved2 objects"),
    ]);
    expect(rows()[0]?.textContent).toContain("Now");
    list.mockResolvedValue({ items: [version(1)], next: null });
    button("Older").click();
    await settled();
    expect(list).toHaveBeenLastCalledWith("item", 4);
    expect(rows()).toHaveLength(3);
    expect(button("Older").hidden).toBe(true);
  });
  it("compares with now on the picture, follows edits, and Escape ends it", async () => {
    const before = b.stage.overlays.size;
    rows()[1]?.click();
    await settled();
    const said = () => panel.element.querySelector("[role=status]")?.textContent;
    expect(said()).toContain("1 added");
    expect(b.stage.overlays.size).toBe(before + 1);
    b.doc.remove(["a"], "Delete");
    expect(said()).toContain("1 removed");
    b.press("Escape");
    expect(b.stage.overlays.size).toBe(before);
    expect(panel.element.querySelector<HTMLElement>("[role=status]")?.hidden).toBe(true);
  });
  it("is looked at by itself, and Escape goes back to comparing, then to now", async () => {
    rows()[1]?.click();
    await settled();
    const way = (word: string) => [button(word).getAttribute("aria-pressed"), past.value !== null];
    expect(way("As it was")).toEqual(["false", false]);
    button("As it was").click();
    expect(past.value?.annotations).toEqual(then);
    expect(past.value?.words).toMatch(/^Ann, /);
    expect(way("As it was")).toEqual(["true", true]);
    expect(document.activeElement).toBe(button("As it was"));
    expect(button("Restore").disabled).toBe(false);
    b.press("Escape");
    expect([past.value, button("Beside now").getAttribute("aria-pressed")]).toEqual([null, "true"]);
    button("As it was").click();
    panel.show("ti2", "item2");
    expect(past.value).toBeNull();
  });
  it("restores after asking, and shows what the server holds then", async () => {
    restore.mockResolvedValue({
      content_version: 10,
      items: [{ ...box("a", 1, 1, 5, 5), attributes: {}, revision: 5, sourcePrediction: null }],
    });
    rows()[1]?.click();
    await settled();
    b.doc.flush = () => Promise.resolve();
    button("Restore").click();
    const sure = [...document.querySelectorAll("dialog")].at(-1) as HTMLDialogElement;
    expect(sure.textContent).toContain("1 added since is taken back");
    button("Restore", sure).click();
    await vi.waitFor(() => expect(b.all().map(({ id }) => id)).toEqual(["a"]));
    expect(restore).toHaveBeenCalledWith("item", 4, 0);
    expect(b.geometry("a")).toMatchObject({ xyxy: [1, 1, 5, 5] });
  });
  it("who may not restore on the server does it by edits, as one step of undo", async () => {
    restore.mockRejectedValue(new AlpApiError("forbidden", "Not yours.", 403));
    const a = b.all()[0] as Annotation;
    then = [
      { ...a, geometry: { xyxy: [0, 0, 9, 9], angle: 0 } },
      { ...a, id: "gone", label: "old" },
    ];
    rows()[1]?.click();
    await settled();
    b.doc.flush = () => Promise.resolve();
    button("Restore").click();
    button("Restore", [...document.querySelectorAll("dialog")].at(-1)).click();
    await vi.waitFor(() => expect(b.said.at(-1)).toBe("Restored; undo takes it back"));
    expect(b.all().map(({ label }) => label)).toEqual(["cat", "old"]);
    expect(b.geometry("a")).toMatchObject({ xyxy: [0, 0, 9, 9] });
    b.doc.undo();
    expect(
      b
        .all()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(["a", "b"]);
    expect(b.geometry("a")).toMatchObject({ xyxy: [10, 10, 40, 30] });
  });
});

describe("a conflict", () => {
  let numbers: Numbers;
  let off: () => void;
  const dialogs = () => [...document.querySelectorAll<HTMLDialogElement>("dialog[open]")];
  const resolved = vi.fn<(id: string, side: string) => void>();
  const conflict = (id: string, part: Partial<Conflict> = {}): Conflict => {
    const mine = b.doc.store.get(id) as Annotation;
    const theirs = {
      ...mine,
      geometry: { xyxy: [20, 20, 60, 50], angle: 0 },
      author: { id: "z", name: "Zoe" },
    };
    return { annotation: id, item: "item", mine, theirs, ...part };
  };
  const tell = (...list: Conflict[]) =>
    (b.doc.conflicts as unknown as { set(list: Conflict[]): void }).set(list);

  beforeEach(() => {
    numbers = new Numbers(b.doc.store);
    resolved.mockReset();
    b.doc.resolve = (id, side) => {
      resolved(id, side);
      tell(...b.doc.conflicts.value.filter(({ annotation }) => annotation !== id));
      return Promise.resolve();
    };
    off = askConflicts({
      document: b.doc,
      ctx: b.ctx,
      numbers,
      picture: () => null,
      saver: () => Promise.resolve({ name: "Zoe", at: "2026-01-01T00:00:00Z" }),
    });
  });
  afterEach(() => {
    off();
    numbers.dispose();
    for (const dialog of document.querySelectorAll("dialog")) dialog.remove();
  });

  it("shows both versions by name and measure, and one button chooses", async () => {
    tell(conflict("b"));
    const [dialog] = dialogs();
    await settled();
    expect(dialog?.textContent).toContain("changed dog #2 too");
    const sides = [...(dialog?.querySelectorAll("section") ?? [])].map(({ textContent }) => textContent);
    expect(sides).toEqual([expect.stringContaining("30 × 30"), expect.stringContaining("40 × 30")]);
    expect(sides[1]).toContain("Zoe");
    [...(dialog?.querySelectorAll("button") ?? [])]
      .find(({ textContent }) => textContent === "Take theirs")
      ?.click();
    await settled();
    expect(resolved).toHaveBeenCalledWith("b", "theirs");
    expect(dialogs()).toHaveLength(0);
  });
  it("M and T choose, and the next one is asked", async () => {
    tell(conflict("a", { theirs: null }), conflict("b"));
    expect(dialogs()).toHaveLength(1);
    expect(dialogs()[0]?.textContent).toContain("Removed");
    dialogs()[0]?.dispatchEvent(new KeyboardEvent("keydown", { key: "m", bubbles: true }));
    await settled();
    expect(resolved).toHaveBeenLastCalledWith("a", "mine");
    expect(dialogs()[0]?.textContent).toContain("dog #2");
    dialogs()[0]?.dispatchEvent(new KeyboardEvent("keydown", { key: "t", bubbles: true }));
    await settled();
    expect(resolved).toHaveBeenLastCalledWith("b", "theirs");
  });
  it("of another item is not asked here; put off, it is asked again with the next save", async () => {
    tell(conflict("a", { item: "elsewhere" }));
    expect(dialogs()).toHaveLength(0);
    tell(conflict("b"));
    dialogs()[0]?.close();
    await settled();
    expect(dialogs()).toHaveLength(0);
    expect(resolved).not.toHaveBeenCalled();
    b.doc.saved.set({ ...b.doc.saved.value, pending: 1 });
    expect(dialogs()).toHaveLength(1);
  });
  it("is drawn over what both are about, with some of the picture around", () => {
    const { mine, theirs } = conflict("b");
    expect(sharedBox(mine, theirs, b.ctx)).toEqual([-4.5, -14.5, 114.5, 74.5]);
    expect(sharedBox(null, null, b.ctx)).toBeNull();
  });
});
