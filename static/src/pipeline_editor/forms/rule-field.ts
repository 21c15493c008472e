/** By what rule a new model takes over, as the registry asks it; what the form does not know is edited as JSON. */
import { h, replace } from "../../lib/dom";
import { api } from "../../lib/http";
import { ruleForm, type Rule, type RuleForm } from "../../ui/rule-form";
import { isObject, type Json } from "../../ui/schema";
import type { ValueField } from "./value-field";

export interface RuleFieldOptions {
  label: string;
  value: unknown;
  /** One of the models that are judged: its task and classes are what the form offers. */
  model?: () => string | null;
  changed?: () => void;
}
interface Judged {
  task: string;
  labels: string[];
}

/** Whether a rule can be asked by the form: stored training figures are compared by JSON alone. */
export const asksByForm = (value: unknown): boolean =>
  value === null || value === undefined || (isObject(value) && !("checks" in value));

export function ruleField(options: RuleFieldOptions): ValueField {
  return new RuleView(options);
}

class RuleView implements ValueField {
  readonly element: HTMLElement;
  private readonly holder = h("div", {});
  private readonly area: HTMLTextAreaElement;
  private rule: Rule;
  private known: Judged = { task: "", labels: [] };
  private form!: RuleForm;
  /** What the form reads before anybody touched it: it spells out what a rule leaves to its defaults. */
  private untouched = "";

  constructor(private readonly options: RuleFieldOptions) {
    this.rule = isObject(options.value) ? options.value : {};
    this.area = h("textarea", {
      class: "textarea mono",
      rows: 8,
      spellcheck: "false",
      "aria-label": `${options.label} as JSON`,
      onchange: () => this.typed(),
    });
    this.element = h(
      "div",
      { class: "rule-field", role: "group", "aria-label": options.label },
      this.holder,
      h("details", {}, h("summary", {}, "As JSON"), this.area),
    );
    this.draw();
    void this.learn();
  }

  /** Throws where the JSON is none, or a field is wrong. */
  value(): unknown {
    if (this.area.getAttribute("aria-invalid") === "true")
      throw new Error(`${this.options.label} is not a JSON object: look at "As JSON".`);
    const said = this.form.read();
    if (said === null) throw new Error(`${this.options.label}: one of its fields is not right yet.`);
    return this.asDrawn(said) ? this.rule : said;
  }

  private asDrawn(said: Rule): boolean {
    return JSON.stringify(said) === this.untouched;
  }

  private draw(): void {
    const guarded = isObject(this.rule["guard"]) ? this.rule["guard"]["labels"] : [];
    const named = Array.isArray(guarded) ? guarded.map(String) : [];
    const labels = [...new Set([...this.known.labels, ...named])];
    this.form = ruleForm(this.known.task, labels, this.rule, () => this.told());
    this.untouched = JSON.stringify(this.form.read());
    replace(this.holder, this.form.element);
    this.area.value = JSON.stringify(this.rule, null, 2);
    this.area.setAttribute("aria-invalid", "false");
  }

  private told(): void {
    const said = this.form.read();
    if (said === null || this.asDrawn(said)) return;
    this.area.value = JSON.stringify(said, null, 2);
    this.options.changed?.();
  }

  private typed(): void {
    let said: Json;
    try {
      said = JSON.parse(this.area.value) as Json;
    } catch {
      said = null;
    }
    if (!isObject(said)) return this.area.setAttribute("aria-invalid", "true");
    this.rule = said;
    this.draw();
    this.options.changed?.();
  }

  /** What a model is for and which classes it knows; without one the form asks what fits any. */
  private async learn(): Promise<void> {
    const id = this.options.model?.();
    if (!id) return;
    const found = await api.get<Judged>(`/api/v1/models/${id}/`).catch(() => null);
    if (!found) return;
    this.known = { task: found.task, labels: found.labels };
    if (this.area.getAttribute("aria-invalid") === "true") return;
    const said = this.form.read();
    if (said && !this.asDrawn(said)) this.rule = said;
    this.draw();
  }
}
