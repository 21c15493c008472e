/**
 * Pictures ahead of time: the next few are fetched and decoded while the person looks at this one; of huge ones, which
 * come as tiles, only how they are cut and the coarse picture.
 */
import type { TileSource } from "../render/tiles.ts";
import type { ImageSource } from "../render/types.ts";
import { decoded, tiledPicture, tileSource, type TiledPicture } from "./tiles.ts";

export interface PictureRef {
  id: string;
  /** In a kind that browsers show; reduced where the picture has tiles. */
  url: string;
  /** Where its tiles are, if it is shown as such. */
  tiles?: string | null | undefined;
  /** A small picture, which the server has made when the file came. */
  small: string;
}

const KEPT = 12;

interface Ahead {
  readonly picture: Promise<HTMLImageElement | TiledPicture>;
  /** The one that is, or was last, shown. */
  source?: TileSource;
}

export class Pictures {
  private readonly loading = new Map<string, Ahead>();

  /** To be shown: a bitmap, or a source of tiles, the same one until it is disposed of. */
  async get(ref: PictureRef): Promise<HTMLImageElement | ImageSource> {
    const known = this.load(ref);
    const picture = await known.picture;
    if (picture instanceof HTMLImageElement) return picture;
    if (!known.source || known.source.disposed) known.source = tileSource(picture);
    return known.source;
  }

  ahead(refs: readonly PictureRef[]): void {
    for (const ref of refs) this.load(ref).picture.catch(() => undefined); // shown when it is its turn
  }

  private load(ref: PictureRef): Ahead {
    const known = this.loading.get(ref.id) ?? this.begin(ref);
    // Asked for again: to the young end, so that it is not the next to go.
    this.loading.delete(ref.id);
    this.loading.set(ref.id, known);
    while (this.loading.size > KEPT) this.loading.delete(this.loading.keys().next().value as string);
    return known;
  }

  private begin(ref: PictureRef): Ahead {
    const picture = ref.tiles ? tiledPicture({ ...ref, tiles: ref.tiles }) : decoded(ref.url);
    picture.catch(() => this.loading.delete(ref.id));
    return { picture };
  }
}
