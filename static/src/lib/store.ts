/**
 * Observable state. `Cell` holds one value; `Store` holds things by id and speaks in change sets with an origin:
 * `local` (this person did it: undo and saving listen), `remote` (came from the server), `silent` (loading; nobody reacts
 * but rendering).
 */

export type Unsubscribe = () => void;

/** One observable value. Setting an equal value tells nobody. */
export class Cell<T> {
  private readonly listeners = new Set<(value: T) => void>();
  constructor(private current: T) {}
  get value(): T {
    return this.current;
  }
  set(value: T): void {
    if (Object.is(value, this.current)) return;
    this.current = value;
    for (const listener of [...this.listeners]) listener(value);
  }
  update(change: (value: T) => T): void {
    this.set(change(this.current));
  }
  /** Calls with the present value at once, then with each new one. */
  subscribe(listener: (value: T) => void): Unsubscribe {
    this.listeners.add(listener);
    listener(this.current);
    return () => void this.listeners.delete(listener);
  }
}

export type Origin = "local" | "remote" | "silent";
export type Cause = "edit" | "undo" | "redo";

/** What became of one thing: undefined before = made, undefined after = removed. */
export interface Change<T> {
  readonly id: string;
  readonly before: T | undefined;
  readonly after: T | undefined;
}
export interface ChangeSet<T> {
  readonly origin: Origin;
  readonly cause: Cause;
  readonly label: string;
  readonly changes: readonly Change<T>[];
}
export interface ChangeOptions {
  origin?: Origin;
  cause?: Cause;
  /** What a person would call it: "Move box". Shown by undo. */
  label?: string;
}

/** The change set that takes another back, last change first. */
export function inverted<T>(changes: readonly Change<T>[]): Change<T>[] {
  return changes.map(({ id, before, after }) => ({ id, before: after, after: before })).reverse();
}

/** Folds several changes of one thing into one, in order of first appearance; what came to nothing is dropped. */
export function folded<T>(changes: readonly Change<T>[]): Change<T>[] {
  const byId = new Map<string, Change<T>>();
  for (const change of changes) {
    const earlier = byId.get(change.id);
    byId.set(change.id, earlier ? { ...change, before: earlier.before } : change);
  }
  return [...byId.values()].filter((change) => change.before !== change.after);
}

type StoreListener<T> = (set: ChangeSet<T>) => void;

/** Things by id, in order of insertion. Values are never changed in place: an edit is a new object. */
export class Store<T extends { readonly id: string }> {
  private readonly things = new Map<string, T>();
  private readonly listeners = new Set<StoreListener<T>>();
  private open: { options: ChangeOptions; changes: Change<T>[] } | null = null;

  get size(): number {
    return this.things.size;
  }
  get(id: string): T | undefined {
    return this.things.get(id);
  }
  has(id: string): boolean {
    return this.things.has(id);
  }
  all(): T[] {
    return [...this.things.values()];
  }

  put(things: T | readonly T[], options: ChangeOptions = {}): void {
    const list = Array.isArray(things) ? (things as readonly T[]) : [things as T];
    this.commit(
      list.map((after) => ({ id: after.id, before: this.things.get(after.id), after })),
      options,
    );
  }

  /** Lays a partial value over what is there. Unknown ids are an error: the caller holds something stale. */
  patch(id: string, part: Partial<Omit<T, "id">>, options: ChangeOptions = {}): void {
    const before = this.things.get(id);
    if (!before) throw new Error(`Nothing with id ${id} in the store.`);
    this.commit([{ id, before, after: { ...before, ...part } }], options);
  }

  remove(ids: string | readonly string[], options: ChangeOptions = {}): void {
    const list = typeof ids === "string" ? [ids] : ids;
    this.commit(
      list.map((id) => ({ id, before: this.things.get(id), after: undefined })),
      options,
    );
  }

  /** Sets the `after` of each change; `before` is taken from the store, so a stale one does no harm. */
  apply(changes: readonly { id: string; after: T | undefined }[], options: ChangeOptions = {}): void {
    this.commit(
      changes.map(({ id, after }) => ({ id, after, before: this.things.get(id) })),
      options,
    );
  }

  /** Everything done within becomes one change set. If it throws, nothing has happened. */
  batch<R>(work: () => R, options: ChangeOptions = {}): R {
    if (this.open) return work();
    this.open = { options, changes: [] };
    try {
      const result = work();
      const { changes } = this.open;
      this.open = null;
      this.tell(folded(changes), options);
      return result;
    } catch (error) {
      const undone = this.open ? inverted(this.open.changes) : [];
      this.open = null;
      this.write(undone);
      throw error;
    }
  }

  subscribe(listener: StoreListener<T>, origins?: readonly Origin[]): Unsubscribe {
    const filtered: StoreListener<T> = origins
      ? (set) => {
          if (origins.includes(set.origin)) listener(set);
        }
      : (set) => listener(set);
    this.listeners.add(filtered);
    return () => void this.listeners.delete(filtered);
  }

  private commit(changes: Change<T>[], options: ChangeOptions): void {
    const real = changes.filter((change) => change.before !== change.after);
    this.write(real);
    if (this.open) this.open.changes.push(...real);
    else this.tell(folded(real), options);
  }

  private write(changes: readonly Change<T>[]): void {
    for (const { id, after } of changes) {
      if (after === undefined) this.things.delete(id);
      else this.things.set(id, after);
    }
  }

  private tell(changes: readonly Change<T>[], options: ChangeOptions): void {
    if (!changes.length) return;
    const { origin = "local", cause = "edit", label = "" } = options;
    const set: ChangeSet<T> = { origin, cause, label, changes };
    for (const listener of [...this.listeners]) listener(set);
  }
}
