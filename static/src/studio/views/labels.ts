/** The label bar: it lies like the digit row of the keyboard. */
import { delegate, h, swatch } from "../../lib/dom.ts";
import { roveFocus } from "../../ui/roving.ts";
import type { KeyedLabel } from "../state/labels.ts";

export class LabelBar {
  readonly element: HTMLElement;
  private readonly buttons = new Map<string, HTMLButtonElement>();

  constructor(labels: readonly KeyedLabel[], choose: (label: KeyedLabel) => void) {
    this.element = h("div", { class: "label-bar", role: "toolbar", "aria-label": "Labels" });
    for (const label of labels) {
      const button = h(
        "button",
        { type: "button", class: "label-key", dataset: { label: label.name }, "aria-pressed": "false" },
        label.digit ? h("kbd", null, label.digit) : null,
        swatch(label.color),
        label.name,
      );
      this.buttons.set(label.name, button);
      this.element.append(button);
    }
    roveFocus(this.element);
    const byName = new Map(labels.map((label) => [label.name, label]));
    delegate(this.element, "click", "button", (_event, target) => {
      const label = byName.get(target.dataset["label"] ?? "");
      if (label) choose(label);
    });
  }

  update(chosen: readonly string[], suggested: string | null, enabled: boolean): void {
    for (const [name, button] of this.buttons) {
      button.setAttribute("aria-pressed", String(chosen.includes(name)));
      button.classList.toggle("suggested", name === suggested && !chosen.includes(name));
      button.disabled = !enabled;
    }
  }

  /** A short flash on the label a digit chose, while the next picture comes. */
  flash(name: string): void {
    const button = this.buttons.get(name);
    if (!button) return;
    button.classList.remove("flash");
    void button.offsetWidth; // restarts the animation
    button.classList.add("flash");
  }
}
