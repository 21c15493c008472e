/**
 * From ticked facets and the search box to one filter of the query language. Pure.
 *
 * Values of one facet are alternatives, facets hold together. The box takes words (part of a name) or a JSON filter.
 */
import type { Filter, JsonObject, JsonValue, Sort } from "../types.ts";

export type FacetName = "status" | "subset" | "label" | "tag" | "folder";
export type Ticked = Record<FacetName, string[]>;

export function noneTicked(): Ticked {
  return { status: [], subset: [], label: [], tag: [], folder: [] };
}

export interface Asked {
  text: string;
  ticked: Ticked;
  hidden: boolean;
  /** A place in SORTS. */
  order: number;
}

export const SORTS: readonly (readonly [string, Sort])[] = [
  ["oldest first", { id: "ascending" }],
  ["newest first", { id: "descending" }],
  ["name", { name: "ascending" }],
  ["folder and name", { filename: "ascending" }],
  ["largest file first", { "metadata.system.size": "descending" }],
  ["changed last first", { updatedAt: "descending" }],
];
export function sortOf({ order }: Asked): Sort {
  return SORTS[order]?.[1] ?? { id: "ascending" };
}

const WAITING: JsonObject = {
  $match: { type: { $in: ["task", "assignment"] }, metadata: { status: { $exists: false } } },
};
const STATUS: Record<string, JsonObject> = {
  unlabelled: { annotated: false },
  in_task: { "metadata.system.refs": WAITING },
  completed: { "metadata.system.annotationStatus": "completed" },
  discard: { "metadata.system.annotationStatus": "discard" },
  approved: { groundTruth: true },
  changed: { changedSinceApproval: true },
};
export const STATUS_WORDS: Record<string, string> = {
  unlabelled: "unlabelled",
  in_task: "in a task",
  completed: "completed",
  discard: "discarded",
  approved: "approved",
  changed: "changed since",
};

const LEAF: Record<FacetName, (value: string) => JsonObject> = {
  status: (value) => STATUS[value] ?? {},
  subset: (value) => ({ subset: value || null }),
  label: (value) => ({ label: value }),
  tag: (value) => ({ [`metadata.system.tags.${value}`]: true }),
  folder: (value) => ({ dir: value }),
};

export class FilterError extends Error {}

/** The box's text as a filter; null when it is empty. Raises FilterError for JSON that does not parse. */
export function parseText(text: string): JsonObject | null {
  const trimmed = text.trim();
  if (!trimmed) return null;
  if (!trimmed.startsWith("{")) {
    const words = trimmed.replace(/\*+/g, "*");
    return { name: words.includes("*") ? words : `*${words}*` };
  }
  let value: JsonValue;
  try {
    value = JSON.parse(trimmed) as JsonValue;
  } catch (error) {
    throw new FilterError(`Not JSON yet: ${(error as Error).message}`);
  }
  if (!value || typeof value !== "object" || Array.isArray(value))
    throw new FilterError("A filter is a JSON object.");
  return value;
}

/** The whole filter: shown files, what is ticked, what the box says. */
export function buildFilter(asked: Asked): Filter {
  const parts: JsonObject[] = [{ type: "file" }];
  if (!asked.hidden) parts.unshift({ hidden: false });
  for (const name of Object.keys(LEAF) as FacetName[]) {
    const chosen = asked.ticked[name].map(LEAF[name]);
    if (chosen.length === 1 && chosen[0]) parts.push(chosen[0]);
    else if (chosen.length) parts.push({ $or: chosen });
  }
  const typed = parseText(asked.text);
  if (typed) parts.push("filter" in typed ? ((typed["filter"] as JsonObject) ?? {}) : typed);
  return { $and: parts };
}

export function tickedCount(ticked: Ticked): number {
  return Object.values(ticked).reduce((sum, values) => sum + values.length, 0);
}

export function toggled(ticked: Ticked, name: FacetName, value: string): Ticked {
  const old = ticked[name];
  return { ...ticked, [name]: old.includes(value) ? old.filter((one) => one !== value) : [...old, value] };
}

const SHORT: Record<FacetName, string> = { status: "s", subset: "u", label: "l", tag: "t", folder: "d" };

/** What is asked, for the page's address: it can be linked and survives a reload. */
export function toParams(asked: Asked): URLSearchParams {
  const params = new URLSearchParams();
  if (asked.text.trim()) params.set("q", asked.text.trim());
  for (const name of Object.keys(SHORT) as FacetName[])
    for (const value of asked.ticked[name]) params.append(SHORT[name], value);
  if (asked.hidden) params.set("hidden", "1");
  if (asked.order) params.set("order", String(asked.order));
  return params;
}

export function fromParams(params: URLSearchParams): Asked {
  const ticked = noneTicked();
  for (const name of Object.keys(SHORT) as FacetName[]) ticked[name] = params.getAll(SHORT[name]);
  return {
    text: params.get("q") ?? "",
    ticked,
    hidden: params.get("hidden") === "1",
    order: orderOf(params),
  };
}

function orderOf(params: URLSearchParams): number {
  const order = Number(params.get("order"));
  return Number.isInteger(order) && order in SORTS ? order : 0;
}

/** One image of the browser's list, for an address: the image and its place. */
export interface Spot {
  item: string;
  at: number;
}
export function spotOf(params: URLSearchParams): Spot | null {
  const item = params.get("item");
  const at = Number(params.get("at"));
  return item ? { item, at: Number.isInteger(at) && at > 0 ? at : 0 } : null;
}
/** The parameters of a list with one image of it. */
export function withSpot(asked: Asked, spot: Spot): string {
  const params = toParams(asked);
  params.set("item", spot.item);
  params.set("at", String(spot.at));
  return params.toString();
}
