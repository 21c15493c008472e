import { expect, test } from "vitest";
import { dependents, replacedBy } from "@/pages/models/acts.ts";
import { graphOf } from "@/pages/models/lineage-graph.ts";
import { pathOf } from "@/pages/models/drawn.ts";
import type { Lineage, Model, ModelUse } from "@/pages/models/types.ts";

document.body.innerHTML = `<script type="application/json" id="boot">${JSON.stringify({
  project: { id: "p", name: "P" },
  page: {},
})}</script>`;

const version = { id: "t", number: 2, item_count: 9, hash: "h" };
const lineage = {
  summary: {
    train: { items: 30, labels: {}, skipped: 0 },
    validation: { items: 5, labels: {}, skipped: 0 },
    test: { items: 9, version: "t", number: 2 },
  },
  dataset: { id: "d", name: "Truth" },
  base_model: { id: "b", name: "seed" },
  came_of: {
    evaluations: [{ id: "e", status: "done", summary: { map_50: 0.5 }, test_set_version: version }],
    comparisons: [{ id: "c", verdict: "update model", as: "candidate", other: { id: "o", name: "old" } }],
    promotions: [
      {
        id: "w",
        kind: "promote",
        previous: { id: "v6", name: "v6" },
        reason: "better",
        comparison: "c",
        at: "",
      },
    ],
    descendants: [{ id: "x", name: "next" }],
    counts: { evaluations: 1, comparisons: 1, descendants: 1, predictions: 40 },
  },
} as unknown as Lineage;
const uses: ModelUse[] = [
  { pipeline: { id: "q", name: "Loop" }, status: "running", variables: ["Best Model"], nodes: [] },
];
const model = {
  id: "m",
  name: "v2",
  train_count: 30,
  adapter: "a",
  labels: ["cat", "dog"],
} as unknown as Model;

test("the graph goes from the data to the pipelines, and every node follows from another", () => {
  const { nodes, edges } = graphOf(model, lineage, uses);
  expect(nodes.map((node) => [node.id, node.column])).toEqual([
    ["data", 0],
    ["base", 0],
    ["test", 0],
    ["model", 1],
    ["e", 2],
    ["c", 3],
    ["w", 3],
    ["q", 4],
    ["x", 4],
  ]);
  expect(edges).toContainEqual(["data", "model"]);
  expect(edges).toContainEqual(["e", "c"]);
  expect(edges).toContainEqual(["c", "w"]);
  expect(edges).toContainEqual(["w", "q"]);
  for (const node of nodes.filter(({ column }) => column > 0))
    expect(edges.some(([, to]) => to === node.id)).toBe(true);
  expect(nodes.every((node) => node.href)).toBe(true);
});

test("deleting names what goes and what stays", () => {
  const { loss, text } = dependents(model, lineage.came_of, uses);
  expect(loss).toEqual([
    "the version and its 2 classes",
    "1 evaluation",
    "40 predictions",
    "its place in the pipeline Loop (Best Model)",
  ]);
  expect(text).toContain("1 version made from it stay");
  expect(text).toContain("next");
});

test("outlines are closed, lines stay open, a point is a dot", () => {
  const square: [number, number][] = [
    [0, 0],
    [5, 0],
    [5, 5],
  ];
  expect(pathOf({ covers: true, rings: [square] })).toBe("M0,0L5,0L5,5Z");
  expect(pathOf({ covers: false, rings: [square] })).toBe("M0,0L5,0L5,5");
  expect(pathOf({ covers: false, rings: [[[3, 4]], []] })).toBe("M3,4h0");
});

test("a rollback names the version that it brings back, of the last promotion that took over from one", () => {
  const line = (kind: string, previous: string | null) => ({
    id: kind + previous,
    kind,
    previous: previous === null ? null : { id: previous, name: previous },
    reason: "",
    comparison: null,
    at: "",
  });
  const lines = [line("rollback", "v9"), line("promote", null), line("promote", "v5"), line("promote", "v2")];
  expect(replacedBy({ promotions: lines })?.name).toBe("v5");
  expect(replacedBy({ promotions: [line("promote", null)] })).toBeNull();
});
