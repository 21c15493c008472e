/**
 * What is selected and what is asked of it: label, attributes from the ontology, who made it. Of several at once, "mixed"
 * where they differ. Up and Down go from one question to the next, digits answer, while the focus is in here.
 */
import { h, replace, swatch, uid, type Child } from "../../lib/dom.ts";
import { percent, plural } from "../../lib/format.ts";
import { Cell, type Unsubscribe } from "../../lib/store.ts";
import { icon } from "../../ui/icons.ts";
import { chip } from "../../ui/status.ts";
import type { Refused } from "../io/edits.ts";
import { isSuggestion, type Annotation } from "../shapes/_shape.ts";
import {
  answerOf,
  answerWords,
  applies,
  askedOf,
  byDigit,
  isAnswered,
  type AttributeSpec,
  type Missing,
} from "../state/attributes.ts";
import type { Numbers } from "../state/numbers.ts";
import type { LabelSpec } from "../state/types.ts";
import * as acts from "../tools/acts.ts";
import { beyond, inOrder } from "../tools/_order.ts";
import type { ToolContext } from "../tools/_tool.ts";
import { control } from "./answer-controls.ts";
import "./attributes.css";

export interface AttributesOptions {
  readonly ctx: ToolContext;
  readonly numbers: Numbers;
  readonly labels: readonly LabelSpec[];
  readonly attributes: Cell<readonly AttributeSpec[]>;
  /** What the server did not take, and what may be done about it. */
  readonly refused?: RefusedActs;
  /** "Del", for the button's tip. */
  readonly shown?: (shortcut: string) => string;
  /** Brings one large before the eyes. */
  readonly frame?: (annotation: Annotation) => void;
}

export interface RefusedActs {
  readonly list: Cell<readonly Refused[]>;
  readonly retry: (annotation: string) => void;
  readonly giveUp: (annotation: string) => void;
}

/** Of more, the questions are still asked, but not looked through on every change of the selection. */
const MANY = 2000;

/** Said of every annotation, whatever the ontology asks. */
const FLAGS = [
  { name: "occluded", shortcut: "select.occluded", toggle: acts.toggleOccluded },
  { name: "pinned", shortcut: "select.pin", toggle: acts.togglePinned },
] as const;

export class AttributesPanel {
  readonly element = h("div", { class: "attributes", hidden: true });
  /** Whether something is selected. */
  readonly visible = new Cell(false);
  private readonly off: Unsubscribe[];
  /** Attributes a person was told are missing. */
  private wanted = false;
  private waiting = false;

  constructor(private readonly options: AttributesOptions) {
    const { document, locked } = options.ctx;
    const later = () => this.later();
    this.off = [
      document.selection.subscribe(() => this.draw()),
      document.store.subscribe(({ changes }) => {
        if (changes.some(({ id }) => document.selection.value.has(id))) later();
      }),
      locked.subscribe(later),
      options.attributes.subscribe(later),
      ...(options.refused ? [options.refused.list.subscribe(later)] : []),
    ];
    this.element.addEventListener("keydown", (event) => {
      if (!this.key(event)) return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  dispose(): void {
    for (const off of this.off) off();
  }
  refresh(): void {
    this.later();
  }
  /** Puts the focus on the first question. */
  focus(key?: string): boolean {
    const rows = this.rows();
    const row = (key && rows.find(({ dataset }) => dataset["key"] === key)) || rows[0];
    return row ? focusIn(row) : false;
  }
  /**
   * To the next or previous object that is asked the same question, with the focus on it: one attribute is answered of
   * all objects in a row.
   */
  along(step: 1 | -1): void {
    const { ctx, numbers, attributes, frame } = this.options;
    const key = this.left() ?? this.rows()[0]?.dataset["key"];
    const spec = attributes.value.find((one) => one.key === key);
    const order = inOrder(ctx).filter(
      (one) => !isSuggestion(one) && !ctx.locked.value.has(one.id) && (!spec || applies(spec, one)),
    );
    const next = beyond(order, ctx.document.selection.value, step);
    if (next) {
      ctx.document.selection.set(new Set([next.one.id]));
      frame?.(next.one);
      const said = spec ? `: ${spec.title}, ${answerWords(next.one.attributes[spec.key])}` : "";
      const name = `${next.one.label || next.one.type} #${numbers.of(next.one.id)}`;
      ctx.announce(`${name}, ${next.at + 1} of ${order.length}${said}`);
    } else ctx.announce(step > 0 ? "No more objects to ask this of." : "None before to ask this of.");
    this.focus(key);
  }
  /** Leaves the question that has the focus, so that what was typed there is taken; its key. */
  private left(): string | undefined {
    const { activeElement } = this.element.ownerDocument;
    if (!(activeElement instanceof HTMLElement) || !this.element.contains(activeElement)) return undefined;
    const key = activeElement.closest<HTMLElement>(".answer")?.dataset["key"];
    activeElement.blur();
    return key;
  }
  /** Takes a person to what is missing; answers whether something is. */
  ask(missing: readonly Missing[]): boolean {
    const [first] = missing;
    if (!first) return false;
    const { ctx, numbers } = this.options;
    this.wanted = true;
    ctx.document.selection.set(new Set([first.annotation.id]));
    this.draw();
    this.focus(first.attribute.key);
    const more = missing.length > 1 ? `, and ${missing.length - 1} more` : "";
    const { annotation, attribute } = first;
    ctx.announce(`${annotation.label} #${numbers.of(annotation.id)} needs “${attribute.title}”${more}.`);
    return true;
  }

  // ---- drawing

  private chosen(): Annotation[] {
    const { store, selection } = this.options.ctx.document;
    return [...selection.value].slice(0, MANY).flatMap((id) => store.get(id) ?? []);
  }
  private later(): void {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }
  private draw(): void {
    const list = this.chosen();
    const { activeElement } = this.element.ownerDocument;
    const inside = activeElement instanceof HTMLElement && this.element.contains(activeElement);
    // What is being typed is not thrown away because someone else saved.
    if (inside && isDirty(activeElement) && list.length && this.same(list)) return;
    const at = inside ? placeOf(activeElement) : null;
    this.element.hidden = list.length === 0;
    this.visible.set(list.length > 0);
    this.element.dataset["of"] = idsOf(list);
    if (list.length) replace(this.element, this.header(list), this.refusals(list), this.body(list));
    if (at) refocus(this.element, at);
  }
  private same(list: readonly Annotation[]): boolean {
    return this.element.dataset["of"] === idsOf(list);
  }

  private header(list: readonly Annotation[]): HTMLElement {
    const { ctx, numbers, shown } = this.options;
    const [first] = list as [Annotation];
    const one = list.length === 1;
    const locked = list.every(({ id }) => ctx.locked.value.has(id));
    const keys = shown?.("select.delete");
    const remove = h(
      "button",
      {
        type: "button",
        class: "btn btn-ghost btn-square",
        title: `Delete${keys ? ` (${keys})` : ""}`,
        "aria-label": "Delete",
        disabled: ctx.readOnly() || locked,
        onclick: () => acts.removeSelected(ctx),
      },
      icon("trash", "sm"),
    );
    return h(
      "header",
      { class: "row" },
      one && swatch(ctx.color(first.label)),
      h(
        "h2",
        { class: "clip" },
        one ? `${first.label || "no label"} #${numbers.of(first.id)}` : plural(list.length, "object"),
      ),
      one && byline(first),
      locked && chip("Locked", "plain", "lock"),
      h("span", { class: "spacer" }),
      remove,
    );
  }

  /** Why the server did not take what is shown, with a way out. */
  private refusals(list: readonly Annotation[]): HTMLElement | null {
    const { refused } = this.options;
    const here = this.refusedOf(list);
    const [first] = here;
    if (!refused || !first) return null;
    const each = (act: (annotation: string) => void) => () =>
      here.forEach(({ annotation }) => act(annotation));
    const more = here.length > 1 ? ` And ${here.length - 1} more.` : "";
    return h(
      "div",
      { class: "not-saved", role: "alert" },
      h("p", null, h("b", null, "Not saved. "), first.reason, more),
      h(
        "div",
        { class: "row" },
        h("button", { type: "button", class: "btn btn-sm", onclick: each(refused.retry) }, "Try again"),
        h("button", { type: "button", class: "btn btn-sm", onclick: each(refused.giveUp) }, "Take back"),
      ),
    );
  }
  private refusedOf(list: readonly Annotation[]): readonly Refused[] {
    const all = this.options.refused?.list.value ?? [];
    return all.length ? all.filter(({ annotation }) => list.some(({ id }) => id === annotation)) : all;
  }

  private body(list: readonly Annotation[]): HTMLElement {
    const { ctx, attributes } = this.options;
    const disabled = ctx.readOnly() || list.every(({ id }) => ctx.locked.value.has(id));
    const rows = askedOf(list, { attributes: attributes.value }).map((spec) =>
      this.question(spec, list, disabled),
    );
    return h(
      "div",
      { class: "answers" },
      this.labelRow(list, disabled),
      rows,
      // A class has no place that something could hide, or that it could be pinned to.
      list.some(({ type }) => type !== "class") && FLAGS.map((flag) => this.flagRow(flag, list, disabled)),
    );
  }
  private row(key: string, title: Child, content: Child, wanting = false): HTMLElement {
    const id = uid("answer");
    return h(
      "div",
      {
        class: ["answer", wanting && "wanting"],
        role: "group",
        "aria-labelledby": id,
        dataset: { key },
      },
      h("span", { class: "answer-title clip", id }, title),
      h("div", { class: "answer-control" }, content),
    );
  }
  private labelRow(list: readonly Annotation[], disabled: boolean): HTMLElement {
    const { ctx, labels } = this.options;
    const [first] = list as [Annotation];
    const mixed = list.some(({ label }) => label !== first.label);
    const known = labels.some(({ name }) => name === first.label);
    const select = h(
      "select",
      {
        class: "select",
        "aria-label": "Label",
        disabled,
        onchange: () => void (select.value && acts.setLabel(ctx, select.value)),
      },
      mixed && h("option", { value: "" }, "Mixed"),
      !mixed && !known && h("option", { value: first.label }, first.label || "no label"),
      labels.map(({ name }) => h("option", { value: name }, name)),
    );
    select.value = mixed ? "" : first.label;
    return this.row("label", "label", select);
  }
  private question(spec: AttributeSpec, list: readonly Annotation[], disabled: boolean): HTMLElement {
    const answer = answerOf(list, spec.key);
    const lacks = !spec.optional && list.some((one) => !isAnswered(spec, one.attributes[spec.key]));
    const title = [
      spec.title,
      !spec.optional && h("span", { class: "req", title: "Required", "aria-label": "required" }, "*"),
    ];
    return this.row(
      spec.key,
      title,
      [
        control(spec, answer, disabled, (value) => void acts.setAttribute(this.options.ctx, spec.key, value)),
        answer.mixed && h("span", { class: "hint" }, "mixed"),
      ],
      (lacks && this.wanted) || this.refusedOf(list).some(({ attribute }) => attribute === spec.key),
    );
  }
  private flagRow(
    { name, shortcut, toggle }: (typeof FLAGS)[number],
    list: readonly Annotation[],
    disabled: boolean,
  ): HTMLElement {
    const marked = list.filter(({ metadata }) => metadata[name] === true).length;
    const box = h("input", {
      type: "checkbox",
      class: "checkbox",
      disabled,
      checked: marked === list.length,
      indeterminate: marked > 0 && marked < list.length,
      onchange: () => void toggle(this.options.ctx),
    });
    const keys = this.options.shown?.(shortcut);
    return this.row(
      `~${name}`,
      [name, keys && h("kbd", null, keys)],
      h("label", { class: "tick" }, box, "yes"),
    );
  }

  // ---- keys

  private rows(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>(".answer")].filter(
      ({ dataset }) => dataset["key"] !== "label",
    );
  }
  private key(event: KeyboardEvent): boolean {
    const { target } = event;
    if (!(target instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.altKey) return false;
    const row = target.closest<HTMLElement>(".answer");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (target instanceof HTMLSelectElement) return false;
      return this.move(row, event.key === "ArrowDown" ? 1 : -1);
    }
    if (event.key === "Escape") {
      this.options.ctx.stage.element.focus({ preventScroll: true });
      return true;
    }
    const typing = target instanceof HTMLInputElement && ["text", "number"].includes(target.type);
    return /^[0-9]$/.test(event.key) && !typing && row !== null && this.digit(row, Number(event.key));
  }
  private move(row: HTMLElement | null, step: number): boolean {
    const rows = this.rows();
    if (!rows.length) return false;
    const at = row ? rows.indexOf(row) : -1;
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
    return next ? focusIn(next) : false;
  }
  /** Digits are answers here, whether or not there is one: a label is not changed by a slip. */
  private digit(row: HTMLElement, digit: number): boolean {
    const { ctx, attributes } = this.options;
    const list = this.chosen();
    const spec = askedOf(list, { attributes: attributes.value }).find(
      ({ key }) => key === row.dataset["key"],
    );
    if (!spec) return row.dataset["key"] !== "label";
    const found = byDigit(spec, digit, answerOf(list, spec.key));
    if (found) acts.setAttribute(ctx, spec.key, found.value);
    else ctx.announce(`“${spec.title}” has no value ${digit}.`);
    return true;
  }
}

function byline({ model, author, revision }: Annotation): HTMLElement {
  const saved = revision ? `r${revision}` : "unsaved";
  const words = model
    ? `by ${model.name}, ${percent(model.confidence)} sure`
    : [author && `by ${author.name}`, saved].filter(Boolean).join(", ");
  return h("span", { class: "hint clip", title: words }, words);
}
function idsOf(list: readonly Annotation[]): string {
  return list.map(({ id }) => id).join(" ");
}
function isDirty(element: HTMLElement): boolean {
  return (
    element instanceof HTMLInputElement &&
    ["text", "number"].includes(element.type) &&
    element.value !== element.dataset["was"]
  );
}
type Place = [key: string, index: number];
const FOCUSABLE = "input:not(:disabled), select:not(:disabled), button:not(:disabled)";
function placeOf(element: HTMLElement): Place | null {
  const row = element.closest<HTMLElement>(".answer");
  if (!row) return null;
  return [row.dataset["key"] ?? "", [...row.querySelectorAll(FOCUSABLE)].indexOf(element)];
}
function refocus(root: HTMLElement, [key, index]: Place): void {
  const row = [...root.querySelectorAll<HTMLElement>(".answer")].find(
    ({ dataset }) => dataset["key"] === key,
  );
  row?.querySelectorAll<HTMLElement>(FOCUSABLE)[index]?.focus({ preventScroll: true });
}
function focusIn(row: HTMLElement): boolean {
  const pressed = row.querySelector<HTMLElement>("[aria-pressed=true]:not(:disabled)");
  const first = pressed ?? row.querySelector<HTMLElement>(FOCUSABLE);
  first?.focus();
  return first !== null;
}
