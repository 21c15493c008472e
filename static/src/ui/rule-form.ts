/** The rule a candidate is judged by, as a form: what it must gain, on how many pictures, how fast, and who decides. */
import { createForm, type Form } from "./form.ts";
import { isObject, type Json, type JsonSchema } from "./schema.ts";

export type Rule = Record<string, Json>;
/** What the fields hold; a rule says the same in fewer words. */
export interface RuleFields {
  metric: string;
  min_delta: number;
  minimum_items: number;
  guard: "none" | "every" | "some";
  guard_labels: string[];
  guard_margin: number;
  latency_ms: number | null;
  approval: boolean;
  seeds: number;
}

const METRICS: Record<string, string[]> = {
  classification: ["average_precision", "accuracy"],
  semantic_segmentation: [],
  "": ["average_precision", "accuracy", "map"], // nobody knows yet what the models are for
};
const OF_OBJECTS = ["average_precision", "map"];
const TITLES = {
  average_precision: "Average precision",
  accuracy: "Accuracy",
  map: "Average precision over IoU 0.5 to 0.95",
};

export const metricsOf = (task: string): string[] => METRICS[task] ?? OF_OBJECTS;

function schemaOf(task: string, labels: readonly string[]): JsonSchema {
  const metrics = metricsOf(task);
  return {
    type: "object",
    properties: {
      ...(metrics.length > 0 && {
        metric: { type: "string", title: "Figure that decides", enum: metrics, "x-enum-titles": TITLES },
      }),
      min_delta: {
        type: "number",
        title: "Must gain more than",
        minimum: 0,
        maximum: 1,
        description: "As a share: 0.01 is one point. Chance must be left out in any case.",
      },
      minimum_items: {
        type: "integer",
        title: "Test pictures at least",
        minimum: 0,
        description: "On fewer nothing is promoted.",
      },
      guard: {
        type: "string",
        title: "No class may lose",
        enum: ["none", "every", "some"],
        "x-enum-titles": { none: "Not asked for", every: "Every class", some: "Some classes" },
      },
      ...(labels.length > 0 && {
        guard_labels: {
          type: "array",
          title: "These classes",
          default: [],
          items: { type: "string", enum: [...labels] },
        },
      }),
      guard_margin: {
        type: "number",
        title: "A class may lose at most",
        exclusiveMinimum: 0,
        maximum: 1,
        description: "Of its recall (objects: of its average precision), with 95 % certainty.",
      },
      latency_ms: {
        type: ["number", "null"],
        title: "Time for one picture (ms)",
        exclusiveMinimum: 0,
        default: null,
        description:
          "Slower ones are kept out. Processor time, measured where evaluations run: a busy machine changes little. Empty: as long as it takes.",
      },
      approval: {
        type: "boolean",
        title: "A person must approve",
        description: "A better one waits for the Promote button; no pipeline promotes it.",
      },
      seeds: {
        type: "integer",
        title: "Seeds",
        minimum: 1,
        maximum: 10,
        description: "Above 1: it is trained with so many seeds, and must be better on their average, too.",
      },
    },
    required: ["metric", "min_delta", "minimum_items", "guard", "guard_margin", "seeds"],
  };
}

const part = (rule: Rule, name: string): Rule => (isObject(rule[name]) ? rule[name] : {});

export function fieldsOf(rule: Rule, task: string): RuleFields {
  const curve = part(rule, "precision_recall");
  const guard = part(rule, "guard");
  const labels = Array.isArray(guard["labels"]) ? guard["labels"].map(String) : [];
  const metrics = metricsOf(task);
  const metric = typeof curve["metric"] === "string" ? curve["metric"] : "";
  return {
    metric: metrics.includes(metric) ? metric : (metrics[0] ?? ""),
    min_delta: Number(curve["min_delta"] ?? 0),
    minimum_items: Number(rule["minimum_items"] ?? 0),
    guard: guard["every"] === true ? "every" : labels.length ? "some" : "none",
    guard_labels: labels,
    guard_margin: Number(guard["margin"] ?? 0.05),
    latency_ms: typeof rule["latency_ms"] === "number" ? rule["latency_ms"] : null,
    approval: rule["approval"] === true,
    seeds: Number(rule["seeds"] ?? 1),
  };
}

/** The rule with what the fields say; what they do not know (checks, alpha, a single label) stays. */
export function ruleOf(fields: RuleFields, before: Rule = {}): Rule {
  const {
    precision_recall,
    guard: _,
    minimum_items: __,
    latency_ms: ___,
    approval: ____,
    seeds: _____,
    ...rest
  } = before;
  const curve = isObject(precision_recall) ? { ...precision_recall } : {};
  if (fields.metric) curve["metric"] = fields.metric;
  else delete curve["metric"];
  const guard: Rule | null =
    fields.guard === "every"
      ? { every: true, margin: fields.guard_margin }
      : fields.guard === "some" && fields.guard_labels.length > 0
        ? { labels: fields.guard_labels, margin: fields.guard_margin }
        : null;
  return {
    ...rest,
    precision_recall: { ...curve, min_delta: fields.min_delta },
    ...(guard && { guard }),
    ...(fields.minimum_items > 0 && { minimum_items: fields.minimum_items }),
    ...(fields.latency_ms !== null && { latency_ms: fields.latency_ms }),
    ...(fields.approval && { approval: true }),
    ...(fields.seeds > 1 && { seeds: fields.seeds }),
  };
}

export interface RuleForm {
  readonly element: HTMLElement;
  /** Null where a field is wrong; it says so itself. */
  read: () => Rule | null;
}

/** ``task`` and ``labels`` are those of the models; empty where they are not known yet. */
export function ruleForm(
  task: string,
  labels: readonly string[],
  before: Rule,
  changed: () => void = () => undefined,
): RuleForm {
  const fields = fieldsOf(before, task);
  const known = { ...fields, guard_labels: fields.guard_labels.filter((name) => labels.includes(name)) };
  const form: Form = createForm({
    schema: schemaOf(task, labels),
    value: known,
    rows: true,
    onChange: (value) => {
      showWhatGuards(form, value["guard"]);
      changed();
    },
  });
  showWhatGuards(form, known.guard);
  return {
    element: form.element,
    read: () => {
      if (!form.check()) return null;
      const said: RuleFields = { ...known, ...(form.value() as unknown as Partial<RuleFields>) };
      if (said.guard === "some" && said.guard_labels.length === 0) {
        form.errors({ guard_labels: "Choose a class, or guard every one." });
        return null;
      }
      return ruleOf(said, before);
    },
  };
}

/** Which classes, and how much they may lose, is asked only where some are guarded. */
function showWhatGuards(form: Form, guard: Json | undefined): void {
  for (const [path, shown] of [
    ["guard_labels", guard === "some"],
    ["guard_margin", guard !== "none"],
  ] as const) {
    const field = form.element.querySelector<HTMLElement>(`[data-path="${path}"]`);
    if (field) field.hidden = !shown;
  }
}
