import { describe, expect, it } from "vitest";
import { scaleOf, toneOf } from "@/pages/models/changes-view.ts";
import { apartWords, changeRows, kindOf, kindWords } from "@/pages/models/comparison-kind.ts";
import { changesOf } from "@/ui/schema.ts";
import { firstClause, metricName, verdictTitle, waitsForApproval, whyText } from "@/pages/models/parts.ts";
import { addSamples, order, specOf, type Points } from "@/pages/models/training-view.ts";
import type { Comparison, ComparisonReport, Model } from "@/pages/models/types.ts";

describe("training charts", () => {
  it("keep one point an epoch when a resumed training tells its points again", () => {
    const points: Points = new Map();
    const told = [0, 1, 2].map((x) => ({
      figure: "loss",
      legend: "train",
      x,
      y: 1 / (x + 1),
    }));
    addSamples(points, told);
    addSamples(points, [...told, { figure: "loss", legend: "train", x: 3, y: 0.2 }]);
    const spec = specOf("loss", points.get("loss") ?? new Map<string, Map<number, number>>());
    expect(spec.series[0]?.points.map(([x]) => x)).toEqual([1, 2, 3, 4]);
  });

  it("draw validation first and mark its best epoch: lowest for a loss, highest otherwise", () => {
    const points: Points = new Map();
    for (const figure of ["loss", "accuracy"]) {
      for (const [x, y] of [
        [0, 0.5],
        [1, 0.2],
        [2, 0.9],
      ] as const) {
        addSamples(points, [
          { figure, legend: "train", x, y },
          { figure, legend: "validation", x, y },
        ]);
      }
    }
    const loss = specOf("loss", points.get("loss") ?? new Map<string, Map<number, number>>());
    expect(loss.series.map((one) => [one.name, one.role])).toEqual([
      ["validation", "active"],
      ["train", "control"],
    ]);
    expect(loss.marks?.[0]?.x).toBe(2);
    expect(
      specOf("accuracy", points.get("accuracy") ?? new Map<string, Map<number, number>>()).marks?.[0]?.x,
    ).toBe(3);
  });

  it("stand by name, how fast it goes behind what it learns", () => {
    const figures = ["learning_rate", "loss", "images_per_second", "accuracy"];
    expect(figures.sort(order)).toEqual(["accuracy", "loss", "learning_rate", "images_per_second"]);
  });

  it("write as many digits as the values need for their marks to differ", () => {
    const format = (y: number) => {
      const points: Points = new Map();
      addSamples(points, [{ figure: "penalty", legend: "l2", x: 0, y }]);
      return specOf("penalty", points.get("penalty") ?? new Map<string, Map<number, number>>()).y?.format?.(
        y,
      );
    };
    expect(format(25)).toBe("25");
    expect(format(0.5)).toBe(".50");
    expect(format(0.0012)).toBe(".0012");
    expect(format(0)).toBe(".00");
  });
});

describe("changes per class", () => {
  it("lie on one scale that holds zero and every value", () => {
    const scale = scaleOf([0.2, -0.1, 0.05], 100);
    for (const value of [0.2, -0.1, 0, 0.05]) {
      expect(scale.at(value)).toBeGreaterThanOrEqual(0);
      expect(scale.at(value)).toBeLessThanOrEqual(100);
    }
    expect(scaleOf([], 100).at(0)).toBeCloseTo(50);
  });

  it("are green only when surely better, red only when a guarded class may be worse", () => {
    expect(toneOf({ bound: 0.01, ok: true })).toBe("good");
    expect(toneOf({ bound: -0.2, ok: true })).toBe("even");
    expect(toneOf({ bound: null, ok: true })).toBe("even");
    expect(toneOf({ bound: -0.2, ok: false })).toBe("poor");
  });
});

describe("what a comparison counted", () => {
  const row = {
    name: "cat",
    support: 12,
    candidate_recall: 0.8,
    incumbent_recall: 0.7,
    recall_change: 0.1,
    lower_bound: -0.05,
    candidate_average_precision: 0.6,
    incumbent_average_precision: 0.65,
    guarded: false,
    ok: true,
  };
  const report = (more: Partial<ComparisonReport>) =>
    ({
      metric: "average_precision",
      per_class: [row],
      only_candidate: 3,
      only_incumbent: 1,
      candidate: { name: "v8" },
      incumbent: { name: "v7" },
      ...more,
    }) as ComparisonReport;
  const objects = report({ per_class: [{ ...row, average_precision_change: -0.05 }] });
  const pixels = report({ metric: "mean_iou" });

  it("is told by its report, by old ones too", () => {
    expect([report({ kind: "classes" }), report({}), objects, pixels].map(kindOf)).toEqual([
      "classes",
      "classes",
      "objects",
      "pixels",
    ]);
    expect(kindWords(report({})).test).toContain("McNemar");
    expect(kindWords(objects).test).toContain("bootstrap");
    expect(kindWords(pixels).test).toContain("Permutation");
    expect(apartWords(objects)).toBe("Only v8 finds 3 of the objects, only v7 1.");
    expect(apartWords(pixels)).toBe("v8 errs less on 3 of them, v7 on 1.");
  });

  it("shows the bound beside the change that it is of", () => {
    expect(changeRows(report({}))[0]).toMatchObject({ main: [0.8, 0.7], change: 0.1, bound: -0.05 });
    expect(changeRows(objects)[0]).toMatchObject({ main: [0.6, 0.65], other: [0.8, 0.7], change: -0.05 });
    expect(changeRows(pixels)[0]?.bound).toBeNull();
    expect(changeRows({ ...pixels, kind: "pixels" })[0]?.bound).toBe(-0.05);
    const rare = report({ per_class: [{ ...row, lower_bound: -1 }] });
    expect(changeRows(rare)[0]?.bound).toBeNull();
  });
});

describe("words", () => {
  const comparison = (verdict: string, codes: string[]): Comparison => ({
    id: "c",
    candidate: { id: "a", name: "v8" },
    incumbent: { id: "b", name: "v7" },
    test_set_version: null,
    config: {},
    verdict,
    reason: "",
    waits: false,
    created_at: "",
    report: {
      reasons: codes.map((code) => ({ code, text: "", passed: false })),
    } as unknown as ComparisonReport,
  });

  it("say who won, and why not", () => {
    expect(verdictTitle(comparison("update model", []))).toBe("v8 is better than v7.");
    expect(verdictTitle(comparison("discard", ["tie"]))).toContain("v7 stays");
    expect(verdictTitle(comparison("discard", ["not_significant"]))).toContain("may be no better");
    expect(verdictTitle(comparison("discard", ["gain_too_small"]))).toContain("not enough better");
    expect(verdictTitle(comparison("discard", ["too_slow", "approval_needed"]))).toContain("too slow");
  });

  it("wait for a person only where nothing else is open", () => {
    const waits = (codes: string[]) => waitsForApproval(comparison("discard", codes).report);
    expect(waits(["approval_needed"])).toBe(true);
    expect(verdictTitle(comparison("discard", ["approval_needed"]))).toContain("waits for approval");
    expect(waits(["too_slow", "approval_needed"])).toBe(false);
    expect(waits([])).toBe(false);
    expect(waitsForApproval(undefined)).toBe(false);
  });

  it("give a list the reason without its figures", () => {
    expect(firstClause("kept out: Orchard v3 stays, a tie: Accuracy 50.0 % → 50.0 %")).toBe("a tie");
    expect(firstClause("replaced by v8")).toBe("replaced by v8");
    const base = {
      status: "pre-trained",
      can_predict: false,
      stage_reason: "",
    } as Model;
    expect(whyText(base)).toBe("has learnt no label yet");
  });

  it("name metrics as people do", () => {
    expect(metricName("average_precision of cat")).toBe("Mean average precision of cat");
    expect(metricName("loss")).toBe("Loss");
  });
});

describe("the form of a new version", () => {
  it("sends only what differs from the base", () => {
    expect(changesOf({ epochs: 30, width: 32 }, { epochs: 30, width: 16, l2: null })).toEqual({ width: 16 });
    expect(changesOf({ l2: 0.1 }, { l2: null })).toEqual({ l2: null });
  });
});
