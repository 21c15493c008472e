// @vitest-environment node
/** What is read ahead of an item is not shown once the item has changed, whatever the queue did meanwhile. */
import { describe, expect, it, vi } from "vitest";
import { Openings, type Opening } from "@/studio/io/openings.ts";

const ref = (id: string) => ({ taskItem: id, item: `i-${id}` });
const opened = (version: number): Opening => ({
  annotations: { content_version: version, items: [] },
  suggestions: [],
  attributes: [],
});

function source() {
  let version = 1;
  const waiting: (() => void)[] = [];
  const held = { on: false };
  const answer = <T>(value: T) =>
    held.on ? new Promise<T>((done) => waiting.push(() => done(value))) : Promise.resolve(value);
  const reads = {
    one: vi.fn(() => answer(opened(version))),
    several: vi.fn((ids: string[]) => answer(new Map(ids.map((id) => [id, opened(version)])))),
  };
  return { reads, openings: new Openings(reads), held, release: () => waiting.splice(0).forEach((go) => go()), change: () => (version += 1) }; // prettier-ignore
}

describe("openings read ahead", () => {
  it("are taken once, and not asked for again", async () => {
    const { reads, openings } = source();
    openings.ahead([ref("a"), ref("b")]);
    expect(await openings.take(ref("a"))).toEqual({ opening: opened(1), stale: false });
    expect(reads.one).not.toHaveBeenCalled();
    await openings.take(ref("a"));
    expect(reads.one).toHaveBeenCalledTimes(1);
  });

  it("are forgotten when their item changes, also when it left the queue and came back", async () => {
    const { openings, change } = source();
    openings.ahead([ref("a"), ref("b")]);
    change();
    openings.forget(new Set(["i-b"]));
    expect((await openings.take(ref("b"))).opening.annotations.content_version).toBe(2);
    expect((await openings.take(ref("a"))).opening.annotations.content_version).toBe(1);
  });

  it("are old when the item changes while they are read", async () => {
    const { openings, held, release } = source();
    held.on = true;
    openings.ahead([ref("a")]);
    const taken = openings.take(ref("a"));
    openings.forget(new Set(["i-a"]));
    release();
    expect((await taken).stale).toBe(true);
    held.on = false;
    expect((await openings.take(ref("a"))).stale).toBe(false);
  });
});
