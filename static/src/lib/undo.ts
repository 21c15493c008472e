/**
 * Undo as a log of commands over a Store. It records local change sets whose cause is an edit; undoing applies the
 * inverse as a new local change set (cause "undo"), so saving and rendering need no special case. What someone else
 * changed since is skipped and told, never overwritten.
 */
import { Cell, inverted, type Change, type ChangeSet, type Store, type Unsubscribe } from "./store.ts";

export interface UndoOptions<T> {
  /** Most commands kept. */
  limit?: number;
  /** Whether a thing is still as the command left it. Default: the same object. */
  unchanged?: (current: T | undefined, left: T | undefined) => boolean;
}
export interface UndoResult<T> {
  label: string;
  done: Change<T>[];
  /** Left alone because they were changed by someone else since. */
  skipped: Change<T>[];
}
interface Command<T> {
  label: string;
  changes: readonly Change<T>[];
}
/** A log as plain data, to be kept on disk. */
export interface CommandDump<T> {
  past: Command<T>[];
  future: Command<T>[];
}

export class CommandLog<T extends { readonly id: string }> {
  /** Rings on every change of what can be undone or redone. */
  readonly changed = new Cell(0);
  private past: Command<T>[] = [];
  private future: Command<T>[] = [];
  private readonly detach: Unsubscribe;
  private readonly limit: number;
  private readonly unchanged: (current: T | undefined, left: T | undefined) => boolean;

  constructor(
    private readonly store: Store<T>,
    options: UndoOptions<T> = {},
  ) {
    this.limit = options.limit ?? 200;
    this.unchanged = options.unchanged ?? Object.is;
    this.detach = store.subscribe((set) => this.record(set), ["local"]);
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }
  get canRedo(): boolean {
    return this.future.length > 0;
  }
  get undoLabel(): string {
    return this.past.at(-1)?.label ?? "";
  }
  get redoLabel(): string {
    return this.future.at(-1)?.label ?? "";
  }

  undo(): UndoResult<T> | null {
    return this.move(this.past, this.future, "undo");
  }
  redo(): UndoResult<T> | null {
    return this.move(this.future, this.past, "redo");
  }

  dump(): CommandDump<T> {
    return { past: [...this.past], future: [...this.future] };
  }
  /** Takes over what an earlier visit left. `unchanged` must compare contents then: objects are not the same ones. */
  restore({ past, future }: CommandDump<T>): void {
    this.past = past.slice(-this.limit);
    this.future = [...future];
    this.ring();
  }
  clear(): void {
    this.past = [];
    this.future = [];
    this.ring();
  }
  dispose(): void {
    this.detach();
  }

  private record(set: ChangeSet<T>): void {
    if (set.cause !== "edit") return;
    this.past.push({ label: set.label, changes: set.changes });
    if (this.past.length > this.limit) this.past.shift();
    this.future = [];
    this.ring();
  }

  /** Takes the last command of `from`, applies its inverse, and lays that inverse on `to`: undo and redo are one act. */
  private move(from: Command<T>[], to: Command<T>[], cause: "undo" | "redo"): UndoResult<T> | null {
    const command = from.pop();
    if (!command) return null;
    const done: Change<T>[] = [];
    const skipped: Change<T>[] = [];
    for (const change of inverted(command.changes)) {
      const same = this.unchanged(this.store.get(change.id), change.before);
      (same ? done : skipped).push(change);
    }
    if (done.length) {
      to.push({ label: command.label, changes: done });
      this.store.apply(done, { origin: "local", cause, label: command.label });
    }
    this.ring();
    return { label: command.label, done, skipped };
  }

  private ring(): void {
    this.changed.update((n) => n + 1);
  }
}
