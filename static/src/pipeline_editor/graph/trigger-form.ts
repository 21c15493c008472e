/** A trigger's settings as a form, and back. Pure. What the form does not show is kept. */
import type { Json, JsonSchema } from "../../ui/schema";
import { measureFields, measureForm, measureSpec, othersFields, type Measure } from "./measure-form";
import type { GraphTrigger } from "./types";

export const KINDS: Record<string, string> = {
  event: "When something happens",
  every_n: "Every N",
  cron: "By the clock",
  measure: "When a figure says so",
  manual: "By hand",
  webhook: "By a signed message (webhook)",
};

/** The icon of a trigger's kind. */
export function triggerIcon(kind: string): "clock" | "activity" | "zap" {
  if (kind === "cron") return "clock";
  return kind === "measure" ? "activity" : "zap";
}

const CHANGES = ["created", "updated", "deleted"];
/** Resource → the events it has (pipelines/engine/triggers.py; held by the same test as the engine's). */
export const EVENTS: Record<string, readonly string[]> = {
  Item: [...CHANGES, "cloned"],
  Annotation: ["saved", ...CHANGES],
  ItemStatus: ["updated", "assigned"],
  Dataset: CHANGES,
  Task: [...CHANGES, "status_changed"],
  Assignment: [...CHANGES, "status_changed"],
  Model: ["status_changed", "trained", "failed", "stage_changed"],
  Variable: ["updated"],
};
/** Where the engine's name alone would not say it. */
export const EVENT_TITLES: Record<string, string> = { assigned: "given to a task" };
/** Resources whose filter is a query over items, which the builder can count. */
export const OF_ITEMS = ["Item", "Annotation", "ItemStatus"];

const OVERLAP: JsonSchema = {
  type: "string",
  title: "While one is open",
  enum: ["queue_one", "skip", "allow"],
  "x-enum-titles": { queue_one: "queue one", skip: "skip", allow: "start another" },
  default: "queue_one",
};
const MODE: JsonSchema = {
  type: "string",
  title: "How often",
  enum: ["once", "always"],
  "x-enum-titles": { once: "once for each thing", always: "at every event" },
  default: "once",
};
const seconds = (title: string, description: string): JsonSchema => ({
  type: ["integer", "null"],
  title,
  description,
  "x-unit": "s",
  minimum: 1,
  default: null,
});
const EVENT: Record<string, JsonSchema> = {
  resource: {
    type: "string",
    title: "What",
    enum: Object.keys(EVENTS),
    "x-enum-titles": { ItemStatus: "Status of an item in a task" },
    default: "Item",
  },
  actions: {
    type: "array",
    title: "Events",
    items: { type: "string" },
    minItems: 1,
    default: ["created"],
  },
  status: {
    type: "string",
    title: "Only this status",
    description: "Such as approved or completed.",
    default: "",
  },
  own: { type: "boolean", title: "Also what this pipeline did", default: false },
};
const PACE: Record<string, JsonSchema> = {
  debounce: seconds("Wait for a pause of", "Events are held until none has come for so long."),
  at_most_every: seconds("At most every", "After one firing the next waits so long."),
};
const COUNT: Record<string, JsonSchema> = {
  n: { type: "integer", title: "N", minimum: 1, default: 50 },
  count: {
    type: "string",
    title: "Of",
    enum: ["ground_truth", "events"],
    "x-enum-titles": { ground_truth: "new ground truth", events: "events" },
    default: "ground_truth",
  },
  dataset: { type: "string", title: "Dataset variable", description: "Whose ground truth.", default: "" },
};
const CLOCK: Record<string, JsonSchema> = {
  cron: {
    type: "string",
    title: "When",
    description: "Minute, hour, day, month, weekday: 0 9 * * 1 is Mondays at 9.",
    minLength: 9,
    default: "0 9 * * 1",
  },
  timezone: {
    type: "string",
    title: "Time zone",
    description: "Such as Europe/Berlin; UTC when empty. The times are in it.",
    default: "",
  },
  startAt: {
    type: "string",
    title: "Not before",
    default: "",
  },
  endAt: { type: "string", title: "Not after", default: "" },
  skip_unchanged: { type: "boolean", title: "Skip while nothing changed", default: true },
};
const FIELDS: Record<string, Record<string, JsonSchema>> = {
  event: { mode: MODE, ...EVENT, ...PACE },
  every_n: { ...COUNT, ...EVENT, overlap: OVERLAP },
  cron: { ...CLOCK, overlap: OVERLAP },
};
const ENABLED: JsonSchema = { type: "boolean", title: "On", default: true };
const AGAIN = {
  at_most_every: { ...seconds("At most every", "After one firing the next waits so long."), default: 86_400 },
  skip_unchanged: {
    type: "boolean",
    title: "Skip while nothing changed",
    description: "No new ground truth, and the same inputs.",
    default: true,
  },
} satisfies Record<string, JsonSchema>;
/** Not part of the settings themselves. */
const OUTSIDE = ["mode", "overlap", "enabled"];
/** Settings that name a variable: `{"variable": name}`. */
const READS = ["dataset", "model"];

function fieldsOf(kind: string, measures: readonly Measure[]): Record<string, JsonSchema> {
  if (kind !== "measure") return FIELDS[kind] ?? {};
  return measureFields(measures, { ...AGAIN, overlap: OVERLAP });
}

export function schemaOf(kind: string, measures: readonly Measure[] = []): JsonSchema {
  return { type: "object", properties: { ...fieldsOf(kind, measures), enabled: ENABLED } };
}

/** The trigger as the form shows it. */
export function formOf(trigger: GraphTrigger, measures: readonly Measure[] = []): Record<string, Json> {
  const { spec, mode, overlap, enabled } = trigger;
  return {
    ...(spec as Record<string, Json>),
    ...measureForm(measures, spec),
    ...Object.fromEntries(READS.map((name) => [name, variableOf(spec[name])])),
    mode: mode ?? "once",
    overlap: overlap ?? "queue_one",
    enabled: enabled !== false,
  };
}

function variableOf(source: unknown): Json {
  return typeof source === "object" && source !== null && "variable" in source
    ? (source.variable as Json)
    : "";
}

/** What the form asks for, as far as its own choices make it matter. */
export function shownFields(
  kind: string,
  form: Record<string, Json>,
  measures: readonly Measure[] = [],
): Set<string> {
  const hidden = new Set(hiddenFields(kind, form, measures));
  if (form["resource"] !== "ItemStatus") hidden.add("status");
  const all = { ...fieldsOf(kind, measures), enabled: ENABLED };
  return new Set(Object.keys(all).filter((name) => !hidden.has(name)));
}

function hiddenFields(kind: string, form: Record<string, Json>, measures: readonly Measure[]): string[] {
  if (kind === "measure") return othersFields(measures, form["measure"]);
  return kind === "every_n" && form["count"] !== "events" ? Object.keys(EVENT) : ["dataset"];
}

/** What the form says as a trigger of the graph: settings at their plain value are left out, others of its kind kept. */
export function triggerOf(
  old: GraphTrigger,
  kind: string,
  form: Record<string, Json>,
  filter: unknown,
  measures: readonly Measure[] = [],
): GraphTrigger {
  const had = old.kind === kind ? keptOf(old) : {};
  const spec = specOf(kind === "measure" ? measureSpec(measures, had, form) : had, kind, form);
  delete spec["filter"];
  const filters = kind === "event" || kind === "every_n";
  if (filters && Object.keys(filter as object).length) spec["filter"] = filter;
  const mode = kind === "event" ? text(form["mode"]) : kind === "cron" ? "always" : "once";
  const overlap = ["every_n", "cron", "measure"].includes(kind) ? text(form["overlap"]) : "allow";
  return { ...old, kind, spec, mode, overlap, enabled: form["enabled"] !== false };
}

/** What a trigger said before. A clock's pauses go: the engine refuses them, since a schedule says how often it fires. */
function keptOf({ kind, spec }: GraphTrigger): Record<string, unknown> {
  return Object.fromEntries(Object.entries(spec).filter(([name]) => kind !== "cron" || !(name in PACE)));
}

function specOf(
  spec: Record<string, unknown>,
  kind: string,
  form: Record<string, Json>,
): Record<string, unknown> {
  const shown = shownFields(kind, form);
  const fields = kind === "measure" ? AGAIN : FIELDS[kind];
  for (const [name, schema] of Object.entries<JsonSchema>(fields ?? {})) {
    if (OUTSIDE.includes(name) || READS.includes(name)) continue;
    delete spec[name];
    const said = ALWAYS.includes(name) || schema === AGAIN.at_most_every || form[name] !== schema.default;
    if (shown.has(name) && said) spec[name] = form[name];
  }
  for (const name of READS)
    if (!shown.has(name)) delete spec[name];
    else if (form[name]) spec[name] = { variable: form[name] };
  return spec;
}

/** Said even at their plain value: a trigger is read without its form. (So is how often a figure may fire, where to say
 * nothing is a value too.) */
const ALWAYS = ["resource", "actions", "n", "count", "cron"];

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
