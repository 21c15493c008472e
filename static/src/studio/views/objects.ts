/**
 * The list of the item's annotations: filter, order, groups; selecting, locking, hiding, and going through it by keys.
 * One grid with the keyboard's focus, of which only the rows in sight exist.
 */
import { delegate, h, replace, uid } from "../../lib/dom.ts";
import { plural } from "../../lib/format.ts";
import type { Cell } from "../../lib/store.ts";
import { type Unsubscribe } from "../../lib/store.ts";
import { emptyState } from "../../ui/empty.ts";
import { groupOf, rowsOf, SORTS, type Row, type Sort } from "../state/object-list.ts";
import type { Numbers } from "../state/numbers.ts";
import { isSuggestion, type Annotation } from "../shapes/_shape.ts";
import { flip } from "../tools/acts.ts";
import type { ToolContext } from "../tools/_tool.ts";
import { RowDrag } from "./object-drag.ts";
import { ObjectRows } from "./object-row.ts";
import { VirtualList } from "./virtual.ts";
import "./objects.css";

export interface ObjectsOptions {
  readonly ctx: ToolContext;
  readonly numbers: Numbers;
  /** Open issues of an annotation. */
  readonly issues?: Cell<ReadonlyMap<string, number>>;
  /** A model's less sure than this are not listed: they are not on the picture either. */
  readonly threshold?: Cell<number>;
  /** The colour one is drawn in, where that is not its label's. */
  readonly colorOf?: (annotation: Annotation) => string;
  /** Brings one into sight on the picture. */
  readonly reveal?: (annotation: Annotation) => void;
  /** Told how many there are. */
  readonly onCount?: (shown: number, all: number) => void;
}

const ROW = 28;
const FILTER_HINT =
  "Words are looked for everywhere. Also label:apple, type:box, author:name, severity:deep, #5, is:locked, is:pinned, is:hidden, is:issue, is:changed, is:model";

export class ObjectsPanel {
  readonly element: HTMLElement;
  private readonly filter: HTMLInputElement;
  private readonly sort: HTMLSelectElement;
  private readonly none = h("div", { class: "objects-none", hidden: true });
  private readonly list: VirtualList<Row>;
  private readonly off: Unsubscribe[];
  private readonly look: ObjectRows;
  private readonly drag: RowDrag;
  private readonly closed = new Set<string>();
  private rows: readonly Row[] = [];
  /** By index, for keys. */
  private places = new Map<string, number>();
  private active: string | null = null;
  /** Where a run of Shift begins. */
  private anchor: string | null = null;
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
    this.look = new ObjectRows({
      ...options,
      asks: {
        idOf: (id) => this.idOf(id),
        draggable: () => this.sort.value === "layer" && !ctx.readOnly(),
        bySize: () => this.sort.value === "size",
        isClosed: (group) => this.closed.has(group),
      },
    });
    this.list = new VirtualList<Row>({ rowHeight: ROW, make: (row, index) => this.look.make(row, index) });
    this.drag = new RowDrag({ ctx, list: this.list, members: (id) => this.members(id) });
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
    const rows = rowsOf(all, (one) => this.look.facts(one), this.filter.value, this.sort.value as Sort);
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
              ? "Nothing was drawn."
              : "Take a tool and draw, or press a digit.",
          }),
    );
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
    if (target) this.drag.place(moved, target.id, up ? "above" : "below");
    return true;
  }
}
