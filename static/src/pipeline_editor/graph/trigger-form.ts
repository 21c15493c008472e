/** A trigger's settings as a form, and back. Pure. What the form does not show is kept. */
import type { Json, JsonSchema } from "../../ui/schema";
import type { GraphTrigger } from "./types";

export const KINDS: Record<string, string> = {
  event: "When something happens",
  every_n: "Every N",
  cron: "By the clock",
  manual: "By hand",
  webhook: "By a signed message (webhook)",
};

const CHANGES = ["created", "updated", "deleted"];
/** Resource → the events it has (pipelines/engine/triggers.py; held by the same test as the engine's). */
export const EVENTS: Record<string, readonly string[]> = {
  Item: [...CHANGES, "cloned"],
  Annotation: ["saved", ...CHANGES],
  ItemStatus: ["updated"],
  Dataset: CHANGES,
  Task: [...CHANGES, "status_changed"],
  Assignment: CHANGES,
  Model: ["status_changed", "trained", "failed", "stage_changed"],
  Variable: ["updated"],
};
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
    description: "Such as Europe/Berlin; UTC when empty.",
    default: "",
  },
  startAt: {
    type: "string",
    title: "Not before",
    description: "A time such as 2030-01-31T08:00:00+00:00",
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
/** Not part of the settings themselves. */
const OUTSIDE = ["mode", "overlap", "enabled"];

export function schemaOf(kind: string): JsonSchema {
  return { type: "object", properties: { ...FIELDS[kind], enabled: ENABLED } };
}

/** The trigger as the form shows it. */
export function formOf(trigger: GraphTrigger): Record<string, Json> {
  const { spec, mode, overlap, enabled } = trigger;
  const dataset = spec["dataset"];
  const variable =
    typeof dataset === "object" && dataset !== null && "variable" in dataset ? dataset.variable : "";
  return {
    ...(spec as Record<string, Json>),
    dataset: variable as Json,
    mode: mode ?? "once",
    overlap: overlap ?? "queue_one",
    enabled: enabled !== false,
  };
}

/** What the form asks for, as far as its own choices make it matter. */
export function shownFields(kind: string, form: Record<string, Json>): Set<string> {
  const counts = kind === "every_n" && form["count"] !== "events";
  const hidden = new Set(counts ? Object.keys(EVENT) : ["dataset"]);
  if (form["resource"] !== "ItemStatus") hidden.add("status");
  return new Set(Object.keys({ ...FIELDS[kind], enabled: ENABLED }).filter((name) => !hidden.has(name)));
}

/** What the form says as a trigger of the graph: settings at their plain value are left out, others of its kind kept. */
export function triggerOf(
  old: GraphTrigger,
  kind: string,
  form: Record<string, Json>,
  filter: unknown,
): GraphTrigger {
  const spec = specOf(old.kind === kind ? { ...old.spec } : {}, kind, form);
  delete spec["filter"];
  const filters = kind === "event" || kind === "every_n";
  if (filters && Object.keys(filter as object).length) spec["filter"] = filter;
  const mode = kind === "event" ? text(form["mode"]) : kind === "cron" ? "always" : "once";
  const overlap = kind === "every_n" || kind === "cron" ? text(form["overlap"]) : "allow";
  return { ...old, kind, spec, mode, overlap, enabled: form["enabled"] !== false };
}

function specOf(
  spec: Record<string, unknown>,
  kind: string,
  form: Record<string, Json>,
): Record<string, unknown> {
  const shown = shownFields(kind, form);
  for (const [name, schema] of Object.entries(FIELDS[kind] ?? {})) {
    if (OUTSIDE.includes(name) || name === "dataset") continue;
    delete spec[name];
    const said = ALWAYS.includes(name) || form[name] !== schema.default;
    if (shown.has(name) && said) spec[name] = form[name];
  }
  if (!shown.has("dataset")) delete spec["dataset"];
  else if (form["dataset"]) spec["dataset"] = { variable: form["dataset"] };
  return spec;
}

/** Said even at their plain value: a trigger is read without its form. */
const ALWAYS = ["resource", "actions", "n", "count", "cron"];

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
