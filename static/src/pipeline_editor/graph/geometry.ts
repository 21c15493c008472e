/** How large a node of the editor is and where its ports sit. Pure; graph pixels, relative to the node's top left. */
import type { NodeFace, PortInfo } from "./types";

export const WIDTH = 240;
export const HEAD = 44;
export const ROW = 22;
const FOOT = 8;

/** A place at a node's right edge to draw from: an output, or one action of it. */
export interface OutRow {
  id: string;
  port: PortInfo;
  action: string | null;
}

export const inHandle = (port: string) => `in ${port}`;
export const outHandle = (port: string, action: string | null) =>
  action === null ? `out ${port}` : `out ${port} : ${action}`;

/** Each output, and below it its actions. */
export function outRows(face: NodeFace): OutRow[] {
  return face.outputs.flatMap((port) => [
    { id: outHandle(port.name, null), port, action: null },
    ...(face.actions[port.name] ?? []).map((action) => ({
      id: outHandle(port.name, action),
      port,
      action,
    })),
  ]);
}

export function heightOf(face: NodeFace): number {
  return HEAD + Math.max(face.inputs.length, outRows(face).length, 1) * ROW + FOOT;
}

/** The middle of a row. */
export function rowY(row: number): number {
  return HEAD + row * ROW + ROW / 2;
}
