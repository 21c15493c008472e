// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from "vitest";
import { selectionBlock } from "@/pages/pipeline/selection";

const state = {
  pool: 12,
  open: 3,
  keep_open: 10,
  budget: 50,
  rounds: 2,
  waits_for: "",
};

function answers(status: number, body: unknown) {
  const json = { status, headers: { "Content-Type": "application/json" } };
  const fetched = vi.fn((_: string) => Promise.resolve(new Response(JSON.stringify(body), json)));
  vi.stubGlobal("fetch", fetched);
  return fetched;
}
const shown = async () => {
  const block = selectionBlock("p1", "select");
  await vi.waitFor(() => expect(fetch).toHaveBeenCalled());
  await new Promise((done) => setTimeout(done));
  return block;
};

afterEach(() => vi.unstubAllGlobals());

describe("the panel of a Select node", () => {
  it("tells the pool, what is unfinished and the rounds", async () => {
    const asked = answers(200, state);
    const block = await shown();
    expect(asked.mock.calls[0]?.[0]).toContain("/api/v1/pipelines/p1/nodes/select/selection/");
    expect([...block.querySelectorAll("dd")].map((one) => one.textContent)).toEqual(["12 items", "3", "2"]);
    expect(block.querySelector("p")).toBeNull();
  });
  it("tells why the next round waits", async () => {
    answers(200, { ...state, waits_for: "there is no model" });
    expect((await shown()).querySelector("p.hint")?.textContent).toBe(
      "The next round waits: there is no model.",
    );
  });
  it("tells that nothing more comes where the loop has levelled off", async () => {
    answers(200, {
      ...state,
      waits_for: "levelled off: accuracy of the last version is at most 0.9",
    });
    expect((await shown()).querySelector("p.notice.warn")?.textContent).toBe(
      "Nothing more is selected: levelled off: accuracy of the last version is at most 0.9.",
    );
  });
  it("says nothing of a node that only the draft has, and what is wrong otherwise", async () => {
    answers(400, {
      error: { code: "invalid", message: "No such node.", data: {} },
    });
    expect((await shown()).textContent).toBe("");
    answers(500, { error: { code: "broken", message: "It broke.", data: {} } });
    expect((await shown()).querySelector("p.status.bad")?.textContent).toBe("It broke.");
  });
});
