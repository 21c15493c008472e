/**
 * Forms from a JSON schema: node parameters, model configurations, settings.
 *
 *   const form = createForm({ schema, value: node.params, rows: true, onChange: (value) => … });
 *   host.append(form.element);
 *   if (form.check()) await api.patch(url, form.value()).catch(form.showError);    // field errors go to their fields
 *
 * Types: string (enum, format email/uri/date, x-widget textarea/line/color), number, integer, boolean, object (a group),
 * array (of enum: checkboxes; else a comma list; of objects: JSON), anything else as JSON. `widgets` puts an own control in
 * place of a field, by its path or by `x-widget`.
 */
import { append, h, replace, uid, type Child } from "../lib/dom.ts";
import { AlpApiError } from "../lib/http.ts";
import { openDialog } from "./dialog.ts";
import { icon } from "./icons.ts";
import {
  choicesOf,
  isNullable,
  isObject,
  join,
  propertiesOf,
  titleOf,
  typeOf,
  validate,
  withDefaults,
  type Json,
  type JsonSchema,
  type Path,
} from "./schema.ts";
import { arrayControl, choiceControl, jsonControl, numberControl, textControl } from "./form-controls.ts";

/** One control: what stands in the field, and how its value is read and set. */
export interface Control {
  element: HTMLElement;
  /** The element that takes the focus and the error's aria links. */
  input?: HTMLElement;
  /** Undefined = left empty. May throw an Error whose message is the field's error. */
  read: () => Json | undefined;
  write: (value: Json) => void;
}
export interface ControlContext {
  id: string;
  path: Path;
  schema: JsonSchema;
  value: Json;
  disabled: boolean;
  changed: () => void;
}
export type Widget = (context: ControlContext) => Control;

export interface FormOptions {
  schema: JsonSchema;
  value?: Json;
  /** Label left, control right; for side panels. */
  rows?: boolean;
  disabled?: boolean;
  widgets?: Record<string, Widget>;
  /** `path`: the field that was changed. */
  onChange?: (value: Record<string, Json>, valid: boolean, path: Path) => void;
  /** Buttons below; without one the caller submits. */
  submit?: { label: string; run: (value: Record<string, Json>) => Promise<unknown> };
}
export interface Form {
  element: HTMLFormElement;
  value: () => Record<string, Json>;
  set: (value: Json) => void;
  /** Shows every fault at its field; true when there is none. */
  check: () => boolean;
  errors: (byPath: Record<Path, string>) => void;
  /** Puts an API error at the fields it names (and above them what it says of none). Throws what is no API error. */
  showError: (error: unknown) => void;
}
interface Field {
  path: Path;
  schema: JsonSchema;
  required: boolean;
  control: Control;
  holder: HTMLElement;
  error: HTMLElement;
  touched: boolean;
}

export function createForm(options: FormOptions): Form {
  return new FormView(options);
}

class FormView implements Form {
  readonly element: HTMLFormElement;
  private readonly fields: Field[] = [];
  private readonly top = h("div", { class: "notice bad", role: "alert", hidden: true });
  private base: Json;

  constructor(private readonly options: FormOptions) {
    this.base = withDefaults(options.schema, options.value);
    const inner = this.group(options.schema, this.base, "");
    const { submit } = options;
    this.element = h(
      "form",
      {
        class: ["form", options.rows && "rows"],
        novalidate: true,
        onsubmit: (event) => void this.submit(event),
      },
      this.top,
      inner,
      submit &&
        h(
          "div",
          { class: "form-actions" },
          h("button", { type: "submit", class: "btn btn-primary" }, submit.label),
        ),
    );
  }

  /** What is in the fields over what was given: keys the schema does not know stay as they were. */
  value(): Record<string, Json> {
    const result: Record<string, Json> = isObject(this.base) ? structuredClone(this.base) : {};
    for (const field of this.fields) assign(result, field.path, this.read(field));
    return result;
  }

  set(value: Json): void {
    this.base = withDefaults(this.options.schema, value);
    for (const field of this.fields) {
      field.touched = false;
      field.control.write(at(this.base, field.path));
    }
    this.errors({});
  }

  check(): boolean {
    for (const field of this.fields) field.touched = true;
    const faults = this.faults();
    this.errors(faults);
    const first = this.fields.find((field) => faultAt(faults, field) !== null)?.control;
    (first?.input ?? first?.element)?.focus();
    return Object.keys(faults).length === 0;
  }

  errors(byPath: Record<Path, string>): void {
    const left = new Map(Object.entries(byPath));
    for (const field of this.fields) {
      const message = faultAt(byPath, field);
      for (const path of [...left.keys()])
        if (path === field.path || path.startsWith(`${field.path}.`)) left.delete(path);
      this.showFault(field, message);
    }
    this.top.hidden = left.size === 0;
    const lines = [...left].map(([path, message]) => h("div", null, path ? `${path}: ${message}` : message));
    replace(this.top, icon("alert"), h("div", null, lines));
  }

  showError = (error: unknown): void => {
    if (!(error instanceof AlpApiError)) throw error;
    const { fields } = error;
    this.errors(Object.keys(fields).length ? fields : { "": error.message });
    error.data["shown"] = true;
  };

  private async submit(event: Event): Promise<void> {
    event.preventDefault();
    const { submit } = this.options;
    if (!submit || !this.check()) return;
    const button = this.element.querySelector<HTMLButtonElement>("button[type=submit]");
    if (button) button.disabled = true;
    try {
      await submit.run(this.value());
    } catch (error) {
      this.showError(error);
    } finally {
      if (button) button.disabled = false;
    }
  }

  private read(field: Field): Json | undefined {
    try {
      return field.control.read();
    } catch {
      return undefined;
    }
  }

  private faults(): Record<Path, string> {
    const faults: Record<Path, string> = {};
    for (const field of this.fields) {
      try {
        Object.assign(faults, validate(field.schema, field.control.read(), field.path, field.required));
      } catch (error) {
        faults[field.path] = error instanceof Error ? error.message : String(error);
      }
    }
    return faults;
  }

  private changed(field: Field): void {
    field.touched = true;
    const faults = this.faults();
    this.showFault(field, faultAt(faults, field));
    this.options.onChange?.(this.value(), Object.keys(faults).length === 0, field.path);
  }

  private showFault(field: Field, message: string | null): void {
    const input = field.control.input ?? field.control.element;
    field.error.hidden = message === null;
    field.error.textContent = message ?? "";
    if (message === null) input.removeAttribute("aria-invalid");
    else input.setAttribute("aria-invalid", "true");
  }

  private group(schema: JsonSchema, value: Json, path: Path): Child {
    const parts: Child[] = propertiesOf(schema).map(([name, inner]): Child => {
      const innerPath = join(path, name);
      const innerValue = isObject(value) ? (value[name] ?? null) : null;
      const own = this.widgetOf(inner, innerPath);
      if (typeOf(inner) === "object" && inner.properties && !own) {
        return h(
          "fieldset",
          { class: "field group" },
          h("legend", null, titleOf(name, inner)),
          inner.description && h("div", { class: "hint" }, inner.description),
          this.group(inner, innerValue, innerPath),
        );
      }
      return this.field(name, inner, innerValue, innerPath, schema.required?.includes(name) ?? false);
    });
    return parts;
  }

  private widgetOf(schema: JsonSchema, path: Path): Widget | undefined {
    const { widgets } = this.options;
    return widgets?.[path] ?? (schema["x-widget"] ? widgets?.[schema["x-widget"]] : undefined);
  }

  private field(name: string, schema: JsonSchema, value: Json, path: Path, required: boolean): HTMLElement {
    const id = uid("field");
    const hintId = `${id}-hint`;
    const errorId = `${id}-error`;
    const disabled = (this.options.disabled ?? false) || (schema.readOnly ?? false);
    const context: ControlContext = { id, path, schema, value, disabled, changed: () => this.changed(field) };
    const control = (this.widgetOf(schema, path) ?? builtIn(schema))(context);
    const isCheck = control.element instanceof HTMLInputElement && control.element.type === "checkbox";
    const error = h("div", { class: "error", id: errorId, hidden: true });
    const label = labelOf(name, schema, id, !(required || isCheck || disabled));
    const hint = schema.description ? h("div", { class: "hint", id: hintId }, schema.description) : null;
    const holder = h("div", {
      class: ["field", isCheck && "check", isTall(control.element) && "tall"],
      dataset: { path },
    });
    append(holder, isCheck ? [control.element, label, hint, error] : [label, control.element, hint, error]);
    const input = control.input ?? control.element;
    input.setAttribute("aria-describedby", hint ? `${hintId} ${errorId}` : errorId);
    const field: Field = { path, schema, required, control, holder, error, touched: false };
    this.fields.push(field);
    return holder;
  }
}

function labelOf(name: string, schema: JsonSchema, id: string, optional: boolean): HTMLElement {
  return h(
    "label",
    { for: id },
    titleOf(name, schema),
    schema["x-unit"] && h("span", { class: "req" }, ` (${schema["x-unit"]})`),
    optional && schema.default === undefined && h("span", { class: "req" }, " (optional)"),
  );
}

function isTall(element: HTMLElement): boolean {
  return element instanceof HTMLTextAreaElement || element.classList.contains("stack");
}

function builtIn(schema: JsonSchema): Widget {
  const type = typeOf(schema);
  if (schema["x-widget"] === "json") return jsonControl;
  if (type === "boolean" && !isNullable(schema) && !choicesOf(schema)) return checkControl;
  if (choicesOf(schema)) return choiceControl;
  if (type === "number" || type === "integer") return numberControl;
  if (type === "string") return textControl;
  if (
    type === "array" &&
    schema.items &&
    typeOf(schema.items) !== "object" &&
    typeOf(schema.items) !== "array"
  ) {
    return arrayControl;
  }
  return jsonControl;
}

const checkControl: Widget = ({ id, value, disabled, changed }) => {
  const element = h("input", {
    class: "checkbox",
    type: "checkbox",
    id,
    checked: value === true,
    disabled,
    onchange: changed,
  });
  return {
    element,
    read: () => element.checked,
    write: (next) => {
      element.checked = next === true;
    },
  };
};

/** The fault of a field or of something inside it. */
function faultAt(faults: Record<Path, string>, field: Field): string | null {
  if (faults[field.path] !== undefined) return faults[field.path] ?? null;
  const inner = Object.entries(faults).find(([path]) => path.startsWith(`${field.path}.`));
  return inner ? `${inner[0].slice(field.path.length + 1)}: ${inner[1]}` : null;
}

function at(value: Json, path: Path): Json {
  let current: Json | undefined = value;
  for (const part of path.split(".")) current = isObject(current) ? current[part] : undefined;
  return current ?? null;
}

function assign(target: Record<string, Json>, path: Path, value: Json | undefined): void {
  const parts = path.split(".");
  const last = parts.pop() ?? "";
  let inner = target;
  for (const part of parts) {
    const next = inner[part];
    if (isObject(next)) inner = next;
    else inner = inner[part] = {};
  }
  if (value === undefined) delete inner[last];
  else inner[last] = value;
}

export interface FormDialogOptions extends Omit<FormOptions, "submit" | "onChange"> {
  title: string;
  intro?: Child;
  confirm: string;
  wide?: boolean;
  run: (value: Record<string, Json>) => Promise<unknown>;
}

/** A form in a dialog; resolves true once `run` went well, false when given up. */
export function formDialog(options: FormDialogOptions): Promise<boolean> {
  return new Promise((resolve) => {
    let done = false;
    const form = createForm(options);
    const run = async () => {
      if (!form.check()) return false;
      try {
        await options.run(form.value());
        done = true;
        return true;
      } catch (error) {
        form.showError(error);
        return false;
      }
    };
    const dialog = openDialog({
      title: options.title,
      body: [options.intro && h("div", null, options.intro), form.element],
      wide: options.wide ?? false,
      actions: [{ label: "Cancel" }, { label: options.confirm, primary: true, run }],
      onClose: () => resolve(done),
    });
    form.element.addEventListener("submit", (event) => {
      event.preventDefault();
      dialog.element.querySelector<HTMLButtonElement>("footer .btn-primary")?.click();
    });
    // Enter in a field submits even though the button stands outside the form.
    append(form.element, [h("button", { type: "submit", hidden: true, tabIndex: -1 })]);
  });
}
