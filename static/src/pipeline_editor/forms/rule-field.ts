/** By what rule a new model takes over, as the registry asks it; what the form does not know is edited as JSON. */
import { api } from "../../lib/http";
import { ruleForm } from "../../ui/rule-form";
import { isObject } from "../../ui/schema";
import { FormOrJson, type Asking, type FormOrJsonOptions } from "./form-or-json";
import type { ValueField } from "./value-field";

/** Whether a rule can be asked by the form: stored training figures are compared by JSON alone. */
export const asksByForm = (value: unknown): boolean =>
  value === null || value === undefined || (isObject(value) && !("checks" in value));

export function ruleField(options: FormOrJsonOptions): ValueField {
  return new RuleView(options);
}

interface Judged {
  task: string;
  labels: string[];
}

class RuleView extends FormOrJson {
  // Not initialised here: the base class draws before this class's fields would be.
  declare private known: Judged | undefined;

  protected ask(changed: () => void): Asking {
    const guarded = isObject(this.said["guard"]) ? this.said["guard"]["labels"] : [];
    const named = Array.isArray(guarded) ? guarded.map(String) : [];
    const labels = [...new Set([...(this.known?.labels ?? []), ...named])];
    return ruleForm(this.known?.task ?? "", labels, this.said, changed);
  }

  protected async learn(model: string): Promise<boolean> {
    const found = await api.get<Judged>(`/api/v1/models/${model}/`).catch(() => null);
    if (found) this.known = { task: found.task, labels: found.labels };
    return found !== null;
  }
}
