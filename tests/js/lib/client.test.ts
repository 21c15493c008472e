import { describe, expect, expectTypeOf, it, vi } from "vitest";
import { createClient, fillPath, type Schema } from "@/lib/client.ts";
import { createApi } from "@/lib/http.ts";

function setup(answer: unknown = {}) {
  const fetchFake = vi.fn(
    async (_url: string, _init: RequestInit) =>
      new Response(JSON.stringify(answer), { headers: { "Content-Type": "application/json" } }),
  );
  const http = createApi({ fetch: fetchFake as unknown as typeof fetch, cookie: () => "" });
  return { client: createClient(http), fetchFake };
}

describe("client", () => {
  it("fills paths, sends bodies and queries by the schema", async () => {
    const { client, fetchFake } = setup({ id: "m", role: "viewer" });
    const member = await client.patch("/api/v1/members/{member_id}/", {
      path: { member_id: "a/b" },
      body: { role: "viewer" },
    });
    expectTypeOf(member).toEqualTypeOf<Schema<"Member">>();
    const [url, init] = fetchFake.mock.calls[0]!;
    expect([url, init.method, init.body]).toEqual(["/api/v1/members/a%2Fb/", "PATCH", '{"role":"viewer"}']);
  });

  it("needs no options where nothing is needed, and all where something is", async () => {
    const { client, fetchFake } = setup({ email: "a@b" });
    const me = await client.get("/api/v1/me/");
    expectTypeOf(me.email).toBeString();
    expect(fetchFake.mock.calls[0]![0]).toBe("/api/v1/me/");
    // @ts-expect-error the path has a parameter
    expect(() => client.del("/api/v1/tokens/{token_id}/")).toThrow('needs "token_id"');
    // @ts-expect-error no such role
    await client.patch("/api/v1/members/{member_id}/", { path: { member_id: "m" }, body: { role: "king" } });
    // @ts-expect-error no such path
    await client.get("/api/v1/nowhere/");
  });

  it("posts", async () => {
    const { client, fetchFake } = setup({ id: "p" });
    const project = await client.post("/api/v1/projects/", { body: { name: "Apples" } });
    expectTypeOf(project.id).toBeString();
    expect(fetchFake.mock.calls[0]![1].method).toBe("POST");
  });

  it("says which value of a path is missing", () => {
    expect(fillPath("/a/{x}/{y}/", { x: 1, y: "b c" })).toBe("/a/1/b%20c/");
    expect(() => fillPath("/a/{x}/")).toThrow('/a/{x}/ needs "x"');
  });
});
