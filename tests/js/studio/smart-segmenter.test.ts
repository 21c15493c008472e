// @vitest-environment node
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Channel } from "@/studio/smart/channel.ts";
import type { Answers, Ask } from "@/studio/smart/messages.ts";
import {
  Segmenter,
  SmartFailed,
  Superseded,
  TOO_SLOW_MS,
  type SegmenterOptions,
  type SmartPicture,
} from "@/studio/smart/segmenter.ts";

const MASK = { box: [1, 2, 3, 4], rle: [0, 12] };
const PROMPTS = { points: [{ at: [5, 5], wanted: true }], box: null } as const;
const picture = (key: string): SmartPicture => ({
  key,
  size: [100, 100],
  bitmap: () => Promise.resolve({ name: key } as unknown as ImageBitmap),
});

/** A worker's side that answers when it is let. */
class FakeWorker implements Channel {
  readonly asked: Ask[] = [];
  kept: string[] = [];
  ms = 500;
  broken: string | null = null;
  closed = false;
  private gate: Promise<void> = Promise.resolve();
  open = () => undefined;
  hold(): void {
    this.gate = new Promise((resolve) => (this.open = () => resolve(undefined) as undefined));
  }
  kinds(): string[] {
    return this.asked.map((one) => ("key" in one ? `${one.type} ${one.key}` : one.type));
  }
  ask = (async (ask: Ask): Promise<Answers[keyof Answers]> => {
    this.asked.push(ask);
    await this.gate;
    if (this.broken === ask.type) throw new Error("no memory");
    if (ask.type === "load") return { threads: 1 };
    if (ask.type === "decode") {
      if (!this.kept.includes(ask.key)) throw new Error("not looked at");
      return { mask: MASK as never, score: 0.9, ms: 1 };
    }
    this.kept = [...this.kept, ask.key];
    return { ms: this.ms, keys: this.kept };
  }) as Channel["ask"];
  close(): void {
    this.closed = true;
  }
}

let worker: FakeWorker;
let opened: number;
let memory: Map<string, string>;
let time: number;
beforeEach(() => {
  worker = new FakeWorker();
  opened = 0;
  memory = new Map();
  time = 1_000_000;
});
function made(options: Partial<SegmenterOptions> = {}): Segmenter {
  return new Segmenter({
    open: () => {
      opened += 1;
      return worker;
    },
    files: () => ({ encoder: "e", decoder: "d", runtime: "r", wasm: "w" }),
    memory: { getItem: (key) => memory.get(key) ?? null, setItem: (key, value) => memory.set(key, value) },
    now: () => time,
    hasWasm: () => true,
    ...options,
  });
}

describe("segmenter", () => {
  it("fetches nothing before it is asked, then encodes a picture once for all its clicks", async () => {
    const segmenter = made();
    expect(opened).toBe(0);
    expect(await segmenter.mask(picture("a"), PROMPTS)).toEqual(MASK);
    expect(await segmenter.mask(picture("a"), PROMPTS)).toEqual(MASK);
    expect(opened).toBe(1);
    expect(worker.kinds()).toEqual(["load", "encode a", "decode a", "decode a"]);
    expect(segmenter.state.value).toEqual({ kind: "ready", key: "a" });
  });
  it("says what it does meanwhile, and how long it took the last time", async () => {
    const segmenter = made();
    const seen: string[] = [];
    segmenter.state.subscribe((state) =>
      seen.push(state.kind === "looking" ? `looking ${state.where} ${state.usual}` : state.kind),
    );
    await segmenter.mask(picture("a"), PROMPTS);
    await segmenter.mask(picture("b"), PROMPTS);
    expect(seen).toEqual(["idle", "loading", "looking here 0", "ready", "looking here 500", "ready"]);
  });
  it("goes back to a picture without encoding it again", async () => {
    const segmenter = made();
    for (const key of ["a", "b", "a"]) await segmenter.mask(picture(key), PROMPTS);
    expect(worker.kinds().filter((kind) => kind.startsWith("encode"))).toEqual(["encode a", "encode b"]);
  });
  it("skips pictures that were left before their turn, and tells who waits for them", async () => {
    const segmenter = made();
    worker.hold();
    const first = segmenter.mask(picture("a"), PROMPTS);
    const second = segmenter.mask(picture("b"), PROMPTS);
    segmenter.look(picture("c"));
    await expect(first).rejects.toBeInstanceOf(Superseded);
    await expect(second).rejects.toBeInstanceOf(Superseded);
    worker.open();
    expect(await segmenter.mask(picture("c"), PROMPTS)).toEqual(MASK);
    expect(worker.kinds()).not.toContain("encode b");
  });
  it("encodes again what the worker let go of", async () => {
    const segmenter = made();
    await segmenter.mask(picture("a"), PROMPTS);
    worker.kept = [];
    expect(await segmenter.mask(picture("a"), PROMPTS)).toEqual(MASK);
    expect(worker.kinds().filter((kind) => kind === "encode a")).toHaveLength(2);
  });
  it("says why and what to do when it fails, and tries again when asked again", async () => {
    const segmenter = made();
    worker.broken = "encode";
    await expect(segmenter.mask(picture("a"), PROMPTS)).rejects.toThrow(/no memory.*Enter tries again/);
    expect(segmenter.state.value.kind).toBe("failed");
    worker.broken = null;
    expect(await segmenter.mask(picture("a"), PROMPTS)).toEqual(MASK);
  });
  it("says so where there is no WebAssembly", async () => {
    const segmenter = made({ hasWasm: () => false });
    await expect(segmenter.mask(picture("a"), PROMPTS)).rejects.toBeInstanceOf(SmartFailed);
    expect(opened).toBe(0);
  });
  it("ends with the page", async () => {
    const segmenter = made();
    worker.hold();
    const waiting = segmenter.mask(picture("a"), PROMPTS);
    segmenter.dispose();
    await expect(waiting).rejects.toBeInstanceOf(Superseded);
    expect(worker.closed).toBe(true);
  });
});

describe("a slow browser", () => {
  const half = () => Promise.resolve(new ArrayBuffer(4));
  it("leaves the next pictures to the server, and remembers it for a week", async () => {
    const remote = vi.fn(half);
    worker.ms = TOO_SLOW_MS + 1;
    const segmenter = made({ remote });
    await segmenter.mask(picture("a"), PROMPTS);
    expect(remote).not.toHaveBeenCalled();
    await segmenter.mask(picture("b"), PROMPTS);
    expect(worker.kinds()).toContain("put b");

    worker = new FakeWorker();
    await made({ remote }).mask(picture("c"), PROMPTS);
    expect(worker.kinds()).toEqual(["load", "put c", "decode c"]);
    expect(worker.asked[0]).toMatchObject({ encoder: false });

    time += 8 * 24 * 3600_000;
    worker = new FakeWorker();
    await made({ remote }).mask(picture("d"), PROMPTS);
    expect(worker.kinds()).toEqual(["load", "encode d", "decode d"]);
  });
  it("computes itself when the server cannot", async () => {
    memory.set("alp.smart.slow", String(time));
    const segmenter = made({ remote: () => Promise.reject(new Error("503")) });
    expect(await segmenter.mask(picture("a"), PROMPTS)).toEqual(MASK);
    expect(worker.kinds()).toEqual(["load", "load", "encode a", "decode a"]);
  });
  it("asks the server when the encoder does not fit into its memory", async () => {
    worker.broken = "encode";
    const segmenter = made({ remote: half });
    expect(await segmenter.mask(picture("a"), PROMPTS)).toEqual(MASK);
    expect(worker.kinds()).toContain("put a");
  });
  it("does not ask the server about what it does not know", async () => {
    memory.set("alp.smart.slow", String(time));
    const remote = vi.fn(half);
    const segmenter = made({ remote });
    await segmenter.mask({ ...picture("a@1,2,3,4"), hereOnly: true }, PROMPTS);
    expect(remote).not.toHaveBeenCalled();
    expect(worker.kinds()).toContain("encode a@1,2,3,4");
  });
  it("waits no more for the server when the picture was left", async () => {
    memory.set("alp.smart.slow", String(time));
    const signals: AbortSignal[] = [];
    const remote = (key: string, signal: AbortSignal) => {
      signals.push(signal);
      return key === "b"
        ? half()
        : new Promise<ArrayBuffer>((_, reject) =>
            signal.addEventListener("abort", () => reject(new Error("stopped"))),
          );
    };
    const segmenter = made({ remote });
    const first = segmenter.mask(picture("a"), PROMPTS);
    await vi.waitFor(() => expect(signals).toHaveLength(1));
    const second = segmenter.mask(picture("b"), PROMPTS);
    await expect(first).rejects.toBeInstanceOf(Superseded);
    expect(await second).toEqual(MASK);
    expect(signals[0]?.aborted).toBe(true);
    expect(worker.kinds()).not.toContain("encode a");
  });
});
