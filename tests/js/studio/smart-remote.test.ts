import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { remoteEncoding } from "@/studio/smart/remote.ts";

const BYTES = Uint8Array.of(1, 2, 3, 4);
let asked: { method: string; body: unknown }[];
/** Answers to one POST after the other; the last one stays. */
let standings: { state: string; job: string | null; message: string }[];

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  vi.stubGlobal("fetch", (url: string, init: RequestInit = {}) => {
    expect(url).toContain("/api/v1/items/one/encoding/");
    const method = init.method ?? "GET";
    asked.push({ method, body: typeof init.body === "string" ? JSON.parse(init.body) : null });
    if (init.signal?.aborted) return Promise.reject(new DOMException("Stopped", "AbortError"));
    if (method === "GET") return Promise.resolve(new Response(BYTES));
    const next = standings.length > 1 ? standings.shift() : standings[0];
    return Promise.resolve(
      new Response(JSON.stringify(next), { headers: { "Content-Type": "application/json" } }),
    );
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
const queued = { state: "queued", job: "j1", message: "" };
const running = { state: "running", job: "j1", message: "" };
const ready = { state: "ready", job: null, message: "" };

it("asks, waits for the same job, and fetches it", async () => {
  standings = [queued, running, ready];
  const coming = remoteEncoding("one", new AbortController().signal);
  await vi.advanceTimersByTimeAsync(3000);
  expect(new Uint8Array(await coming)).toEqual(BYTES);
  expect(asked.map(({ method }) => method)).toEqual(["POST", "POST", "POST", "GET"]);
  expect(asked.map(({ body }) => body)).toEqual([{}, { job: "j1" }, { job: "j1" }, null]);
});
it("fetches at once what is there", async () => {
  standings = [ready];
  expect((await remoteEncoding("one", new AbortController().signal)).byteLength).toBe(4);
});
it("says why there will be none", async () => {
  standings = [queued, { state: "failed", job: "j1", message: "The picture is gone." }];
  const coming = remoteEncoding("one", new AbortController().signal);
  const told = expect(coming).rejects.toThrow("The picture is gone.");
  await vi.advanceTimersByTimeAsync(3000);
  await told;
});
it("waits half a minute for its turn, longer once it runs", async () => {
  standings = [queued];
  const waiting = expect(remoteEncoding("one", new AbortController().signal)).rejects.toThrow(
    /not come to it/,
  );
  await vi.advanceTimersByTimeAsync(33_000);
  await waiting;
  standings = [running];
  let over = false;
  const run = remoteEncoding("one", new AbortController().signal).catch(() => (over = true));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(over).toBe(false);
  await vi.advanceTimersByTimeAsync(65_000);
  await run;
  expect(over).toBe(true);
});
it("stops when the picture is left", async () => {
  standings = [queued];
  const leaving = new AbortController();
  const coming = expect(remoteEncoding("one", leaving.signal)).rejects.toThrow();
  await vi.advanceTimersByTimeAsync(1000);
  const count = asked.length;
  leaving.abort();
  await coming;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toHaveLength(count);
});
