// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  curveSpec,
  savingBlock,
  savingPart,
  type Saving,
} from "@/pages/pipeline/saving";
import { lineTable } from "@/ui/chart-options";
import { h } from "@/lib/dom";

const point = (labels: number, figure: number) => ({
  model: `m${labels}`,
  name: `v${labels}`,
  labels,
  figure,
  interval: [figure - 0.02, figure + 0.02],
  stage: "archived",
});
const saving: Saving = {
  metric: "accuracy",
  test_set: { id: "t1", name: "Test pictures", number: 2, items: 600 },
  points: [point(50, 0.5), point(95, 0.61)],
  elsewhere: 0,
  other_recipe: 0,
  picked_by_chance: 40,
};
const drawn = (state: Saving) => h("div", {}, savingPart(state));

afterEach(() => vi.unstubAllGlobals());

describe("has choosing paid?", () => {
  it("draws the figure over the labels and says on which test set", () => {
    const part = drawn(saving);
    expect(part.querySelector(".chart")?.getAttribute("aria-label")).toContain(
      "accuracy of the pipeline's versions",
    );
    expect(part.querySelector("p.hint")?.textContent).toBe(
      "On 600 pictures of Test pictures, version 2. Labels are approved training pictures.",
    );
    expect(lineTable(curveSpec(saving)).rows).toEqual([
      ["50", ".500"],
      ["95", ".610"],
    ]);
    expect(curveSpec(saving).series[0]?.band?.[1]).toEqual([95, 0.59, 0.63]);
  });
  it("says which versions are left out", () => {
    expect(
      drawn({ ...saving, elsewhere: 2, other_recipe: 1 }).textContent,
    ).toContain(
      "Left out: 2 versions not evaluated on that test set; 1 version of another model or other settings.",
    );
  });
  it("says what comes here while there is no version", () => {
    const part = drawn({
      ...saving,
      metric: "",
      test_set: null,
      points: [],
      elsewhere: 1,
    });
    expect(part.querySelector(".chart")).toBeNull();
    expect(part.textContent).toContain(
      "Once versions that were trained here are evaluated",
    );
    expect(part.textContent).toContain("1 version not evaluated on a test set");
  });
  it("says nothing of a node that only the draft has", async () => {
    const json = {
      status: 400,
      headers: { "Content-Type": "application/json" },
    };
    const body = {
      error: { code: "invalid", message: "No such node.", data: {} },
    };
    const asked = vi.fn((_: string) =>
      Promise.resolve(new Response(JSON.stringify(body), json)),
    );
    vi.stubGlobal("fetch", asked);
    const block = savingBlock("p1", "select");
    await vi.waitFor(() => expect(asked).toHaveBeenCalled());
    await new Promise((done) => setTimeout(done));
    expect(asked.mock.calls[0]?.[0]).toContain(
      "/api/v1/pipelines/p1/nodes/select/saving/",
    );
    expect(block.textContent).toBe("");
  });
});
