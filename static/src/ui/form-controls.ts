/** The controls a schema form is made of, one function a kind. */
import { h, uid } from "../lib/dom.ts";
import type { Control, ControlContext, Widget } from "./form.ts";
import { choicesOf, isNullable, typeOf, type Json } from "./schema.ts";

function show(value: Json): string {
  if (value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export const textControl: Widget = ({ id, schema, value, disabled, changed }) => {
  const wide =
    schema["x-widget"] === "textarea" ||
    schema.format === "textarea" ||
    // What may be long is a text, unless its schema says that it is one line: a folder, a URL.
    ((schema.maxLength ?? 0) > 400 && schema["x-widget"] !== "line");
  const type =
    schema["x-widget"] === "color" || schema.format === "color"
      ? "color"
      : ({ email: "email", uri: "url", date: "date", password: "password" }[schema.format ?? ""] ?? "text");
  const element = wide
    ? h("textarea", { class: "textarea", id, disabled, rows: 3, value: show(value), oninput: changed })
    : h("input", {
        class: type === "color" ? "color-input" : "input",
        id,
        type,
        disabled,
        value: show(value),
        maxlength: schema.maxLength,
        autocomplete: "off",
        oninput: changed,
      });
  return {
    element,
    read: () => (element.value === "" && isNullable(schema) ? null : element.value),
    write: (next) => {
      element.value = show(next);
    },
  };
};

export const numberControl: Widget = ({ id, schema, value, disabled, changed }) => {
  const element = h("input", {
    class: "input",
    id,
    type: "text",
    inputmode: typeOf(schema) === "integer" ? "numeric" : "decimal",
    disabled,
    value: show(value),
    autocomplete: "off",
    placeholder: schema.default === undefined || schema.default === null ? undefined : show(schema.default),
    oninput: changed,
  });
  return {
    element,
    read: () => {
      // ".02", "1e-3" and "2,000" are what people type.
      const text = element.value.replace(/[,\s]/g, "");
      if (text === "") return isNullable(schema) ? null : undefined;
      const number = Number(text);
      if (Number.isNaN(number)) throw new Error("This is not a number.");
      return number;
    },
    write: (next) => {
      element.value = show(next);
    },
  };
};

export const choiceControl: Widget = ({ id, schema, value, disabled, changed }) => {
  const choices = choicesOf(schema) ?? [];
  const index = (wanted: Json) => choices.findIndex((choice) => choice.value === wanted);
  const open = index(value) < 0;
  const element = h(
    "select",
    { class: "select", id, disabled, onchange: changed },
    open && h("option", { value: "" }, "Choose…"),
    choices.map((choice, i) => h("option", { value: String(i) }, choice.title)),
  );
  element.value = open ? "" : String(index(value));
  return {
    element,
    read: () => (element.value === "" ? undefined : choices[Number(element.value)]?.value),
    write: (next) => {
      element.value = index(next) < 0 ? "" : String(index(next));
    },
  };
};

/** A list of an enum is a set of checkboxes; of other scalars, a line with commas. */
export const arrayControl: Widget = (context) => {
  const { schema } = context;
  return schema.items && choicesOf(schema.items) ? checksControl(context) : commaControl(context);
};

function checksControl({ id, schema, value, disabled, changed }: ControlContext): Control {
  const choices = schema.items ? (choicesOf(schema.items) ?? []) : [];
  const had = Array.isArray(value) ? value : [];
  const boxes = choices.map((choice) => ({
    choice,
    box: h("input", {
      type: "checkbox",
      class: "checkbox",
      id: uid(id),
      disabled,
      checked: had.includes(choice.value),
      onchange: changed,
    }),
  }));
  const element = h(
    "div",
    { class: "stack", role: "group", id },
    boxes.map(({ choice, box }) => h("label", { class: "row" }, box, choice.title)),
  );
  return {
    element,
    input: boxes[0]?.box ?? element,
    read: () => boxes.filter(({ box }) => box.checked).map(({ choice }) => choice.value),
    write: (next) => {
      const wanted = Array.isArray(next) ? next : [];
      for (const { choice, box } of boxes) box.checked = wanted.includes(choice.value);
    },
  };
}

function commaControl({ id, schema, value, disabled, changed }: ControlContext): Control {
  const inner = schema.items ? typeOf(schema.items) : "string";
  const text = (list: Json) => (Array.isArray(list) ? list.map(show).join(", ") : "");
  const element = h("input", {
    class: "input",
    id,
    type: "text",
    disabled,
    value: text(value),
    placeholder: "comma between values",
    autocomplete: "off",
    oninput: changed,
  });
  return {
    element,
    read: () => {
      const parts = element.value.split(",").map((part) => part.trim());
      return parts.filter(Boolean).map((part): Json => {
        if (inner !== "number" && inner !== "integer") return part;
        const number = Number(part);
        if (Number.isNaN(number)) throw new Error(`“${part}” is not a number.`);
        return number;
      });
    },
    write: (next) => {
      element.value = text(next);
    },
  };
}

export const jsonControl: Widget = ({ id, schema, value, disabled, changed }) => {
  const text = (next: Json) => (next === null ? "" : JSON.stringify(next, null, 2));
  const element = h("textarea", {
    class: "textarea code-box",
    id,
    disabled,
    rows: 4,
    spellcheck: "false",
    value: text(value),
    oninput: changed,
  });
  return {
    element,
    read: () => {
      if (!element.value.trim()) return isNullable(schema) ? null : undefined;
      try {
        return JSON.parse(element.value) as Json;
      } catch {
        throw new Error("This is not valid JSON.");
      }
    },
    write: (next) => {
      element.value = text(next);
    },
  };
};
