/** Which annotations this person hid and locked: kept in the browser, so that a reload changes nothing. Pure but for its disk. */
import type { Cell } from "../../lib/store.ts";

type Marked = Cell<ReadonlySet<string>>;
export type MarkDisk = Pick<Storage, "getItem" | "setItem">;

/** Of each kind; the oldest go first. */
const MOST = 5000;

/** Fills the cells with what was kept of this person's and keeps what changes. */
export function rememberMarks(person: string, cells: Readonly<Record<string, Marked>>, disk: MarkDisk): void {
  for (const [name, cell] of Object.entries(cells)) {
    const key = `alp-studio-${name}-${person}`;
    const kept = read(disk, key);
    if (kept.length) cell.set(new Set(kept));
    let last = cell.value;
    cell.subscribe((now) => {
      if (now === last) return;
      last = now;
      write(disk, key, [...now].slice(-MOST));
    });
  }
}

function read(disk: MarkDisk, key: string): string[] {
  try {
    const found: unknown = JSON.parse(disk.getItem(key) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one === "string") : [];
  } catch {
    return []; // storage is shut, or holds something else
  }
}
function write(disk: MarkDisk, key: string, ids: string[]): void {
  try {
    disk.setItem(key, JSON.stringify(ids));
  } catch {
    // Storage is shut or full: it holds until the page is left.
  }
}
