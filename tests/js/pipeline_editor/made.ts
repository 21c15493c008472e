/** A small house for tests of the editor: node types, a document, faces. */
import type { Graph, GraphNode } from "@/pipeline_editor/graph/types";
import type { NodeType } from "@/pipeline_editor/io/api";
import { GraphDocument } from "@/pipeline_editor/state/document";
import { Faces } from "@/pipeline_editor/state/faces";

function type(name: string, inputs: [string, string][], outputs: [string, string][], actions = {}): NodeType {
  const ports = (list: [string, string][]) =>
    list.map(([port, kind]) => ({ name: port, type: kind, title: "", required: true, doc: "" }));
  return {
    type: name,
    version: 1,
    title: name.charAt(0).toUpperCase() + name.slice(1),
    category: "Data",
    icon: "box",
    doc: `What ${name} does.`,
    inputs: ports(inputs),
    outputs: ports(outputs),
    actions,
    requires: [],
    config_schema: { type: "object", properties: {} },
  };
}

export const TYPES = [
  type(
    "dataset",
    [
      ["item", "Item"],
      ["dataset", "Dataset"],
    ],
    [["item", "Item"]],
  ),
  type("task", [["item", "Item"]], [["item", "Item"]], { item: ["completed", "discard"] }),
  type("train", [["model", "Model"]], [["model", "Model"]]),
];

export function node(id: string, kind: string, more: Partial<GraphNode> = {}): GraphNode {
  return {
    id,
    type: kind,
    version: 1,
    name: id.toUpperCase(),
    config: {},
    inputs: {},
    position: { x: 0, y: 0 },
    ...more,
  };
}

export const GRAPH: Graph = {
  nodes: [
    node("raw", "dataset", { inputs: { dataset: { variable: "Raw" } } }),
    node("label", "task", { position: { x: 300, y: 0 } }),
    node("train", "train", { position: { x: 600, y: 0 }, inputs: { model: { variable: "Best" } } }),
  ],
  connections: [
    {
      id: "raw.item-label.item",
      source: { node: "raw", port: "item" },
      target: { node: "label", port: "item" },
      action: null,
      condition: "{}",
    },
  ],
  triggers: [
    { id: "new", node: "raw", kind: "event", spec: {}, mode: "once", overlap: "allow", enabled: true },
  ],
  variables: [
    { name: "Raw", type: "Dataset", value: null, description: "" },
    { name: "Best", type: "Model", value: "m1", description: "" },
  ],
};

export function opened(graph: Graph = GRAPH): { doc: GraphDocument; faces: Faces } {
  const doc = new GraphDocument();
  doc.load(graph, { origin: "silent" });
  return { doc, faces: new Faces(TYPES) };
}
