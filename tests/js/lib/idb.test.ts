// @vitest-environment node
import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import { openDb } from "@/lib/idb.ts";

interface Op {
  op_id: string;
  item: string;
}
const schema = { outbox: { keyPath: "op_id", indexes: { item: "item" } } };
let n = 0;
const fresh = () => openDb(`test-${(n += 1)}`, 1, schema);
const op = (op_id: string, item = "i1"): Op => ({ op_id, item });

describe("Db", () => {
  it("keeps values by key and gives them in its order", async () => {
    const db = await fresh();
    await db.put("outbox", op("b"), op("a"), op("c", "i2"));
    expect(await db.get<Op>("outbox", "a")).toEqual(op("a"));
    expect(await db.get("outbox", "x")).toBeUndefined();
    expect((await db.all<Op>("outbox")).map((one) => one.op_id)).toEqual(["a", "b", "c"]);
    expect(await db.allBy<Op>("outbox", "item", "i2")).toEqual([op("c", "i2")]);
    expect(await db.count("outbox")).toBe(3);
  });

  it("deletes, clears and replaces", async () => {
    const db = await fresh();
    await db.put("outbox", op("a"), op("b"), op("c"));
    await db.put("outbox", op("a", "moved"));
    await db.delete("outbox", "b", "c", "never");
    expect(await db.all("outbox")).toEqual([op("a", "moved")]);
    await db.clear("outbox");
    expect(await db.count("outbox")).toBe(0);
  });

  it("writes all or nothing", async () => {
    const db = await fresh();
    await expect(db.put("outbox", op("a"), { item: "no key" })).rejects.toThrow();
    expect(await db.count("outbox")).toBe(0);
  });

  it("survives closing, and gains stores and indexes by version", async () => {
    const first = await openDb("kept", 1, { outbox: { keyPath: "op_id" } });
    await first.put("outbox", op("a"));
    first.close();
    const second = await openDb("kept", 2, { ...schema, drafts: { keyPath: "id" } });
    expect(await second.allBy("outbox", "item", "i1")).toEqual([op("a")]);
    expect(await second.count("drafts")).toBe(0);
  });

  it("lets a newer page upgrade", async () => {
    await openDb("shared", 1, schema);
    const newer = await openDb("shared", 2, schema);
    expect(await newer.count("outbox")).toBe(0);
  });

  it("rejects what it does not know", async () => {
    const db = await fresh();
    await expect(db.all("nowhere")).rejects.toThrow();
  });
});
