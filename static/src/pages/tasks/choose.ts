/** A field of a form that is answered by searching the server: of many tasks or datasets nobody reads a list. */
import type { Widget } from "../../ui/form.ts";
import { createPicker, type PickItem } from "../../ui/picker.ts";

export interface ChoiceOptions<T extends PickItem> {
  label: string;
  /** What is found by a part of the name; nothing typed: the first few. */
  find: (text: string, signal: AbortSignal) => Promise<T[]>;
  /** What is chosen to begin with. */
  value: T | null;
  /** Stands where nothing is chosen, and may be chosen again by emptying the field; without it one must be chosen. */
  none?: string;
  onChange?: (chosen: T | null) => void;
}

/** Its value is the id, or null. */
export function choiceWidget<T extends PickItem>(options: ChoiceOptions<T>): Widget {
  return ({ id, changed }) => {
    const picker = createPicker<T>({
      id,
      label: options.label,
      load: options.find,
      value: options.value,
      optional: options.none !== undefined,
      ...(options.none !== undefined && { placeholder: options.none }),
      onChange: (chosen) => {
        options.onChange?.(chosen);
        changed();
      },
    });
    return {
      element: picker.element,
      input: picker.input,
      read: () => picker.value()?.id ?? null,
      write: (value) => {
        if (value === null || value === "") picker.set(null);
      },
    };
  };
}
