/** A long list of rows of one height, of which only those in sight are elements. */
import { h, setStyle } from "../../lib/dom.ts";

/** Rows made beyond each edge, so that scrolling shows no gaps. */
const SPARE = 6;
/** Where the height is not known yet. */
const HEIGHT = 420;

export interface VirtualOptions<R> {
  rowHeight: number;
  make: (row: R, index: number) => HTMLElement;
}

export class VirtualList<R> {
  /** Scrolls; give it role, name and key handling. */
  readonly element: HTMLElement;
  private readonly body = h("div", { class: "virtual-body", role: "presentation" });
  private rows: readonly R[] = [];
  private shown: [from: number, to: number] = [0, 0];
  private readonly watcher: ResizeObserver;

  constructor(private readonly options: VirtualOptions<R>) {
    this.element = h("div", { class: "virtual" }, this.body);
    this.element.addEventListener("scroll", () => this.draw(false), { passive: true });
    this.watcher = new ResizeObserver(() => this.draw(false));
    this.watcher.observe(this.element);
  }

  get length(): number {
    return this.rows.length;
  }
  /** The whole list; every row in sight is made anew. */
  show(rows: readonly R[]): void {
    this.rows = rows;
    setStyle(this.body, { height: `${rows.length * this.options.rowHeight}px` });
    this.draw(true);
  }
  /** Scrolls as little as needed. */
  reveal(index: number): void {
    const { rowHeight } = this.options;
    const [top, height] = [index * rowHeight, this.height];
    const { scrollTop } = this.element;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (top + rowHeight > scrollTop + height) this.element.scrollTop = top + rowHeight - height;
    this.draw(false);
  }
  /** How many rows fit. */
  get page(): number {
    return Math.max(1, Math.floor(this.height / this.options.rowHeight));
  }
  /** Those that are elements now. */
  elements(): HTMLElement[] {
    return [...this.body.children] as HTMLElement[];
  }
  dispose(): void {
    this.watcher.disconnect();
  }

  private get height(): number {
    return this.element.clientHeight || HEIGHT;
  }
  private draw(anew: boolean): void {
    const { rowHeight, make } = this.options;
    const from = Math.max(0, Math.floor(this.element.scrollTop / rowHeight) - SPARE);
    const to = Math.min(this.rows.length, from + this.page + 2 * SPARE + 1);
    if (!anew && from === this.shown[0] && to === this.shown[1]) return;
    this.shown = [from, to];
    const elements = this.rows.slice(from, to).map((row, i) => make(row, from + i));
    elements.forEach((element, i) => setStyle(element, { top: `${(from + i) * rowHeight}px` }));
    this.body.replaceChildren(...elements);
  }
}
