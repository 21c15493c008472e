// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  curveSpec,
  savingBlock,
  savingPart,
  toldWords,
  type Report,
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
  check: null,
};
const report: Report = {
  verdict: "saved",
  start: 50,
  picked: 45,
  labels: 95,
  metric: "accuracy",
  figures: [0.58, 0.64, 0.61],
  reached: 70.2,
  at_most: false,
  saving: 0.261,
  low: 0.08,
  high: 0.41,
  level: 0.9,
  versions: 2,
  first: 50,
  last: 95,
};
const check = {
  state: "done" as const,
  seeds: 3,
  done: 0,
  total: 6,
  report,
  error: "",
  model: "c1",
  created_at: "2026-05-01T10:00:00Z",
  finished_at: "2026-05-01T10:05:00Z",
};
const doors = (canEdit: boolean) => ({
  canEdit,
  start: vi.fn(() => Promise.resolve()),
  cancel: vi.fn(() => Promise.resolve()),
});
const drawn = (state: Saving, canEdit = false) => h("div", {}, savingPart(state, doors(canEdit)));
const answers = (status: number, body: unknown) => {
  const asked = vi.fn((_: string, __?: RequestInit) =>
    Promise.resolve(
      new Response(JSON.stringify(body), {
        status,
        headers: { "Content-Type": "application/json" },
      }),
    ),
  );
  vi.stubGlobal("fetch", asked);
  return asked;
};
const loaded = async (canEdit: boolean) => {
  const block = savingBlock("p1", "select", canEdit);
  await vi.waitFor(() => expect(fetch).toHaveBeenCalled());
  await new Promise((done) => setTimeout(done));
  return block;
};

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
    expect(drawn({ ...saving, elsewhere: 2, other_recipe: 1 }).textContent).toContain(
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
    expect(part.textContent).toContain("Once versions that were trained here are evaluated");
    expect(part.textContent).toContain("1 version not evaluated on a test set");
  });
  it("says nothing of a node that only the draft has", async () => {
    const asked = answers(400, {
      error: { code: "invalid", message: "No such node.", data: {} },
    });
    const block = await loaded(true);
    expect(asked.mock.calls[0]?.[0]).toContain("/api/v1/pipelines/p1/nodes/select/saving/");
    expect(block.textContent).toBe("");
  });
});

describe("beside labels picked by chance", () => {
  const told = (changes: Partial<Report>) => toldWords({ ...report, ...changes });

  it("tells what was saved, with its range", () => {
    expect(told({})).toBe(
      "With 95 labels picked by chance a model reaches accuracy .610 (.580 to .640 over 3 seeds)." +
        " Yours reached that with 70: 26 % fewer labels, between 8 % fewer and 41 % fewer (90 % sure).",
    );
    expect(told({ at_most: true, high: null })).toContain(
      "Yours had reached that with 70 already: 26 % fewer labels, at least 8 % fewer (90 % sure).",
    );
  });
  it("says honestly that no saving is shown", () => {
    const none = (changes: Partial<Report>) => told({ verdict: "none", ...changes });
    expect(none({ low: -0.12, high: 0.3 })).toBe(
      "No saving shown: with 95 labels picked by chance a model reaches accuracy .610 (.580 to .640 over 3 seeds)." +
        " Yours reached that with 70, which may be luck: anything between 12 % more and 30 % fewer fits (90 % sure).",
    );
    expect(none({ low: -0.4, high: null })).toContain("anything from 40 % more to far fewer fits");
    expect(none({ low: 0.001, high: 0.3 })).toContain("anything between as many and 30 % fewer fits");
    expect(none({ low: null, high: null })).toContain("anything from far more to far fewer fits");
    expect(none({ reached: null, saving: null, low: null, high: 0.05 })).toContain(
      "Yours have not reached that with up to 95 labels, which may be luck: anything from far more to 5 % fewer fits",
    );
  });
  it("says where choosing costs labels", () => {
    const costs = (changes: Partial<Report>) => told({ verdict: "costs", ...changes });
    expect(costs({ reached: 130, saving: -0.37, low: -0.6, high: -0.1 })).toMatch(
      /^Choosing costs labels here: .* with 130: 37 % more labels, between 60 % more and 10 % more \(90 % sure\)\.$/,
    );
    expect(costs({ reached: null, saving: null, low: null, high: -0.67, last: 200 })).toContain(
      "Yours have not reached that with up to 200 labels: at least 67 % more (90 % sure).",
    );
  });
  it("says that there are too few", () => {
    const few = {
      verdict: "too_few" as const,
      start: 20,
      picked: 4,
      least: 10,
    };
    expect(toldWords(few)).toBe(
      "Too few labels by chance to say anything: 4 so far, 10 are needed. Each round picks some.",
    );
    const part = drawn({ ...saving, check: { ...check, report: few, model: null } }, true);
    expect(part.textContent).not.toContain("This speaks of");
    expect(part.querySelector("button.btn")?.textContent).toBe("Compare again");
  });
  it("shows the verdict, what it does not know, and where chance stands in the chart", () => {
    const state = { ...saving, check };
    const part = drawn(state, true);
    expect(part.querySelector("p.notice.ok")?.textContent).toContain("26 % fewer labels");
    expect(part.textContent).toContain(
      "This speaks of models of 95 labels, not of larger ones: 50 that no round picked and 45 picked by chance",
    );
    expect([...part.querySelectorAll(".legend-key")].map((key) => key.textContent)).toEqual([
      "versions of this pipeline",
      "by chance",
    ]);
    expect(lineTable(curveSpec(state)).rows[1]).toEqual(["95", ".610", ".610"]);
  });
  it("offers to compare to those who may, once there is a curve", () => {
    const part = drawn(saving, true);
    expect(part.querySelector("button.btn")?.textContent).toBe("Compare with chance");
    expect(part.textContent).toContain("The rounds have picked 40 items by chance so far.");
    expect(drawn(saving, false).querySelector("button.btn")).toBeNull();
    expect(drawn({ ...saving, points: [point(50, 0.5)] }, true).querySelector("button.btn")).toBeNull();
  });
  it("says why it failed or that it was cancelled, and offers another try", () => {
    const failed = drawn(
      {
        ...saving,
        check: { ...check, state: "failed", report: null, error: "No disk." },
      },
      true,
    );
    expect(failed.querySelector("p.status.bad")?.textContent).toBe("No disk.");
    expect(failed.querySelector("button.btn")?.textContent).toBe("Try again");
    const cancelled = drawn({
      ...saving,
      check: { ...check, state: "cancelled", report: null },
    });
    expect(cancelled.textContent).toContain("was cancelled");
    expect(cancelled.querySelector("button.btn")).toBeNull();
  });
  it("starts at a click, shows how far it is and can be cancelled", async () => {
    answers(200, saving);
    const block = await loaded(true);
    const running = {
      ...check,
      state: "running",
      done: 2.4,
      report: null,
      finished_at: null,
    };
    const asked = answers(200, { ...saving, check: running });
    block.querySelector<HTMLButtonElement>("button.btn")?.click();
    await vi.waitFor(() => expect(block.querySelector("[role=progressbar]")).not.toBeNull());
    expect(asked.mock.calls[0]?.[1]?.method).toBe("POST");
    expect(block.querySelector(".progress-line")?.textContent).toContain("2 of 6");
    expect(block.textContent).toContain("trainings and evaluations of 3 models");
    const stopped = answers(200, {
      ...saving,
      check: { ...running, state: "cancelled" },
    });
    [...block.querySelectorAll("button")].find((one) => one.textContent === "Cancel")?.click();
    await vi.waitFor(() => expect(block.textContent).toContain("was cancelled"));
    expect(stopped.mock.calls[0]?.[0]).toContain("/saving/cancel/");
  });
  it("shows a viewer how far it is, without a way to stop it", async () => {
    answers(200, {
      ...saving,
      check: { ...check, state: "running", model: null, report: null },
    });
    const block = await loaded(false);
    expect(block.textContent).toContain("gathering the labels");
    expect([...block.querySelectorAll("button")].map((one) => one.textContent)).not.toContain("Cancel");
  });
});
