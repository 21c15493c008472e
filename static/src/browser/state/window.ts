/**
 * A list of thousands of rows of which only those near the eye are loaded: pages on demand, by cursor where the page
 * before is known and by number elsewhere. No DOM.
 *
 *   const rows = new RowWindow<Item>({ pageSize: 100, load });
 *   await rows.reset();          rows.total   rows.get(4711)   rows.ensure(4700, 4760)
 *   rows.onChange(() => draw())
 */

export interface LoadedPage<T> {
  items: T[];
  total: number | null;
  next: string | null;
}
export interface PageQuery {
  page: number;
  after: string | null;
  count: boolean;
  signal: AbortSignal;
}
export interface RowWindowOptions<T> {
  pageSize: number;
  load: (query: PageQuery) => Promise<LoadedPage<T>>;
  onError?: (error: unknown) => void;
}
interface Slot<T> {
  items: T[];
  next: string | null;
}

/** Pages kept in memory; the ones looked at longest ago go first. */
const KEPT = 60;

export class RowWindow<T extends { id: string }> {
  total = 0;
  loading = false;
  private readonly pages = new Map<number, Slot<T>>();
  private readonly under = new Map<number, Promise<void>>();
  private readonly listeners = new Set<() => void>();
  private controller = new AbortController();
  private generation = 0;

  constructor(private readonly options: RowWindowOptions<T>) {}

  onChange(fn: () => void): () => void {
    this.listeners.add(fn);
    return () => void this.listeners.delete(fn);
  }

  /** Forgets everything and reads the first page with the count. What is shown stays until the answer is there. */
  async reset(): Promise<void> {
    this.controller.abort();
    this.controller = new AbortController();
    const mine = ++this.generation;
    this.under.clear();
    this.loading = true;
    try {
      const first = await this.options.load({
        page: 0,
        after: null,
        count: true,
        signal: this.controller.signal,
      });
      if (mine !== this.generation) return;
      this.pages.clear();
      this.total = first.total ?? first.items.length;
      this.pages.set(0, { items: first.items, next: first.next });
    } catch (error) {
      if (mine === this.generation) this.options.onError?.(error);
      return;
    } finally {
      if (mine === this.generation) this.loading = false;
    }
    this.emit();
  }

  /** Reads anew what is near: the pages that hold `from`..`to`, and the count. Nothing disappears meanwhile. */
  async refresh(from: number, to: number): Promise<void> {
    const mine = this.generation;
    const first = Math.floor(from / this.options.pageSize);
    const last = Math.floor(Math.max(to, from) / this.options.pageSize);
    const fresh = new Map<number, Slot<T>>();
    for (let page = first; page <= last; page++) {
      const got = await this.options.load({
        page,
        after: null,
        count: page === first,
        signal: this.controller.signal,
      });
      if (mine !== this.generation) return;
      if (got.total !== null) this.total = got.total;
      fresh.set(page, { items: got.items, next: got.next });
    }
    this.pages.clear();
    for (const [page, slot] of fresh) this.pages.set(page, slot);
    this.emit();
  }

  get(index: number): T | undefined {
    const page = Math.floor(index / this.options.pageSize);
    return this.pages.get(page)?.items[index - page * this.options.pageSize];
  }

  indexOf(id: string): number {
    for (const [page, slot] of this.pages) {
      const at = slot.items.findIndex((item) => item.id === id);
      if (at >= 0) return page * this.options.pageSize + at;
    }
    return -1;
  }

  /** Puts a changed row in its place. */
  put(item: T): void {
    for (const slot of this.pages.values()) {
      const at = slot.items.findIndex((one) => one.id === item.id);
      if (at >= 0) slot.items[at] = item;
    }
    this.emit();
  }

  /** Loads the pages that hold rows `from`..`to` (exclusive), if they are not there or on the way. */
  ensure(from: number, to: number): Promise<void> {
    const size = this.options.pageSize;
    const waits: Promise<void>[] = [];
    const last = Math.floor((Math.min(to, this.total) - 1) / size);
    for (let page = Math.max(0, Math.floor(from / size)); page <= last; page++) {
      const slot = this.pages.get(page);
      if (slot) {
        this.pages.delete(page);
        this.pages.set(page, slot);
        continue;
      }
      let wait = this.under.get(page);
      if (!wait) {
        wait = this.fetch(page);
        this.under.set(page, wait);
      }
      waits.push(wait);
    }
    return Promise.all(waits).then(() => undefined);
  }

  private async fetch(page: number): Promise<void> {
    const mine = this.generation;
    const after = page > 0 ? (this.pages.get(page - 1)?.next ?? null) : null;
    try {
      const got = await this.options.load({
        page: after ? 0 : page,
        after,
        count: false,
        signal: this.controller.signal,
      });
      if (mine !== this.generation) return;
      this.pages.set(page, { items: got.items, next: got.next });
      for (const key of this.pages.keys()) {
        if (this.pages.size <= KEPT) break;
        this.pages.delete(key);
      }
      this.emit();
    } catch (error) {
      if (mine === this.generation) this.options.onError?.(error);
    } finally {
      if (mine === this.generation) this.under.delete(page);
    }
  }

  private emit(): void {
    for (const fn of [...this.listeners]) fn();
  }
}
