// @vitest-environment node
import { describe, expect, it } from "vitest";
import { latelyLines } from "@/pages/home/lately";
import { shortener, type ModelRow } from "@/pages/home/types";
import { loopFigures } from "@/pipeline_editor/graph/loop";
import type { Graph } from "@/pipeline_editor/graph/types";

const node = (id: string, type: string) => ({
  id,
  type,
  version: 1,
  name: id,
  config: {},
  inputs: {},
  position: { x: 0, y: 0 },
});

describe("loopFigures", () => {
  it("counts the waiting executions of Select as the pool, and sums nodes of one kind", () => {
    const graph: Graph = {
      nodes: [
        node("p", "predict"),
        node("s", "select"),
        node("a", "annotation_task"),
        node("b", "annotation_task"),
      ],
      connections: [],
    };
    const figures = loopFigures(graph, {
      p: { done: 300, running: 2, failed: 1 },
      s: { waiting: 276, done: 24 },
      a: { waiting: 20 },
      b: { waiting: 4, failed: 2 },
    });
    expect(figures).toMatchObject({
      pool: 276,
      predicted: 300,
      predicting: 2,
      toLabel: 24,
      inReview: 0,
      failed: 3,
    });
  });

  it("takes what still awaits prediction as the pool where nothing selects", () => {
    const graph: Graph = { nodes: [node("p", "predict")], connections: [] };
    expect(loopFigures(graph, { p: { ready: 5, done: 10 } }).pool).toBe(5);
  });
});

describe("latelyLines", () => {
  it("puts the newest first, whatever kind it is", () => {
    const lines = latelyLines("/p/1", {
      models: [
        {
          id: "m",
          name: "v2",
          number: 2,
          status: "trained",
          stage: "",
          train_count: 50,
          created_at: "2026-01-01",
          trained_at: "2026-01-03",
          promoted_at: null,
          evaluation: null,
          job: null,
        },
      ],
      comparisons: [
        {
          id: "c",
          candidate: { id: "m", name: "v2" },
          incumbent: { id: "l", name: "v1" },
          verdict: "discard",
          reason: "",
          waits: false,
          created_at: "2026-01-04",
        },
      ],
      figures: {
        labels_vs_metric: [],
        best_history: [
          {
            model: "l",
            name: "v1",
            previous: null,
            at: "2026-01-02",
            accuracy: 0.5,
            metric: "accuracy",
          },
        ],
      },
    });
    expect(lines.map((l) => l.text)).toEqual([
      "v2 did not replace v1.",
      "v2 trained on 50 labels",
      "v1 is the best model (accuracy .500)",
    ]);
  });
});

describe("shortener", () => {
  it("says the number of a version, also where its name begins with that of its base", () => {
    const short = shortener([
      { name: "net", number: 1 },
      { name: "net-2026_11_24", number: 2 },
    ] as ModelRow[]);
    expect(short("net stays, net-2026_11_24 is a tie.")).toBe("v1 stays, v2 is a tie.");
    expect(shortener([])("net stays.")).toBe("net stays.");
  });
});
