/**
 * A filter of the query language as rows of field, operator and value, and back. Pure. What rows cannot say ($or, $match …)
 * stays JSON: `rowsOf` answers null for it.
 */
export type FilterJson = Record<string, unknown>;
export type Op = "is" | "not" | "in" | "gt" | "gte" | "lt" | "lte" | "exists" | "missing";
export interface FilterRow {
  field: string;
  op: Op;
  value: unknown;
}

export const OPS: readonly (readonly [Op, string])[] = [
  ["is", "is"],
  ["not", "is not"],
  ["in", "is one of"],
  ["gt", "is more than"],
  ["gte", "is at least"],
  ["lt", "is less than"],
  ["lte", "is at most"],
  ["exists", "is there"],
  ["missing", "is not there"],
];

/** Fields offered by name; any other path may be typed. */
export const FIELDS: readonly (readonly [string, string])[] = [
  ["filename", "File name with folder"],
  ["name", "Name"],
  ["dir", "Folder"],
  ["type", "Type (file, dir)"],
  ["hidden", "Hidden"],
  ["subset", "Subset"],
  ["metadata.system.tags.train", "Tag train"],
  ["metadata.system.tags.validation", "Tag validation"],
  ["metadata.system.tags.test", "Tag test"],
  ["label", "Label"],
  ["annotated", "Annotated"],
  ["annotationsCount", "Number of annotations"],
  ["groundTruth", "Ground truth"],
  ["changedSinceApproval", "Changed since approval"],
  ["metadata.system.annotationStatus", "Status"],
  ["metadata.system.mimetype", "MIME type"],
  ["metadata.system.size", "Size in bytes"],
  ["metadata.system.width", "Width in pixels"],
  ["metadata.system.height", "Height in pixels"],
  ["createdAt", "Created"],
  ["updatedAt", "Changed"],
  ["creator", "Creator (e-mail)"],
];

const COMPARE: Record<string, Op> = {
  $eq: "is",
  $ne: "not",
  $in: "in",
  $gt: "gt",
  $gte: "gte",
  $lt: "lt",
  $lte: "lte",
};
const SIGN: Partial<Record<Op, string>> = {
  not: "$ne",
  in: "$in",
  gt: "$gt",
  gte: "$gte",
  lt: "$lt",
  lte: "$lte",
};

/** The filter inside an envelope ({"filter": …}) or the filter itself. */
export function bareFilter(value: unknown): FilterJson {
  if (!isObject(value)) return {};
  if (!("filter" in value)) return value;
  return isObject(value["filter"]) ? value["filter"] : {};
}

/** Puts a filter where the old one was: in the envelope, if there is one. */
export function wrapped(old: unknown, filter: FilterJson, envelope: boolean): FilterJson {
  const has = isObject(old) && ("filter" in old || "join" in old || "sort" in old);
  if (has) return { ...old, filter };
  return envelope ? { filter } : filter;
}

/** Rows that all must hold, or null when the filter says more than rows can. */
export function rowsOf(filter: FilterJson): FilterRow[] | null {
  const rows: FilterRow[] = [];
  return collect(filter, "", rows) ? rows : null;
}

function collect(filter: FilterJson, path: string, rows: FilterRow[]): boolean {
  return Object.entries(filter).every(([key, value]) => {
    if (key === "$and" && path === "")
      return Array.isArray(value) && value.every((one) => isObject(one) && collect(one, "", rows));
    if (key.startsWith("$")) return operator(path, key, value, rows);
    const inner = path ? `${path}.${key}` : key;
    if (isObject(value) && Object.keys(value).length) return collect(value, inner, rows);
    if (!isScalar(value)) return false;
    rows.push({ field: inner, op: "is", value });
    return true;
  });
}

function operator(field: string, sign: string, value: unknown, rows: FilterRow[]): boolean {
  if (!field) return false;
  if (sign === "$exists" && typeof value === "boolean") {
    rows.push({ field, op: value ? "exists" : "missing", value: null });
    return true;
  }
  const op = COMPARE[sign];
  const fits = op === "in" ? Array.isArray(value) && value.every(isScalar) : isScalar(value);
  if (!op || !fits) return false;
  rows.push({ field, op, value });
  return true;
}

/** One condition a row, in `$and` when there are several. No rows: everything. */
export function filterOf(rows: readonly FilterRow[]): FilterJson {
  const parts = rows.filter((row) => row.field).map((row) => ({ [row.field]: condition(row) }));
  return parts.length === 0 ? {} : { $and: parts };
}

function condition({ op, value }: FilterRow): unknown {
  if (op === "exists" || op === "missing") return { $exists: op === "exists" };
  const sign = SIGN[op];
  if (op === "in") return { $in: Array.isArray(value) ? value : [value] };
  return sign ? { [sign]: value } : value;
}

/** What a person typed, as the value it stands for: true, 12, "night". */
export function readValue(text: string, op: Op): unknown {
  if (op === "in")
    return text
      .split(",")
      .map((part) => part.trim())
      .filter(Boolean)
      .map((part) => readScalar(part));
  return readScalar(text.trim());
}

function readScalar(text: string): unknown {
  if (text === "true" || text === "yes") return true;
  if (text === "false" || text === "no") return false;
  if (text === "null") return null;
  const quoted = /^"(.*)"$/.exec(text);
  if (quoted) return quoted[1];
  return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

export function showValue(value: unknown): string {
  if (Array.isArray(value)) return value.map(showValue).join(", ");
  if (typeof value === "string") return readScalar(value) === value ? value : `"${value}"`;
  return value === undefined ? "" : JSON.stringify(value);
}

function isScalar(value: unknown): boolean {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

function isObject(value: unknown): value is FilterJson {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
