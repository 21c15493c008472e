/** What is drawn round the picture: solid is a person's label, dashed a model's suggestion with its confidence. */
import { percent } from "../../lib/format.ts";
import type { Entry } from "../state/session.ts";

export interface Frame {
  color: string;
  dashed: boolean;
  text: string;
}

const NEUTRAL = "#868e9b";

export function frameOf(entry: Entry, color: (label: string) => string): Frame | null {
  const { item } = entry;
  if (entry.answer?.kind === "discard") return { color: NEUTRAL, dashed: false, text: "Discarded" };
  if (item.label) return { color: color(item.label), dashed: false, text: item.label };
  if (!item.suggestion) return null;
  const { label, confidence } = item.suggestion;
  return { color: color(label), dashed: true, text: `${label} ${percent(confidence)}` };
}
