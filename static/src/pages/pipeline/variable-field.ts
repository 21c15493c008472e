/** A control for a variable's value: a picker of the project's datasets or models, JSON, or a plain field. */
import { h } from "../../lib/dom";
import { api } from "../../lib/http";
import { createPicker, type PickItem } from "../../ui/picker";

export interface ValueField {
  element: HTMLElement;
  /** The value as the API takes it; throws an Error with a sentence when it is not valid. */
  value: () => unknown;
}

export function valueField(
  projectId: string,
  type: string,
  label: string,
  value: unknown,
  name: string,
): ValueField {
  if (type === "Dataset" || type === "Model") return pickerField(projectId, type, label, value, name);
  if (type === "Json") return jsonField(label, value);
  return plainField(type, label, value);
}

function pickerField(
  projectId: string,
  type: string,
  label: string,
  value: unknown,
  name: string,
): ValueField {
  const path = `/api/v1/projects/${projectId}/${type === "Dataset" ? "datasets" : "models"}/`;
  let all: Promise<PickItem[]> | null = null;
  const picker = createPicker<PickItem>({
    label,
    optional: true,
    placeholder: type === "Dataset" ? "Choose a dataset…" : "Choose a model…",
    value: typeof value === "string" && value ? { id: value, name: name || value } : null,
    load: async (text) => {
      all ??= api.list<PickItem>(path).then((page) => page.items);
      const wanted = text.trim().toLowerCase();
      return (await all).filter((item) => item.name.toLowerCase().includes(wanted));
    },
  });
  return { element: picker.element, value: () => picker.value()?.id ?? null };
}

function jsonField(label: string, value: unknown): ValueField {
  const area = h("textarea", {
    class: "textarea mono",
    rows: 8,
    spellcheck: "false",
    "aria-label": label,
    value: JSON.stringify(value ?? {}, null, 2),
  });
  return {
    element: area,
    value: () => {
      try {
        return JSON.parse(area.value) as unknown;
      } catch (error) {
        const why = error instanceof Error ? error.message : "check it";
        throw new Error(`${label} is not valid JSON: ${why}.`, { cause: error });
      }
    },
  };
}

function plainField(type: string, label: string, value: unknown): ValueField {
  if (type === "Boolean") {
    const check = h("input", {
      type: "checkbox",
      class: "toggle",
      "aria-label": label,
      checked: value === true,
    });
    return { element: check, value: () => check.checked };
  }
  const numeric = ["Number", "Integer", "Float"].includes(type);
  const input = h("input", {
    class: "input",
    type: numeric ? "number" : "text",
    step: type === "Integer" ? "1" : "any",
    "aria-label": label,
    value: typeof value === "string" || typeof value === "number" ? value : "",
  });
  return {
    element: input,
    value: () => {
      if (!numeric) return input.value;
      if (input.value === "") return null;
      const number = Number(input.value);
      if (!Number.isFinite(number)) throw new Error(`${label} must be a number.`);
      return number;
    },
  };
}
