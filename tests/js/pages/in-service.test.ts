import { afterEach, expect, test, vi } from "vitest";
import { inService } from "@/pages/models/in-service.ts";

vi.mock("@/pages/models/parts.ts", () => ({ projectId: () => "p1" }));

afterEach(() => {
  vi.unstubAllGlobals();
});

function uses(items: object[], status = 200): void {
  const body = JSON.stringify({ items, next: null });
  vi.stubGlobal("fetch", () =>
    Promise.resolve(new Response(body, { status, headers: { "content-type": "application/json" } })),
  );
}

test("a version says which pipelines ask for it, by what, and whether they run", async () => {
  const pipeline = { id: "x", name: "Loop" };
  uses([{ pipeline, status: "running", variables: ["Best Model"], nodes: ["Predict"] }]);
  const row = inService("m");
  await vi.waitFor(() => expect(row.querySelector("a")?.getAttribute("href")).toBe("/p/p1/pipelines/x/"));
  expect(row.textContent).toBe("Loopas Best Model, PredictRunning");
});

test("one that nobody asks for says so, and so does one that cannot be asked about", async () => {
  uses([]);
  const idle = inService("m");
  await vi.waitFor(() => expect(idle.textContent).toBe("in no pipeline"));
  uses([], 403);
  const hidden = inService("m");
  await vi.waitFor(() => expect(hidden.textContent).toBe("could not be asked"));
});
