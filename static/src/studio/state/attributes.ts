/** The questions an ontology asks about annotations: which apply, what was answered, what is missing. Pure. */
import { isSuggestion, type Annotation } from "../shapes/_shape.ts";

/** As `/api/v1/ontologies/{id}/` tells it. */
export interface AttributeSpec {
  readonly id: string;
  readonly key: string;
  readonly title: string;
  readonly kind: "options" | "range" | "boolean" | "text";
  /** Of options: several may hold. */
  readonly multi: boolean;
  readonly optional: boolean;
  /** Labels it is asked of; empty: all. */
  readonly scope: readonly string[];
  /** Of options. */
  readonly values: readonly string[];
  /** Of a range. */
  readonly value_range: { readonly min: number; readonly max: number; readonly step?: number } | null;
}
export interface Questions {
  readonly attributes: readonly AttributeSpec[];
}
/** What several annotations answer: the same, or different things. */
export type Answer = { readonly mixed: false; readonly value: unknown } | { readonly mixed: true };
export interface Missing {
  readonly annotation: Annotation;
  readonly attribute: AttributeSpec;
}

export function applies({ scope }: AttributeSpec, { label }: Annotation): boolean {
  return scope.length === 0 || scope.includes(label);
}
/** Asked of every one of them, in the ontology's order. */
export function askedOf(list: readonly Annotation[], { attributes }: Questions): AttributeSpec[] {
  return list.length ? attributes.filter((one) => list.every((annotation) => applies(one, annotation))) : [];
}
export function answerOf(list: readonly Annotation[], key: string): Answer {
  const [first, ...rest] = list.map(({ attributes }) => attributes[key]);
  const text = JSON.stringify(first);
  return rest.every((value) => JSON.stringify(value) === text)
    ? { mixed: false, value: first }
    : { mixed: true };
}
/** An answer as it is said. */
export function answerWords(value: unknown): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.length ? value.join(", ") : "none";
  return typeof value === "string" || typeof value === "number" ? String(value) || "not said" : "not said";
}
/** Whether it is an answer: something of the right kind, not nothing. "no" is one. */
export function isAnswered(spec: AttributeSpec, value: unknown): boolean {
  switch (spec.kind) {
    case "boolean":
      return typeof value === "boolean";
    case "text":
      return typeof value === "string" && value.trim() !== "";
    case "range":
      return typeof value === "number" && inRange(spec, value);
    case "options":
      return spec.multi
        ? Array.isArray(value) &&
            value.length > 0 &&
            value.every((one) => spec.values.includes(one as string))
        : typeof value === "string" && spec.values.includes(value);
  }
}
export function inRange({ value_range }: AttributeSpec, value: number): boolean {
  if (!Number.isFinite(value)) return false;
  if (!value_range) return true;
  const { min, max, step } = value_range;
  return value >= min && value <= max && (!step || onStep(value, min ?? 0, step));
}
/** Whether it lies a whole number of steps from the start, within what binary fractions leave (0.1 + 0.2). */
function onStep(value: number, start: number, step: number): boolean {
  const steps = (value - start) / step;
  return Math.abs(steps - Math.round(steps)) <= 1e-6;
}

/** Required answers that are not there. A model's suggestion is asked once it is accepted. */
export function missing(document: { store: { all(): Annotation[] } }, questions: Questions): Missing[] {
  const required = questions.attributes.filter(({ optional }) => !optional);
  if (!required.length) return [];
  return document.store
    .all()
    .filter((one) => !isSuggestion(one))
    .flatMap((annotation) =>
      required
        .filter((spec) => applies(spec, annotation) && !isAnswered(spec, annotation.attributes[spec.key]))
        .map((attribute) => ({ annotation, attribute })),
    );
}

/** What the digit stands for, the first value being 1; undefined: nothing. */
export function byDigit(spec: AttributeSpec, digit: number, now: Answer): { value: unknown } | undefined {
  if (spec.kind === "boolean") return { 1: { value: true }, 2: { value: false }, 0: { value: false } }[digit];
  const chosen = spec.kind === "options" ? spec.values[digit === 0 ? 9 : digit - 1] : undefined;
  if (chosen === undefined) return undefined;
  return { value: spec.multi ? toggled(spec, now, chosen) : chosen };
}
/** Of several that hold, one more or one less, in the ontology's order; undefined when none is left. */
export function toggled({ values }: AttributeSpec, now: Answer, value: string): string[] | undefined {
  const held = new Set(!now.mixed && Array.isArray(now.value) ? (now.value as string[]) : []);
  if (!held.delete(value)) held.add(value);
  const next = values.filter((one) => held.has(one));
  return next.length ? next : undefined;
}
