/** A JSON object that a form asks for, with its JSON beside it: what is said in one, the other shows. */
import { h, replace } from "../../lib/dom";
import { isObject, type Json } from "../../ui/schema";
import type { ValueField } from "./value-field";

export type Said = Record<string, Json>;

export interface FormOrJsonOptions {
  label: string;
  value: unknown;
  /** A model of the pipeline: what it is for and knows is what the form offers. */
  model?: () => string | null;
  changed?: () => void;
}

/** A form for what was said so far; `read` is null where a field is wrong. */
export interface Asking {
  element: HTMLElement;
  read: () => Said | null;
}

export abstract class FormOrJson implements ValueField {
  readonly element: HTMLElement;
  protected said: Said;
  private readonly holder = h("div", {});
  private readonly json = h("details", {}, h("summary", {}, "As JSON"));
  private readonly area: HTMLTextAreaElement;
  private form: Asking | null = null;
  /** What the form reads before anybody touched it: it spells out what the value leaves to defaults. */
  private untouched = "";

  constructor(protected readonly options: FormOrJsonOptions) {
    const { label, value } = options;
    this.said = isObject(value) ? value : {};
    this.area = h("textarea", {
      class: "textarea mono",
      rows: 8,
      spellcheck: "false",
      "aria-label": `${label} as JSON`,
      onchange: () => this.typed(),
    });
    this.json.append(this.area);
    this.element = h("div", { class: "stack", role: "group", "aria-label": label }, this.holder, this.json);
    this.draw();
    const model = options.model?.();
    if (model) void this.learn(model).then((learnt) => learnt && this.redraw());
  }

  /** The form by what is known now; null: there is none yet, and JSON is all. `changed`: a field was. */
  protected abstract ask(changed: () => void): Asking | null;
  /** Reads what the form needs of a model; false: nothing came of it. */
  protected abstract learn(model: string): Promise<boolean>;

  /** Throws where the JSON is none, or a field is wrong. */
  value(): unknown {
    if (this.broken()) throw new Error(`${this.options.label} is not a JSON object: look at "As JSON".`);
    const now = this.form ? this.form.read() : this.said;
    if (now === null) throw new Error(`${this.options.label}: one of its fields is not right yet.`);
    return this.asDrawn(now) ? this.said : now;
  }

  private broken(): boolean {
    return this.area.getAttribute("aria-invalid") === "true";
  }

  private asDrawn(now: Said): boolean {
    return JSON.stringify(now) === this.untouched;
  }

  private draw(): void {
    this.form = this.ask(() => this.told());
    this.untouched = this.form ? JSON.stringify(this.form.read()) : "";
    replace(this.holder, this.form?.element ?? null);
    this.json.open ||= !this.form;
    this.area.value = JSON.stringify(this.said, null, 2);
    this.area.setAttribute("aria-invalid", "false");
  }

  private redraw(): void {
    if (this.broken()) return;
    const now = this.form?.read();
    if (now && !this.asDrawn(now)) this.said = now;
    if (!this.form) this.json.open = false;
    this.draw();
  }

  private told(): void {
    const now = this.form?.read();
    if (!now || this.asDrawn(now)) return;
    this.area.value = JSON.stringify(now, null, 2);
    this.options.changed?.();
  }

  private typed(): void {
    let now: Json;
    try {
      now = JSON.parse(this.area.value) as Json;
    } catch {
      now = null;
    }
    if (!isObject(now)) return this.area.setAttribute("aria-invalid", "true");
    this.said = now;
    this.draw();
    this.options.changed?.();
  }
}
