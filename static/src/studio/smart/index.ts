/**
 * The segmenter of a page: `const smart = pageSegmenter();`, and for each item `itemPicture(id, size, thumbnail)`. The
 * model is fetched when a picture is first looked at, never before.
 */
import type { WH } from "../../lib/geometry.ts";
import { modelFiles, openWorker } from "./channel.ts";
import { SIDE } from "./prepare.ts";
import { remoteEncoding } from "./remote.ts";
import { Segmenter, type SmartPicture } from "./segmenter.ts";

export { Segmenter, SmartFailed, Superseded } from "./segmenter.ts";
export type { SmartPicture, SmartState } from "./segmenter.ts";

export function pageSegmenter(): Segmenter {
  return new Segmenter({
    open: openWorker,
    files: modelFiles,
    remote: remoteEncoding,
    memory: window.localStorage,
  });
}

/** `url`: the item's thumbnail without its size; a huge picture need not come whole for this. */
export function itemPicture(key: string, size: WH, url = `/api/v1/items/${key}/thumbnail/`): SmartPicture {
  return {
    key,
    size,
    bitmap: async () => {
      const response = await fetch(`${url}${url.includes("?") ? "&" : "?"}size=${SIDE}`);
      if (!response.ok) throw new Error(`the picture did not come: ${response.status}`);
      return createImageBitmap(await response.blob());
    },
  };
}
