import { beforeEach, describe, expect, it, vi } from "vitest";
import type { FeedPerson } from "@/lib/feed.ts";
import { Cell } from "@/lib/store.ts";
import type { Entry } from "@/studio/state/session.ts";
import { Presence, sentenceOf } from "@/studio/views/presence.ts";
import { workItem } from "./made.ts";

const people = (...names: string[]): FeedPerson[] => names.map((name) => ({ id: name, name }));
const at = (id: string) => ({ item: workItem(id) }) as Entry;

describe("the sentence", () => {
  it.each([
    [["Ada"], "Ada has this image open too"],
    [["Ada", "Bo"], "Ada and Bo have this image open too"],
    [["Ada", "Bo", "Cy"], "Ada, Bo and 1 other have this image open too"],
    [["Ada", "Bo", "Cy", "Di"], "Ada, Bo and 2 others have this image open too"],
  ])("%j", (names, text) => expect(sentenceOf(people(...names))).toBe(text));
});

describe("who else is here", () => {
  let tell: (found: readonly FeedPerson[]) => void;
  const left = vi.fn();
  const here = vi.fn((item: string, onPeople: (found: readonly FeedPerson[]) => void) => {
    tell = onPeople;
    return () => void left(item);
  });
  const announce = vi.fn();
  let entry: Cell<Entry | null>;
  let presence: Presence;
  beforeEach(() => {
    vi.clearAllMocks();
    entry = new Cell<Entry | null>(null);
    presence = new Presence({ entry, feed: { here }, announce });
  });

  it("shows people as they come and go, and says it once a person", () => {
    entry.set(at("a"));
    expect(presence.element.hidden).toBe(true);
    tell(people("Ada"));
    expect(presence.element.hidden).toBe(false);
    expect(presence.element.textContent).toBe("Ada has this image open too");
    tell(people("Ada", "Bo"));
    tell(people("Ada"));
    tell([]);
    expect(presence.element.hidden).toBe(true);
    expect(announce.mock.calls.flat()).toEqual([
      "Ada has this image open too",
      "Ada and Bo have this image open too",
    ]);
  });

  it("goes along with the item, and only when it is another", () => {
    entry.set(at("a"));
    tell(people("Ada"));
    entry.set(at("a"));
    expect(here).toHaveBeenCalledTimes(1);
    expect(presence.element.hidden).toBe(false);
    entry.set(at("b"));
    expect(left.mock.calls).toEqual([["i-a"]]);
    expect(presence.element.hidden).toBe(true);
    entry.set(null);
    expect(left.mock.calls).toEqual([["i-a"], ["i-b"]]);
    expect(here.mock.calls.map(([item]) => item)).toEqual(["i-a", "i-b"]);
  });

  it("leaves when it is thrown away", () => {
    entry.set(at("a"));
    presence.dispose();
    entry.set(at("b"));
    expect(left.mock.calls).toEqual([["i-a"]]);
    expect(here).toHaveBeenCalledTimes(1);
  });
});
