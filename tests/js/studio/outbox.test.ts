// @vitest-environment node
import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import { AlpApiError } from "@/lib/http.ts";
import { openActStore } from "@/studio/io/disk.ts";
import { Outbox, type ActStore } from "@/studio/io/outbox.ts";
import type { Act, Done } from "@/studio/state/types.ts";
import { act, doneWith, finished, workItem } from "./made.ts";

/** A server that knows op_ids, as the real one does, and a network that can fail on the way there or back. */
class Server {
  seen = new Map<string, number>();
  order: string[] = [];
  version = 0;
  down = false;
  loseAnswers = 0;
  refuse: AlpApiError | null = null;

  send = (one: Act): Promise<Done> => {
    if (this.down) return Promise.reject(new AlpApiError("network", "gone", 0));
    if (this.refuse) return Promise.reject(this.refuse);
    if (one.seen_version !== null && one.seen_version !== this.version && !this.seen.has(one.op_id)) {
      return Promise.reject(new AlpApiError("stale", "moved", 412));
    }
    if (!this.seen.has(one.op_id)) {
      this.version += 1;
      this.order.push(one.op_id);
    }
    this.seen.set(one.op_id, (this.seen.get(one.op_id) ?? 0) + 1);
    if (this.loseAnswers > 0) {
      this.loseAnswers -= 1;
      return Promise.reject(new AlpApiError("network", "the answer was lost", 0));
    }
    return Promise.resolve(doneWith(finished(workItem(one.task_item), one.label, this.version)));
  };
}

function begin(server: Server, store: ActStore) {
  const settled: string[] = [];
  const refused: string[] = [];
  const timers: (() => void)[] = [];
  const outbox = new Outbox({
    store,
    send: (one) => server.send(one),
    onSettled: (one) => settled.push(one.op_id),
    onRefused: (one, error) => refused.push(`${one.op_id} ${error.status}`),
    setTimeout: (fn) => timers.push(fn),
    clearTimeout: () => undefined,
    random: () => 0.5,
  });
  const tick = async () => {
    for (const fn of timers.splice(0)) fn();
    await outbox.idle();
  };
  return { outbox, settled, refused, tick, timers };
}

let person = 0;
const disk = () => openActStore(`p${(person += 1)}`);

describe("the outbox", () => {
  it("keeps an act on disk until the server has it", async () => {
    const server = new Server();
    const store = await disk();
    server.down = true;
    const { outbox, tick, settled } = begin(server, store);
    const one = act();
    await outbox.add(one);
    await outbox.idle();
    expect(await store.all()).toEqual([one]);
    expect(outbox.state.value).toMatchObject({
      phase: "offline",
      waiting: 1,
      durable: true,
    });
    server.down = false;
    await tick();
    expect(settled).toEqual([one.op_id]);
    expect(await store.all()).toEqual([]);
    expect(outbox.state.value).toMatchObject({ phase: "idle", waiting: 0 });
  });

  it("leaves nothing stale on disk, whenever the page dies", async () => {
    const server = new Server();
    const store = await disk();
    const left: Act[][] = [];
    const dying: ActStore = {
      durable: true,
      all: () => store.all(),
      put: (one) => store.put({ ...one }),
      remove: async (opId) => {
        await store.remove(opId);
        left.push(await store.all()); // all that another visit would find
      },
    };
    server.down = true;
    const { outbox, tick, refused } = begin(server, dying);
    await outbox.add(act({ label: "cat", seen_version: 0 }));
    await outbox.add(act({ kind: "undo", label: null, seen_version: null }));
    await outbox.add(act({ label: "dog", seen_version: 0 }));
    await outbox.idle();
    server.down = false;
    await tick();
    expect(refused).toEqual([]);
    expect(left.map((acts) => acts.map((one) => one.seen_version))).toEqual([[null, 1], [2], []]);
  });

  it("repeats with the same op_id after a lost answer, which counts once", async () => {
    const server = new Server();
    server.loseAnswers = 1;
    const { outbox, tick, settled } = begin(server, await disk());
    const one = act();
    await outbox.add(one);
    await outbox.idle();
    expect(settled).toEqual([]);
    await tick();
    expect(settled).toEqual([one.op_id]);
    expect(server.seen.get(one.op_id)).toBe(2);
    expect(server.version).toBe(1);
  });

  it("sends in the order made, across a reload", async () => {
    const server = new Server();
    server.down = true;
    const store = await disk();
    const first = begin(server, store);
    const acts = ["a", "b", "c"].map((id) => act({ task_item: id, seen_version: null }));
    for (const one of acts) await first.outbox.add(one);
    await first.outbox.idle();

    server.down = false;
    const second = begin(server, store); // the tab was closed and opened again
    expect((await second.outbox.load()).map((one) => one.op_id)).toEqual(acts.map((one) => one.op_id));
    second.outbox.kick();
    await second.outbox.idle();
    expect(server.order).toEqual(acts.map((one) => one.op_id));
    expect(await store.all()).toEqual([]);
  });

  it("carries the version its own earlier act made, so it never conflicts with itself", async () => {
    const server = new Server();
    server.loseAnswers = 1;
    const { outbox, tick, refused, settled } = begin(server, await disk());
    await outbox.add(act({ label: "cat", seen_version: 0 }));
    await outbox.add(act({ kind: "undo", label: null, seen_version: null }));
    await outbox.add(act({ label: "dog", seen_version: 0 }));
    await outbox.idle();
    await tick();
    expect(refused).toEqual([]);
    expect(settled).toHaveLength(3);
    expect(server.version).toBe(3);
  });

  it("hands over what the server will never take, and goes on with the rest", async () => {
    const server = new Server();
    server.refuse = new AlpApiError("finished_by_other", "too late", 409);
    const store = await disk();
    const { outbox, refused, settled } = begin(server, store);
    const one = act();
    await outbox.add(one);
    await outbox.idle();
    server.refuse = null;
    await outbox.add(act({ task_item: "b", seen_version: null }));
    await outbox.idle();
    expect(refused).toEqual([`${one.op_id} 409`]);
    expect(settled).toHaveLength(1);
    expect(await store.all()).toEqual([]);
  });

  it.each([
    [401, "signed-out"],
    [503, "failing"],
    [429, "failing"],
    [0, "offline"],
  ])("waits with everything kept when the answer is %i", async (status, phase) => {
    const server = new Server();
    server.refuse = new AlpApiError("x", "x", status);
    const { outbox, refused, tick, settled } = begin(server, await disk());
    await outbox.add(act());
    await outbox.idle();
    expect(outbox.state.value).toMatchObject({ phase, waiting: 1 });
    server.refuse = null;
    await tick();
    expect(refused).toEqual([]);
    expect(settled).toHaveLength(1);
  });

  it("sends the rest when the page goes, one act an item", async () => {
    const server = new Server();
    server.down = true;
    const { outbox } = begin(server, await disk());
    await outbox.add(act({ task_item: "a" }));
    await outbox.add(act({ task_item: "a", kind: "undo" }));
    await outbox.add(act({ task_item: "b", seen_version: null }));
    await outbox.idle();
    server.down = false;
    outbox.sendLast();
    await Promise.resolve();
    expect(server.order).toHaveLength(2);
  });

  it("goes on without a disk, and says so", async () => {
    const broken: ActStore = {
      durable: true,
      all: () => Promise.resolve([]),
      put: () => Promise.reject(new Error("full")),
      remove: () => Promise.reject(new Error("full")),
    };
    const { outbox, settled } = begin(new Server(), broken);
    await outbox.add(act());
    await outbox.idle();
    expect(settled).toHaveLength(1);
    expect(outbox.state.value.durable).toBe(false);
  });

  it("backs off while the server is away", async () => {
    const server = new Server();
    server.down = true;
    const waits: number[] = [];
    const outbox = new Outbox({
      store: await disk(),
      send: (one) => server.send(one),
      onSettled: () => undefined,
      onRefused: () => undefined,
      setTimeout: (_fn, ms) => waits.push(ms),
      clearTimeout: () => undefined,
      random: () => 0.5,
    });
    await outbox.add(act());
    for (let i = 0; i < 7; i++) {
      await outbox.idle();
      outbox.kick();
    }
    await outbox.idle();
    expect(waits.slice(0, 4)).toEqual([1000, 2000, 4000, 8000]);
    expect(Math.max(...waits)).toBe(30_000);
  });
});
