/** The cut as promises; its worker starts with the first. */
import type { CutoutPixels } from "./cutout.ts";
import type { CutoutAnswer, CutoutAsk } from "./worker.ts";

export { AROUND, OBJECT, UNKNOWN } from "./cutout.ts";

/** 1 for each pixel of the object; null: none was found. `said`: what is known of each pixel. */
export type CutOut = (pixels: CutoutPixels, said: Uint8Array) => Promise<Uint8Array | null>;

export function workerCutOut(): CutOut {
  let worker: Worker | null = null;
  let count = 0;
  const waiting = new Map<
    number,
    { done: (inside: Uint8Array | null) => void; fail: (error: Error) => void }
  >();
  const begin = (): Worker => {
    const made = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "cutout" });
    made.onmessage = ({ data }: MessageEvent<CutoutAnswer>) => {
      waiting.get(data.id)?.done(data.inside);
      waiting.delete(data.id);
    };
    made.onerror = (event) => {
      event.preventDefault();
      for (const { fail } of waiting.values()) fail(new Error("It could not be cut out here."));
      waiting.clear();
      worker = null;
    };
    return made;
  };
  return (pixels, said) =>
    new Promise((done, fail) => {
      worker ??= begin();
      const id = (count += 1);
      waiting.set(id, { done, fail });
      worker.postMessage({ id, pixels, said } satisfies CutoutAsk);
    });
}
