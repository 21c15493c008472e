import { beforeEach, describe, expect, it, vi } from "vitest";
import { Feed, matchesType, type FeedDeps, type FeedState } from "@/lib/feed.ts";

class FakeSocket {
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onerror: (() => void) | null = null;
  closed = false;
  sent: unknown[] = [];
  constructor(readonly url: string) {}
  close() {
    this.closed = true;
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  say(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  drop(code = 1006) {
    this.onclose?.({ code });
  }
}

let sockets: FakeSocket[];
let timers: { fn: () => void; ms: number; id: number }[];
let online: boolean;
let feed: Feed;
let states: FeedState[];

const last = () => sockets.at(-1)!;
const event = (id: number, type: string, data: object = {}) => ({
  type: "event",
  event: { id, type, ids: ["a"], data },
});
function tick() {
  const due = timers;
  timers = [];
  for (const timer of due) timer.fn();
}

beforeEach(() => {
  sockets = [];
  timers = [];
  online = true;
  states = [];
  let ids = 0;
  const deps: FeedDeps = {
    open: (url) => {
      const socket = new FakeSocket(url);
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    setTimeout: (fn, ms) => {
      ids += 1;
      timers.push({ fn, ms, id: ids });
      return ids;
    },
    clearTimeout: (id) => {
      timers = timers.filter((timer) => timer.id !== id);
    },
    random: () => 0.5,
    onLine: () => online,
  };
  feed = new Feed(deps);
  feed.state.subscribe((state) => states.push(state));
});

describe("connecting", () => {
  it("opens one socket for the project and goes live with the first word", () => {
    feed.start("p1");
    feed.start("p1");
    expect(sockets).toHaveLength(1);
    expect(last().url).toMatch(/^ws:\/\/.*\/ws\/feed\/\?project=p1$/);
    last().say({ type: "hello", last: 7 });
    expect(states).toEqual(["idle", "connecting", "live"]);
  });

  it("starts afresh for another project", () => {
    feed.start("p1");
    const first = last();
    first.say({ type: "hello", last: 7 });
    feed.start("p2");
    expect(first.closed).toBe(true);
    expect(last().url).toContain("project=p2");
    expect(last().url).not.toContain("after");
  });

  it("comes back with the last id it saw", () => {
    feed.start("p1");
    last().say({ type: "hello", last: 7 });
    last().say(event(9, "item.created"));
    last().drop();
    expect(feed.state.value).toBe("reconnecting");
    tick();
    expect(last().url).toContain("after=9");
    last().say({ type: "hello", last: 30 });
    last().drop();
    tick();
    expect(last().url).toContain("after=9");
  });

  it("waits longer each time, and says offline after some", () => {
    feed.start(null);
    const waits: number[] = [];
    for (let i = 0; i < 7; i++) {
      last().drop();
      waits.push(timers[0]!.ms);
      tick();
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15000, 15000]);
    expect(feed.state.value).toBe("offline");
    last().say({ type: "hello", last: 1 });
    expect(feed.state.value).toBe("live");
    last().drop();
    expect(timers[0]!.ms).toBe(500);
  });

  it("is offline at once without a network, and tries at once when told", () => {
    feed.start("p1");
    online = false;
    last().drop();
    expect(feed.state.value).toBe("offline");
    feed.retryNow();
    expect(sockets).toHaveLength(2);
    expect(timers).toHaveLength(0);
    feed.retryNow();
    expect(sockets).toHaveLength(2);
  });

  it("moves its place on when nothing of this person's was missed", () => {
    feed.start("p1");
    last().say({ type: "hello", last: 7 });
    last().drop();
    tick();
    last().say({ type: "hello", last: 30 });
    expect(timers[0]!.ms).toBe(10_000);
    tick();
    last().drop();
    tick();
    expect(last().url).toContain("after=30");
  });

  it.each([
    [4401, "signed_out"],
    [4404, "not_yours"],
    [4400, "not_yours"],
  ] as const)("gives up when the server refuses (%i), until told to try", (code, refusal) => {
    feed.start("p1");
    last().drop(code);
    expect([feed.state.value, feed.refused.value, timers.length]).toEqual(["offline", refusal, 0]);
    feed.retryNow();
    expect(sockets).toHaveLength(2);
    expect(feed.refused.value).toBeNull();
  });

  it("stops for good", () => {
    feed.start("p1");
    const socket = last();
    feed.stop();
    socket.drop();
    socket.say(event(1, "a.b"));
    expect(timers).toHaveLength(0);
    expect(feed.state.value).toBe("idle");
  });
});

describe("listening", () => {
  it("matches types exactly, by prefix, or all", () => {
    expect(matchesType("model.status", "model.status")).toBe(true);
    expect(matchesType("model.*", "model.metric")).toBe(true);
    expect(matchesType("model.*", "modelling.x")).toBe(false);
    expect(matchesType("*", "x.y")).toBe(true);
    expect(matchesType("*", "resync")).toBe(false);
  });

  it("calls listeners until they leave", () => {
    const heard = vi.fn();
    const off = feed.on("item.*", heard);
    feed.start("p1");
    last().say(event(1, "item.created", { dataset: "d" }));
    last().say(event(2, "model.status"));
    off();
    last().say(event(3, "item.created"));
    expect(heard).toHaveBeenCalledOnce();
    expect(heard.mock.calls[0]![0]).toMatchObject({
      id: 1,
      ids: ["a"],
      data: { dataset: "d" },
    });
  });

  it("keeps one listener's fault from the others", () => {
    const report = vi.fn();
    vi.stubGlobal("reportError", report);
    const heard = vi.fn();
    feed.on("a.b", () => {
      throw new Error("mine");
    });
    feed.on("a.b", heard);
    feed.start("p1");
    last().say(event(1, "a.b"));
    expect(heard).toHaveBeenCalledOnce();
    expect(report).toHaveBeenCalledOnce();
  });

  it("gathers events for one call", () => {
    const heard = vi.fn();
    const off = feed.watch(["item.*", "task.updated"], heard, 200);
    feed.start("p1");
    last().say(event(1, "item.created"));
    last().say(event(2, "item.created"));
    last().say(event(3, "task.updated"));
    expect(heard).not.toHaveBeenCalled();
    tick();
    expect(heard).toHaveBeenCalledOnce();
    expect(heard.mock.calls[0]![0]).toHaveLength(3);
    last().say(event(4, "item.created"));
    off();
    tick();
    expect(heard).toHaveBeenCalledOnce();
  });

  it("passes a resync on and goes back to where the socket opened", () => {
    const exact = vi.fn();
    const gathered = vi.fn();
    feed.on("resync", exact);
    feed.watch(["item.*"], gathered);
    feed.start("p1");
    last().say({ type: "hello", last: 3 });
    last().say(event(5, "model.status"));
    last().say({ type: "resync" });
    tick();
    expect(exact).toHaveBeenCalledOnce();
    expect(gathered).toHaveBeenCalledWith([]);
    last().drop();
    tick();
    expect(last().url).toContain("after=3");
  });
});

describe("who else is here", () => {
  const people = (item: string, ...names: string[]) => ({
    type: "presence",
    presence: {
      item,
      people: names.map((name) => ({ id: `id of ${name}`, name })),
    },
  });

  it("says where the page is once greeted, and hears who else is there", () => {
    const seen: string[][] = [];
    feed.start("p1");
    feed.here("i1", (found) => seen.push(found.map((one) => one.name)));
    expect(last().sent).toEqual([]);
    last().say({ type: "hello", last: 1 });
    expect(last().sent).toEqual([{ here: { item: "i1" } }]);
    last().say(people("i1", "Ada"));
    last().say(people("i1"));
    expect(seen).toEqual([["Ada"], []]);
  });

  it("goes from item to item and ignores what is late", () => {
    const seen: string[] = [];
    feed.start("p1");
    last().say({ type: "hello", last: 1 });
    const leave = feed.here("i1", () => seen.push("i1"));
    const leaveSecond = feed.here("i2", () => seen.push("i2"));
    leave();
    last().say(people("i1", "Ada"));
    last().say(people("i2", "Ada"));
    expect(seen).toEqual(["i2"]);
    leaveSecond();
    last().say(people("i2"));
    expect(seen).toEqual(["i2"]);
    expect(last().sent).toEqual([{ here: { item: "i1" } }, { here: { item: "i2" } }, { here: null }]);
  });

  it("knows nobody while the line is down and asks again when it is back", () => {
    const seen: number[] = [];
    feed.start("p1");
    last().say({ type: "hello", last: 1 });
    feed.here("i1", (found) => seen.push(found.length));
    last().say(people("i1", "Ada", "Bo"));
    last().drop();
    expect(seen).toEqual([2, 0]);
    tick();
    expect(last().sent).toEqual([]);
    last().say({ type: "hello", last: 1 });
    expect(last().sent).toEqual([{ here: { item: "i1" } }]);
  });

  it("a fault of the listener does not end the feed", () => {
    const report = vi.fn();
    vi.stubGlobal("reportError", report);
    const heard = vi.fn();
    feed.start("p1");
    last().say({ type: "hello", last: 1 });
    feed.here("i1", () => {
      throw new Error("mine");
    });
    feed.on("model.status", heard);
    last().say(people("i1", "Ada"));
    last().say(event(2, "model.status"));
    expect(report).toHaveBeenCalledOnce();
    expect(heard).toHaveBeenCalledOnce();
  });
});
