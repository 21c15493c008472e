/**
 * Ticks beside things of which there may be hundreds: the first few are shown, more are found by a part of the name.
 * What is ticked stays, at the top, whatever is searched for. Nothing moves while one ticks.
 */
import { h, replace, type Child } from "../../lib/dom.ts";
import { isAbort, messageOf } from "../../lib/http.ts";
import type { PickItem } from "../../ui/picker.ts";

export interface Found<T> {
  items: readonly T[];
  /** Whether there are others that would have been found. */
  more: boolean;
}
export interface TickSearchOptions<T extends PickItem> {
  /** Of the ticks as a group, "Labels". */
  label: string;
  id?: string;
  class: string;
  /** `text` is empty at first; what is found for it is shown without a search where it is all there is. */
  find: (text: string, signal: AbortSignal) => Promise<Found<T>> | Found<T>;
  chosen?: readonly T[];
  /** Made once for each; the tick is part of it. */
  row: (item: T, box: HTMLInputElement) => Child[];
  changed: () => void;
}
export interface TickSearch<T extends PickItem> {
  element: HTMLElement;
  /** Ticked, in the order they came. */
  chosen: () => T[];
  /** Other ones are ticked, and what is shown is asked for anew. */
  set: (chosen: readonly T[]) => void;
}
interface Row<T> {
  item: T;
  box: HTMLInputElement;
  cells: Child[];
}

export function createTickSearch<T extends PickItem>(options: TickSearchOptions<T>): TickSearch<T> {
  const rows = new Map<string, Row<T>>();
  let request: AbortController | null = null;
  const list = h("div", { class: options.class, role: "group", id: options.id, "aria-label": options.label });
  const told = h("p", { class: "hint", role: "status" });
  const input = h("input", {
    class: "input",
    type: "search",
    placeholder: "Find by a part of the name",
    "aria-label": `Find ${options.label.toLowerCase()}`,
    autocomplete: "off",
    hidden: true,
    oninput: () => void look(),
    onkeydown: (event: KeyboardEvent) => event.key === "Enter" && event.preventDefault(),
  });
  const chosen = () => [...rows.values()].filter(({ box }) => box.checked).map(({ item }) => item);

  function rowOf(item: T): Row<T> {
    const known = rows.get(item.id);
    if (known) return known;
    const box = h("input", { type: "checkbox", class: "checkbox", onchange: () => options.changed() });
    const made = { item, box, cells: options.row(item, box) };
    rows.set(item.id, made);
    return made;
  }
  function draw(found: Found<T>): void {
    const shown = found.items.map(rowOf);
    const rest = [...rows.values()].filter((row) => row.box.checked && !shown.includes(row));
    // Where all are in sight each keeps its place; else the ticked ones come first.
    const ordered = input.hidden
      ? shown
      : shown.sort((a, b) => Number(b.box.checked) - Number(a.box.checked));
    replace(list, [...rest, ...ordered].flatMap(({ cells }) => cells)); // prettier-ignore
    told.hidden = input.hidden;
    const others = found.more ? "There are more: type a part of the name." : "";
    told.textContent = found.items.length ? others : "Nothing found.";
  }
  async function look(): Promise<void> {
    request?.abort();
    request = new AbortController();
    const { signal } = request;
    const text = input.value.trim();
    try {
      const found = await options.find(text, signal);
      if (signal.aborted) return;
      if (found.more) input.hidden = false;
      draw(found);
    } catch (error) {
      if (isAbort(error)) return;
      told.hidden = false;
      told.textContent = messageOf(error);
    }
  }
  function set(next: readonly T[]): void {
    rows.clear();
    for (const item of next) rowOf(item).box.checked = true;
    input.hidden = true;
    input.value = "";
    draw({ items: next, more: false });
    void look();
  }
  const element = h("div", { class: "stack" }, input, list, told);
  set(options.chosen ?? []);
  return { element, chosen, set };
}
