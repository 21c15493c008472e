/** A huge picture's tiles from the server: how it is cut, the coarse picture, and each tile when it is in sight. */
import { api } from "../../lib/http.ts";
import type { Schema } from "../../lib/client.ts";
import { keyOf, type TilePlace } from "../render/pyramid.ts";
import { TileSource } from "../render/tiles.ts";

type Facts = Schema<"Tiles">;

/** While the server cuts them; each time half as long again, up to the last. */
const ASK_AGAIN_MS = [400, 600, 900, 1400, 2000, 3000];
/** On the page's timeline: the picture in sight is drawn as sharp as it gets. */
export function markSharp(): void {
  performance.mark("alp:picture-sharp");
}

/** Where a tiled picture is: its tiles, all of it reduced to what browsers show at once, and small. */
export interface TiledRef {
  tiles: string;
  url: string;
  small: string;
}
/** What is fetched ahead of time of a tiled picture: little. */
export interface TiledPicture {
  readonly ref: TiledRef;
  readonly facts: Facts;
  readonly base: HTMLImageElement;
}

export async function tiledPicture(ref: TiledRef): Promise<TiledPicture> {
  const facts = await api.get<Facts>(ref.tiles);
  const waiting = facts.error ? ref.url : ref.small;
  return { ref, facts, base: await decoded(facts.ready ? addressOf(ref, facts, COARSEST) : waiting) };
}

/** A source that fetches what is in sight; once disposed of, make another. */
export function tileSource({ ref, facts, base }: TiledPicture): TileSource {
  const source = new TileSource({
    pyramid: facts,
    base,
    load: (place, signal) => bitmapAt(addressOf(ref, facts, place), signal),
  });
  source.onSharp = markSharp;
  if (facts.ready) source.begin();
  else if (!facts.error) void beginWhenReady(ref, source);
  return source;
}

const COARSEST: TilePlace = { level: 0, column: 0, row: 0 };

function addressOf({ tiles }: TiledRef, { version }: Facts, place: TilePlace): string {
  return `${tiles}${keyOf(place)}/?v=${version}`;
}

export async function decoded(url: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.decoding = "async";
  image.src = url;
  await image.decode();
  return image;
}

async function bitmapAt(url: string, signal: AbortSignal): Promise<ImageBitmap> {
  const response = await fetch(url, { signal, credentials: "same-origin" });
  if (response.status !== 200) throw new Error(`Tile: ${response.status}`);
  return createImageBitmap(await response.blob());
}

async function beginWhenReady(ref: TiledRef, source: TileSource): Promise<void> {
  for (let turn = 0; !source.disposed; turn++) {
    const wait = ASK_AGAIN_MS[Math.min(turn, ASK_AGAIN_MS.length - 1)] as number;
    await new Promise((done) => setTimeout(done, wait));
    try {
      const { ready, error } = await api.get<Facts>(ref.tiles);
      if (error) source.show(await decoded(ref.url)); // the reduced picture is all there is
      if (ready) source.begin();
      if (ready || error) return;
    } catch {
      // The server cannot be reached just now.
    }
  }
}
