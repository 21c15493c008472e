/**
 * The list of the item's annotations: filter, order, groups; selecting, locking, hiding, and dragging in front of one
 * another. One grid with the keyboard's focus, of which only the rows in sight exist.
 */
import { delegate, h, replace, setStyle, swatch, uid, type Child } from "../../lib/dom.ts";
import { percent, plural } from "../../lib/format.ts";
import type { Cell } from "../../lib/store.ts";
import { type Unsubscribe } from "../../lib/store.ts";
import { icon, type IconName } from "../../ui/icons.ts";
import { emptyState } from "../../ui/empty.ts";
import { groupOf, restacked, rowsOf, SORTS, type Facts, type Row, type Sort } from "../state/object-list.ts";
import type { Numbers } from "../state/numbers.ts";
import { isSuggestion, type Annotation } from "../shapes/_shape.ts";
import { flip } from "../tools/acts.ts";
import { changeShapes, counted, type ToolContext } from "../tools/_tool.ts";
import { rowAct } from "./row-act.ts";
import { VirtualList } from "./virtual.ts";
import "./objects.css";

export interface ObjectsOptions {
  readonly ctx: ToolContext;
  readonly numbers: Numbers;
  /** Open issues of an annotation. */
  readonly issues?: Cell<ReadonlyMap<string, number>>;
  /** A model's less sure than this are not listed: they are not on the picture either. */
  readonly threshold?: Cell<number>;
  /** Brings one into sight on the picture. */
  readonly reveal?: (annotation: Annotation) => void;
  /** Told how many there are. */
  readonly onCount?: (shown: number, all: number) => void;
}

const ROW = 28;
const NONE: ReadonlyMap<string, number> = new Map();
const FILTER_HINT =
  "Words are looked for everywhere. Also label:apple, type:box, author:name, severity:deep, #5, is:locked, is:pinned, is:hidden, is:issue, is:changed, is:model";

/** Whether it is not as it was approved. */
export function changedSinceApproval({ approvedRevision, revision }: Annotation): boolean {
  return typeof approvedRevision === "number" && revision !== approvedRevision;
}

export class ObjectsPanel {
  readonly element: HTMLElement;
  private readonly filter: HTMLInputElement;
  private readonly sort: HTMLSelectElement;
  private readonly none = h("div", { class: "objects-none", hidden: true });
  private readonly list: VirtualList<Row>;
  private readonly off: Unsubscribe[];
  private readonly areas = new WeakMap<object, number>();
  private readonly closed = new Set<string>();
  private rows: readonly Row[] = [];
  /** By index, for keys. */
  private places = new Map<string, number>();
  private active: string | null = null;
  /** Where a run of Shift begins. */
  private anchor: string | null = null;
  private dragged: ReadonlySet<string> | null = null;
  private waiting = false;

  constructor(private readonly options: ObjectsOptions) {
    const { ctx } = options;
    this.filter = h("input", {
      class: "input objects-filter",
      type: "search",
      placeholder: "Filter",
      "aria-label": "Filter objects",
      title: FILTER_HINT,
      autocomplete: "off",
      oninput: () => this.draw(),
    });
    this.sort = h(
      "select",
      { class: "select", "aria-label": "Order of the objects", onchange: () => this.draw() },
      Object.entries(SORTS).map(([value, text]) => h("option", { value }, text)),
    );
    this.list = new VirtualList<Row>({ rowHeight: ROW, make: (row, index) => this.make(row, index) });
    const grid = this.list.element;
    for (const [name, value] of Object.entries({
      role: "grid",
      tabindex: "0",
      "aria-label": "Objects",
      "aria-multiselectable": "true",
    }))
      grid.setAttribute(name, value);
    this.element = h(
      "div",
      { class: "objects" },
      h("div", { class: "objects-head" }, this.filter, this.sort),
      this.none,
      grid,
    );
    this.listen(grid);
    const later = () => this.later();
    this.off = [
      ctx.document.store.subscribe(later),
      ctx.locked.subscribe(later),
      ctx.hidden.subscribe(later),
      ctx.document.selection.subscribe((ids) => this.selected(ids)),
      ctx.hover.subscribe(() => this.mark()),
      options.issues?.subscribe(later) ?? (() => undefined),
      options.threshold?.subscribe(later) ?? (() => undefined),
    ];
    this.draw();
  }

  focus(): void {
    this.list.element.focus();
    if (this.active === null && this.rows[0]) this.activate(this.rows[0].id);
  }
  /** Shows one, whatever the filter. */
  show(id: string): void {
    if (!this.places.has(id)) {
      this.filter.value = "";
      this.draw();
    }
    this.activate(id);
  }
  /** Whether one may edit here is another now. */
  refresh(): void {
    this.later();
  }
  dispose(): void {
    for (const off of this.off) off();
    this.list.dispose();
  }

  // ---- drawing

  private later(): void {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }
  private draw(): void {
    const { store } = this.options.ctx.document;
    const least = this.options.threshold?.value ?? 0;
    const all = store.all().filter((one) => !isSuggestion(one) || (one.model?.confidence ?? 0) >= least);
    const rows = rowsOf(all, (one) => this.facts(one), this.filter.value, this.sort.value as Sort);
    this.rows = rows.filter(
      (row) => row.kind === "group" || !row.grouped || !this.closed.has(`group ${groupOf(row.annotation)}`),
    );
    this.places = new Map(this.rows.map(({ id }, index) => [id, index]));
    const shown = rows.filter(({ kind }) => kind === "object").length;
    const grid = this.list.element;
    grid.setAttribute("aria-rowcount", String(this.rows.length));
    grid.hidden = this.rows.length === 0;
    this.none.hidden = !grid.hidden;
    if (grid.hidden) this.sayNone(all.length);
    this.list.show(this.rows);
    this.mark();
    this.options.onCount?.(shown, all.length);
  }
  private sayNone(all: number): void {
    replace(
      this.none,
      all
        ? emptyState({ icon: "filter", title: "No object matches", text: `${plural(all, "object")} in all.` })
        : emptyState({
            icon: "tag",
            title: this.options.ctx.readOnly() ? "No objects" : "No objects yet",
            text: this.options.ctx.readOnly()
              ? "Nothing is labelled on this picture."
              : "Take a tool and draw, or press a digit.",
          }),
    );
  }

  private facts(one: Annotation): Facts {
    const { ctx, numbers, issues } = this.options;
    const type = ctx.typeOf(one.type);
    return {
      number: numbers.of(one.id),
      type: type?.title ?? one.type,
      area: this.sort.value === "size" ? this.area(one) : 0,
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

  private make(row: Row, index: number): HTMLElement {
    return row.kind === "group" ? this.groupRow(row, index) : this.objectRow(row, index);
  }
  private frame(row: Row, index: number, name: string, ...cells: Child[]): HTMLElement {
    return h(
      "div",
      {
        class: ["object-row", row.kind === "object" && row.grouped && "grouped"],
        id: this.idOf(row.id),
        role: "row",
        "aria-rowindex": index + 1,
        "aria-label": name,
        dataset: { id: row.id },
        draggable: this.sort.value === "layer" && !this.options.ctx.readOnly() ? "true" : undefined,
      },
      cells,
    );
  }
  private groupRow(row: Row & { kind: "group" }, index: number): HTMLElement {
    const open = !this.closed.has(row.id);
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
    const mark = swatch(ctx.color(one.label));
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

  /** What changes without another list: selection, hover, where the keyboard is. */
  private mark(): void {
    const { document, hover } = this.options.ctx;
    const chosen = document.selection.value;
    for (const element of this.list.elements()) {
      const id = element.dataset["id"] ?? "";
      const row = this.rows[this.places.get(id) ?? -1];
      const on = row?.kind === "group" ? row.members.every((one) => chosen.has(one)) : chosen.has(id);
      element.setAttribute("aria-selected", String(on));
      element.classList.toggle("hovered", id === hover.value);
      element.classList.toggle("active", id === this.active);
    }
    const grid = this.list.element;
    const active =
      this.active !== null && this.list.elements().some((one) => one.id === this.idOf(this.active));
    if (active) grid.setAttribute("aria-activedescendant", this.idOf(this.active));
    else grid.removeAttribute("aria-activedescendant");
  }
  private readonly prefix = uid("object");
  private idOf(id: string | null): string {
    return `${this.prefix}-${(id ?? "").replace(/\s/g, "-")}`;
  }

  /** The picture or a key selected something: the list follows. */
  private selected(ids: ReadonlySet<string>): void {
    const [only] = ids;
    if (ids.size === 1 && only !== undefined && only !== this.active) {
      this.active = this.anchor = only;
      const place = this.places.get(only);
      if (place !== undefined) this.list.reveal(place);
    }
    this.mark();
  }
  private activate(id: string): void {
    this.active = id;
    const place = this.places.get(id);
    if (place !== undefined) this.list.reveal(place);
    this.mark();
  }

  // ---- acts

  private listen(grid: HTMLElement): void {
    const { ctx } = this.options;
    delegate(grid, "click", "[data-id]", (event, row) => this.clicked(event, row.dataset["id"] ?? ""));
    delegate(grid, "dblclick", "[data-id]", (_event, row) => this.reveal(row.dataset["id"] ?? ""));
    delegate(grid, "pointerover", "[data-id]", (_event, row) => {
      const id = row.dataset["id"] ?? "";
      ctx.hover.set(ctx.document.store.has(id) ? id : null);
    });
    grid.addEventListener("pointerleave", () => ctx.hover.set(null));
    grid.addEventListener("keydown", (event) => {
      if (!this.key(event)) return;
      event.preventDefault();
      event.stopPropagation();
    });
    this.listenDrag(grid);
  }

  private clicked(event: MouseEvent, id: string): void {
    const act = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-act]") : null;
    if (act) this.run(act.dataset["act"] ?? "", id);
    else this.choose(id, event.shiftKey, event.ctrlKey || event.metaKey);
    this.list.element.focus({ preventScroll: true });
  }
  private run(act: string, id: string): void {
    const { ctx } = this.options;
    if (act === "fold") this.fold(id);
    else flip(this.members(id), act === "lock" ? ctx.locked : ctx.hidden);
  }
  private fold(id: string): void {
    if (!this.closed.delete(id)) this.closed.add(id);
    this.draw();
  }
  private members(id: string): readonly string[] {
    const row = this.rows[this.places.get(id) ?? -1];
    return row?.kind === "group" ? row.members : [id];
  }

  private choose(id: string, run: boolean, more: boolean): void {
    const { selection } = this.options.ctx.document;
    this.activate(id);
    if (run && this.anchor !== null) {
      const [a, b] = [this.places.get(this.anchor) ?? 0, this.places.get(id) ?? 0];
      const ids = this.rows.slice(Math.min(a, b), Math.max(a, b) + 1).flatMap((row) => this.members(row.id));
      selection.set(new Set(more ? [...selection.value, ...ids] : ids));
      return;
    }
    this.anchor = id;
    const ids = this.members(id);
    if (!more) selection.set(new Set(ids));
    else {
      const next = new Set(selection.value);
      const off = ids.every((one) => next.has(one));
      for (const one of ids)
        if (off) next.delete(one);
        else next.add(one);
      selection.set(next);
    }
  }
  private reveal(id: string): void {
    const found = this.options.ctx.document.store.get(this.members(id)[0] ?? "");
    if (found) this.options.reveal?.(found);
  }

  private key(event: KeyboardEvent): boolean {
    const at = this.places.get(this.active ?? "") ?? -1;
    const last = this.rows.length - 1;
    const to = {
      ArrowDown: Math.min(last, at + 1),
      ArrowUp: Math.max(0, at - 1),
      Home: 0,
      End: last,
      PageDown: Math.min(last, at + this.list.page),
      PageUp: Math.max(0, at - this.list.page),
    }[event.key];
    if (to !== undefined) {
      if (event.altKey) return this.step(event.key);
      this.go(to, event);
      return true;
    }
    return at >= 0 && this.onRow(event, this.rows[at] as Row);
  }
  private go(to: number, event: KeyboardEvent): void {
    const id = this.rows[to]?.id;
    if (id === undefined) return;
    // With Ctrl the mark moves alone; Space then adds to the selection.
    if (event.ctrlKey || event.metaKey) this.activate(id);
    else this.choose(id, event.shiftKey, false);
  }
  private onRow(event: KeyboardEvent, row: Row): boolean {
    if (event.key === " ") this.choose(row.id, false, true);
    else if (event.key === "Enter") this.reveal(row.id);
    else if (row.kind === "group" && event.key === "ArrowLeft" && !this.closed.has(row.id)) this.fold(row.id);
    else if (row.kind === "group" && event.key === "ArrowRight" && this.closed.has(row.id)) this.fold(row.id);
    else return event.key === "ArrowLeft" || event.key === "ArrowRight";
    return true;
  }
  /** Alt and an arrow: past the neighbour, when the list lies as the layers do. */
  private step(key: string): boolean {
    const { ctx } = this.options;
    if (this.sort.value !== "layer") {
      ctx.announce("Order the list by layer to move objects in it.");
      return true;
    }
    const moved = ctx.document.selection.value;
    const places = [...moved].flatMap((id) => this.places.get(id) ?? []);
    if (!places.length || !/^Arrow(Up|Down)$/.test(key)) return true;
    const up = key === "ArrowUp";
    const beside = up ? Math.min(...places) - 1 : Math.max(...places) + 1;
    const target = this.rows[beside];
    if (target) this.place(moved, target.id, up ? "above" : "below");
    return true;
  }

  // ---- dragging

  private listenDrag(grid: HTMLElement): void {
    delegate(grid, "dragstart", "[data-id]", (event, row) => {
      const id = row.dataset["id"] ?? "";
      const chosen = this.options.ctx.document.selection.value;
      this.dragged = chosen.has(id) ? chosen : new Set(this.members(id));
      event.dataTransfer?.setData("text/plain", id);
    });
    delegate(grid, "dragover", "[data-id]", (event, row) => {
      if (!this.dragged) return;
      event.preventDefault();
      this.clearDrop();
      row.classList.add(over(event, row) === "above" ? "drop-above" : "drop-below");
    });
    delegate(grid, "drop", "[data-id]", (event, row) => {
      event.preventDefault();
      if (this.dragged) this.place(this.dragged, row.dataset["id"] ?? "", over(event, row));
    });
    grid.addEventListener("dragend", () => {
      this.dragged = null;
      this.clearDrop();
    });
  }
  private clearDrop(): void {
    for (const row of this.list.elements()) row.classList.remove("drop-above", "drop-below");
  }
  private place(moved: ReadonlySet<string>, target: string, where: "above" | "below"): void {
    const { ctx } = this.options;
    this.dragged = null;
    const free = new Set([...moved].filter((id) => !ctx.locked.value.has(id)));
    const members = this.members(target).filter((id) => !free.has(id));
    const beside = where === "above" ? members[0] : members.at(-1);
    if (ctx.readOnly() || !free.size || beside === undefined) return;
    const { store } = ctx.document;
    const layers = restacked(store.all(), free, beside, where);
    const patches = [...layers].map(
      ([id, z]) => [id, { metadata: { ...store.get(id)?.metadata, z } }] as const,
    );
    const list = [...free].flatMap((id) => store.get(id) ?? []);
    if (patches.length) changeShapes(ctx, new Map(patches), `Move ${counted(ctx, list)} to another layer`);
  }
}

function over(event: DragEvent, row: HTMLElement): "above" | "below" {
  const { top, height } = row.getBoundingClientRect();
  return event.clientY < top + height / 2 ? "above" : "below";
}
