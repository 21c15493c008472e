/**
 * Masks from clicks and boxes. A picture is encoded once, in a worker or (where that is too slow) on the server; each
 * click then costs the decoder only. Knows nothing of the stage: the page says what is looked at.
 */
import type { WH } from "../../lib/geometry.ts";
import { Cell } from "../../lib/store.ts";
import type { MaskGeometry } from "../shapes/_rle.ts";
import type { Channel } from "./channel.ts";
import type { ModelFiles } from "./messages.ts";
import type { Prompts } from "./prepare.ts";

/** Encoding slower than this in the browser is left to the server next time. */
export const TOO_SLOW_MS = 12_000;
/** Machines change: after a week it is measured again. */
const REMEMBERED_MS = 7 * 24 * 3600_000;
const SLOW_KEY = "alp.smart.slow";
const NO_WASM =
  "This browser cannot run the model (it has no WebAssembly). Draw with the scissors or the polygon tool.";

export interface SmartPicture {
  /** The item's id: what is kept of it is found by it. */
  readonly key: string;
  readonly size: WH;
  /** The picture, or one made smaller, no smaller than 1024 pixels on its longest side if it has them. */
  bitmap(): Promise<ImageBitmap>;
  /** The server knows no such picture. */
  readonly hereOnly?: boolean;
}
export type SmartState =
  | { readonly kind: "idle" }
  /** The model is fetched; `share` of its bytes are here. */
  | { readonly kind: "loading"; readonly share: number }
  /** Since when (by `Date.now()`), how long it took the last time (0: not known), and who computes. */
  | {
      readonly kind: "looking";
      readonly since: number;
      readonly usual: number;
      readonly where: "here" | "server";
    }
  | { readonly kind: "ready"; readonly key: string }
  | { readonly kind: "failed"; readonly message: string };

/** Another picture is looked at now: nobody waits for this answer. */
export class Superseded extends Error {}
/** For people: what is wrong and what to do. */
export class SmartFailed extends Error {}

export interface SegmenterOptions {
  open(onLoaded: (share: number) => void): Channel;
  files(): ModelFiles;
  /** The server's encoding of an item, (256, 64, 64) float16. */
  remote?: (key: string, signal: AbortSignal) => Promise<ArrayBuffer>;
  memory?: Pick<Storage, "getItem" | "setItem">;
  now?: () => number;
  /** Fewer threads than the browser has. */
  threads?: number;
  hasWasm?: () => boolean;
}

interface Waiting {
  readonly key: string;
  resolve(): void;
  reject(error: Error): void;
}

export class Segmenter {
  readonly state = new Cell<SmartState>({ kind: "idle" });
  private channel: Channel | null = null;
  private ready: { encoder: boolean; loading: Promise<unknown> } | null = null;
  private wanted: SmartPicture | null = null;
  private running = false;
  private known: ReadonlySet<string> = new Set();
  private waiting: Waiting[] = [];
  private stop = new AbortController();
  private usual = { here: 0, server: 0 };

  constructor(private readonly options: SegmenterOptions) {}

  /** This picture is on the screen: its encoding begins, after the one that runs. One looked at before waits no more. */
  look(picture: SmartPicture): void {
    if (this.wanted?.key !== picture.key) {
      this.stop.abort();
      this.stop = new AbortController();
      this.settle((one) => one.key !== picture.key, new Superseded());
    }
    this.wanted = picture;
    if (!this.running) void this.work();
  }

  /** The object that the prompts mean, null for none. Rejects with Superseded or SmartFailed. */
  async mask(picture: SmartPicture, prompts: Prompts): Promise<MaskGeometry | null> {
    for (let again = false; ; again = true) {
      await this.encoded(picture);
      try {
        const { size, key } = picture;
        return (await this.opened().ask({ type: "decode", key, prompts, size })).mask;
      } catch (error) {
        // The worker may have let go of an encoding it kept long: once more from the picture.
        this.known = new Set([...this.known].filter((key) => key !== picture.key));
        if (again) throw new SmartFailed(this.words(error));
      }
    }
  }

  dispose(): void {
    this.stop.abort();
    this.settle(() => true, new Superseded());
    this.channel?.close();
    this.channel = null;
    this.ready = null;
    this.wanted = null;
    this.known = new Set();
    this.state.set({ kind: "idle" });
  }

  private encoded(picture: SmartPicture): Promise<void> {
    this.look(picture);
    if (this.known.has(picture.key)) return Promise.resolve();
    return new Promise((resolve, reject) => this.waiting.push({ key: picture.key, resolve, reject }));
  }

  /** Encodes what is wanted, and what is wanted by then. */
  private async work(): Promise<void> {
    this.running = true;
    try {
      while (this.wanted && !this.known.has(this.wanted.key)) {
        const picture = this.wanted;
        // What went wrong with a picture that was left is nobody's concern.
        await this.encode(picture).catch((error: unknown) => {
          if (this.isWanted(picture)) throw error;
        });
      }
      if (this.wanted) this.state.set({ kind: "ready", key: this.wanted.key });
    } catch (error) {
      const message = this.words(error);
      this.state.set({ kind: "failed", message });
      this.settle(() => true, new SmartFailed(message));
    } finally {
      this.running = false;
    }
  }

  private async encode(picture: SmartPicture): Promise<void> {
    const remote = picture.hereOnly ? undefined : this.options.remote;
    if (!(this.options.hasWasm ?? (() => typeof WebAssembly === "object"))()) throw new SmartFailed(NO_WASM);
    if (remote && this.isSlow()) {
      try {
        await this.remotely(picture, remote);
      } catch (error) {
        if (!this.isWanted(picture)) throw error;
        await this.locally(picture).catch(() => {
          throw error;
        });
      }
    } else {
      try {
        await this.locally(picture);
      } catch (error) {
        if (!remote) throw error;
        // No memory for the encoder, say: the decoder alone is smaller.
        await this.remotely(picture, remote).catch(() => {
          throw error;
        });
      }
    }
    this.settle(({ key }) => this.known.has(key));
  }

  private async locally(picture: SmartPicture): Promise<void> {
    await this.loaded(true);
    const bitmap = await picture.bitmap();
    this.state.set({ kind: "looking", since: this.now(), usual: this.usual.here, where: "here" });
    const { ms, keys } = await this.opened().ask({ type: "encode", key: picture.key, bitmap }, [bitmap]);
    this.known = new Set(keys);
    this.usual.here = ms;
    if (ms > TOO_SLOW_MS) this.remember();
  }

  private async remotely(picture: SmartPicture, remote: NonNullable<SegmenterOptions["remote"]>) {
    const since = this.now();
    const loading = this.loaded(false);
    this.state.set({ kind: "looking", since, usual: this.usual.server, where: "server" });
    const [half] = await Promise.all([remote(picture.key, this.stop.signal), loading]);
    this.known = new Set((await this.opened().ask({ type: "put", key: picture.key, half }, [half])).keys);
    this.usual.server = this.now() - since;
  }

  private async loaded(encoder: boolean): Promise<void> {
    if (!this.ready || (encoder && !this.ready.encoder)) {
      const { threads } = this.options;
      this.state.set({ kind: "loading", share: 0 });
      const loading = this.opened().ask({ type: "load", files: this.options.files(), encoder, threads });
      this.ready = { encoder, loading };
    }
    const { ready } = this;
    try {
      await ready.loading;
    } catch (error) {
      if (this.ready === ready) this.ready = null;
      throw error;
    }
  }

  private opened(): Channel {
    return (this.channel ??= this.options.open((share) => {
      if (this.state.value.kind === "loading") this.state.set({ kind: "loading", share });
    }));
  }
  private settle(which: (one: Waiting) => boolean, error?: Error): void {
    const [now, later] = [this.waiting.filter(which), this.waiting.filter((one) => !which(one))];
    this.waiting = later;
    for (const one of now)
      if (error) one.reject(error);
      else one.resolve();
  }
  private words(error: unknown): string {
    if (error instanceof SmartFailed) return error.message;
    const why = error instanceof Error ? error.message : String(error);
    return `The model could not look at the picture (${why}). Enter tries again; scissors and polygon work without it.`;
  }

  private isWanted({ key }: SmartPicture): boolean {
    return this.wanted?.key === key;
  }
  private now(): number {
    return (this.options.now ?? Date.now)();
  }
  private remember(): void {
    try {
      this.options.memory?.setItem(SLOW_KEY, String(this.now()));
    } catch {
      // Storage is full or forbidden: it is measured anew next time.
    }
  }
  private isSlow(): boolean {
    if (this.usual.here > TOO_SLOW_MS) return true;
    const at = Number(this.options.memory?.getItem(SLOW_KEY) ?? 0);
    return at > 0 && this.now() - at < REMEMBERED_MS;
  }
}
