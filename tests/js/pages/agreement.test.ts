import { describe, expect, it } from "vitest";
import { aboutOf, queryOf, scoreWords, subsetWords } from "@/pages/models/agreement-view.ts";
import { standing, type ExportRow } from "@/pages/models/export-dialog.ts";
import { softwareWords } from "@/pages/models/evaluation-view.ts";
import { reviewName } from "@/pages/models/items-view.ts";

const means = { label: 1, attributes: null, geometry: null, score: 1 };

describe("agreement", () => {
  it("says what is missing before what is not exact", () => {
    const row = { truths: 2, found: 2, matched: 2, label: 1, geometry: 0.8 };
    expect(scoreWords(row)).toBe("place .80");
    expect(scoreWords({ ...row, label: 0.5 })).toBe("another label, place .80");
    expect(scoreWords({ ...row, found: 3, matched: 1 })).toBe("1 not found, 2 too many");
    expect(scoreWords({ ...row, geometry: null })).toBe("the same");
    expect(scoreWords({ truths: 0, found: 0, matched: 0, label: null, geometry: null })).toContain("nothing");
  });

  it("asks for one model, one person, or a pair", () => {
    const row = {
      ...means,
      who: { id: "a", name: "Ann" },
      other: { id: "b", name: "Bo" },
      n: 3,
      subsets: [],
    };
    expect(queryOf(aboutOf("people", row))).toEqual({ kind: "people", person: "a", other: "b" });
    expect(queryOf(aboutOf("model", { ...row, other: null }))).toEqual({ kind: "model", model: "a" });
    expect(aboutOf("people", row).name).toBe("Ann and Bo");
  });

  it("tells apart the pictures that a model learnt from", () => {
    const parts = [
      { subset: "", n: 4, score: 0.5 },
      { subset: "train", n: 40, score: 0.98 },
    ];
    expect(subsetWords(parts)).toBe("in no subset .500 of 4 · train .980 of 40");
  });
});

describe("an export", () => {
  const row: ExportRow = {
    format: "onnx",
    title: "ONNX",
    text: "",
    reason: "",
    file: null,
    about: null,
    job: null,
  };
  const job = {
    id: "j",
    state: "running",
    progress: { note: "checking" },
    attempts: 1,
    cancel_requested: false,
    started_at: null,
    error: "",
  };

  it("says why it cannot be had, that it is made, that it failed", () => {
    expect(standing(row)).toEqual({ words: "Not written yet.", bad: false, works: false });
    expect(standing({ ...row, reason: "pip install onnxscript" }).words).toBe("pip install onnxscript");
    expect(standing({ ...row, job })).toEqual({ words: "checking", bad: false, works: true });
    const failed = { ...job, state: "failed", error: "differs by 0.01" };
    expect(standing({ ...row, job: failed })).toEqual({ words: "differs by 0.01", bad: true, works: false });
  });
});

describe("an evaluation", () => {
  it("says how long it took and with what it was made", () => {
    expect(softwareWords({ "alp.ml": "0123456789abcdef", torch: "2.14.1", numpy: "2.4" }, 12)).toBe(
      "made in 12 s with code 01234567, torch 2.14.1",
    );
    expect(softwareWords({}, 12)).toBe("made in 12 s");
    expect(softwareWords({}, null)).toBe("");
  });

  it("names a review after the pictures that it is made of", () => {
    expect(reviewName("v3", { only: "wrong" })).toBe("v3: mistakes");
    expect(reviewName("v3", { only: "", truth: "cat", predicted: "dog" })).toBe(
      "v3: answers of cat said to be dog",
    );
  });
});
