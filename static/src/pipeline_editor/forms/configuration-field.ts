/** How a new version differs from its base model: the form of the adapter's schema, filled with what the base has. */
import { api } from "../../lib/http";
import { createForm } from "../../ui/form";
import { changesOf, propertiesOf, type JsonSchema } from "../../ui/schema";
import { FormOrJson, type Asking, type FormOrJsonOptions, type Said } from "./form-or-json";
import type { ValueField } from "./value-field";

export function configurationField(options: FormOrJsonOptions): ValueField {
  return new ConfigurationView(options);
}

interface Base {
  adapter: string;
  configuration: Said;
}
interface Adapter {
  name: string;
  config_schema: JsonSchema;
}

class ConfigurationView extends FormOrJson {
  // Not initialised here: the base class draws before this class's fields would be.
  declare private base: Said | undefined;
  declare private schema: JsonSchema | undefined;

  protected ask(changed: () => void): Asking | null {
    const { base, schema } = this;
    if (!base || !schema) return null;
    const known = propertiesOf(schema);
    const beyond = Object.fromEntries(Object.entries(this.said).filter(([name]) => !(name in known)));
    const form = createForm({ schema, value: { ...base, ...this.said }, rows: true, onChange: changed });
    return {
      element: form.element,
      read: () => (form.check() ? { ...beyond, ...changesOf(base, form.value()) } : null),
    };
  }

  protected async learn(model: string): Promise<boolean> {
    try {
      const [found, adapters] = await Promise.all([
        api.get<Base>(`/api/v1/models/${model}/`),
        api.list<Adapter>("/api/v1/adapters/"),
      ]);
      this.base = found.configuration;
      this.schema = adapters.items.find((one) => one.name === found.adapter)?.config_schema;
    } catch {
      return false; // JSON does as well
    }
    return this.schema !== undefined;
  }
}
