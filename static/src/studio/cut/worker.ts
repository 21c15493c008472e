/** Cuts objects out beside the page, one after the other. */
import { cutOut, type CutoutPixels } from "./cutout.ts";

export interface CutoutAsk {
  readonly id: number;
  readonly pixels: CutoutPixels;
  readonly said: Uint8Array;
}
export interface CutoutAnswer {
  readonly id: number;
  readonly inside: Uint8Array | null;
}

self.onmessage = ({ data }: MessageEvent<CutoutAsk>) => {
  const inside = cutOut(data.pixels, data.said);
  self.postMessage({ id: data.id, inside } satisfies CutoutAnswer);
};
