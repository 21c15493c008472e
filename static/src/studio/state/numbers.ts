/** "apple #5": a number for each annotation of the item on screen, in the order they came. One removed keeps its number. */
import type { Store, Unsubscribe } from "../../lib/store.ts";
import type { Annotation } from "../shapes/_shape.ts";

export class Numbers {
  private readonly numbers = new Map<string, number>();
  private last = 0;
  private readonly detach: Unsubscribe;

  constructor(private readonly store: Store<Annotation>) {
    this.restart();
    this.detach = store.subscribe(({ origin, changes }) => {
      const added = changes.filter(({ before, after }) => after && !before).length;
      const removed = changes.some(({ after }) => !after);
      // Things go silently only when another item is shown.
      if (origin === "silent" && (removed || added === store.size)) this.restart();
      else for (const { id, after } of changes) if (after) this.give(id);
    });
  }

  of(id: string): number {
    return this.numbers.get(id) ?? 0;
  }
  dispose(): void {
    this.detach();
  }

  private restart(): void {
    this.numbers.clear();
    this.last = 0;
    for (const { id } of this.store.all()) this.give(id);
  }
  private give(id: string): void {
    if (!this.numbers.has(id)) this.numbers.set(id, (this.last += 1));
  }
}

const made = new WeakMap<Store<Annotation>, Numbers>();
/** The numbers of a store: every panel says the same. */
export function numbersOf(store: Store<Annotation>): Numbers {
  let numbers = made.get(store);
  if (!numbers) made.set(store, (numbers = new Numbers(store)));
  return numbers;
}
