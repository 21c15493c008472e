/** Which key means which label. Digits only: letters belong to acts and tools. Pure. */
import type { LabelSpec } from "./types.ts";

export interface KeyedLabel extends LabelSpec {
  /** "1" … "9", "0", or "" for the eleventh and later. */
  digit: string;
}

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"];

/** Labels with their digit: the ontology's own where it gives one, else the next free one in order. */
export function withDigits(labels: readonly LabelSpec[]): KeyedLabel[] {
  const taken = new Set(labels.map((label) => label.hotkey).filter((key) => DIGITS.includes(key)));
  const free = DIGITS.filter((digit) => !taken.has(digit));
  const used = new Set<string>();
  return labels.map((label) => {
    const own =
      DIGITS.includes(label.hotkey) && !used.has(label.hotkey) ? label.hotkey : (free.shift() ?? "");
    used.add(own);
    return { ...label, digit: own };
  });
}
