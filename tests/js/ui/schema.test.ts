// @vitest-environment node
import { describe, expect, it } from "vitest";
import { choicesOf, titleOf, typeOf, validate, withDefaults, type JsonSchema } from "@/ui/schema.ts";

const schema: JsonSchema = {
  type: "object",
  required: ["epochs", "name"],
  additionalProperties: false,
  properties: {
    name: { type: "string", minLength: 2, maxLength: 5, pattern: "^[a-z]+$" },
    epochs: { type: "integer", minimum: 1, maximum: 2000, default: 30 },
    rate: { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1, multipleOf: 0.1 },
    optimizer: { type: "string", enum: ["sgd", "adam"], default: "adam" },
    seed: { type: ["integer", "null"], default: null },
    augment: {
      type: "object",
      properties: { flip: { type: "boolean", default: true }, crop: { type: "number", minimum: 0 } },
    },
    classes: {
      type: "array",
      items: { type: "string", minLength: 1 },
      minItems: 1,
      maxItems: 2,
      uniqueItems: true,
    },
  },
};
const fine = { name: "abc", epochs: 3 };
const faults = (value: object) => validate(schema, { ...fine, ...value });

describe("defaults", () => {
  it("fill what is missing, deep, and keep what is given", () => {
    expect(withDefaults(schema, { epochs: 5, augment: { crop: 0.5 } })).toEqual({
      epochs: 5,
      optimizer: "adam",
      seed: null,
      augment: { crop: 0.5, flip: true },
    });
    expect(withDefaults({ type: "string", default: "x" }, undefined)).toBe("x");
  });
});

describe("validate", () => {
  it("finds nothing wrong with what is right", () => {
    expect(faults({ rate: 0.3, seed: null, augment: { flip: false }, classes: ["a"] })).toEqual({});
  });
  it.each([
    [{ name: "" }, { name: "Give a value." }],
    [{ name: "a" }, { name: "At least 2 characters." }],
    [{ name: "abcdef" }, { name: "At most 5 characters." }],
    [{ name: "ABC" }, { name: "This does not have the form asked for." }],
    [{ name: 7 }, { name: "This must be text." }],
    [{ epochs: undefined }, { epochs: "Give a value." }],
    [{ epochs: null }, { epochs: "Give a value." }],
    [{ epochs: 0 }, { epochs: "At least 1." }],
    [{ epochs: 2001 }, { epochs: "At most 2,000." }],
    [{ epochs: 1.5 }, { epochs: "This must be a whole number." }],
    [{ epochs: "3" }, { epochs: "This is not a number." }],
    [{ rate: 0 }, { rate: "More than 0." }],
    [{ rate: 1 }, { rate: "Less than 1." }],
    [{ rate: 0.25 }, { rate: "In steps of 0.1." }],
    [{ optimizer: "lion" }, { optimizer: "Choose one of the values." }],
    [{ augment: { flip: "yes" } }, { "augment.flip": "This is yes or no." }],
    [{ augment: 3 }, { augment: "This must be an object." }],
    [{ augment: { crop: -1 } }, { "augment.crop": "At least 0." }],
    [{ classes: [] }, { classes: "At least 1." }],
    [{ classes: ["a", "b", "c"] }, { classes: "At most 2." }],
    [{ classes: ["a", "a"] }, { classes: "Each value only once." }],
    [{ classes: ["a", ""] }, { "classes.1": "Give a value." }],
    [{ classes: "a" }, { classes: "This must be a list." }],
    [{ other: 1 }, { other: "This is not a known setting." }],
  ])("%j -> %j", (value, wanted) => expect(faults(value)).toEqual(wanted));
  it("lets what is optional be left out", () => {
    expect(faults({ rate: null, classes: undefined })).toEqual({});
  });
  it("knows constants and e-mail addresses", () => {
    expect(validate({ const: 3 }, 4)).toEqual({ "": "This must be 3." });
    expect(validate({ type: "string", format: "email" }, "nobody")).toEqual({
      "": "This is not an e-mail address.",
    });
    expect(validate({ type: "string", format: "email" }, "a@b")).toEqual({});
  });
});

describe("reading a schema", () => {
  it("finds the type behind null, properties and enums", () => {
    expect(typeOf({ type: ["null", "number"] })).toBe("number");
    expect(typeOf({ properties: {} })).toBe("object");
    expect(typeOf({ enum: ["a"] })).toBe("string");
    expect(typeOf({})).toBeUndefined();
  });
  it("names choices", () => {
    expect(choicesOf({ enum: ["a", null], "x-enum-titles": { a: "First" } })).toEqual([
      { value: "a", title: "First" },
      { value: null, title: "None" },
    ]);
    expect(choicesOf({ oneOf: [{ const: 1, title: "One" }, { const: 2 }] })).toEqual([
      { value: 1, title: "One" },
      { value: 2, title: "2" },
    ]);
    expect(choicesOf({ type: "string" })).toBeNull();
    expect(titleOf("min_delta", {})).toBe("Min delta");
    expect(titleOf("x", { title: "Gain" })).toBe("Gain");
  });
});
