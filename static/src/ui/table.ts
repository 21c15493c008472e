/**
 * Tables: sortable heads, keyset "load more", skeleton, empty and error states, rows that open.
 *
 *   const table = createTable<Model>({
 *     label: "Models",
 *     columns: [{ key: "name", title: "Version", cell: (m) => m.name, sort: true }, { key: "n", title: "Train", num: true, cell: (m) => count(m.n) }],
 *     load: ({ after, sort }) => api.list<Model>(url, { query: { after, sort } }),
 *     href: (m) => `/p/${pid}/models/${m.id}/`,
 *     empty: () => emptyState({ title: "No models yet", text: "…" }),
 *   });
 *   host.append(table.element);      feed.watch(["model.status"], () => table.reload());
 *
 * `load` may also answer a whole list at once ({items, next: null}); then sorting is done here by `value`.
 */
import { append, h, replace, type Child } from "../lib/dom.ts";
import { isAbort, type Page } from "../lib/http.ts";
import { emptyState, errorState } from "./empty.ts";
import { icon } from "./icons.ts";
import { announce } from "./live.ts";

export interface Column<T> {
  key: string;
  title: string;
  cell: (row: T) => Child;
  /** true: can be sorted. Without `value` the server sorts by the key. */
  sort?: boolean;
  /** For sorting here, when the whole list is at hand. */
  value?: (row: T) => string | number | null | undefined;
  num?: boolean;
  /** Left out below 1200 px. */
  wideOnly?: boolean;
  class?: string;
  /** The head's words for a screen reader only (a column of buttons). */
  hiddenTitle?: boolean;
}
export interface TableQuery {
  after: string | null;
  /** "name" or "-name"; null without sorting. */
  sort: string | null;
  signal: AbortSignal;
}
export interface TableOptions<T> {
  label: string;
  columns: Column<T>[];
  load: (query: TableQuery) => Promise<Page<T>>;
  id?: (row: T) => string;
  href?: (row: T) => string | null;
  open?: (row: T) => void;
  empty?: () => HTMLElement;
  sort?: string | null;
  skeletonRows?: number;
  /** Called after each drawing with all rows shown. */
  onRows?: (rows: T[]) => void;
}
export interface Table<T> {
  element: HTMLElement;
  /** Reads anew without blanking what is there. */
  reload: () => Promise<void>;
  rows: () => T[];
  /** Replaces one row in place; unknown ones are left to the next reload. */
  update: (row: T) => void;
  select: (id: string | null) => void;
}

export function createTable<T>(options: TableOptions<T>): Table<T> {
  const view = new TableView(options);
  void view.reload();
  return {
    element: view.element,
    reload: () => view.reload(),
    rows: () => view.rows,
    update: (row) => view.update(row),
    select: (id) => view.select(id),
  };
}

class TableView<T> {
  readonly element = h("div", { class: "table-block" });
  rows: T[] = [];
  private next: string | null = null;
  private sort: string | null;
  private selected: string | null = null;
  private loaded = false;
  private request: AbortController | null = null;
  /** Between the press of a mouse button in the rows and its click. */
  private pressed = false;
  private drawLater = false;
  private readonly body = h("tbody");
  private readonly heads = new Map<string, HTMLTableCellElement>();
  private readonly below = h("div");
  private readonly wrap: HTMLElement;

  constructor(private readonly options: TableOptions<T>) {
    this.sort = options.sort ?? null;
    const head = h(
      "tr",
      null,
      options.columns.map((column) => this.head(column)),
    );
    this.wrap = h(
      "div",
      { class: "table-wrap" },
      h("table", { class: "table", "aria-label": options.label }, h("thead", null, head), this.body),
    );
    append(this.element, [this.wrap, this.below]);
    this.body.addEventListener("click", (event) => this.click(event));
    this.body.addEventListener("keydown", (event) => this.key(event));
    this.body.addEventListener("pointerdown", () => this.press());
    this.skeleton();
  }

  async reload(): Promise<void> {
    const wanted = Math.max(this.rows.length, 1);
    await this.fetch(null, [], wanted);
  }

  update(row: T): void {
    const id = this.idOf(row);
    const at = this.rows.findIndex((one) => this.idOf(one) === id);
    if (at < 0) return;
    this.rows[at] = row;
    this.draw();
  }

  select(id: string | null): void {
    this.selected = id;
    for (const tr of this.drawn()) tr.setAttribute("aria-selected", String(tr.dataset["id"] === id));
  }

  /** Reads pages until as many rows as before are there again, so that a live update does not fold a long list. */
  private async fetch(after: string | null, before: T[], wanted: number): Promise<void> {
    this.request?.abort();
    const request = new AbortController();
    this.request = request;
    try {
      let rows = before;
      let cursor = after;
      do {
        const page = await this.options.load({ after: cursor, sort: this.sort, signal: request.signal });
        if (request.signal.aborted) return;
        rows = [...rows, ...page.items];
        cursor = page.next;
      } while (cursor !== null && rows.length < wanted);
      this.rows = rows;
      this.next = cursor;
      this.loaded = true;
      this.draw();
    } catch (error) {
      if (isAbort(error) || request.signal.aborted) return;
      if (this.loaded) throw error;
      this.wrap.hidden = true;
      replace(
        this.below,
        errorState(error, () => this.reload()),
      );
    }
  }

  private idOf(row: T): string {
    return this.options.id ? this.options.id(row) : String((row as { id?: unknown }).id);
  }

  private head(column: Column<T>): HTMLElement {
    const th = h("th", { scope: "col", class: classes(column) });
    if (column.hiddenTitle) append(th, [h("span", { class: "visually-hidden" }, column.title)]);
    else if (!column.sort) append(th, [column.title]);
    else {
      append(th, [
        h(
          "button",
          { type: "button", class: "sort", onclick: () => this.sortBy(column) },
          column.title,
          h("span"),
        ),
      ]);
      this.heads.set(column.key, th);
      this.mark(column.key, th);
    }
    return th;
  }

  private mark(key: string, th: HTMLTableCellElement): void {
    const down = this.sort === `-${key}`;
    const on = down || this.sort === key;
    th.setAttribute("aria-sort", on ? (down ? "descending" : "ascending") : "none");
    const slot = th.querySelector(".sort > span");
    if (slot) replace(slot, on ? icon(down ? "arrow-down" : "arrow-up") : null);
  }

  private sortBy(column: Column<T>): void {
    const first = column.num ? `-${column.key}` : column.key;
    const second = column.num ? column.key : `-${column.key}`;
    this.sort = this.sort === first ? second : first;
    for (const [key, th] of this.heads) this.mark(key, th);
    announce(`Sorted by ${column.title}, ${this.sort.startsWith("-") ? "descending" : "ascending"}`);
    if (column.value && this.next === null) this.draw();
    else void this.reload();
  }

  private sorted(): T[] {
    const key = this.sort?.replace(/^-/, "");
    const value = this.options.columns.find((column) => column.key === key)?.value;
    if (!value || this.next !== null) return this.rows;
    const way = this.sort?.startsWith("-") ? -1 : 1;
    return [...this.rows].sort((a, b) => way * compare(value(a), value(b), way));
  }

  /** A click counts only where press and release meet the same element: rows are not exchanged between the two. */
  private press(): void {
    this.pressed = true;
    const ends = ["pointerup", "pointercancel"];
    const release = () => {
      for (const end of ends) window.removeEventListener(end, release, true);
      // The click comes after the release, before timers.
      window.setTimeout(() => {
        this.pressed = false;
        if (this.drawLater) this.draw();
      }, 0);
    };
    for (const end of ends) window.addEventListener(end, release, true);
  }

  private draw(): void {
    this.drawLater = this.pressed;
    if (this.pressed) return;
    const focused = this.focusedId();
    this.wrap.hidden = this.rows.length === 0;
    replace(
      this.body,
      this.sorted().map((row) => this.row(row)),
    );
    if (focused)
      this.drawn()
        .find((tr) => tr.dataset["id"] === focused)
        ?.focus();
    const empty = this.options.empty ?? (() => emptyState({ title: "Nothing here yet" }));
    if (!this.rows.length) replace(this.below, empty());
    else if (this.next === null) replace(this.below);
    else replace(this.below, this.more());
    this.options.onRows?.(this.rows);
  }

  private more(): HTMLElement {
    const button = h("button", { type: "button", class: "btn btn-ghost" }, "Load more");
    button.addEventListener("click", async () => {
      button.disabled = true;
      const had = this.rows.length;
      await this.fetch(this.next, this.rows, 0).finally(() => (button.disabled = false));
      announce(`${this.rows.length - had} more rows`);
    });
    return h("div", { class: "table-more" }, button);
  }

  private row(row: T): HTMLTableRowElement {
    const id = this.idOf(row);
    const href = this.options.href?.(row) ?? null;
    const opens = href !== null || this.options.open !== undefined;
    return h(
      "tr",
      {
        dataset: { id, href: href ?? (opens ? "" : undefined) },
        tabIndex: opens ? 0 : -1,
        "aria-selected": this.selected === null ? undefined : String(id === this.selected),
      },
      this.options.columns.map((column) => h("td", { class: classes(column) }, column.cell(row))),
    );
  }

  private skeleton(): void {
    const widths = ["70%", "45%", "60%", "35%"];
    const rows = this.options.skeletonRows ?? 4;
    replace(
      this.body,
      Array.from({ length: rows }, (_, r) =>
        h(
          "tr",
          { "aria-hidden": "true" },
          this.options.columns.map((column, c) =>
            h(
              "td",
              { class: classes(column) },
              h("span", { class: "skeleton", style: { width: widths[(r + c) % 4] } }),
            ),
          ),
        ),
      ),
    );
  }

  private drawn(): HTMLTableRowElement[] {
    return [...this.body.querySelectorAll("tr")];
  }

  private focusedId(): string | null {
    const active = document.activeElement;
    return active instanceof HTMLTableRowElement && this.body.contains(active)
      ? (active.dataset["id"] ?? null)
      : null;
  }

  private openRow(tr: HTMLTableRowElement, newTab: boolean): void {
    const row = this.rows.find((one) => this.idOf(one) === tr.dataset["id"]);
    if (!row) return;
    const href = this.options.href?.(row);
    if (href && newTab) window.open(href, "_blank", "noopener");
    else if (href) window.location.assign(href);
    else this.options.open?.(row);
  }

  private click(event: MouseEvent): void {
    const target = event.target as Element;
    if (target.closest("a, button, input, label, select")) return;
    // Selecting text in a row is not opening it.
    if (window.getSelection()?.toString()) return;
    const tr = target.closest("tr");
    if (tr?.dataset["href"] !== undefined) this.openRow(tr, event.ctrlKey || event.metaKey);
  }

  private key(event: KeyboardEvent): void {
    const tr = event.target;
    if (!(tr instanceof HTMLTableRowElement)) return;
    if (event.key === "Enter") this.openRow(tr, event.ctrlKey || event.metaKey);
    else if (event.key === "ArrowDown") (tr.nextElementSibling as HTMLElement | null)?.focus();
    else if (event.key === "ArrowUp") (tr.previousElementSibling as HTMLElement | null)?.focus();
    else return;
    event.preventDefault();
  }
}

function classes<T>(column: Column<T>): string {
  return [column.num && "num", column.wideOnly && "narrow-hide", column.class].filter(Boolean).join(" ");
}

type Sortable = string | number | null | undefined;

/** Natural order; what has no value stands last whichever way it is sorted. */
function compare(a: Sortable, b: Sortable, way: number): number {
  const none = (value: Sortable) => value === null || value === undefined;
  if (none(a) || none(b)) return none(a) && none(b) ? 0 : (none(a) ? 1 : -1) * way;
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true, sensitivity: "base" });
}
