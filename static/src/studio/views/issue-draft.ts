/**
 * An issue while it is being said: what kind (a digit), about what (an object, a place, the whole picture), in which words.
 * Enter sends it, Escape gives it up; keys of the page rest meanwhile. The same form adds an issue and rejects with one.
 */
import { h, replace, uid } from "../../lib/dom.ts";
import { messageOf } from "../../lib/http.ts";
import { icon } from "../../ui/icons.ts";
import type { IssueCategory, NewIssue, Place } from "../io/issues.ts";
import type { FindPeople } from "../io/members.ts";
import { CATEGORIES } from "../state/issues.ts";
import type { ToolContext } from "../tools/_tool.ts";
import { MentionBox } from "./mention.ts";
import { askPlace } from "./pins.ts";

export interface DraftOptions {
  readonly ctx: ToolContext;
  readonly people: FindPeople;
  /** "apple #5", "at a place", "whole picture". */
  readonly about: (target: DraftTarget) => string;
}
export interface DraftTarget {
  readonly annotation: string | null;
  readonly place: Place | null;
}
export interface DraftAsk extends DraftTarget {
  /** "New issue". */
  readonly title: string;
  /** Of the button that sends: "Add". */
  readonly verb: string;
  /** Chosen until another is. */
  readonly category: IssueCategory;
  /** What it throws is shown, and what was written stays. */
  readonly send: (issue: NewIssue) => unknown;
}

const KINDS = Object.entries(CATEGORIES) as [IssueCategory, string][];

export class IssueDraft {
  readonly element = h("section", { class: "issue-draft", hidden: true });
  private readonly error = h("p", { class: "error", role: "alert", hidden: true });
  private asked: DraftAsk | null = null;
  private box: MentionBox | null = null;
  private sending = false;
  private readonly group = uid("kind");

  constructor(private readonly options: DraftOptions) {
    this.element.addEventListener("keydown", (event) => this.pressed(event));
  }

  get isOpen(): boolean {
    return this.asked !== null;
  }

  open(ask: DraftAsk, said = ""): void {
    const { people, about } = this.options;
    this.asked = ask;
    this.sending = false;
    this.error.hidden = true;
    const box = new MentionBox(
      "What is wrong",
      "What is to be changed? @ names someone",
      people,
      () => void this.send(),
    );
    box.input.value = said;
    this.box = box;
    this.element.setAttribute("aria-label", ask.title);
    replace(
      this.element,
      h("header", { class: "row" }, h("h3", null, ask.title), h("span", { class: "hint clip" }, about(ask))),
      this.kinds(ask.category),
      box.element,
      this.error,
      h(
        "footer",
        { class: "row" },
        h(
          "button",
          { type: "button", class: "btn", title: "On a place (Alt P)", onclick: () => void this.point() },
          icon("target"),
          "Place",
        ),
        h("span", { class: "spacer" }),
        h("button", { type: "button", class: "btn btn-ghost", onclick: () => this.close() }, "Cancel"),
        h(
          "button",
          { type: "button", class: "btn btn-primary", onclick: () => void this.send() },
          ask.verb,
          h("kbd", { "aria-hidden": "true" }, "↵"),
        ),
      ),
    );
    this.element.hidden = false;
    this.focusKind();
  }

  close(): void {
    this.drop();
    this.options.ctx.stage.element.focus({ preventScroll: true });
  }
  /** Another item is on the screen: nothing is asked any more. */
  drop(): void {
    this.asked = null;
    this.box = null;
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  private kinds(chosen: IssueCategory): HTMLElement {
    return h(
      "div",
      { class: "issue-kinds", role: "radiogroup", "aria-label": "Kind of issue" },
      KINDS.map(([value, text], i) =>
        h(
          "label",
          { class: "issue-kind" },
          h("input", { type: "radio", name: this.group, value, checked: value === chosen }),
          h("kbd", null, String(i + 1)),
          h("span", { class: "clip" }, text),
        ),
      ),
    );
  }
  private radios(): HTMLInputElement[] {
    return [...this.element.querySelectorAll<HTMLInputElement>("input[type=radio]")];
  }
  private category(): IssueCategory {
    return (this.radios().find(({ checked }) => checked)?.value ?? "other") as IssueCategory;
  }
  private focusKind(): void {
    this.radios()
      .find(({ checked }) => checked)
      ?.focus();
  }

  private pressed(event: KeyboardEvent): void {
    if (event.isComposing || (event.key === "Tab" && !event.ctrlKey)) return;
    // Digits are labels elsewhere, letters are acts.
    event.stopPropagation();
    if (this.ended(event)) event.preventDefault();
    else if (event.target instanceof HTMLTextAreaElement || isHeld(event)) return;
    else if (this.chosen(event.key)) event.preventDefault();
    // A letter begins the words; the browser puts it where the focus is now.
    else if (event.key.length === 1 && event.key !== " ") this.box?.input.focus();
  }
  /** Keys that are asked for wherever the focus is. */
  private ended({ key, altKey, shiftKey, target }: KeyboardEvent): boolean {
    if (key === "Escape") this.close();
    else if (altKey && key.toLowerCase() === "p") void this.point();
    else if (key === "Enter" && !shiftKey && !(target instanceof HTMLButtonElement)) void this.send();
    else return false;
    return true;
  }
  private chosen(digit: string): boolean {
    const radio = this.radios()[Number(digit) - 1];
    if (!radio) return false;
    radio.checked = true;
    radio.focus();
    return true;
  }

  private async point(): Promise<void> {
    const { asked, box } = this;
    if (!asked || !box) return;
    const said = box.input.value;
    const chosen = this.category();
    const place = await askPlace(this.options.ctx);
    if (this.asked !== asked) return;
    // What is said of a place is mostly that something is missing there, unless another kind was chosen.
    const category = place && chosen === asked.category ? "missing" : chosen;
    this.open({ ...asked, ...(place && { annotation: null, place }), category }, said);
  }

  private async send(): Promise<void> {
    const { asked, box } = this;
    if (!asked || !box || this.sending) return;
    const category = this.category();
    if (category === "other" && !box.value) {
      this.fail("Say what is wrong, or choose a kind that does.");
      box.input.focus();
      return;
    }
    this.sending = true;
    try {
      const { annotation, place, send } = asked;
      const { value: body } = box;
      const mentions = await box.mentions();
      if (this.asked !== asked) {
        this.options.ctx.announce("The issue was not sent: another picture is shown now.");
        return;
      }
      await send({ annotation, place, category, body, mentions });
      if (this.asked === asked) this.close();
    } catch (error) {
      this.fail(messageOf(error));
    } finally {
      this.sending = false;
    }
  }
  private fail(text: string): void {
    this.error.hidden = false;
    this.error.textContent = text;
  }
}

function isHeld({ ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return ctrlKey || metaKey || altKey;
}
