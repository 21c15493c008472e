/** Going through a list of pictures: the place in it, what is read ahead, a picture that is not in it (any more). */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { pictureOf, walkOptions } from "../../../static/src/pages/studio/walk.ts";
import type { Item } from "../../../static/src/browser/types.ts";
import { WalkSession } from "../../../static/src/studio/app/walk.ts";
import type { Issue } from "../../../static/src/studio/io/issues.ts";
import type { WalkOptions, WorkItem } from "../../../static/src/studio/state/types.ts";

type Picture = WorkItem["item"];

const picture = (id: string): Picture => ({
  id,
  name: id,
  filename: `/${id}`,
  width: 10,
  height: 10,
  content_version: 0,
  image_url: "",
  thumbnail_url: "",
});

function listOf(total: number, at = 0) {
  const loaded = new Map<number, Picture>();
  const listeners = new Set<() => void>();
  const rows = {
    total,
    get: (place: number) => loaded.get(place),
    indexOf: (id: string) => [...loaded].find(([, one]) => one.id === id)?.[0] ?? -1,
    ensure: vi.fn((from: number, to: number) => {
      for (let n = Math.max(0, from); n < Math.min(to, total); n++)
        if (!loaded.has(n)) loaded.set(n, picture(`p${n}`));
      for (const one of listeners) one();
      return Promise.resolve();
    }),
    reset: () => Promise.resolve(),
    onChange: (fn: () => void) => {
      listeners.add(fn);
      return () => void listeners.delete(fn);
    },
  };
  const shown = vi.fn();
  const walk: WalkOptions = {
    dataset: "d",
    rows,
    at,
    shown,
    readOnlyWords: "",
    listUrl: "",
    taskUrl: () => "",
  };
  return { walk, rows, shown, session: new WalkSession(walk) };
}

describe("walk", () => {
  let list: ReturnType<typeof listOf>;
  beforeEach(() => {
    list = listOf(100, 40);
    list.session.goToRow(40);
  });

  it("begins where the browser was and goes on in its order, both ways", () => {
    const { session, shown } = list;
    expect(session.current()?.item.item.id).toBe("p40");
    expect(session.position()).toEqual({ at: 41, of: 100, done: 41 });
    session.next();
    session.next();
    session.back();
    expect(session.current()?.item.item.id).toBe("p41");
    expect(shown.mock.lastCall).toEqual(["p41", 41]);
    expect(session.upcoming(3).map(({ item }) => item.item.id)).toEqual(["p42", "p43", "p44"]);
  });

  it("reads rows round the place, and the same picture stays the same entry", () => {
    const { session, rows } = list;
    expect(rows.ensure.mock.lastCall).toEqual([35, 46]);
    expect(session.current()).toBe(session.current());
  });

  it("carries what people said of a picture once that is read", () => {
    const { session } = list;
    session.say("p40", [{ id: "i1" } as Issue]);
    expect(session.current()?.item.issues).toEqual([{ id: "i1" }]);
    expect(session.current()).toBe(session.current());
    session.next();
    expect(session.current()?.item.issues).toEqual([]);
  });

  it("stops at both ends", () => {
    const { session } = list;
    session.goToRow(99);
    expect([session.hasBack(), session.hasNext()]).toEqual([true, false]);
    session.next();
    expect(session.current()?.item.item.id).toBe("p99");
    session.goToRow(0);
    session.back();
    expect([session.current()?.item.item.id, session.hasBack()]).toEqual(["p0", false]);
  });

  it("shows what the address names though the list does not hold it, and goes on from the place", () => {
    const { session } = list;
    session.visitOutside(picture("gone"));
    expect(session.current()?.item.item.id).toBe("gone");
    expect(session.position().at).toBe(0);
    session.next();
    expect(session.current()?.item.item.id).toBe("p40");
  });

  it("takes no answers", () => {
    const { session } = list;
    expect([session.canUndo(), session.openCount()]).toEqual([false, 0]);
  });
});

describe("the page", () => {
  it("keeps filter, order and place in every address", () => {
    document.body.innerHTML = '<div class="studio-bar"><a href="/x">back</a></div>';
    const page = {
      dataset: { id: "d1", name: "Birds" },
      labels: [],
      types: ["box"],
      may_edit: false,
      role: "viewer",
    };
    const search = "?q=a&l=owl&order=2&item=i7&at=7";
    const options = walkOptions("p1", page as never, { id: "u", name: "U" }, { search });
    expect([options.item, options.walk?.at]).toEqual(["i7", 7]);
    expect(options.walk?.readOnlyWords).toContain("viewer");
    expect(options.allowed.types).toEqual([]);
    options.walk?.shown("i8", 8);
    expect(window.location.pathname).toBe("/p/p1/data/d1/studio/");
    const wanted = { q: "a", l: "owl", order: "2", item: "i8", at: "8" };
    expect(Object.fromEntries(new URLSearchParams(window.location.search))).toEqual(wanted);
    const back = new URL(document.querySelector("a")?.href ?? "", "http://x");
    expect(back.pathname).toBe("/p/p1/data/d1/");
    expect(Object.fromEntries(back.searchParams)).toEqual(wanted);
    expect(options.walk?.listUrl).toBe("/p/p1/data/d1/?q=a&l=owl&order=2");
  });

  it("makes pictures of items", () => {
    const item = {
      id: "i", name: "a.tif", filename: "/a.tif", contentVersion: 4, picture: "/pic", tiles: "/tiles", stream: "/s",
      metadata: { user: {}, system: { width: 9, height: 8 } },
    } as unknown as Item; // prettier-ignore
    expect(pictureOf(item)).toEqual({
      id: "i", name: "a.tif", filename: "/a.tif", width: 9, height: 8, content_version: 4, image_url: "/pic",
      tiles_url: "/tiles", thumbnail_url: "/api/v1/items/i/thumbnail/",
    }); // prettier-ignore
  });
});
