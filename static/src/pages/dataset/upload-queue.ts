/**
 * Uploads of any number of files: small batches, a few at a time, each file with its own state. No DOM.
 *
 *   const queue = new UploadQueue({ send });      queue.add(files);      queue.onChange(draw);      queue.cancel();
 */

export type FileState = "waiting" | "sending" | "added" | "overwritten" | "skipped" | "refused" | "failed";
export interface QueuedFile {
  path: string;
  file: File;
  state: FileState;
  /** Bytes on the way. */
  sent: number;
  message: string;
}
export interface FileResult {
  filename: string;
  status: FileState;
  message?: string;
}
export interface Given {
  path: string;
  file: File;
}
export type Send = (
  batch: QueuedFile[],
  progress: (sent: number) => void,
  signal: AbortSignal,
) => Promise<FileResult[]>;
export interface QueueDeps {
  send: Send;
  /** Batches under way at a time. */
  lanes?: number;
  maxFiles?: number;
  maxBytes?: number;
  describe?: (error: unknown) => string;
}
export interface Totals {
  files: number;
  bytes: number;
  sentBytes: number;
  done: number;
  added: number;
  overwritten: number;
  skipped: number;
  refused: number;
  failed: number;
}

export class UploadQueue {
  readonly refused: QueuedFile[] = [];
  totals: Totals = {
    files: 0,
    bytes: 0,
    sentBytes: 0,
    done: 0,
    added: 0,
    overwritten: 0,
    skipped: 0,
    refused: 0,
    failed: 0,
  };
  active: QueuedFile[] = [];
  private waiting: QueuedFile[] = [];
  private running = 0;
  private controller = new AbortController();
  private readonly listeners = new Set<() => void>();

  constructor(private readonly deps: QueueDeps) {}

  onChange(fn: () => void): void {
    this.listeners.add(fn);
  }

  get busy(): boolean {
    return this.running > 0 || this.waiting.length > 0;
  }

  add(files: Given[]): void {
    if (!this.busy) this.forget();
    for (const { path, file } of files) {
      this.waiting.push({ path, file, state: "waiting", sent: 0, message: "" });
      this.totals.files += 1;
      this.totals.bytes += file.size;
    }
    this.pump();
    this.emit();
  }

  /** Stops what is under way; what is in stays in. */
  cancel(): void {
    this.waiting = [];
    this.controller.abort();
    this.controller = new AbortController();
    this.emit();
  }

  /** Sends again what the network dropped. */
  retry(): void {
    const failed = this.refused.filter((one) => one.state === "failed");
    for (const one of failed) {
      this.refused.splice(this.refused.indexOf(one), 1);
      this.totals.failed -= 1;
      this.totals.done -= 1;
      this.totals.sentBytes -= one.file.size;
      this.waiting.push({ ...one, state: "waiting", sent: 0, message: "" });
    }
    this.pump();
    this.emit();
  }

  private forget(): void {
    this.refused.length = 0;
    this.totals = {
      files: 0,
      bytes: 0,
      sentBytes: 0,
      done: 0,
      added: 0,
      overwritten: 0,
      skipped: 0,
      refused: 0,
      failed: 0,
    };
  }

  private next(): QueuedFile[] {
    const batch: QueuedFile[] = [];
    let bytes = 0;
    while (this.waiting.length && batch.length < (this.deps.maxFiles ?? 50)) {
      const one = this.waiting[0] as QueuedFile;
      if (batch.length && bytes + one.file.size > (this.deps.maxBytes ?? 8_000_000)) break;
      bytes += one.file.size;
      batch.push(one);
      this.waiting.shift();
    }
    return batch;
  }

  private pump(): void {
    while (this.running < (this.deps.lanes ?? 2) && this.waiting.length) {
      this.running += 1;
      void this.run(this.next()).finally(() => {
        this.running -= 1;
        this.pump();
        this.emit();
      });
    }
  }

  private async run(batch: QueuedFile[]): Promise<void> {
    for (const one of batch) one.state = "sending";
    this.active.push(...batch);
    this.emit();
    const { signal } = this.controller;
    try {
      const results = await this.deps.send(batch, (sent) => this.progress(batch, sent), signal);
      batch.forEach((one, index) => this.settle(one, results[index]));
    } catch (error) {
      const message = signal.aborted ? "Stopped." : (this.deps.describe?.(error) ?? String(error));
      for (const one of batch) this.settle(one, { filename: one.path, status: "failed", message });
    }
    this.active = this.active.filter((one) => !batch.includes(one));
  }

  /** A batch's bytes go out one file after another: so far into it, so far into its files. */
  private progress(batch: QueuedFile[], sent: number): void {
    let rest = sent;
    for (const one of batch) {
      const share = Math.min(Math.max(rest, 0), one.file.size);
      this.totals.sentBytes += share - one.sent;
      one.sent = share;
      rest -= one.file.size;
    }
    this.emit();
  }

  private settle(one: QueuedFile, result: FileResult | undefined): void {
    this.totals.sentBytes += one.file.size - one.sent;
    one.sent = one.file.size;
    one.state = result?.status ?? "failed";
    one.message = result?.message ?? (result ? "" : "The server did not say what became of it.");
    this.totals.done += 1;
    const { state } = one;
    if (state === "added" || state === "overwritten" || state === "skipped") this.totals[state] += 1;
    else {
      this.totals[state === "refused" ? "refused" : "failed"] += 1;
      this.refused.push(one);
    }
  }

  private emit(): void {
    for (const fn of this.listeners) fn();
  }
}
