// @vitest-environment node
import { describe, expect, it } from "vitest";
import { layout, NODE_WIDTH, rounded, unknownFace } from "@/pipeline_editor/graph/layout";
import type { Graph, GraphNode, NodeFace } from "@/pipeline_editor/graph/types";

const face: NodeFace = {
  title: "Task",
  icon: "tag",
  inputs: [{ name: "item", type: "Item" }],
  outputs: [{ name: "item", type: "Item" }],
  actions: { item: ["completed", "discard"] },
};

function node(id: string, x: number, y: number, more: Partial<GraphNode> = {}): GraphNode {
  return {
    id,
    type: "task",
    version: 1,
    name: id,
    config: {},
    inputs: {},
    position: { x, y },
    ...more,
  };
}

function link(from: string, to: string, action: string | null = null) {
  return {
    source: { node: from, port: "item" },
    target: { node: to, port: "item" },
    action,
  };
}

describe("layout", () => {
  it("draws a level connection as one straight line ending before the port", () => {
    const graph: Graph = {
      nodes: [node("a", 0, 0), node("b", 300, 0)],
      connections: [link("a", "b", "completed")],
    };
    const drawing = layout(graph, () => face);
    expect(drawing.connections[0]?.path).toMatch(/^M176 [\d.]+L293 [\d.]+$/);
    expect(drawing.chips.filter((c) => !c.loose).map((c) => c.text)).toEqual(["completed"]);
  });

  it("shows an action that no connection takes as a loose end, and none where a connection takes all", () => {
    const graph: Graph = {
      nodes: [node("a", 0, 0), node("b", 300, 0), node("c", 600, 0)],
      connections: [link("a", "b", "completed"), link("b", "c", null)],
    };
    const loose = layout(graph, () => face).chips.filter((c) => c.loose);
    expect(loose.map((c) => [c.text, c.x > NODE_WIDTH && c.x < 300])).toContainEqual(["discard", true]);
    expect(loose.filter((c) => c.x > 300 + NODE_WIDTH && c.x < 600)).toEqual([]);
  });

  it("fans parallel actions between the same ports out, each with its chip", () => {
    const graph: Graph = {
      nodes: [node("a", 0, 0), node("b", 300, 0)],
      connections: [link("a", "b", "train"), link("a", "b", "validation"), link("a", "b", "test")],
    };
    const drawing = layout(graph, () => ({
      ...face,
      actions: { item: ["train", "validation", "test"] },
    }));
    const chips = drawing.chips.filter((c) => !c.loose);
    expect(chips.map((c) => c.text)).toEqual(["train", "validation", "test"]);
    expect(new Set(chips.map((c) => c.y)).size).toBe(3);
    // Their numbers would lie over each other at the port that they share.
    expect(drawing.connections.map((c, i) => (c.numberAt?.x ?? NaN) < (chips[i]?.x ?? NaN))).toEqual(
      Array(3).fill(true),
    );
  });

  it("takes a connection that runs backwards through the gutter between the rows", () => {
    const graph: Graph = {
      nodes: [node("a", 600, 0), node("b", 0, 200)],
      connections: [link("a", "b")],
    };
    const drawing = layout(graph, () => face);
    const heights = [...(drawing.connections[0]?.path ?? "").matchAll(/L[\d.]+ ([\d.]+)/g)].map((m) =>
      Number(m[1]),
    );
    const gutter = heights.filter((y) => y > 90 && y < 200);
    expect(gutter.length).toBeGreaterThan(0);
  });

  it("closes the loop from the node that sets a variable to the first that reads it", () => {
    const reads = {
      ...face,
      inputs: [...face.inputs, { name: "model", type: "Model" }],
    };
    const sets = {
      ...face,
      inputs: [{ name: "Best Model", type: "Model" }],
      outputs: [],
      actions: {},
    };
    const graph: Graph = {
      nodes: [
        node("predict", 200, 0, {
          inputs: { model: { variable: "Best Model" } },
        }),
        node("update", 600, 300, { type: "update_variable" }),
      ],
      connections: [],
    };
    const drawing = layout(graph, (n) => (n.id === "update" ? sets : reads));
    expect(drawing.feedback?.variable).toBe("Best Model");
  });

  it("still draws a node whose type nobody knows, with the ports its connections name", () => {
    const graph: Graph = {
      nodes: [node("a", 0, 0), node("b", 300, 0)],
      connections: [link("a", "b")],
    };
    const drawing = layout(graph, () => undefined);
    expect(drawing.connections).toHaveLength(1);
    expect(unknownFace(graph.nodes[0]!, graph).outputs.map((p) => p.name)).toEqual(["item"]);
  });

  it("keeps every node inside the bounds", () => {
    const graph: Graph = {
      nodes: [node("a", -50, 10), node("b", 900, 700)],
      connections: [],
    };
    const { bounds, nodes } = layout(graph, () => face);
    for (const { box } of nodes) {
      expect(box.x).toBeGreaterThanOrEqual(bounds.x);
      expect(box.y + box.height).toBeLessThanOrEqual(bounds.y + bounds.height);
    }
  });
});

describe("rounded", () => {
  it("never rounds further than half a stretch", () => {
    const path = rounded(
      [
        { x: 0, y: 0 },
        { x: 4, y: 0 },
        { x: 4, y: 100 },
      ],
      8,
    );
    expect(path).toBe("M0 0L2 0Q4 0 4 2L4 100");
  });
});
