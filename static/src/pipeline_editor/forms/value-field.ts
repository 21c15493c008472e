/** A control for a value of a port type: pickers for what the project has, a filter, a rule, a configuration, JSON, or a plain field. */
import { h } from "../../lib/dom";
import { createPicker, type PickItem } from "../../ui/picker";
import { entities } from "./entities";
import { filterField, looksLikeFilter } from "./filter-field";
import { configurationField } from "./configuration-field";
import { asksByForm, ruleField } from "./rule-field";

export interface ValueField {
  element: HTMLElement;
  /** The value as the API takes it; throws an Error with a sentence when it is not valid. */
  value: () => unknown;
}
export interface ValueFieldOptions {
  projectId: string;
  type: string;
  label: string;
  value: unknown;
  /** What the thing that the value names is called. */
  name?: string;
  /** The dataset a filter is counted over. */
  dataset?: () => string | null;
  changed?: () => void;
  /** What the port that takes it asks for (`PortInfo.widget`). */
  widget?: string;
  /** A model of the pipeline, where a rule about models is asked. */
  model?: () => string | null;
}

export function valueField(options: ValueFieldOptions): ValueField {
  const { type } = options;
  if (type === "Dataset" || type === "Model") return pickerField(options, type);
  if (type === "Json" && looksLikeFilter(options.label, options.value))
    return filterField({ ...options, envelope: true });
  if (type === "Json" && options.widget === "configuration") return configurationField(options);
  if (type === "Json" && options.widget === "rule" && asksByForm(options.value)) return ruleField(options);
  if (type === "Json" || type.endsWith("[]")) return jsonField(options);
  return plainField(options);
}

function pickerField(options: ValueFieldOptions, type: "Dataset" | "Model"): ValueField {
  const { label, value, name, projectId } = options;
  const { find, named } = entities(projectId, type);
  const picker = createPicker<PickItem>({
    label,
    optional: true,
    placeholder: type === "Dataset" ? "Choose a dataset…" : "Choose a model…",
    value: typeof value === "string" && value ? { id: value, name: name || value } : null,
    load: find,
    onChange: () => options.changed?.(),
  });
  if (typeof value === "string" && value && !name)
    void named([value]).then((names) => {
      const found = names.get(value);
      if (found !== undefined && picker.value()?.id === value) picker.set({ id: value, name: found });
    });
  return { element: picker.element, value: () => picker.value()?.id ?? null };
}

function jsonField({ label, value, changed }: ValueFieldOptions): ValueField {
  const area = h("textarea", {
    class: "textarea mono",
    rows: 8,
    spellcheck: "false",
    "aria-label": label,
    value: JSON.stringify(value ?? {}, null, 2),
    onchange: () => changed?.(),
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

function plainField({ type, label, value, changed }: ValueFieldOptions): ValueField {
  if (type === "Boolean") {
    const check = h("input", {
      type: "checkbox",
      class: "toggle",
      "aria-label": label,
      checked: value === true,
      onchange: () => changed?.(),
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
    onchange: () => changed?.(),
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
