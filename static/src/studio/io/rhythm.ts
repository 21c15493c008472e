/** When edits are sent: once it is quiet, at the latest after 2 s, and after a failure with longer and longer waits. */
import { AlpApiError } from "../../lib/http.ts";
import { isSilence } from "./outbox.ts";

export const QUIET_MS = 600;
export const LATEST_MS = 2000;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;
const SIGNED_OUT_WAIT = 4000;

export interface RhythmOptions {
  now?: () => number;
  random?: () => number;
  setTimeout?: (fn: () => void, ms: number) => unknown;
  clearTimeout?: (id: unknown) => void;
}

export class Rhythm {
  /** Why the server takes nothing now; null: it does, as far as is known. */
  trouble: "offline" | "failing" | "signed_out" | null = null;
  readonly now: () => number;
  private timer: unknown = null;
  private firstAt: number | null = null;
  private failures = 0;

  constructor(
    private readonly options: RhythmOptions,
    private readonly send: () => void,
  ) {
    this.now = options.now ?? Date.now;
  }

  /** Something waits to be sent. */
  waits(): void {
    if (this.trouble) return; // the next try is set already
    this.firstAt ??= this.now();
    this.set(Math.max(0, Math.min(QUIET_MS, this.firstAt + LATEST_MS - this.now())));
  }
  /** It is being sent. */
  sends(): void {
    this.stop();
    this.firstAt = null;
  }
  works(): void {
    this.failures = 0;
    this.trouble = null;
  }
  fails(error: unknown): void {
    const signedOut = error instanceof AlpApiError && error.status === 401;
    this.failures += 1;
    const wait = Math.min(FIRST_WAIT * 2 ** (this.failures - 1), LONGEST_WAIT);
    this.trouble = signedOut ? "signed_out" : isSilence(error) ? "offline" : "failing";
    const jitter = 0.8 + 0.4 * (this.options.random ?? Math.random)();
    this.set((signedOut ? SIGNED_OUT_WAIT : wait) * jitter);
  }

  private set(ms: number): void {
    this.stop();
    const set = this.options.setTimeout ?? ((fn: () => void, wait: number) => setTimeout(fn, wait));
    this.timer = set(() => {
      this.timer = null;
      this.send();
    }, ms);
  }
  private stop(): void {
    if (this.timer === null) return;
    (this.options.clearTimeout ?? ((id: unknown) => clearTimeout(id as number)))(this.timer);
    this.timer = null;
  }
}
