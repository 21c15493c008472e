// @vitest-environment node
import { describe, expect, it } from "vitest";
import {
  reviewBody,
  reviewSchema,
  reviewValue,
  ruleWords,
  sampleWords,
  warning,
  type ReviewState,
} from "@/pages/task/review-words.ts";
import { validate } from "@/ui/schema.ts";

const plain: ReviewState = {
  parent_task: { id: "a", name: "Label", kind: "annotation" },
  followed_by: [],
  sample_percent: 100,
  auto_accept: null,
  in_pipeline: false,
  taken: 4,
  auto_accepted: 0,
  not_taken: 0,
};

describe("settings of review", () => {
  it.each<Partial<ReviewState>>([
    {},
    { parent_task: null },
    { sample_percent: 12.5, auto_accept: { kind: "not_sampled" } },
    {
      auto_accept: {
        kind: "agreement",
        min_confidence: 0.955,
        unchanged: true,
      },
    },
    { auto_accept: { kind: "agreement", min_confidence: 0, unchanged: true } },
  ])("come back from the form as they went in: %o", (part) => {
    const state = { ...plain, ...part };
    expect(reviewBody(reviewValue(state))).toEqual({
      parent_task: state.parent_task?.id ?? null,
      sample_percent: state.sample_percent,
      auto_accept: state.auto_accept,
    });
  });

  it("fit the form's schema, and a share beyond 100 % does not", () => {
    const schema = reviewSchema();
    expect(validate(schema, reviewValue(plain))).toEqual({});
    expect(validate(schema, { ...reviewValue(plain), sample_percent: 101 })).toHaveProperty("sample_percent");
  });

  it("are told in words", () => {
    expect(sampleWords(100)).toBe("every item");
    expect(sampleWords(12.5)).toContain("12.5 %");
    expect(ruleWords(null)).toBe("nothing");
    expect(ruleWords({ kind: "not_sampled" })).toBe("what is not drawn");
    expect(ruleWords({ kind: "agreement", min_confidence: 0.9, unchanged: true })).toContain("90 %");
  });

  it("warn of finished items that nobody looks at, and of nothing else", () => {
    expect(warning(plain)).toBeNull();
    expect(warning({ ...plain, not_taken: 1 })).toContain("1 finished item was");
    expect(warning({ ...plain, not_taken: 7 })).toContain("7 finished items were");
  });
});
