/** What a person set in the studio last time, and keeping it when it changes. */
import { Cell } from "../../lib/store.ts";
import type { Prefs } from "../io/prefs.ts";

/** A cell with what a person set last time, kept when it changes. */
export function remembered<T>(prefs: Prefs, name: string, plain: T): Cell<T> {
  const cell = new Cell(plain);
  remember(prefs, name, cell, plain);
  return cell;
}
export function remember<T>(prefs: Prefs, name: string, cell: Cell<T>, plain: T): void {
  const kept = prefs.get(name);
  if (typeof plain !== "object" && typeof kept === typeof plain) cell.set(kept as T);
  else if (typeof plain === "object" && typeof kept === "object" && kept !== null)
    cell.set({ ...plain, ...kept });
  let first = true;
  cell.subscribe((value) => {
    if (!first) prefs.set(name, value);
    first = false;
  });
}
