/** What the page and the worker that runs the model say to each other. */
import type { WH } from "../../lib/geometry.ts";
import type { MaskGeometry } from "../shapes/_rle.ts";
import type { Prompts } from "./prepare.ts";

/** Where the worker finds the model's two halves, and the runtime. */
export interface ModelFiles {
  readonly encoder: string;
  readonly decoder: string;
  readonly runtime: string;
  readonly wasm: string;
}
export type Ask =
  | {
      readonly type: "load";
      readonly files: ModelFiles;
      readonly encoder: boolean;
      readonly threads?: number;
    }
  | { readonly type: "encode"; readonly key: string; readonly bitmap: ImageBitmap }
  /** An encoding made elsewhere: (256, 64, 64) float16. */
  | { readonly type: "put"; readonly key: string; readonly half: ArrayBuffer }
  | { readonly type: "decode"; readonly key: string; readonly prompts: Prompts; readonly size: WH };
export interface Answers {
  load: { threads: number };
  /** `keys`: pictures whose encodings are kept now. */
  encode: { ms: number; keys: string[] };
  put: { keys: string[] };
  /** `score`: how sure the model is, about 0 to 1. */
  decode: { mask: MaskGeometry | null; score: number; ms: number };
}
export type AnswerTo<A extends Ask> = Answers[A["type"]];

export type ToWorker = { readonly id: number; readonly ask: Ask };
export type FromWorker =
  | { readonly id: number; readonly answer: Answers[keyof Answers] }
  | { readonly id: number; readonly error: string }
  /** Share of the model's bytes that are here. */
  | { readonly loaded: number };
