/** What may travel along a connection: the rule of the engine (pipelines/engine/ports.py), held by the same vectors. Pure. */
import type { PortInfo } from "./types";

export const ENTITIES = ["Item", "Dataset", "Annotation", "Model"] as const;
export const SCALARS = ["Json", "String", "Number", "Integer", "Float", "Boolean"] as const;
const SINGLE: readonly string[] = [...ENTITIES, ...SCALARS];
export const PORT_TYPES: readonly string[] = [...SINGLE, ...SINGLE.map((name) => `${name}[]`)];

const NUMERIC: Record<string, readonly string[]> = {
  Number: ["Number", "Integer", "Float"],
  Float: ["Float", "Integer"],
};

/** Whether a port of type `target` can be fed by one of type `source`. Json takes anything; numbers widen. */
export function accepts(target: string, source: string): boolean {
  if (target === source || target === "Json") return true;
  if (target.endsWith("[]") && source.endsWith("[]"))
    return accepts(target.slice(0, -2), source.slice(0, -2));
  return NUMERIC[target]?.includes(source) ?? false;
}

/** "Predict gives Item, where "model" of Train takes Model." Null when it fits. */
export function whyNot(
  source: { node: string; port: PortInfo },
  target: { node: string; port: PortInfo },
): string | null {
  if (accepts(target.port.type, source.port.type)) return null;
  return `${source.node} gives ${source.port.type}, where "${portName(target.port)}" of ${target.node} takes ${target.port.type}.`;
}

export function portName(port: PortInfo): string {
  return port.title || port.name;
}
