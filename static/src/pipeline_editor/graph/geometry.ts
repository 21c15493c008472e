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

const NARROW = /[iljtfrI.,:;'|!()[\] ]/;
const BROAD = /[mwMW@%…]/;

/** How wide a text is about, in pixels at a font size: enough to know what fits, without a page to measure it on. */
export function textWidth(text: string, size = 12, bold = false): number {
  let ems = 0;
  for (const letter of text) {
    const upper = letter >= "A" && letter <= "Z";
    ems += NARROW.test(letter) ? 0.37 : BROAD.test(letter) ? 0.93 : upper ? 0.68 : 0.6;
  }
  return ems * size * (bold ? 1.1 : 1);
}

/** The text, or as much of its beginning as fits. */
export function fitText(text: string, room: number, size = 12, bold = false): string {
  if (textWidth(text, size, bold) <= room) return text;
  let cut = text.length - 1;
  while (cut > 1 && textWidth(`${text.slice(0, cut)}…`, size, bold) > room) cut--;
  return `${text.slice(0, cut).trimEnd()}…`;
}

/** The middle of a row. */
export function rowY(row: number): number {
  return HEAD + row * ROW + ROW / 2;
}
