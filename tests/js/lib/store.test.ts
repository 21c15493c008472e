// @vitest-environment node
import { describe, expect, it, vi } from "vitest";
import { Cell, folded, inverted, Store, type ChangeSet } from "@/lib/store.ts";

interface Thing {
  id: string;
  n: number;
}
const thing = (id: string, n: number): Thing => ({ id, n });

function setup() {
  const store = new Store<Thing>();
  const sets: ChangeSet<Thing>[] = [];
  store.subscribe((set) => sets.push(set));
  return { store, sets };
}

describe("Cell", () => {
  it("tells the present value, then changes, until unsubscribed", () => {
    const cell = new Cell(1);
    const heard = vi.fn();
    const off = cell.subscribe(heard);
    cell.set(1);
    cell.update((n) => n + 1);
    off();
    cell.set(5);
    expect(heard.mock.calls.flat()).toEqual([1, 2]);
    expect(cell.value).toBe(5);
  });
});

describe("Store", () => {
  it("puts, patches and removes, and tells each as a change set with its origin", () => {
    const { store, sets } = setup();
    store.put([thing("a", 1), thing("b", 2)], { origin: "silent" });
    store.patch("a", { n: 5 }, { label: "Set n" });
    store.remove("b", { origin: "remote" });
    expect(store.all()).toEqual([thing("a", 5)]);
    expect(store.size).toBe(1);
    expect(store.has("b")).toBe(false);
    expect(sets.map(({ origin, label, changes }) => [origin, label, changes.length])).toEqual([
      ["silent", "", 2],
      ["local", "Set n", 1],
      ["remote", "", 1],
    ]);
    expect(sets[1]!.changes[0]).toEqual({ id: "a", before: thing("a", 1), after: thing("a", 5) });
    expect(sets[2]!.changes[0]!.after).toBeUndefined();
  });

  it("tells nobody about what changed nothing", () => {
    const { store, sets } = setup();
    const one = thing("a", 1);
    store.put(one);
    store.put(one);
    store.remove(["missing"]);
    expect(sets).toHaveLength(1);
  });

  it("refuses to patch what it does not hold", () => {
    const { store } = setup();
    expect(() => store.patch("x", { n: 1 })).toThrow("Nothing with id x");
  });

  it("makes one change set of a batch, folded by thing", () => {
    const { store, sets } = setup();
    store.put(thing("a", 1), { origin: "silent" });
    store.batch(
      () => {
        store.patch("a", { n: 2 });
        store.patch("a", { n: 3 });
        store.put(thing("b", 1));
        store.put(thing("c", 1));
        store.remove("c");
        store.batch(() => store.patch("b", { n: 9 }));
      },
      { label: "Many" },
    );
    expect(sets).toHaveLength(2);
    expect(sets[1]!.label).toBe("Many");
    expect(sets[1]!.changes).toEqual([
      { id: "a", before: thing("a", 1), after: thing("a", 3) },
      { id: "b", before: undefined, after: thing("b", 9) },
    ]);
  });

  it("undoes a batch that throws and tells nobody", () => {
    const { store, sets } = setup();
    store.put(thing("a", 1));
    expect(() =>
      store.batch(() => {
        store.patch("a", { n: 2 });
        store.remove("a");
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(store.get("a")).toEqual(thing("a", 1));
    expect(sets).toHaveLength(1);
  });

  it("serves listeners only the origins they asked for", () => {
    const store = new Store<Thing>();
    const heard = vi.fn();
    const off = store.subscribe(heard, ["local"]);
    store.put(thing("a", 1), { origin: "remote" });
    store.put(thing("b", 1));
    off();
    store.put(thing("c", 1));
    expect(heard).toHaveBeenCalledOnce();
  });

  it("applies changes over what is there now, not over a stale before", () => {
    const { store, sets } = setup();
    store.put(thing("a", 1));
    store.apply([{ id: "a", after: thing("a", 7) }], { origin: "remote" });
    expect(sets.at(-1)!.changes[0]!.before).toEqual(thing("a", 1));
  });
});

describe("change sets", () => {
  it("are inverted in reverse order", () => {
    const changes = [
      { id: "a", before: 1, after: 2 },
      { id: "b", before: undefined, after: 3 },
    ];
    expect(inverted(changes)).toEqual([
      { id: "b", before: 3, after: undefined },
      { id: "a", before: 2, after: 1 },
    ]);
    expect(inverted(inverted(changes))).toEqual(changes);
  });
  it("fold to nothing when all came back", () => {
    expect(
      folded([
        { id: "a", before: 1, after: 2 },
        { id: "a", before: 2, after: 1 },
      ]),
    ).toEqual([]);
  });
});
