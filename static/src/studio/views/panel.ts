/** The right side: the instructions, what the model thinks, what people said, and the answer key where there is one. */
import { h, replace, setStyle, swatch, type Child } from "../../lib/dom.ts";
import { metric } from "../../lib/format.ts";
import { markup } from "../../lib/markup.ts";
import { icon } from "../../ui/icons.ts";
import { chip, kbd, statusChip } from "../../ui/status.ts";
import { timeAgo } from "../../ui/time.ts";
import type { Entry } from "../state/session.ts";
import { isOpen } from "../state/session.ts";
import type { KeyedLabel } from "../state/labels.ts";
import type { WorkItem } from "../state/types.ts";

export interface PanelOptions {
  review: boolean;
  /** One class a picture: the panel tells it. */
  quick: boolean;
  labels: readonly KeyedLabel[];
  /** HTML that the server made of Markdown. */
  instructions: string;
  /** Null where the project has no answer key. */
  askKey: ((count: number) => Promise<string>) | null;
}

export class Panel {
  /** What stands above the other panels, and below them. */
  readonly above: HTMLElement[];
  readonly below: HTMLElement[];
  private readonly suggestion = h("section", { class: "panel-part", "aria-label": "Suggestion" });
  private readonly said = h("section", { class: "panel-part", "aria-label": "Label" });

  constructor(private readonly options: PanelOptions) {
    const instructions =
      options.instructions &&
      h(
        "details",
        { class: "panel-part instructions" },
        h("summary", null, "Instructions"),
        markup(options.instructions),
      );
    const about = options.quick ? [this.suggestion, this.said] : [];
    this.above = [...(instructions ? [instructions] : []), ...about];
    this.below = options.askKey ? [this.keyPart(options.askKey)] : [];
  }

  update(entry: Entry | null): void {
    const item = entry?.item ?? null;
    this.drawSuggestion(item);
    this.drawLabel(entry);
  }

  private color(label: string): string {
    return this.options.labels.find((one) => one.name === label)?.color ?? "var(--line-strong)";
  }

  private drawSuggestion(item: WorkItem | null): void {
    const found = item?.suggestion;
    this.suggestion.hidden = !item;
    if (!item) return;
    if (!found) {
      replace(
        this.suggestion,
        heading("Suggestion"),
        h("p", { class: "muted" }, "No model has looked at this image yet."),
      );
      return;
    }
    const probs = Object.entries(found.probs ?? { [found.label]: found.confidence }).sort(
      ([, a], [, b]) => b - a,
    );
    replace(
      this.suggestion,
      heading("Suggestion", found.model_name ? h("span", { class: "hint clip" }, found.model_name) : null),
      h(
        "ul",
        { class: "probs" },
        probs.slice(0, 5).map(([label, p]) => this.probRow(label, p, label === found.label, !item.label)),
      ),
    );
  }

  private probRow(label: string, p: number, first: boolean, enterTakesIt: boolean): HTMLElement {
    const bar = h("i");
    setStyle(bar, { width: `${Math.round(p * 100)}%`, background: this.color(label) });
    const key = this.options.labels.find((one) => one.name === label)?.digit;
    return h(
      "li",
      { class: first ? "first" : "" },
      swatch(this.color(label)),
      h("span", { class: "clip" }, label),
      h("span", { class: "bar" }, bar),
      h("b", { class: "num" }, metric(p, 2)),
      first && enterTakesIt && !this.options.review ? kbd("enter") : key ? kbd(key) : null,
    );
  }

  private drawLabel(entry: Entry | null): void {
    this.said.hidden = !entry;
    if (!entry) return;
    const { item } = entry;
    const by = item.source?.person ?? item.labelled_by;
    const rows: Child[] = [];
    if (item.label) {
      rows.push(
        h(
          "div",
          { class: "said" },
          swatch(this.color(item.label)),
          h("b", null, item.label),
          item.approved && statusChip("approved"),
        ),
      );
      if (by)
        rows.push(
          h("p", { class: "hint" }, `by ${by.name} `, timeAgo(item.source?.finished_at ?? item.labelled_at)),
        );
    } else rows.push(h("p", { class: "muted" }, "Nobody has labelled it yet."));
    if (!isOpen(entry) && entry.answer)
      rows.push(h("div", { class: "row" }, answerChip(entry), syncWord(entry)));
    replace(this.said, heading(this.options.review ? "Label under review" : "Label"), rows);
  }

  private keyPart(ask: (count: number) => Promise<string>): HTMLElement {
    const input = h("input", {
      class: "input",
      type: "number",
      min: 1,
      max: 500,
      value: 50,
      "aria-label": "How many",
    });
    const said = h("p", { class: "hint", role: "status" }, "Answers in your name, marked as simulated.");
    const word = this.options.review ? "Review for me" : "Label for me";
    const button = h("button", { type: "button", class: "btn" }, icon("sparkles"), word);
    button.addEventListener("click", () => {
      button.disabled = true;
      said.textContent = "Working…";
      ask(Math.max(1, Math.min(500, Number(input.value) || 50)))
        .then((text) => (said.textContent = text))
        .catch(
          (error: unknown) => (said.textContent = error instanceof Error ? error.message : String(error)),
        )
        .finally(() => (button.disabled = false));
    });
    return h(
      "section",
      { class: "panel-part key-part", "aria-label": "Answer key" },
      heading("Answer key", chip("Simulated", "warn")),
      h("div", { class: "row" }, input, button),
      said,
    );
  }
}

function heading(text: string, side: Child = null): HTMLElement {
  return h("header", { class: "row" }, h("h2", null, text), side);
}

function answerChip(entry: Entry): HTMLElement {
  const kind = entry.answer?.kind;
  if (kind === "discard") return statusChip("discard");
  if (kind === "return") return statusChip("returned");
  if (kind === "approve") return statusChip("approved");
  return statusChip("completed", "Labelled");
}

function syncWord(entry: Entry): HTMLElement {
  const words = { open: "", waiting: "on its way", saved: "saved", refused: "not taken by the server" };
  return h("span", { class: entry.sync === "refused" ? "refused" : "hint" }, words[entry.sync]);
}
