/** What a metadata patch says. Pure. */
import type { JsonObject } from "../types.ts";

/** The diff that turns `old` into `wanted`: null where a key goes. */
export function difference(old: JsonObject, wanted: JsonObject): JsonObject {
  const diff: JsonObject = {};
  for (const key of Object.keys(old)) if (!(key in wanted)) diff[key] = null;
  for (const [key, value] of Object.entries(wanted)) {
    const before = old[key];
    if (JSON.stringify(before) === JSON.stringify(value)) continue;
    diff[key] = isObject(before) && isObject(value) ? difference(before, value) : value;
  }
  return diff;
}

function isObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
