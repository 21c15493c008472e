/**
 * Acts on their way to the server. Each is written to the browser's disk first, then sent in the order made, one at a
 * time, until the server has answered; so a closed tab, a lost network, a restart of the server or an ended session lose
 * nothing. An act repeated after a lost answer changes nothing there (op_id).
 */
import { AlpApiError } from "../../lib/http.ts";
import { Cell } from "../../lib/store.ts";
import type { Act, Done } from "../state/types.ts";

/** `offline`: nothing answers; `failing`: the server does, with an error that may pass. */
export type OutboxPhase = "idle" | "sending" | "offline" | "failing" | "signed-out";
export interface OutboxState {
  phase: OutboxPhase;
  waiting: number;
  /** When the server last took something. */
  savedAt: number | null;
  /** False when this browser keeps nothing on disk (private window). */
  durable: boolean;
}
/** Where acts survive a closed tab. */
export interface ActStore {
  durable: boolean;
  all(): Promise<Act[]>;
  put(act: Act): Promise<void>;
  remove(opId: string): Promise<void>;
}
export interface OutboxOptions {
  store: ActStore;
  send: (act: Act, keepalive: boolean) => Promise<Done>;
  /** Awaited before an act goes; what it throws counts as the answer. */
  before?: (act: Act) => Promise<void>;
  /** Whether an act may go without `before`, because the page is going. */
  mayLeave?: (act: Act) => boolean;
  /** The server carried it out; `more`: other acts on the same item still wait. */
  onSettled: (act: Act, done: Done, more: boolean) => void;
  /** The server will never take it. */
  onRefused: (act: Act, error: AlpApiError) => void;
  now?: () => number;
  random?: () => number;
  setTimeout?: (fn: () => void, ms: number) => unknown;
  clearTimeout?: (id: unknown) => void;
}

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;
const SIGNED_OUT_WAIT = 4000;

export class Outbox {
  readonly state: Cell<OutboxState>;
  /** How many acts the server has answered in this visit. */
  answered = 0;
  private queue: Act[] = [];
  private failures = 0;
  private running: Promise<void> | null = null;
  private timer: unknown = null;
  private writes: Promise<unknown> = Promise.resolve();
  private readonly now: () => number;

  constructor(private readonly options: OutboxOptions) {
    this.now = options.now ?? Date.now;
    this.state = new Cell<OutboxState>({
      phase: "idle",
      waiting: 0,
      savedAt: null,
      durable: options.store.durable,
    });
  }

  /** What an earlier visit left, oldest first. Sending starts with `kick`. */
  async load(): Promise<Act[]> {
    const left = (await this.options.store.all()).sort((a, b) => (a.op_id < b.op_id ? -1 : 1));
    const known = new Set(this.queue.map((act) => act.op_id));
    this.queue = [...left.filter((act) => !known.has(act.op_id)), ...this.queue];
    this.tell({});
    return left;
  }

  /** What waits now, oldest first. */
  acts(): readonly Act[] {
    return this.queue;
  }
  waitingFor(): string[] {
    return [...new Set(this.queue.map((act) => act.task_item))];
  }

  /** Keeps an act and starts sending. Resolves when it is on disk. */
  add(act: Act): Promise<void> {
    this.queue.push(act);
    this.tell({});
    const stored = this.store(() => this.options.store.put(act));
    void stored.then(() => this.kick());
    return stored;
  }

  /** Tries at once: the network came back, the tab is looked at, someone signed in. */
  kick(): void {
    if (this.timer !== null) this.clear(this.timer);
    this.timer = null;
    this.running ??= this.run().finally(() => {
      this.running = null;
    });
  }

  /** The page goes away: what is not on its way is sent without waiting, the first act of each item only, for order. */
  sendLast(): void {
    const seen = new Set<string>(this.running ? [this.queue[0]?.task_item ?? ""] : []);
    for (const act of this.queue) {
      if (seen.has(act.task_item)) continue;
      seen.add(act.task_item);
      if (!(this.options.mayLeave?.(act) ?? true)) continue;
      this.options.send(act, true).catch(() => undefined); // it is on disk: the next visit sends it again
    }
  }

  /** Resolves when everything was sent or sending stopped for a while (tests). */
  async idle(): Promise<void> {
    await this.writes;
    while (this.running) await this.running;
  }

  private async run(): Promise<void> {
    await this.writes;
    while (this.queue.length) {
      const act = this.queue[0] as Act;
      this.tell({ phase: this.failures ? this.state.value.phase : "sending" });
      try {
        await this.options.before?.(act);
        const done = await this.options.send(act, false);
        this.failures = 0;
        const version = done.task_item.item.content_version;
        // On disk before the act leaves it: a page that dies between the two sends the act again, which changes nothing.
        await this.rebase(act, version);
        await this.finish(act);
        const more = await this.rebase(act, version); // and what was said meanwhile
        this.tell({ phase: this.queue.length ? "sending" : "idle", savedAt: this.now() });
        this.options.onSettled(act, done, more);
      } catch (error) {
        if (isLasting(error)) {
          this.failures = 0;
          await this.finish(act);
          this.tell({ phase: this.queue.length ? "sending" : "idle" });
          this.options.onRefused(act, error);
        } else {
          this.later(error);
          return;
        }
      }
    }
    this.tell({ phase: "idle" });
  }

  /** Later acts on the same item were made on top of this one: the version they have seen is the one it made. */
  private async rebase(done: Act, version: number): Promise<boolean> {
    let more = false;
    for (const act of this.queue) {
      if (act.task_item !== done.task_item || act.op_id === done.op_id) continue;
      more = true;
      if (act.seen_version !== null && act.seen_version !== version) {
        act.seen_version = version;
        await this.store(() => this.options.store.put(act));
      }
    }
    return more;
  }

  /** This person saw a newer version of an item: what they said of it holds for that one. */
  saw(item: string, version: number): void {
    for (const act of this.queue) {
      if (act.item !== item || act.seen_version === null || act.seen_version >= version) continue;
      act.seen_version = version;
      void this.store(() => this.options.store.put(act));
    }
  }

  private async finish(act: Act): Promise<void> {
    this.answered += 1;
    this.queue = this.queue.filter((one) => one.op_id !== act.op_id);
    await this.store(() => this.options.store.remove(act.op_id));
  }

  private later(error: unknown): void {
    const signedOut = error instanceof AlpApiError && error.status === 401;
    this.failures += 1;
    const wait = signedOut ? SIGNED_OUT_WAIT : Math.min(FIRST_WAIT * 2 ** (this.failures - 1), LONGEST_WAIT);
    this.tell({ phase: signedOut ? "signed-out" : isSilence(error) ? "offline" : "failing" });
    const set = this.options.setTimeout ?? ((fn: () => void, ms: number) => setTimeout(fn, ms));
    this.timer = set(
      () => {
        this.timer = null;
        this.kick();
      },
      wait * (0.8 + 0.4 * (this.options.random ?? Math.random)()),
    );
  }

  private clear(id: unknown): void {
    (this.options.clearTimeout ?? ((one: unknown) => clearTimeout(one as number)))(id);
  }

  /** Writes in order; a disk that fails must not stop the sending. */
  private store(work: () => Promise<void>): Promise<void> {
    const next = this.writes.then(work).catch(() => this.tell({ durable: false }));
    this.writes = next;
    return next;
  }

  private tell(part: Partial<OutboxState>): void {
    this.state.set({ ...this.state.value, ...part, waiting: this.queue.length });
  }
}

/** Whether nothing answered at all: no network, or no server behind it. */
export function isSilence(error: unknown): boolean {
  return !(error instanceof AlpApiError) || error.status === 0;
}
/** Whether repeating can never help: the server understood and said no. */
export function isLasting(error: unknown): error is AlpApiError {
  if (!(error instanceof AlpApiError)) return false;
  const passing = error.status === 0 || error.status === 401 || error.status === 408 || error.status === 429;
  return !passing && error.status < 500;
}
