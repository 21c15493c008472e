// @vitest-environment node
import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import { Cell } from "@/lib/store.ts";
import { AlpApiError } from "@/lib/http.ts";
import { Edits, type OperationAnswer } from "@/studio/io/edits.ts";
import { openEditStore } from "@/studio/io/pending-disk.ts";
import type { AnnotationPayload, Operation } from "@/studio/io/pending.ts";
import { isSuggestion } from "@/studio/shapes/_shape.ts";
import { Document, type SuggestionPayload } from "@/studio/state/document.ts";
import { Suggestions } from "@/studio/state/suggestions.ts";

const ITEM = "item-1";
const box = (x: number) => ({ xyxy: [x, 0, x + 10, 10], angle: 0 });
const suggestion = (n: number, confidence: number): SuggestionPayload => ({
  id: `p:${n}`,
  type: "box",
  label: "car",
  geometry: box(20 * n),
  attributes: {},
  confidence,
  model: { id: "m7", name: "v7" },
  prediction: "p",
});
const OFFERED = [suggestion(0, 0.4), suggestion(1, 0.9), suggestion(2, 0.6)];

/** Takes every operation; holds what they made. */
class Server {
  rows = new Map<string, AnnotationPayload>();
  requests: Operation[] = [];
  version = 0;
  fail: number | null = null;
  post = (_item: string, operations: Operation[]) => {
    if (this.fail !== null) return Promise.reject(new AlpApiError("network", "No.", this.fail));
    this.requests.push(...structuredClone(operations));
    const answers = operations.map((op): OperationAnswer => {
      const row = this.rows.get(op.annotation);
      const made = {
        ...(row ?? { id: op.annotation, attributes: {}, sourcePrediction: null }),
        ...op.data,
        revision: (row?.revision ?? 0) + 1,
        deleted: op.type === "delete",
      } as AnnotationPayload;
      this.rows.set(op.annotation, made);
      this.version += 1;
      return { op_id: op.op_id, status: 200, annotation: made, content_version: this.version };
    });
    return Promise.resolve({ content_version: this.version, answers });
  };
  fetch = () => {
    const items = [...this.rows.values()].filter((row) => !row.deleted);
    return Promise.resolve(structuredClone({ content_version: this.version, items }));
  };
}

let people = 0;
async function open(server: Server, person = `suggested-${(people += 1)}`) {
  const disk = await openEditStore(person);
  const edits = new Edits({
    disk,
    tabs: { id: "tab", adopt: (work) => work(new Set()) },
    post: server.post,
    setTimeout: () => 0,
    clearTimeout: () => undefined,
  });
  await edits.open();
  const author = { id: "me", name: "Me" };
  const doc = new Document({ edits, disk, author, fetch: server.fetch });
  await doc.load(ITEM, undefined, OFFERED);
  const suggestions = new Suggestions({
    document: doc,
    threshold: new Cell(0.5),
    readOnly: () => false,
    reveal: () => undefined,
  });
  const settle = async () => {
    await new Promise((done) => setTimeout(done, 0));
    await doc.flush();
  };
  return { doc, edits, suggestions, person, settle };
}
const live = (server: Server) => [...server.rows.values()].filter((row) => !row.deleted);

describe("suggestions", () => {
  it("are shown surest first and not saved", async () => {
    const server = new Server();
    const { doc, suggestions, settle } = await open(server);
    await settle();
    expect(suggestions.open.value.map(({ model }) => model?.confidence)).toEqual([0.9, 0.6, 0.4]);
    expect(suggestions.shown()).toHaveLength(2);
    expect(doc.store.size).toBe(3);
    expect(server.requests).toEqual([]);
  });

  it("become annotations with their origin once accepted; those below the threshold stay open", async () => {
    const server = new Server();
    const { suggestions, settle } = await open(server);
    suggestions.acceptShown();
    await settle();
    expect(suggestions.open.value.map(({ metadata }) => metadata["suggestion"])).toEqual(["p:0"]);
    expect(server.requests.map(({ type }) => type)).toEqual(["create", "create"]);
    expect(server.requests[0]?.data).toMatchObject({
      label: "car",
      model_id: "m7",
      model_name: "v7",
      source_prediction: "p",
      metadata: { suggestion: expect.stringMatching(/^p:[12]$/) as string },
    });
  });

  it("lose the model and keep their origin when edited", async () => {
    const server = new Server();
    const { doc, suggestions, settle } = await open(server);
    const [first] = suggestions.open.value;
    doc.change([first?.id ?? ""], { geometry: box(33) }, "Move box");
    await settle();
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.data).toMatchObject({
      source_prediction: "p",
      metadata: { suggestion: "p:1" },
    });
    expect(server.requests[0]?.data).not.toHaveProperty("model_id");
  });

  it("are open again after undo, on the server too, and accepted again after redo", async () => {
    const server = new Server();
    const { doc, suggestions, settle } = await open(server);
    suggestions.acceptShown();
    await settle();
    doc.undo();
    await settle();
    expect(suggestions.open.value).toHaveLength(3);
    expect(live(server)).toEqual([]);
    doc.redo();
    await settle();
    expect(suggestions.open.value).toHaveLength(1);
    expect(live(server)).toHaveLength(2);
  });

  it("stay answered after a reload, and undo still knows them", async () => {
    const server = new Server();
    const first = await open(server);
    const [sure, next] = first.suggestions.open.value;
    first.suggestions.accept([sure?.id ?? ""]);
    first.suggestions.reject([next?.id ?? ""]);
    await first.settle();
    const again = await open(server, first.person);
    expect(again.suggestions.open.value.map(({ metadata }) => metadata["suggestion"])).toEqual(["p:0"]);
    again.doc.undo();
    expect(again.suggestions.open.value).toHaveLength(2);
    again.doc.undo();
    await again.settle();
    expect(again.doc.store.all().every(isSuggestion)).toBe(true);
    expect(live(server)).toEqual([]);
  });

  it("of an item submitted since are not offered, but there to be compared with", async () => {
    const { doc, suggestions } = await open(new Server());
    await doc.load(ITEM, undefined, [{ ...suggestion(0, 0.4), answered: true }, suggestion(1, 0.9)]);
    expect(suggestions.open.value.map(({ metadata }) => metadata["suggestion"])).toEqual(["p:1"]);
    expect(doc.predicted()).toHaveLength(2);
  });

  it("goes on to the next after an answer, round to the first", async () => {
    const { doc, suggestions } = await open(new Server());
    const chosen = () => [...doc.selection.value].map((id) => doc.store.get(id)?.metadata["suggestion"]);
    suggestions.next();
    expect(chosen()).toEqual(["p:1"]);
    suggestions.accept(suggestions.selected());
    expect(chosen()).toEqual(["p:2"]);
    suggestions.reject(suggestions.selected());
    expect(chosen()).toEqual([]);
    expect(suggestions.next()).toBe(false);
  });
});

describe("delivery", () => {
  it("waits for the edits of the item, and says why they cannot go", async () => {
    const server = new Server();
    const { doc, edits, suggestions } = await open(server);
    server.fail = 0;
    suggestions.acceptShown();
    await expect(edits.delivered(ITEM)).rejects.toMatchObject({ status: 0 });
    server.fail = null;
    await edits.delivered(ITEM);
    expect(live(server)).toHaveLength(2);
    expect(edits.seenOf(ITEM)).toBe(2);
    expect(doc.contentVersion).toBe(2);
  });

  it("does not take somebody else's edit in between for seen", async () => {
    const server = new Server();
    const { edits, suggestions } = await open(server);
    server.version += 1;
    suggestions.acceptShown();
    await edits.delivered(ITEM);
    expect(server.version).toBe(3);
    expect(edits.seenOf(ITEM)).toBe(0);
  });
});
