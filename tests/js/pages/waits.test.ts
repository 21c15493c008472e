// @vitest-environment node
/** What a cycle waits for, in words. */
import { describe, expect, it } from "vitest";
import { studioUrl, whoWords } from "../../../static/src/pages/pipeline/waits.ts";

const work = {
  task: "t",
  task_item: "i",
  name: "Label",
  kind: "annotation" as const,
  person: { id: "a", name: "Ann" },
  with_annotator: false,
  since: "2026-01-01T00:00:00Z",
};

describe("waits", () => {
  it("say who has it", () => {
    expect(whoWords(work)).toBe("with Ann");
    expect(whoWords({ ...work, kind: "qa" })).toBe("reviewed by Ann");
    expect(whoWords({ ...work, person: null })).toBe("nobody took it yet");
    expect(whoWords({ ...work, with_annotator: true })).toBe("back with its annotator");
  });
  it("lead to the task item", () => {
    expect(studioUrl("p", work)).toBe("/p/p/studio/t/?item=i");
  });
});
