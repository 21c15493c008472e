/** Which nodes a variable reaches. Pure. */
import type { GraphNode } from "./types";

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
