/** The arithmetic of a picture cut into tiles: which level for a zoom, which tiles for what is in sight. No DOM. */
import { boxIntersection, type BoxXYXY, type XY } from "../../lib/geometry.ts";

export interface PyramidLevel {
  /** 1 is the picture itself, 0.5 its half. */
  readonly scale: number;
  readonly columns: number;
  readonly rows: number;
}
export interface Pyramid {
  readonly width: number;
  readonly height: number;
  /** Pixels of a tile's side; those at the right and lower edge are smaller. */
  readonly tile: number;
  /** Coarsest first; the first is one tile. */
  readonly levels: readonly PyramidLevel[];
}
export interface TilePlace {
  readonly level: number;
  readonly column: number;
  readonly row: number;
}

/** A level is stretched by at most this before the next finer one is taken. */
const STRETCH = 1.1;

/** The coarsest level that looks sharp; `scale` in device pixels per image pixel. */
export function levelFor({ levels }: Pyramid, scale: number): number {
  const found = levels.findIndex((level) => level.scale * STRETCH >= scale);
  return found < 0 ? levels.length - 1 : found;
}

/** What part of the image a tile shows. */
export function tileBox(
  { width, height, tile, levels }: Pyramid,
  { level, column, row }: TilePlace,
): BoxXYXY {
  const side = tile / (levels[level] as PyramidLevel).scale;
  return [
    column * side,
    row * side,
    Math.min((column + 1) * side, width),
    Math.min((row + 1) * side, height),
  ];
}

/** The tiles of a level that touch a box of the image, from its middle outwards. */
export function tilesIn(pyramid: Pyramid, level: number, box: BoxXYXY): TilePlace[] {
  const seen = boxIntersection(box, [0, 0, pyramid.width, pyramid.height]);
  const { scale, columns, rows } = pyramid.levels[level] as PyramidLevel;
  if (!seen) return [];
  const side = pyramid.tile / scale;
  const [left, top] = [Math.floor(seen[0] / side), Math.floor(seen[1] / side)];
  const [right, bottom] = [
    Math.min(columns, Math.ceil(seen[2] / side)),
    Math.min(rows, Math.ceil(seen[3] / side)),
  ];
  const places: TilePlace[] = [];
  for (let row = top; row < bottom; row++)
    for (let column = left; column < right; column++) places.push({ level, column, row });
  const middle: XY = [(box[0] + box[2]) / 2 / side - 0.5, (box[1] + box[3]) / 2 / side - 0.5];
  const away = ({ column, row }: TilePlace) => Math.hypot(column - middle[0], row - middle[1]);
  return places.sort((a, b) => away(a) - away(b));
}

export function keyOf({ level, column, row }: TilePlace): string {
  return `${level}/${column}/${row}`;
}
