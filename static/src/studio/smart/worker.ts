/** Runs the model: a web worker, so that the page goes on while it computes. One request after the other. */
import * as ort from "onnxruntime-web/wasm";
import type { WH } from "../../lib/geometry.ts";
import { cleaned, maskOfLogits } from "./logits.ts";
import type { Answers, Ask, FromWorker, ModelFiles, ToWorker } from "./messages.ts";
import { MASK_SIDE, SIDE, fittedSize, floatsOf, promptInputs, tensorOf, type Prompts } from "./prepare.ts";

/** Encodings of 4 MB each. */
const KEPT = 8;
const MOST_THREADS = 4;
const ENCODING = [1, 256, 64, 64];

let encoder: ort.InferenceSession | null = null;
let decoder: ort.InferenceSession | null = null;
/** By picture, the one used last at the end. */
const encodings = new Map<string, ort.Tensor>();
const loaded = new Map<string, [have: number, all: number]>();

function tell(message: FromWorker): void {
  self.postMessage(message);
}

/** The bytes of a file, told as they come. */
async function bytesOf(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok || !response.body) throw new Error(`The model's file did not come (${response.status}).`);
  const all = Number(response.headers.get("Content-Length")) || 0;
  const parts: Uint8Array[] = [];
  let have = 0;
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    have += value.length;
    progress(url, have, all);
  }
  const bytes = new Uint8Array(have);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
function progress(url: string, have: number, all: number): void {
  loaded.set(url, [have, Math.max(all, have)]);
  const [sum, total] = [...loaded.values()].reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
  tell({ loaded: total ? sum / total : 0 });
}

async function session(url: string): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(await bytesOf(url), {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "all",
  });
}

async function load(files: ModelFiles, withEncoder: boolean, threads?: number): Promise<Answers["load"]> {
  const { wasm } = ort.env;
  // More threads than one need memory that workers share, which only an isolated page gets.
  const most = self.crossOriginIsolated ? Math.min(MOST_THREADS, navigator.hardwareConcurrency || 1) : 1;
  wasm.numThreads = Math.min(threads ?? most, most);
  wasm.wasmPaths = { mjs: files.runtime, wasm: files.wasm };
  loaded.clear();
  decoder ??= await session(files.decoder);
  if (withEncoder) encoder ??= await session(files.encoder);
  return { threads: wasm.numThreads };
}

function pixelsOf(bitmap: ImageBitmap): ImageData {
  const [width, height] = fittedSize([bitmap.width, bitmap.height]);
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("This browser gives no canvas to read the picture from.");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}

async function encode(key: string, bitmap: ImageBitmap): Promise<Answers["encode"]> {
  if (!encoder) throw new Error("The model is not loaded.");
  const tensor = new ort.Tensor("float32", tensorOf(pixelsOf(bitmap)), [1, 3, SIDE, SIDE]);
  const began = performance.now();
  const answer = await encoder.run({ input: tensor });
  const ms = performance.now() - began;
  return { ms, keys: keep(key, answer["output"] as ort.Tensor) };
}

function keep(key: string, encoding: ort.Tensor): string[] {
  encodings.delete(key);
  encodings.set(key, encoding);
  for (const oldest of encodings.keys()) {
    if (encodings.size <= KEPT) break;
    encodings.get(oldest)?.dispose();
    encodings.delete(oldest);
  }
  return [...encodings.keys()];
}

async function decode(key: string, prompts: Prompts, size: WH): Promise<Answers["decode"]> {
  const encoding = encodings.get(key);
  if (!decoder || !encoding) throw new Error("This picture has not been looked at.");
  const began = performance.now();
  const { coords, labels } = promptInputs(prompts, size);
  const floats = (values: Float32Array, dims: number[]) => new ort.Tensor("float32", values, dims);
  const answer = await decoder.run({
    image_embeddings: encoding,
    point_coords: floats(coords, [1, labels.length, 2]),
    point_labels: floats(labels, [1, labels.length]),
    mask_input: floats(new Float32Array(MASK_SIDE * MASK_SIDE), [1, 1, MASK_SIDE, MASK_SIDE]),
    has_mask_input: floats(new Float32Array(1), [1]),
    // The small logits are used; what the model would enlarge itself is kept small, it costs time.
    orig_im_size: floats(Float32Array.of(MASK_SIDE, MASK_SIDE), [2]),
  });
  const logits = (answer["low_res_masks"] as ort.Tensor).data as Float32Array;
  const mask = maskOfLogits(logits, size);
  const score = ((answer["iou_predictions"] as ort.Tensor).data as Float32Array)[0] ?? 0;
  return { mask: mask && cleaned(mask, size), score, ms: performance.now() - began };
}

async function answerTo(ask: Ask): Promise<Answers[keyof Answers]> {
  switch (ask.type) {
    case "load":
      return load(ask.files, ask.encoder, ask.threads);
    case "encode":
      return encode(ask.key, ask.bitmap);
    case "put":
      return {
        keys: keep(ask.key, new ort.Tensor("float32", floatsOf(new Uint16Array(ask.half)), ENCODING)),
      };
    case "decode":
      return decode(ask.key, ask.prompts, ask.size);
  }
}

let last: Promise<unknown> = Promise.resolve();
self.onmessage = ({ data: { id, ask } }: MessageEvent<ToWorker>) => {
  last = last.then(async () => {
    try {
      tell({ id, answer: await answerTo(ask) });
    } catch (error) {
      tell({ id, error: error instanceof Error ? error.message : String(error) });
    }
  });
};
