/**
 * What is selected: some rows by id, or everything the filter finds but a few. No DOM.
 *
 *   click replaces, ctrl+click toggles, shift+click reaches from the anchor, ctrl+A takes all of the filter.
 */
import { Cell } from "../../lib/store.ts";

export interface SelectionState {
  all: boolean;
  /** Chosen ids; with `all`, those taken out again. */
  ids: ReadonlySet<string>;
}
export interface Press {
  shift?: boolean;
  toggle?: boolean;
}

export class Selection {
  readonly state = new Cell<SelectionState>({ all: false, ids: new Set() });
  private anchor: number | null = null;

  has(id: string): boolean {
    const { all, ids } = this.state.value;
    return ids.has(id) !== all;
  }

  count(total: number): number {
    const { all, ids } = this.state.value;
    return all ? Math.max(0, total - ids.size) : ids.size;
  }

  get empty(): boolean {
    const { all, ids } = this.state.value;
    return !all && ids.size === 0;
  }

  /** A press on row `index`; `idAt` tells the id of a row, undefined where it is not loaded. */
  press(index: number, id: string, how: Press, idAt: (index: number) => string | undefined): void {
    if (how.shift && this.anchor !== null) {
      const ids = new Set(this.state.value.all ? [] : this.state.value.ids);
      for (let at = Math.min(index, this.anchor); at <= Math.max(index, this.anchor); at++) {
        const one = idAt(at);
        if (one) ids.add(one);
      }
      this.state.set({ all: false, ids });
      return;
    }
    this.anchor = index;
    if (how.toggle) this.toggle(id);
    else this.state.set({ all: false, ids: new Set([id]) });
  }

  toggle(id: string): void {
    const { all, ids } = this.state.value;
    const next = new Set(ids);
    if (!next.delete(id)) next.add(id);
    this.state.set({ all, ids: next });
  }

  selectAll(): void {
    this.state.set({ all: true, ids: new Set() });
  }

  clear(): void {
    this.anchor = null;
    if (!this.empty) this.state.set({ all: false, ids: new Set() });
  }
}
