/** How the objects look in their list: one row each, and one for a group. */
import { h, setStyle, swatch, type Child } from "../../lib/dom.ts";
import { percent, plural } from "../../lib/format.ts";
import type { Cell } from "../../lib/store.ts";
import { icon, type IconName } from "../../ui/icons.ts";
import type { Facts, Row } from "../state/object-list.ts";
import type { Numbers } from "../state/numbers.ts";
import { isSuggestion, type Annotation } from "../shapes/_shape.ts";
import type { ToolContext } from "../tools/_tool.ts";
import { rowAct } from "./row-act.ts";

const NONE: ReadonlyMap<string, number> = new Map();

/** Whether it is not as it was approved. */
export function changedSinceApproval({ approvedRevision, revision }: Annotation): boolean {
  return typeof approvedRevision === "number" && revision !== approvedRevision;
}

export interface RowOptions {
  readonly ctx: ToolContext;
  readonly numbers: Numbers;
  /** Open issues of an annotation. */
  readonly issues?: Cell<ReadonlyMap<string, number>>;
  /** The colour it is drawn in; else that of its label. */
  readonly colorOf?: (annotation: Annotation) => string;
  /** What the list asks of itself at this moment. */
  readonly asks: {
    idOf(id: string): string;
    /** Rows can be dragged over one another. */
    draggable(): boolean;
    /** The order goes by size: only then are areas reckoned. */
    bySize(): boolean;
    isClosed(group: string): boolean;
  };
}

export class ObjectRows {
  private readonly areas = new WeakMap<object, number>();

  private readonly colorOf: (annotation: Annotation) => string;

  constructor(private readonly options: RowOptions) {
    this.colorOf = options.colorOf ?? (({ label }) => options.ctx.color(label));
  }

  facts(one: Annotation): Facts {
    const { ctx, numbers, issues } = this.options;
    const type = ctx.typeOf(one.type);
    return {
      number: numbers.of(one.id),
      type: type?.title ?? one.type,
      area: this.options.asks.bySize() ? this.area(one) : 0,
      locked: ctx.locked.value.has(one.id),
      hidden: ctx.hidden.value.has(one.id),
      issues: (issues?.value ?? NONE).get(one.id) ?? 0,
      changed: changedSinceApproval(one),
    };
  }
  /** Kept by the geometry's identity: masks take a while. */
  private area({ type, geometry }: Annotation): number {
    const key = typeof geometry === "object" && geometry ? geometry : null;
    const known = key && this.areas.get(key);
    if (known !== null && known !== undefined) return known;
    const area = this.options.ctx.typeOf(type)?.area(geometry, this.options.ctx.size()) ?? 0;
    if (key) this.areas.set(key, area);
    return area;
  }

  make(row: Row, index: number): HTMLElement {
    return row.kind === "group" ? this.groupRow(row, index) : this.objectRow(row, index);
  }
  private frame(row: Row, index: number, name: string, ...cells: Child[]): HTMLElement {
    return h(
      "div",
      {
        class: ["object-row", row.kind === "object" && row.grouped && "grouped"],
        id: this.options.asks.idOf(row.id),
        role: "row",
        "aria-rowindex": index + 1,
        "aria-label": name,
        dataset: { id: row.id },
        draggable: this.options.asks.draggable() ? "true" : undefined,
      },
      cells,
    );
  }
  private groupRow(row: Row & { kind: "group" }, index: number): HTMLElement {
    const open = !this.options.asks.isClosed(row.id);
    const text = `Group of ${row.members.length}`;
    return this.frame(
      row,
      index,
      text,
      h(
        "span",
        { role: "gridcell", class: "object-name" },
        rowAct(open ? "chevron-down" : "chevron-right", open ? "Close the group" : "Open the group", "fold"),
        icon("layers", "sm"),
        h("span", { class: "clip" }, text),
      ),
    );
  }
  private objectRow(row: Row & { kind: "object" }, index: number): HTMLElement {
    const { ctx, numbers } = this.options;
    const { annotation: one } = row;
    const type = ctx.typeOf(one.type);
    const facts = this.facts(one);
    const open = isSuggestion(one);
    const measure = type?.describe(one.geometry, ctx.size()) ?? "";
    const mark = swatch(this.colorOf(one));
    const flags = this.flags(one, facts);
    const name = [one.label || "no label", `number ${facts.number}`, facts.type, measure, ...flags.words];
    const element = this.frame(
      row,
      index,
      name.filter(Boolean).join(", "),
      h(
        "span",
        { role: "gridcell", class: "object-name" },
        mark,
        type && icon(type.icon, "sm"),
        h("span", { class: "clip" }, one.label || "no label"),
        h("span", { class: "muted" }, `#${numbers.of(one.id)}`),
      ),
      h(
        "span",
        { role: "gridcell", class: "object-measure" },
        h(
          "span",
          { class: "clip", title: measure },
          open && one.model ? percent(one.model.confidence) : measure,
        ),
        flags.icons,
      ),
      h(
        "span",
        { role: "gridcell", class: "object-acts" },
        rowAct(facts.locked ? "lock" : "unlock", facts.locked ? "Unlock" : "Lock", "lock", facts.locked),
        rowAct(facts.hidden ? "eye-off" : "eye", facts.hidden ? "Show" : "Hide", "hide", facts.hidden),
      ),
    );
    if (open) {
      element.classList.add("of-model");
      setStyle(mark, { "--mark": ctx.color(one.label) });
    }
    element.classList.toggle("is-hidden", facts.hidden);
    return element;
  }
  private flags(one: Annotation, { issues, changed, locked, hidden }: Facts) {
    const icons: Child[] = [];
    const words: string[] = [];
    const flag = (name: IconName, word: string, tone: string) => {
      words.push(word);
      icons.push(h("span", { class: `flag ${tone}`, title: word }, icon(name, "sm")));
    };
    if (one.model)
      words.push(`${isSuggestion(one) ? "suggested" : "accepted, suggested"} by ${one.model.name}`);
    if (issues) flag("flag", plural(issues, "open issue"), "warn");
    if (changed) flag("edit", "changed since it was approved", "accent");
    if (one.metadata["occluded"] === true) flag("layers", "occluded", "plain");
    if (one.metadata["pinned"] === true) flag("pin", "pinned", "plain");
    if (locked) words.push("locked");
    if (hidden) words.push("hidden");
    return { icons, words };
  }
}
