/** What the model suggests and nobody has answered: how sure it must be to be shown, and accepting or rejecting. */
import { h, replace } from "../../lib/dom.ts";
import { metric } from "../../lib/format.ts";
import { Cell, type Unsubscribe } from "../../lib/store.ts";
import type { SuggestionActs } from "../context.ts";
import type { Annotation } from "../shapes/_shape.ts";
import "./range.css";
import "./suggestions.css";

export interface SuggestionsOptions {
  readonly suggestions: SuggestionActs;
  readonly selection: Cell<ReadonlySet<string>>;
  readonly readOnly: Cell<boolean>;
  /** "⇧ A", for a button. */
  readonly shown?: (shortcut: string) => string;
}

/** Of confidences, `[shown, hidden]`. */
export function counts(open: readonly Annotation[], threshold: number): [shown: number, hidden: number] {
  const shown = open.filter(({ model }) => (model?.confidence ?? 0) >= threshold).length;
  return [shown, open.length - shown];
}

export class SuggestionsPanel {
  readonly element: HTMLElement;
  readonly visible = new Cell(false);
  private readonly words = h("span", { class: "hint clip", role: "status" });
  private readonly range: HTMLInputElement;
  private readonly value = h("b", { class: "num" });
  private readonly all = h("button", { type: "button", class: "btn" });
  private readonly next = h("button", { type: "button", class: "btn btn-ghost" });
  private readonly accept = h("button", { type: "button", class: "btn" });
  private readonly reject = h("button", { type: "button", class: "btn btn-ghost" });
  private readonly one = h("div", {
    class: "suggestion-acts",
    role: "group",
    "aria-label": "Selected suggestion",
  });
  private readonly off: Unsubscribe[];

  constructor(private readonly options: SuggestionsOptions) {
    const { suggestions } = options;
    this.range = h("input", {
      type: "range",
      class: "studio-range",
      min: 0,
      max: 1,
      step: 0.01,
      value: suggestions.threshold.value,
      "aria-label": "Least confidence that is shown",
      oninput: () => suggestions.threshold.set(Number(this.range.value)),
    });
    this.all.addEventListener("click", () => suggestions.acceptShown());
    this.next.addEventListener("click", () => void suggestions.next());
    this.accept.addEventListener("click", () => suggestions.accept(this.chosen()));
    this.reject.addEventListener("click", () => suggestions.reject(this.chosen()));
    this.one.append(this.accept, this.reject);
    this.element = h(
      "div",
      { class: "suggestions" },
      h("header", { class: "row" }, h("h2", null, "Suggestions"), this.words),
      h(
        "div",
        { class: "suggestion-threshold" },
        h("span", { class: "hint" }, "Confidence ≥"),
        this.range,
        this.value,
      ),
      h("div", { class: "suggestion-acts" }, this.all, this.next),
      this.one,
    );
    const draw = () => this.draw();
    this.off = [
      suggestions.open.subscribe(draw),
      suggestions.threshold.subscribe(draw),
      options.selection.subscribe(draw),
      options.readOnly.subscribe(draw),
    ];
  }

  dispose(): void {
    for (const off of this.off) off();
  }

  private chosen(): string[] {
    const { selection, suggestions } = this.options;
    return suggestions.open.value.filter(({ id }) => selection.value.has(id)).map(({ id }) => id);
  }
  private draw(): void {
    const { suggestions, readOnly, shown: keys } = this.options;
    const open = suggestions.open.value;
    const threshold = suggestions.threshold.value;
    const [shown, hidden] = counts(open, threshold);
    const models = [...new Set(open.map(({ model }) => model?.name))].filter(Boolean);
    this.visible.set(open.length > 0);
    this.words.textContent = `${models.length === 1 ? `${models[0]} · ` : ""}${shown} shown, ${hidden} hidden`;
    if (Number(this.range.value) !== threshold) this.range.value = String(threshold);
    this.range.setAttribute("aria-valuetext", `${Math.round(threshold * 100)} percent, ${shown} shown`);
    this.value.textContent = metric(threshold, 2);
    const key = (id: string) => {
      const text = keys?.(id);
      return text ? h("kbd", null, text) : null;
    };
    replace(this.all, `Accept all ${shown}`, key("suggest.accept.all"));
    replace(this.next, "Next", key("edit.next"));
    this.all.disabled = readOnly.value || shown === 0;
    this.next.disabled = shown === 0;
    const chosen = this.chosen().length;
    this.one.hidden = chosen === 0;
    replace(this.accept, chosen > 1 ? `Accept ${chosen}` : "Accept", key("suggest.accept"));
    replace(this.reject, chosen > 1 ? `Reject ${chosen}` : "Reject", key("suggest.reject"));
    this.accept.disabled = this.reject.disabled = readOnly.value;
  }
}
