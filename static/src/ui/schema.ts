/** The part of JSON Schema that node parameters and model configurations use: defaults and checks, no DOM. */
import { count, words } from "../lib/format.ts";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type SchemaType = "string" | "number" | "integer" | "boolean" | "object" | "array" | "null";

export interface JsonSchema {
  type?: SchemaType | SchemaType[];
  title?: string;
  description?: string;
  default?: Json;
  enum?: Json[];
  const?: Json;
  oneOf?: { const?: Json; title?: string }[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  pattern?: string;
  format?: string;
  readOnly?: boolean;
  additionalProperties?: boolean | JsonSchema;
  /** Our own hints: words for the values of an enum, a unit, the place in the form, "textarea" | "json" | "color" … */
  "x-enum-titles"?: Record<string, string> | string[];
  "x-unit"?: string;
  "x-order"?: number;
  "x-widget"?: string;
  [key: `x-${string}`]: unknown;
}
export type Path = string;
export interface Choice {
  value: Json;
  title: string;
}

export function typeOf(schema: JsonSchema): SchemaType | undefined {
  const { type } = schema;
  if (Array.isArray(type)) return type.find((one) => one !== "null");
  if (type) return type;
  if (schema.properties) return "object";
  const sample = choicesOf(schema)?.[0]?.value;
  if (typeof sample === "string" || typeof sample === "boolean" || typeof sample === "number") {
    return typeof sample as SchemaType;
  }
  return undefined;
}

export function isNullable(schema: JsonSchema): boolean {
  return Array.isArray(schema.type) && schema.type.includes("null");
}

export function choicesOf(schema: JsonSchema): Choice[] | null {
  if (schema.oneOf?.length && schema.oneOf.every((one) => one.const !== undefined)) {
    return schema.oneOf.map((one) => ({
      value: one.const as Json,
      title: one.title ?? String(one.const as string),
    }));
  }
  if (!schema.enum) return null;
  const titles = schema["x-enum-titles"];
  return schema.enum.map((value, i) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const given = Array.isArray(titles) ? titles[i] : titles?.[text];
    return { value, title: given ?? (value === null ? "None" : text) };
  });
}

export function titleOf(name: string, schema: JsonSchema): string {
  return schema.title ?? words(name);
}

/** Properties in the order of `x-order`, else as declared. */
export function propertiesOf(schema: JsonSchema): [string, JsonSchema][] {
  const entries = Object.entries(schema.properties ?? {});
  return entries
    .map(([name, inner], i) => ({ name, inner, order: inner["x-order"] ?? i }))
    .sort((a, b) => a.order - b.order)
    .map(({ name, inner }) => [name, inner]);
}

/** The value a form starts from: what is given, else the defaults, deep. */
export function withDefaults(schema: JsonSchema, value: Json | undefined): Json {
  if (typeOf(schema) === "object" && schema.properties && value !== null) {
    const given = isObject(value) ? value : isObject(schema.default) ? schema.default : {};
    const filled: Record<string, Json> = { ...given };
    for (const [name, inner] of propertiesOf(schema)) {
      const next = withDefaults(inner, given[name]);
      if (next !== null || name in given || isNullable(inner)) filled[name] = next;
    }
    return filled;
  }
  return value ?? schema.default ?? null;
}

export function isObject(value: unknown): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function join(path: Path, name: string | number): Path {
  return path ? `${path}.${name}` : String(name);
}

/** Every fault by the path of its field: {"epochs": "At most 200."} Empty = valid. */
export function validate(
  schema: JsonSchema,
  value: Json | undefined,
  path: Path = "",
  required = true,
): Record<Path, string> {
  if (value === undefined || value === null || value === "")
    return oneFault(path, emptyFault(schema, value, required));
  const choices = choicesOf(schema);
  if (choices && !choices.some((choice) => choice.value === value))
    return { [path]: "Choose one of the values." };
  if (schema.const !== undefined && schema.const !== value)
    return { [path]: `This must be ${JSON.stringify(schema.const)}.` };
  const check = CHECKS[typeOf(schema) ?? ""];
  return check ? check(schema, value, path) : {};
}

type Check = (schema: JsonSchema, value: Json, path: Path) => Record<Path, string>;
const CHECKS: Record<string, Check> = {
  number: (schema, value, path) => oneFault(path, numberFault(schema, value)),
  integer: (schema, value, path) => oneFault(path, numberFault(schema, value)),
  string: (schema, value, path) => oneFault(path, stringFault(schema, value)),
  boolean: (_, value, path) => oneFault(path, typeof value === "boolean" ? null : "This is yes or no."),
  array: (schema, value, path) => arrayFaults(schema, value, path),
  object: (schema, value, path) => objectFaults(schema, value, path),
};

function emptyFault(schema: JsonSchema, value: null | "" | undefined, required: boolean): string | null {
  if (!required || (value === null && isNullable(schema))) return null;
  const mayBeEmpty = value === "" && typeOf(schema) === "string" && !schema.minLength && !choicesOf(schema);
  return mayBeEmpty ? null : "Give a value.";
}

function oneFault(path: Path, message: string | null): Record<Path, string> {
  return message === null ? {} : { [path]: message };
}

function numberFault(schema: JsonSchema, value: Json): string | null {
  if (typeof value !== "number" || !Number.isFinite(value)) return "This is not a number.";
  if (typeOf(schema) === "integer" && !Number.isInteger(value)) return "This must be a whole number.";
  const limit = limitFault(schema, value);
  if (limit !== null) return limit;
  const { multipleOf } = schema;
  // Division leaves dust: 0.3 / 0.1 is 2.9999999999999996.
  if (multipleOf && Math.abs(value / multipleOf - Math.round(value / multipleOf)) > 1e-9) {
    return `In steps of ${shown(multipleOf)}.`;
  }
  return null;
}

function limitFault(schema: JsonSchema, value: number): string | null {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  if (minimum !== undefined && value < minimum) return `At least ${shown(minimum)}.`;
  if (maximum !== undefined && value > maximum) return `At most ${shown(maximum)}.`;
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum)
    return `More than ${shown(exclusiveMinimum)}.`;
  if (exclusiveMaximum !== undefined && value >= exclusiveMaximum)
    return `Less than ${shown(exclusiveMaximum)}.`;
  return null;
}

function shown(value: number): string {
  return Number.isInteger(value) ? count(value) : String(value);
}

function stringFault(schema: JsonSchema, value: Json): string | null {
  if (typeof value !== "string") return "This must be text.";
  if (schema.minLength && value.length < schema.minLength) {
    return schema.minLength === 1 ? "Give a value." : `At least ${schema.minLength} characters.`;
  }
  if (schema.maxLength && value.length > schema.maxLength) return `At most ${schema.maxLength} characters.`;
  if (schema.pattern && !new RegExp(schema.pattern, "u").test(value))
    return "This does not have the form asked for.";
  if (schema.format === "email" && !/^[^@\s]+@[^@\s]+$/.test(value)) return "This is not an e-mail address.";
  return null;
}

function arrayFaults(schema: JsonSchema, value: Json, path: Path): Record<Path, string> {
  if (!Array.isArray(value)) return { [path]: "This must be a list." };
  if (schema.minItems && value.length < schema.minItems) return { [path]: `At least ${schema.minItems}.` };
  if (schema.maxItems !== undefined && value.length > schema.maxItems)
    return { [path]: `At most ${schema.maxItems}.` };
  if (schema.uniqueItems && new Set(value.map((one) => JSON.stringify(one))).size < value.length) {
    return { [path]: "Each value only once." };
  }
  const { items } = schema;
  if (!items) return {};
  return Object.assign({}, ...value.map((one, i) => validate(items, one, join(path, i)))) as Record<
    Path,
    string
  >;
}

function objectFaults(schema: JsonSchema, value: Json, path: Path): Record<Path, string> {
  if (!isObject(value)) return { [path]: "This must be an object." };
  const faults: Record<Path, string> = {};
  for (const [name, inner] of propertiesOf(schema)) {
    const needed = schema.required?.includes(name) ?? false;
    Object.assign(faults, validate(inner, value[name], join(path, name), needed));
  }
  if (schema.additionalProperties === false) {
    for (const name of Object.keys(value)) {
      if (!schema.properties || !(name in schema.properties))
        faults[join(path, name)] = "This is not a known setting.";
    }
  }
  return faults;
}

/** Only what differs from the base: the rest is the base's, and stays so when the base is another one. */
export function changesOf(base: Record<string, unknown>, value: Record<string, Json>): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(value).filter(([name, one]) => JSON.stringify(one) !== JSON.stringify(base[name] ?? null)),
  );
}
