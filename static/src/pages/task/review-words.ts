/** The settings of review as words, as a form, and as what the server is sent. No DOM. */
import type { Json, JsonSchema } from "../../ui/schema.ts";

export type AutoAccept =
  { kind: "not_sampled" } | { kind: "agreement"; min_confidence: number; unchanged: true };
export interface Stage {
  id: string;
  name: string;
  kind: "annotation" | "qa";
}
/** GET /tasks/{id}/review/ */
export interface ReviewState {
  parent_task: Stage | null;
  followed_by: Stage[];
  sample_percent: number;
  auto_accept: AutoAccept | null;
  in_pipeline: boolean;
  taken: number;
  auto_accepted: number;
  not_taken: number;
}
export interface ReviewBody {
  parent_task: string | null;
  sample_percent: number;
  auto_accept: AutoAccept | null;
}

export function sampleWords(percent: number): string {
  return percent === 100 ? "every item" : `${percent} % of the items, drawn by chance`;
}

export function ruleWords(rule: AutoAccept | null): string {
  if (!rule) return "nothing";
  if (rule.kind === "not_sampled") return "what is not drawn";
  return `suggestions submitted unchanged, with a confidence of ${Math.round(rule.min_confidence * 100)} % or more`;
}

/** What a lead should know of items that passed this task by; null when there are none. */
export function warning(state: ReviewState): string | null {
  if (!state.not_taken) return null;
  const what = state.not_taken === 1 ? "1 finished item was" : `${state.not_taken} finished items were`;
  return `${what} neither drawn nor accepted by a rule: not ground truth.`;
}

export function reviewSchema(): JsonSchema {
  return {
    type: "object",
    required: ["sample_percent"],
    properties: {
      parent_task: {
        type: ["string", "null"],
        title: "Follows",
        description:
          "What this task finishes comes here: completed labels, or what an earlier review approved.",
        "x-widget": "task",
        default: null,
        "x-order": 1,
      },
      sample_percent: {
        type: "number",
        title: "Share that people look at",
        description: "The same items every time; a larger share adds to a smaller one.",
        minimum: 0,
        maximum: 100,
        default: 100,
        "x-unit": "%",
        "x-order": 2,
      },
      rule: {
        type: "string",
        title: "Accepted without a look",
        description: "Approved in the rule's name, and logged so.",
        oneOf: [
          { const: "none", title: "Nothing" },
          { const: "not_sampled", title: "What is not drawn" },
          { const: "agreement", title: "Unchanged suggestions that are sure enough" },
        ],
        default: "none",
        "x-order": 3,
      },
      min_confidence: {
        type: "number",
        title: "Sure enough is a confidence of",
        description: "Only for unchanged suggestions.",
        minimum: 0,
        maximum: 100,
        default: 90,
        "x-unit": "%",
        "x-order": 4,
      },
    },
  };
}

export function reviewValue(state: ReviewState): Record<string, Json> {
  const rule = state.auto_accept;
  return {
    parent_task: state.parent_task?.id ?? null,
    sample_percent: state.sample_percent,
    rule: rule?.kind ?? "none",
    min_confidence: rule?.kind === "agreement" ? Math.round(rule.min_confidence * 10_000) / 100 : 90,
  };
}

export function reviewBody(value: Record<string, Json>): ReviewBody {
  const number = (name: string, fallback: number) => {
    const found = value[name];
    return typeof found === "number" ? found : fallback;
  };
  const rules: Record<string, AutoAccept> = {
    not_sampled: { kind: "not_sampled" },
    agreement: {
      kind: "agreement",
      min_confidence: Math.round(number("min_confidence", 90) * 100) / 10_000,
      unchanged: true,
    },
  };
  const { parent_task: parent, rule } = value;
  return {
    parent_task: typeof parent === "string" && parent ? parent : null,
    sample_percent: number("sample_percent", 100),
    auto_accept: (typeof rule === "string" && rules[rule]) || null,
  };
}
