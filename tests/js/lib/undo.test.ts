// @vitest-environment node
import { describe, expect, it } from "vitest";
import { Store, type ChangeSet } from "@/lib/store.ts";
import { CommandLog } from "@/lib/undo.ts";

interface Thing {
  id: string;
  n: number;
}

function setup(limit?: number) {
  const store = new Store<Thing>();
  store.put(
    [
      { id: "a", n: 1 },
      { id: "b", n: 1 },
    ],
    { origin: "silent" },
  );
  const log = new CommandLog(store, limit ? { limit } : {});
  return { store, log };
}
const snapshot = (store: Store<Thing>) => new Map(store.all().map((thing) => [thing.id, thing]));

/** A small generator with a seed, so that a failure repeats. */
function random(seed: number) {
  return () => {
    seed = (seed * 1664525 + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
}

describe("undo and redo", () => {
  it("take back and bring back, with labels", () => {
    const { store, log } = setup();
    store.patch("a", { n: 2 }, { label: "Set a" });
    expect([log.canUndo, log.undoLabel, log.canRedo]).toEqual([true, "Set a", false]);
    expect(log.undo()).toMatchObject({ label: "Set a", skipped: [] });
    expect(store.get("a")?.n).toBe(1);
    expect([log.canUndo, log.canRedo, log.redoLabel]).toEqual([false, true, "Set a"]);
    log.redo();
    expect(store.get("a")?.n).toBe(2);
    expect(log.redo()).toBeNull();
  });

  it("are told as local changes with their cause, so that saving sees them", () => {
    const { store, log } = setup();
    const sets: ChangeSet<Thing>[] = [];
    store.subscribe((set) => sets.push(set), ["local"]);
    store.patch("a", { n: 2 });
    log.undo();
    log.redo();
    expect(sets.map((set) => set.cause)).toEqual(["edit", "undo", "redo"]);
  });

  it("forget what could be redone at a new edit", () => {
    const { store, log } = setup();
    store.patch("a", { n: 2 });
    log.undo();
    store.patch("b", { n: 2 });
    expect(log.canRedo).toBe(false);
  });

  it("take back only one's own", () => {
    const { store, log } = setup();
    store.patch("a", { n: 2 }, { origin: "remote" });
    store.put({ id: "c", n: 1 }, { origin: "silent" });
    expect(log.canUndo).toBe(false);
    expect(log.undo()).toBeNull();
  });

  it("skip what someone else changed since, and say so", () => {
    const { store, log } = setup();
    store.batch(() => {
      store.patch("a", { n: 2 });
      store.patch("b", { n: 2 });
    });
    store.patch("a", { n: 99 }, { origin: "remote" });
    const result = log.undo();
    expect(result?.skipped.map((change) => change.id)).toEqual(["a"]);
    expect([store.get("a")?.n, store.get("b")?.n]).toEqual([99, 1]);
    log.redo();
    expect([store.get("a")?.n, store.get("b")?.n]).toEqual([99, 2]);
  });

  it("leave nothing to redo when everything was skipped", () => {
    const { store, log } = setup();
    store.patch("a", { n: 2 });
    store.remove("a", { origin: "remote" });
    expect(log.undo()?.done).toEqual([]);
    expect(log.canRedo).toBe(false);
    expect(store.has("a")).toBe(false);
  });

  it("keep so many commands and no more", () => {
    const { store, log } = setup(2);
    for (const n of [2, 3, 4]) store.patch("a", { n });
    log.undo();
    log.undo();
    expect(log.undo()).toBeNull();
    expect(store.get("a")?.n).toBe(2);
  });

  it("can be cleared, ring, and be detached", () => {
    const { store, log } = setup();
    let rings = 0;
    log.changed.subscribe(() => (rings += 1));
    store.patch("a", { n: 2 });
    log.clear();
    expect(log.canUndo).toBe(false);
    expect(rings).toBe(3);
    log.dispose();
    store.patch("a", { n: 3 });
    expect(log.canUndo).toBe(false);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])("are each other's inverse on mixed change sets (seed %i)", (seed) => {
    const { store, log } = setup();
    const next = random(seed);
    const ids = ["a", "b", "c", "d", "e"];
    const states = [snapshot(store)];
    for (let step = 0; step < 40; step++) {
      store.batch(() => {
        for (let i = 0; i <= Math.floor(next() * 3); i++) {
          const id = ids[Math.floor(next() * ids.length)]!;
          const dice = next();
          if (dice < 0.3) store.remove(id);
          else if (dice < 0.6 || !store.has(id)) store.put({ id, n: next() });
          else store.patch(id, { n: next() });
        }
      });
      if (log.canUndo && states.length < 41) states.push(snapshot(store));
    }
    const end = snapshot(store);
    let undone = 0;
    while (log.undo()) undone += 1;
    expect(snapshot(store)).toEqual(states[0]);
    let redone = 0;
    while (log.redo()) redone += 1;
    expect(redone).toBe(undone);
    expect(snapshot(store)).toEqual(end);
  });
});
