/** Which nodes a variable reaches. Pure. */
import type { GraphNode, GraphVariable, PortInfo } from "./types";

/** The nodes that read the variable at an input, or set it. */
export function readersAmong(nodes: readonly GraphNode[], name: string): string[] {
  return nodes
    .filter(
      (node) =>
        node.config["variable"] === name ||
        Object.values(node.inputs).some((source) => source.variable === name),
    )
    .map((node) => node.id);
}

/** The control that a port asks for which reads the variable; empty where none asks for its own. */
export function widgetFor(
  nodes: readonly GraphNode[],
  inputsOf: (node: GraphNode) => readonly PortInfo[],
  name: string,
): string {
  for (const node of nodes)
    for (const port of inputsOf(node))
      if (port.widget && node.inputs[port.name]?.variable === name) return port.widget;
  return "";
}

type Held = Pick<GraphVariable, "name" | "type" | "value">;

function holding(variables: readonly Held[], type: string, wanted = /./): string | null {
  const all = variables.filter((one) => one.type === type && one.value);
  const found = all.find((one) => wanted.test(one.name)) ?? all[0];
  return typeof found?.value === "string" ? found.value : null;
}

/** A model that the pipeline works with, if one of its variables holds one. */
export const someModel = (variables: readonly Held[]): string | null => holding(variables, "Model");

/** The dataset that filters are counted over: that of ground truth, else any. */
export const someDataset = (variables: readonly Held[]): string | null =>
  holding(variables, "Dataset", /truth/i);
