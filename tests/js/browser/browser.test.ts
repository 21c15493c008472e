// @vitest-environment node
/** The framework-free core of the dataset browser. */
import { describe, expect, it, vi } from "vitest";
import { layout, neighbour, place, visible } from "../../../static/src/browser/grid/layout.ts";
import { uuid7 } from "../../../static/src/browser/io/ids.ts";
import { difference } from "../../../static/src/browser/io/difference.ts";
import {
  buildFilter,
  FilterError,
  fromParams,
  noneTicked,
  parseText,
  tickedCount,
  toggled,
  toParams,
} from "../../../static/src/browser/query/filter.ts";
import { Selection } from "../../../static/src/browser/state/selection.ts";
import { RowWindow, type PageQuery } from "../../../static/src/browser/state/window.ts";

describe("filter", () => {
  const shown = [{ hidden: false }, { type: "file" }];
  const asked = (text: string, ticked = noneTicked()) => ({
    text,
    ticked,
    hidden: false,
    order: 0,
  });

  it("takes words as part of a name, patterns as they are, JSON as a filter", () => {
    expect(parseText("  ")).toBeNull();
    expect(parseText("f_01")).toEqual({ name: "*f_01*" });
    expect(parseText("f_**.jpg")).toEqual({ name: "f_*.jpg" });
    expect(parseText('{"annotated": true}')).toEqual({ annotated: true });
    expect(() => parseText('{"annotated": tr')).toThrow(FilterError);
  });

  it("ors the values of a facet and ands the facets", () => {
    let ticked = toggled(noneTicked(), "subset", "");
    ticked = toggled(toggled(ticked, "label", "owl"), "label", "wren");
    expect(tickedCount(ticked)).toBe(3);
    expect(buildFilter(asked("x", ticked))).toEqual({
      $and: [...shown, { subset: null }, { $or: [{ label: "owl" }, { label: "wren" }] }, { name: "*x*" }],
    });
    expect(buildFilter(asked("", toggled(ticked, "label", "owl"))).$and).toContainEqual({ label: "wren" });
  });

  it("takes a whole query for its filter", () => {
    expect(buildFilter(asked('{"filter": {"dir": "/a"}, "resource": "items"}'))).toEqual({
      $and: [...shown, { dir: "/a" }],
    });
  });

  it("survives the address", () => {
    const ticked = toggled(toggled(noneTicked(), "folder", "/a b"), "subset", "");
    const given = { text: '{"a":"é&"}', ticked, hidden: true, order: 2 };
    expect(fromParams(new URLSearchParams(toParams(given).toString()))).toEqual(given);
  });
});

describe("layout", () => {
  const grid = layout(1000, 1003, 150);

  it("fills the width and holds every item", () => {
    expect(grid.columns).toBe(6);
    expect(grid.rows).toBe(168);
    expect(place(grid, grid.columns - 1).x + grid.tileWidth).toBeLessThanOrEqual(1000);
    expect(layout(40, 3, 150).columns).toBe(1);
  });

  it("shows a window, never past the end", () => {
    expect(visible(grid, 0, 600, 1003).from).toBe(0);
    const low = visible(grid, grid.height - 600, 600, 1003);
    expect(low.to).toBe(1003);
    expect(low.to - low.from).toBeLessThan(80);
    expect(visible(layout(1000, 0, 150), 0, 600, 0)).toEqual({
      from: 0,
      to: 0,
    });
  });

  it("moves by arrows and stays inside", () => {
    expect(neighbour(grid, 0, "arrowleft", 1003, 4)).toBe(0);
    expect(neighbour(grid, 0, "arrowdown", 1003, 4)).toBe(6);
    expect(neighbour(grid, 1002, "arrowdown", 1003, 4)).toBe(1002);
    expect(neighbour(grid, 5, "pagedown", 1003, 4)).toBe(29);
    expect(neighbour(grid, 1000, "pagedown", 1003, 4)).toBe(1002);
    expect(neighbour(grid, 7, "end", 1003, 4)).toBe(1002);
  });
});

describe("selection", () => {
  const idAt = (index: number) => (index < 10 ? `i${index}` : undefined);

  it("replaces, toggles and reaches", () => {
    const selection = new Selection();
    selection.press(2, "i2", {}, idAt);
    selection.press(5, "i5", { shift: true }, idAt);
    expect([...selection.state.value.ids]).toEqual(["i2", "i3", "i4", "i5"]);
    selection.press(4, "i4", { toggle: true }, idAt);
    expect(selection.has("i4")).toBe(false);
    selection.press(8, "i8", {}, idAt);
    expect(selection.count(100)).toBe(1);
  });

  it("takes all but a few", () => {
    const selection = new Selection();
    selection.selectAll();
    expect(selection.count(4202)).toBe(4202);
    selection.toggle("i3");
    expect([selection.count(4202), selection.has("i3"), selection.has("i4")]).toEqual([4201, false, true]);
    selection.clear();
    expect(selection.empty).toBe(true);
  });
});

describe("rows", () => {
  function rows(total: number) {
    const load = vi.fn(({ page, after }: PageQuery) => {
      const from = after ? Number(after) : page * 10;
      const items = Array.from({ length: Math.min(10, total - from) }, (_, n) => ({ id: `i${from + n}` }));
      return Promise.resolve({
        items,
        total,
        next: from + 10 < total ? String(from + 10) : null,
      });
    });
    return {
      load,
      window: new RowWindow<{ id: string }>({ pageSize: 10, load }),
    };
  }

  it("loads what is looked at, by cursor next to what is there and by number elsewhere", async () => {
    const { load, window } = rows(95);
    await window.reset();
    expect([window.total, window.get(3)?.id, window.get(12)]).toEqual([95, "i3", undefined]);
    await window.ensure(8, 14);
    expect(window.get(12)?.id).toBe("i12");
    expect(load.mock.calls[1]?.[0]).toMatchObject({
      after: "10",
      count: false,
    });
    await window.ensure(90, 95);
    expect(load.mock.calls[2]?.[0]).toMatchObject({ page: 9, after: null });
    expect([window.get(94)?.id, window.indexOf("i94")]).toEqual(["i94", 94]);
    await window.ensure(0, 20);
    expect(load).toHaveBeenCalledTimes(3);
  });

  it("asks once for a page that is on its way", async () => {
    const { load, window } = rows(40);
    await window.reset();
    await Promise.all([window.ensure(10, 12), window.ensure(11, 19)]);
    expect(load).toHaveBeenCalledTimes(2);
  });

  it("lets an older answer go when the question changed", async () => {
    const { load, window } = rows(40);
    let release: (() => void) | undefined;
    load.mockImplementationOnce(
      () => new Promise((done) => (release = () => done({ items: [{ id: "old" }], total: 1, next: null }))),
    );
    const first = window.reset();
    const second = window.reset();
    release?.();
    await Promise.all([first, second]);
    expect(window.get(0)?.id).toBe("i0");
  });

  it("puts a changed row in its place", async () => {
    const { window } = rows(5);
    await window.reset();
    const seen = vi.fn();
    window.onChange(seen);
    window.put({ id: "i2" });
    expect(seen).toHaveBeenCalledOnce();
  });
});

describe("small things", () => {
  it("names operations by the time", () => {
    const one = uuid7(1_700_000_000_000);
    expect(one).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(parseInt(one.replace("-", "").slice(0, 12), 16)).toBe(1_700_000_000_000);
    expect(uuid7()).not.toBe(uuid7());
  });

  it("sends metadata as a diff", () => {
    expect(difference({ a: 1, b: { c: 2, d: 3 }, e: 4 }, { a: 1, b: { c: 5 }, f: [1] })).toEqual({
      b: { c: 5, d: null },
      e: null,
      f: [1],
    });
    expect(difference({ a: [1] }, { a: [1] })).toEqual({});
  });
});
