// @vitest-environment node
import "fake-indexeddb/auto";
import { describe, expect, it, vi } from "vitest";
import type { FeedEvent } from "@/lib/feed.ts";
import { AlpApiError } from "@/lib/http.ts";
import { Edits, type OperationAnswer } from "@/studio/io/edits.ts";
import { openEditStore } from "@/studio/io/pending-disk.ts";
import type { AnnotationPayload, Operation } from "@/studio/io/pending.ts";
import { Document } from "@/studio/state/document.ts";

const ITEM = "item-1";
const box = (x: number) => ({ xyxy: [x, 0, x + 10, 10] });

function sizeOf(op: Operation): number {
  const { size } = (op.data?.["attributes"] ?? {}) as { size?: number };
  return size ?? 0;
}

/** Keeps the rules of datasets/services/annotations.py: op_ids answer once, revisions must match. */
class Server {
  rows = new Map<string, AnnotationPayload>();
  answers = new Map<string, OperationAnswer>();
  version = 0;
  requests: Operation[][] = [];
  fail: number | null = null;
  loseAnswers = 0;
  /** Holds answers back; what it is given lets them go. */
  slow: ((go: () => void) => void) | null = null;

  post = (_item: string, operations: Operation[]) => {
    if (this.fail !== null) return Promise.reject(new AlpApiError("x", "No.", this.fail));
    this.requests.push(structuredClone(operations));
    const answers = operations.map((op) => this.answers.get(op.op_id) ?? this.apply(op));
    if (this.loseAnswers > 0) {
      this.loseAnswers -= 1;
      return Promise.reject(new AlpApiError("network", "lost", 0));
    }
    const answer = structuredClone({ content_version: this.version, answers });
    const { slow } = this;
    return slow ? new Promise<typeof answer>((done) => slow(() => done(answer))) : Promise.resolve(answer);
  };
  fetch = () => {
    const items = [...this.rows.values()].filter((row) => !row.deleted);
    return Promise.resolve(structuredClone({ content_version: this.version, items }));
  };
  /** Someone else's edit. */
  other(id: string, part: Partial<AnnotationPayload>) {
    const row = this.rows.get(id) as AnnotationPayload;
    this.rows.set(id, { ...row, ...part, revision: row.revision + 1 });
    this.version += 1;
  }
  private apply(op: Operation): OperationAnswer {
    const answer = this.answer(op);
    this.answers.set(op.op_id, answer);
    return answer;
  }
  private answer(op: Operation): OperationAnswer {
    const row = this.rows.get(op.annotation);
    const failed = (status: number): OperationAnswer => ({
      op_id: op.op_id,
      status,
      annotation: row ?? null,
      content_version: this.version,
      error: { message: `Refused ${status}.` },
    });
    if (op.type === "create" ? row : !row) return failed(409);
    if (op.data?.["label"] === "forbidden") return failed(422);
    if (sizeOf(op) > 5)
      return {
        ...failed(400),
        error: { message: "“Size” takes 1 to 5.", data: { annotation: op.annotation, attribute: "size" } },
      };
    if (row && (op.base_revision !== row.revision || (row.deleted && op.type !== "restore")))
      return failed(412);
    const made = {
      ...(row ?? { id: op.annotation, attributes: {}, model: null, sourcePrediction: null }),
      ...op.data,
      revision: (row?.revision ?? 0) + 1,
      deleted: op.type === "delete",
    } as AnnotationPayload;
    this.rows.set(op.annotation, made);
    this.version += 1;
    return { op_id: op.op_id, status: 200, annotation: made, content_version: this.version };
  }
}

let people = 0;
async function open(server: Server, person = `someone-${(people += 1)}`, tab = "tab") {
  const timers: (() => void)[] = [];
  const disk = await openEditStore(person);
  const edits = new Edits({
    disk,
    tabs: { id: tab, adopt: (work) => work(new Set()) },
    post: server.post,
    setTimeout: (fn) => timers.push(fn),
    clearTimeout: () => undefined,
  });
  await edits.open();
  const notices: string[] = [];
  let ring: (events: FeedEvent[]) => void = () => undefined;
  const doc = new Document({
    edits,
    disk,
    author: { id: "me", name: "Me" },
    fetch: server.fetch,
    notice: (text) => notices.push(text),
    feed: {
      watch: (_patterns, fn) => {
        ring = fn;
        return () => undefined;
      },
    },
  });
  await edits.idle();
  await doc.load(ITEM);
  const hear = async () => {
    ring([{ id: 1, type: "annotation.saved", ids: [ITEM], data: { content_version: server.version } }]);
    await new Promise((done) => setTimeout(done, 0));
  };
  const settle = async () => {
    await new Promise((done) => setTimeout(done, 0));
    await doc.flush();
  };
  return { doc, edits, disk, person, notices, hear, settle };
}
const added = (doc: Document, x = 0) => doc.add({ type: "box", label: "car", geometry: box(x) });

describe("saving", () => {
  it("sends only the changed annotation, and only its changed fields", async () => {
    const server = new Server();
    const { doc, settle } = await open(server);
    const first = added(doc);
    added(doc, 50);
    await settle();
    doc.change([first.id], { geometry: box(1.23456) }, "Move box");
    await settle();
    expect(server.requests.at(-1)).toMatchObject([
      {
        type: "update",
        annotation: first.id,
        base_revision: 1,
        data: { geometry: { xyxy: [1.235, 0, 11.235, 10] } },
      },
    ]);
    expect(Object.keys(server.requests.at(-1)?.[0]?.data ?? {})).toEqual(["geometry"]);
    expect(doc.saved.value).toMatchObject({ state: "saved", pending: 0 });
  });

  it("folds edits made before sending into one operation, and sends nothing for what came to nothing", async () => {
    const server = new Server();
    const { doc, settle } = await open(server);
    const kept = added(doc);
    for (let x = 1; x < 20; x++) doc.change([kept.id], { geometry: box(x) }, "Move box");
    doc.remove([added(doc, 70).id], "Delete box");
    await settle();
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toHaveLength(1);
    expect(server.rows.get(kept.id)?.geometry).toEqual(box(19));
  });

  it("repeats under the same name after a lost answer, and edits made meanwhile follow on the new revision", async () => {
    const server = new Server();
    const { doc, settle } = await open(server);
    const car = added(doc);
    server.loseAnswers = 1;
    await settle();
    expect(doc.saved.value.state).toBe("offline");
    doc.change([car.id], { label: "bus" }, "Label");
    await settle();
    expect(server.rows.get(car.id)).toMatchObject({ label: "bus", revision: 2 });
    expect(server.requests[1]?.[0]?.op_id).toBe(server.requests[0]?.[0]?.op_id);
    expect(doc.saved.value).toMatchObject({ state: "saved", pending: 0 });
  });

  it.each([
    [0, "offline"],
    [503, "failing"],
    [401, "signed_out"],
  ])(
    "keeps edits through status %i and a closed tab, and the next visit sends them",
    async (status, state) => {
      const server = new Server();
      const { doc, person, settle } = await open(server);
      server.fail = status;
      const car = added(doc);
      await settle();
      expect(doc.saved.value).toMatchObject({ state, pending: 1 });
      server.fail = null;
      const again = await open(server, person, "another");
      expect(server.rows.get(car.id)?.geometry).toEqual(box(0));
      expect(again.doc.store.get(car.id)?.revision).toBe(1);
      expect(await again.disk.all()).toEqual([]);
    },
  );

  it("says when the server has an annotation, whatever others wait for, and why it has not", async () => {
    const server = new Server();
    const { doc, settle } = await open(server);
    const { id: refused } = doc.add({ type: "box", label: "forbidden", geometry: box(0) });
    const { id: fine } = added(doc, 30);
    await doc.arrived(fine); // nothing was sent before it was asked for
    expect(server.rows.has(fine)).toBe(true);
    await expect(doc.arrived(refused)).rejects.toMatchObject({ code: "edits_open" });

    server.fail = 0;
    doc.change([fine], { label: "bus" }, "relabel");
    await expect(doc.arrived(fine)).rejects.toMatchObject({ code: "network" });
    server.fail = null;
    await settle();
    await doc.arrived(fine);
    expect(server.rows.get(fine)?.label).toBe("bus");
  });
  it("keeps what the server refuses with its reason, while others of the batch are saved", async () => {
    const server = new Server();
    const { doc, edits, settle } = await open(server);
    const bad = doc.add({ type: "box", label: "forbidden", geometry: box(0) });
    const good = added(doc, 20);
    await settle();
    expect(server.rows.has(good.id)).toBe(true);
    expect(doc.refused.value).toEqual([{ annotation: bad.id, item: ITEM, reason: "Refused 422." }]);
    expect(doc.saved.value.state).toBe("refused");
    expect(edits.exportKept()).toContain(bad.id);
    await edits.forgetRefused();
    expect(doc.saved.value.state).toBe("saved");
  });

  it("an answer that was refused is named, stays through a reload, and goes with the edit that puts it right", async () => {
    const server = new Server();
    const first = await open(server);
    const car = added(first.doc);
    await first.settle();
    first.doc.change([car.id], { attributes: { size: 9 } }, "Size");
    await first.settle();
    const named = { annotation: car.id, item: ITEM, reason: "“Size” takes 1 to 5.", attribute: "size" };
    expect(first.doc.refused.value).toEqual([named]);

    const { doc, settle, disk } = await open(server, first.person, "another");
    expect(doc.refused.value).toEqual([named]);
    expect(doc.store.get(car.id)?.attributes).toEqual({ size: 9 });
    server.requests = [];
    doc.change([car.id], { attributes: { size: 4 }, label: "bus" }, "Size");
    await settle();
    expect(server.requests.flat()).toMatchObject([
      { type: "update", base_revision: 1, data: { attributes: { size: 4 }, label: "bus" } },
    ]);
    expect(doc.refused.value).toEqual([]);
    expect(doc.saved.value.state).toBe("saved");
    expect(await disk.all()).toEqual([]);
  });
  it("what was refused is given up for what the server holds, and undone by the person without a word to it", async () => {
    const server = new Server();
    const { doc, settle } = await open(server);
    const car = added(doc);
    await settle();
    doc.change([car.id], { attributes: { size: 9 } }, "Size");
    await settle();
    await doc.giveUp(car.id);
    expect(doc.store.get(car.id)?.attributes).toEqual({});
    expect(doc.saved.value.state).toBe("saved");

    doc.change([car.id], { attributes: { size: 8 } }, "Size");
    await settle();
    server.requests = [];
    doc.undo();
    await settle();
    expect([server.requests, doc.refused.value, doc.saved.value.state]).toEqual([[], [], "saved"]);
  });
  it("keeps everything of an item that was deleted or is not ours any more", async () => {
    const server = new Server();
    const { doc, settle } = await open(server);
    server.fail = 404;
    const car = added(doc);
    await settle();
    expect(doc.refused.value).toMatchObject([{ annotation: car.id, reason: "No." }]);
  });
});

describe("two people", () => {
  it.each(["mine", "theirs"] as const)("keeps both versions until one is chosen: %s", async (side) => {
    const server = new Server();
    const { doc, settle } = await open(server);
    const car = added(doc);
    const free = added(doc, 40);
    await settle();
    server.other(car.id, { label: "bus" });
    doc.change([car.id], { label: "truck" }, "Label");
    doc.change([free.id], { label: "van" }, "Label");
    await settle();
    expect(server.rows.get(car.id)?.label).toBe("bus");
    expect(server.rows.get(free.id)?.label).toBe("van");
    expect(doc.conflicts.value).toMatchObject([
      { annotation: car.id, mine: { label: "truck" }, theirs: { label: "bus" } },
    ]);
    await doc.resolve(car.id, side);
    await settle();
    const label = side === "mine" ? "truck" : "bus";
    expect(server.rows.get(car.id)?.label).toBe(label);
    expect(doc.store.get(car.id)?.label).toBe(label);
    expect(doc.saved.value.state).toBe("saved");
  });

  it("brings an annotation the other removed back when mine is chosen", async () => {
    const server = new Server();
    const { doc, settle } = await open(server);
    const car = added(doc);
    await settle();
    server.other(car.id, { deleted: true });
    doc.change([car.id], { label: "truck" }, "Label");
    await settle();
    expect(doc.conflicts.value).toMatchObject([{ mine: { label: "truck" }, theirs: null }]);
    await doc.resolve(car.id, "mine");
    await settle();
    expect(server.rows.get(car.id)).toMatchObject({ label: "truck", deleted: false });
  });

  it("merges what others save, never over an unanswered edit", async () => {
    const server = new Server();
    const { doc, settle, hear } = await open(server);
    const one = added(doc);
    const two = added(doc, 40);
    const three = added(doc, 80);
    await settle();
    server.other(one.id, { label: "bus" });
    server.other(two.id, { label: "bus" });
    server.other(three.id, { deleted: true });
    doc.change([two.id], { label: "mine" }, "Label");
    await hear();
    expect(doc.store.get(one.id)?.label).toBe("bus");
    expect(doc.store.get(two.id)?.label).toBe("mine");
    expect(doc.store.has(three.id)).toBe(false);
    expect(doc.selection.value.has(three.id)).toBe(false);
  });
});

describe("undo", () => {
  it("takes 200 steps back after a reload, as new operations", async () => {
    const server = new Server();
    const { doc, person, settle } = await open(server);
    const car = added(doc);
    for (let x = 1; x <= 200; x++) doc.change([car.id], { geometry: box(x) }, "Move box");
    await settle();
    const again = await open(server, person);
    for (let x = 0; x < 200; x++) again.doc.undo();
    await again.settle();
    expect(server.rows.get(car.id)).toMatchObject({ geometry: box(0), revision: 2 });
    again.doc.undo();
    await again.settle();
    expect(server.rows.get(car.id)?.deleted).toBe(true);
    const third = await open(server, person);
    third.doc.redo();
    await third.settle();
    expect(server.rows.get(car.id)).toMatchObject({ deleted: false, geometry: box(0) });
  });

  it("leaves alone what someone else changed since, and says so", async () => {
    const server = new Server();
    const { doc, person, settle } = await open(server);
    const car = added(doc);
    doc.change([car.id], { label: "bus" }, "Label");
    await settle();
    server.other(car.id, { label: "tram" });
    const again = await open(server, person);
    again.doc.undo();
    await again.settle();
    expect(server.rows.get(car.id)?.label).toBe("tram");
    expect(again.notices).toHaveLength(1);
  });
});

/** A small generator with a seed, so that a failure repeats. */
function random(seed: number) {
  return () => {
    seed = (seed * 1664525 + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
}

describe("chaos", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "loses no edit to failures, lost answers and closed tabs: seed %i",
    async (seed) => {
      const server = new Server();
      const next = random(seed);
      const pick = <T>(list: readonly T[]) => list[Math.floor(next() * list.length)] as T;
      let now = await open(server);
      const expected = new Map<string, string>();
      const acts: [number, (step: number) => unknown][] = [
        [0.2, (step) => added(now.doc, step)],
        [0.5, (step) => now.doc.change(some(), { label: `label ${step}` }, "Label")],
        [0.6, () => now.doc.remove(some(), "Delete")],
        [0.7, () => now.doc.undo()],
        [0.75, () => now.doc.redo()],
        [0.8, () => (server.fail = pick([0, 401, 503, null, null]))],
        [0.85, () => (server.loseAnswers = 1)],
        [0.9, () => now.edits.sendLast()],
        [0.95, () => now.settle()],
        [
          1,
          async () => {
            await now.edits.idle();
            now.doc.dispose();
            now = await open(server, now.person);
          },
        ],
      ];
      const some = () => (now.doc.store.size ? [pick(now.doc.store.all()).id] : []);
      for (let step = 0; step < 120; step++) {
        const what = next();
        await acts.find(([upTo]) => what < upTo)?.[1](step);
        if (next() < 0.3) await new Promise((done) => setTimeout(done, 0));
      }
      for (const one of now.doc.store.all()) expected.set(one.id, one.label);
      server.fail = null;
      server.loseAnswers = 0;
      for (let tries = 0; tries < 3; tries++) await now.settle();
      const held = [...server.rows.values()].filter((row) => !row.deleted);
      expect(new Map(held.map((row) => [row.id, row.label]))).toEqual(expected);
      expect(now.doc.saved.value).toMatchObject({ state: "saved", pending: 0 });
      expect(now.doc.conflicts.value).toEqual([]);
    },
  );
});

describe("the version a person answers for", () => {
  it("takes in what their own edits made, in whatever order the answers come", async () => {
    const server = new Server();
    const { doc, edits } = await open(server);
    const late: (() => void)[] = [];
    server.slow = (go) => late.push(go);
    added(doc);
    const first = edits.flush();
    await vi.waitFor(() => expect(late).toHaveLength(1), 10_000);
    server.slow = null;
    added(doc, 50);
    edits.sendLast(); // the tab is hidden while the first is on its way
    await vi.waitFor(() => expect(server.requests).toHaveLength(2), 10_000);
    await new Promise((done) => setTimeout(done, 5));
    expect(edits.seenOf(ITEM)).toBe(0);
    late.splice(0).forEach((go) => go());
    await first;
    expect(server.version).toBe(2);
    expect(edits.seenOf(ITEM)).toBe(2);
  });

  it("is not older than what was heard of while the item was on its way", async () => {
    const server = new Server();
    const { doc, edits, hear, settle } = await open(server);
    const car = added(doc);
    await settle();
    const before = await server.fetch();
    doc.close();
    server.other(car.id, { label: "bus" });
    await hear();
    await doc.load(ITEM, before);
    await new Promise((done) => setTimeout(done, 0));
    expect(doc.store.get(car.id)?.label).toBe("bus");
    expect(edits.seenOf(ITEM)).toBe(2);
  });

  it("covers what else had changed when a conflict is ended", async () => {
    const server = new Server();
    const { doc, edits, settle } = await open(server);
    const car = added(doc);
    await settle();
    server.other(car.id, { label: "bus" });
    doc.change([car.id], { label: "van" }, "Label");
    await settle();
    await doc.resolve(car.id, "theirs");
    expect(edits.seenOf(ITEM)).toBe(server.version);
  });
});
