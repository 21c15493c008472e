/**
 * Which boxes lie near a place: a grid of many sizes. Each box lies in one cell, by its middle, of the grid whose cells
 * are at least as large as it; so putting and taking are constant time, and a search looks half a cell further.
 */
import type { BoxXYXY } from "../../lib/geometry.ts";

interface Entry<T> {
  readonly id: string;
  readonly box: BoxXYXY;
  readonly value: T;
  readonly level: number;
  readonly cell: number;
}
/** Cells are counted from here, so that places left of and above the picture have one too. */
const ORIGIN = 2 ** 20;
const STRIDE = 2 ** 21;
const SMALLEST = 4;

const cellOf = (cx: number, cy: number) => (cx + ORIGIN) * STRIDE + cy + ORIGIN;

export function boxesTouch(a: BoxXYXY, b: BoxXYXY): boolean {
  return a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];
}

export class SpatialIndex<T> {
  private readonly entries = new Map<string, Entry<T>>();
  private readonly levels = new Map<number, Map<number, Set<Entry<T>>>>();

  get size(): number {
    return this.entries.size;
  }

  /** Puts it, or puts it elsewhere. */
  put(id: string, box: BoxXYXY, value: T): void {
    this.remove(id);
    const side = Math.max(box[2] - box[0], box[3] - box[1], SMALLEST);
    const level = Math.ceil(Math.log2(side));
    const unit = 2 ** level;
    const cell = cellOf(Math.floor((box[0] + box[2]) / 2 / unit), Math.floor((box[1] + box[3]) / 2 / unit));
    const entry = { id, box, value, level, cell };
    let cells = this.levels.get(level);
    if (!cells) this.levels.set(level, (cells = new Map<number, Set<Entry<T>>>()));
    const there = cells.get(cell);
    if (there) there.add(entry);
    else cells.set(cell, new Set([entry]));
    this.entries.set(id, entry);
  }

  remove(id: string): void {
    const entry = this.entries.get(id);
    if (!entry) return;
    this.entries.delete(id);
    const cells = this.levels.get(entry.level);
    const there = cells?.get(entry.cell);
    there?.delete(entry);
    if (there?.size === 0) cells?.delete(entry.cell);
    if (cells?.size === 0) this.levels.delete(entry.level);
  }

  clear(): void {
    this.entries.clear();
    this.levels.clear();
  }

  /** All whose box touches `box`, in no order. */
  query(box: BoxXYXY): T[] {
    const found: T[] = [];
    const look = (there: Iterable<Entry<T>>) => {
      for (const entry of there) if (boxesTouch(entry.box, box)) found.push(entry.value);
    };
    for (const [level, cells] of this.levels) {
      const unit = 2 ** level;
      const [x1, y1, x2, y2] = box.map((v, i) => Math.floor(v / unit + (i < 2 ? -0.5 : 0.5))) as [
        number,
        number,
        number,
        number,
      ];
      if ((x2 - x1 + 1) * (y2 - y1 + 1) > cells.size) for (const there of cells.values()) look(there);
      else
        for (let cx = x1; cx <= x2; cx++)
          for (let cy = y1; cy <= y2; cy++) {
            const there = cells.get(cellOf(cx, cy));
            if (there) look(there);
          }
    }
    return found;
  }
}
