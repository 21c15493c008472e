// @vitest-environment node
import { describe, expect, it, vi } from "vitest";
import { AlpApiError, createApi, csrfToken, errorFrom, isAbort, messageOf, withQuery } from "@/lib/http.ts";

type Call = { url: string; init: RequestInit };

function setup(...answers: (Response | Error)[]) {
  const calls: Call[] = [];
  const sleep = vi.fn(async () => undefined);
  const onSignedOut = vi.fn();
  const fetchFake = (async (url: string, init: RequestInit) => {
    calls.push({ url, init });
    const answer = answers.shift();
    if (!answer) throw new Error("one call too many");
    if (answer instanceof Error) throw answer;
    return answer;
  }) as unknown as typeof fetch;
  const api = createApi({
    fetch: fetchFake,
    sleep,
    cookie: () => "x=1; csrftoken=abc%3D; y=2",
    user: () => "u1",
    onSignedOut,
  });
  return { api, calls, sleep, onSignedOut };
}
const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
const dropped = () => new TypeError("Failed to fetch");

describe("requests", () => {
  it("sends JSON with the CSRF token and reads JSON", async () => {
    const { api, calls } = setup(json({ id: "1" }, 201));
    expect(await api.post("/api/v1/x/", { name: "a" })).toEqual({ id: "1" });
    const { url, init } = calls[0]!;
    expect(url).toBe("/api/v1/x/");
    expect(init.method).toBe("POST");
    expect(init.body).toBe('{"name":"a"}');
    expect(init.headers).toMatchObject({
      "X-CSRFToken": "abc=",
      "X-ALP-User": "u1",
      "Content-Type": "application/json",
    });
  });

  it("sends no CSRF token with a GET and leaves a form to the browser", async () => {
    const { api, calls } = setup(json({}), json({}));
    await api.get("/a/");
    expect(calls[0]!.init.headers).not.toHaveProperty("X-CSRFToken");
    const form = new FormData();
    await api.post("/b/", form);
    expect(calls[1]!.init.body).toBe(form);
    expect(calls[1]!.init.headers).not.toHaveProperty("Content-Type");
  });

  it("gives undefined for an empty answer", async () => {
    const { api, calls } = setup(new Response(null, { status: 204 }));
    expect(await api.del("/a/")).toBeUndefined();
    expect(calls[0]!.init.method).toBe("DELETE");
  });

  it("uses the named verbs", async () => {
    const { api, calls } = setup(json({}), json({}));
    await api.patch("/a/", {});
    await api.put("/a/", {});
    expect(calls.map(({ init }) => init.method)).toEqual(["PATCH", "PUT"]);
  });

  it("walks every page of a list", async () => {
    const { api, calls } = setup(json({ items: [1, 2], next: "k2" }), json({ items: [3], next: null }));
    expect(await api.all("/a/", { query: { limit: 2 } })).toEqual([1, 2, 3]);
    expect(calls.map(({ url }) => url)).toEqual(["/a/?limit=2", "/a/?limit=2&after=k2"]);
  });

  it("marks a last save to outlive the page", async () => {
    const { api, calls } = setup(json({}));
    await api.post("/a/", {}, { keepalive: true });
    expect(calls[0]!.init.keepalive).toBe(true);
  });
});

describe("failures", () => {
  it("turns the error body into an AlpApiError with its data", async () => {
    const { api } = setup(
      json({ error: { code: "stale", message: "It moved.", data: { version: 4 } } }, 412),
    );
    const error = await api.post("/a/", {}).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AlpApiError);
    expect(error).toMatchObject({ code: "stale", message: "It moved.", status: 412, data: { version: 4 } });
  });

  it.each([401, 403, 404, 413, 429, 500, 418])("has a sentence for a bare %i", (status) => {
    const error = errorFrom(status, "<html>");
    expect(error.message.length).toBeGreaterThan(10);
    expect(error.status).toBe(status);
  });

  it("tells the page when the session ended", async () => {
    const { api, onSignedOut } = setup(json({ error: { code: "not_authenticated", message: "no" } }, 401));
    await expect(api.get("/a/")).rejects.toMatchObject({ status: 401 });
    expect(onSignedOut).toHaveBeenCalledOnce();
  });

  it("tries a GET again after the network dropped it", async () => {
    const { api, calls, sleep } = setup(dropped(), dropped(), json({ ok: 1 }));
    expect(await api.get("/a/")).toEqual({ ok: 1 });
    expect(calls).toHaveLength(3);
    expect(sleep.mock.calls.flat()).toEqual([300, 900]);
  });

  it("gives up after its retries with a network error", async () => {
    const { api } = setup(dropped(), dropped(), dropped());
    const error = await api.get("/a/").catch((caught: unknown) => caught as AlpApiError);
    expect(error).toMatchObject({ code: "network", status: 0, isNetwork: true });
  });

  it("never repeats a POST by itself, but does when the caller says it is safe", async () => {
    const once = setup(dropped());
    await expect(once.api.post("/a/", {})).rejects.toMatchObject({ code: "network" });
    const twice = setup(json({}, 503), json({ ok: 1 }));
    expect(await twice.api.post("/a/", {}, { retries: 1 })).toEqual({ ok: 1 });
  });

  it("does not repeat what the server refused", async () => {
    const { api, calls } = setup(json({ error: { code: "invalid", message: "bad" } }, 400));
    await expect(api.get("/a/")).rejects.toMatchObject({ code: "invalid" });
    expect(calls).toHaveLength(1);
  });

  it("lets an abort through as an abort", async () => {
    const { api } = setup(new DOMException("stopped", "AbortError"));
    const error = await api.get("/a/").catch((caught: unknown) => caught);
    expect(isAbort(error)).toBe(true);
  });

  it("says so when an answer cannot be read", async () => {
    const broken = new Response("{", { status: 200, headers: { "Content-Type": "application/json" } });
    const { api } = setup(broken);
    await expect(api.get("/a/")).rejects.toMatchObject({ code: "bad_answer" });
  });

  it("flattens the messages of fields", () => {
    const fields = {
      name: ["Too long.", "Odd."],
      params: { epochs: ["At least 1."] },
      rows: [{}, { x: ["no"] }],
    };
    const error = new AlpApiError("invalid", "bad", 400, { fields });
    expect(error.fields).toEqual({
      name: "Too long. Odd.",
      "params.epochs": "At least 1.",
      "rows.1.x": "no",
    });
    expect(new AlpApiError("x", "y", 400).fields).toEqual({});
  });
});

describe("upload", () => {
  class FakeXhr {
    static last: FakeXhr;
    upload: { onprogress?: (event: object) => void } = {};
    headers: Record<string, string> = {};
    status = 201;
    responseText = '{"created":1}';
    onload = () => undefined as void;
    onerror = () => undefined as void;
    onabort = () => undefined as void;
    sent: unknown;
    constructor() {
      FakeXhr.last = this;
    }
    open() {}
    setRequestHeader(key: string, value: string) {
      this.headers[key] = value;
    }
    getResponseHeader() {
      return "application/json";
    }
    send(body: unknown) {
      this.sent = body;
    }
    abort() {
      this.onabort();
    }
  }

  it("tells progress and gives the answer", async () => {
    vi.stubGlobal("XMLHttpRequest", FakeXhr);
    const { api } = setup();
    const seen: number[][] = [];
    const done = api.upload("/u/", new FormData(), {
      onProgress: (...at) => seen.push(at),
      headers: { "X-A": "1" },
    });
    FakeXhr.last.upload.onprogress?.({ lengthComputable: true, loaded: 3, total: 9 });
    FakeXhr.last.onload();
    expect(await done).toEqual({ created: 1 });
    expect(seen).toEqual([[3, 9]]);
    expect(FakeXhr.last.headers).toMatchObject({ "X-CSRFToken": "abc=", "X-A": "1" });
  });

  it("fails like any request, and can be stopped", async () => {
    vi.stubGlobal("XMLHttpRequest", FakeXhr);
    const { api } = setup();
    const refused = api.upload("/u/", new FormData());
    FakeXhr.last.status = 413;
    FakeXhr.last.responseText = '{"error":{"code":"too_large","message":"big"}}';
    FakeXhr.last.onload();
    await expect(refused).rejects.toMatchObject({ code: "too_large" });
    const lost = api.upload("/u/", new FormData());
    FakeXhr.last.onerror();
    await expect(lost).rejects.toMatchObject({ code: "network" });
    const stop = new AbortController();
    const stopped = api.upload("/u/", new FormData(), { signal: stop.signal });
    stop.abort();
    expect(isAbort(await stopped.catch((caught: unknown) => caught))).toBe(true);
  });
});

describe("small parts", () => {
  it("builds query strings and leaves out what is empty", () => {
    expect(withQuery("/a/", { q: "a b", n: 0, no: null, un: undefined, many: ["x", 2] })).toBe(
      "/a/?q=a+b&n=0&many=x&many=2",
    );
    expect(withQuery("/a/?x=1", { y: true })).toBe("/a/?x=1&y=true");
    expect(withQuery("/a/")).toBe("/a/");
  });
  it("finds the CSRF cookie and nothing like it", () => {
    expect(csrfToken("notcsrftoken=1")).toBe("");
    expect(csrfToken("a=1; csrftoken=tok")).toBe("tok");
  });
  it("has one sentence for anything thrown", () => {
    expect(messageOf(new Error("why"))).toBe("why");
    expect(messageOf("odd")).toBe("odd");
  });
});
