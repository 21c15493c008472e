/** What differs between two values, part by part. Pure. */

export interface ChangedPart {
  /** Keys from the outside in, joined by dots; empty: the value itself. */
  path: string;
  /** Undefined where it was not there, or is no more. */
  old: unknown;
  new: unknown;
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Objects are gone into; everything else, lists too, is one part. In the order of the old value, then of the new. */
export function changedParts(before: unknown, after: unknown, path: readonly string[] = []): ChangedPart[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (!isPlain(before) || !isPlain(after)) return [{ path: path.join("."), old: before, new: after }];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => changedParts(before[key], after[key], [...path, key]));
}
