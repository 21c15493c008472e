import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { takeEarly } from "@/lib/early.ts";
import { createApi } from "@/lib/http.ts";

// A page that is young, however long the test runner has been up.
beforeEach(() => void vi.spyOn(performance, "now").mockReturnValue(500));
afterEach(() => {
  vi.restoreAllMocks();
  Reflect.deleteProperty(globalThis, "alpEarly");
});
const json = (body: unknown) =>
  new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" } });
const set = (early: object) => Object.assign(globalThis, { alpEarly: early });

it("an answer asked for early is taken once, the next request goes to the server", async () => {
  const fetch = vi.fn(() => Promise.resolve(json({ from: "server" })));
  const api = createApi({ fetch });
  set({ answers: new Map([["GET /api/x/", Promise.resolve(json({ from: "early" }))]]) });
  expect(await api.get("/api/x/")).toEqual({ from: "early" });
  expect(await api.get("/api/x/")).toEqual({ from: "server" });
  expect(fetch).toHaveBeenCalledOnce();
});
it("what it is about to ask for is waited for; what it does not ask for goes to the server", async () => {
  const fetch = vi.fn(() => Promise.resolve(json({ from: "server" })));
  const api = createApi({ fetch });
  const answers = new Map<string, Promise<Response>>();
  const coming = Promise.resolve().then(() =>
    answers.set("GET /api/a/open/", Promise.resolve(json({ from: "early" }))),
  );
  set({ answers, coming });
  expect(await api.get("/api/a/open/")).toEqual({ from: "early" });
  expect(await api.get("/api/b/open/")).toEqual({ from: "server" });
});
it("without an early script a request goes at once: a page that is left has no time", () => {
  const fetch = vi.fn(() => Promise.resolve(json({})));
  void createApi({ fetch }).post("/api/x/", {}, { keepalive: true });
  expect(fetch).toHaveBeenCalledOnce();
  expect(takeEarly("GET", "/api/x/open/")).toBeUndefined();
});
