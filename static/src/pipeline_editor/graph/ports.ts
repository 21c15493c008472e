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

/** Whether a list feeds a port that takes one of its elements: each element then arrives on its own. */
export function spreads(target: string, source: string): boolean {
  if (!source.endsWith("[]") || target.endsWith("[]") || target === "Json") return false;
  return accepts(target, source.slice(0, -2));
}

/** "Predict gives Item, where "model" of Train takes Model." Null when it fits. */
export function whyNot(
  source: { node: string; port: PortInfo },
  target: { node: string; port: PortInfo },
): string | null {
  const [takes, gives] = [target.port.type, source.port.type];
  if (accepts(takes, gives) || spreads(takes, gives)) return null;
  return `${source.node} gives ${gives}, where "${portName(target.port)}" of ${target.node} takes ${takes}.`;
}

export function portName(port: PortInfo): string {
  return port.title || port.name;
}
