/**
 * Choosing one thing out of many by typing: a combobox over an API list or a fixed one.
 *
 *   const picker = createPicker({ label: "Dataset", load: async (text) => (await api.list<NamedRef>(url, { query: { q: text } })).items,
 *                                 value: dataset, onChange: (dataset) => … });
 */
import { h, replace, uid, type Child } from "../lib/dom.ts";
import { isAbort, messageOf } from "../lib/http.ts";
import { icon } from "./icons.ts";

export interface PickItem {
  id: string;
  name: string;
}
export interface PickerOptions<T extends PickItem> {
  label: string;
  load: (text: string, signal: AbortSignal) => Promise<T[]> | T[];
  value?: T | null;
  onChange?: (value: T | null) => void;
  /** What stands at the right of a name. */
  side?: (item: T) => Child;
  placeholder?: string;
  /** May be emptied. */
  optional?: boolean;
  id?: string;
}
export interface Picker<T extends PickItem> {
  element: HTMLElement;
  input: HTMLInputElement;
  value: () => T | null;
  set: (value: T | null) => void;
}

export function createPicker<T extends PickItem>(options: PickerOptions<T>): Picker<T> {
  let value: T | null = options.value ?? null;
  let items: T[] = [];
  let at = -1;
  let request: AbortController | null = null;
  const listId = uid("picker");
  const input = h("input", {
    class: "input",
    id: options.id,
    role: "combobox",
    "aria-label": options.id ? undefined : options.label,
    "aria-expanded": "false",
    "aria-autocomplete": "list",
    "aria-controls": listId,
    autocomplete: "off",
    spellcheck: "false",
    placeholder: options.placeholder ?? "Choose…",
    value: value?.name ?? "",
  });
  const list = h("div", {
    class: "menu-pop picker-list",
    id: listId,
    role: "listbox",
    "aria-label": options.label,
    hidden: true,
  });
  const element = h("div", { class: "picker" }, input, list);

  const isOpen = () => !list.hidden;
  const close = () => {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (item: T | null) => {
    const changed = item?.id !== value?.id;
    value = item;
    input.value = item?.name ?? "";
    close();
    if (changed) options.onChange?.(item);
  };
  const mark = (index: number) => {
    if (!items.length) return;
    at = (index + items.length) % items.length;
    list
      .querySelectorAll("[role=option]")
      .forEach((option, i) => option.setAttribute("aria-selected", String(i === at)));
    input.setAttribute("aria-activedescendant", `${listId}-${at}`);
    list.querySelector(`[id="${listId}-${at}"]`)?.scrollIntoView({ block: "nearest" });
  };
  const draw = () => {
    const options_ = items.map((item, i) =>
      h(
        "div",
        {
          class: "menu-item",
          role: "option",
          id: `${listId}-${i}`,
          "aria-selected": "false",
          onpointerdown: (event) => {
            event.preventDefault();
            choose(item);
          },
        },
        h("span", { class: "clip" }, item.name),
        options.side && h("span", { class: "side" }, options.side(item)),
        item.id === value?.id && icon("check", "sm"),
      ),
    );
    replace(list, options_.length ? options_ : h("div", { class: "menu-head" }, "Nothing found"));
    place();
  };
  const place = () => {
    const box = input.getBoundingClientRect();
    list.style.setProperty("left", `${box.left}px`);
    list.style.setProperty("top", `${box.bottom + 2}px`);
    list.style.setProperty("width", `${box.width}px`);
  };
  const open = async (text: string) => {
    request?.abort();
    request = new AbortController();
    const { signal } = request;
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    place();
    try {
      const found = await options.load(text, signal);
      if (signal.aborted || !isOpen()) return;
      items = found;
      at = -1;
      draw();
    } catch (error) {
      if (isAbort(error)) return;
      items = [];
      replace(list, h("div", { class: "menu-head" }, messageOf(error)));
    }
  };

  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", () => void (isOpen() || open("")));
  input.addEventListener("input", () => void open(input.value.trim()));
  input.addEventListener("blur", () => {
    close();
    if (options.optional && !input.value.trim()) choose(null);
    else input.value = value?.name ?? "";
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen()) void open("");
      else mark(event.key === "ArrowDown" ? at + 1 : at < 0 ? -1 : at - 1);
    } else if (event.key === "Enter" && isOpen()) {
      event.preventDefault();
      const item = items[at] ?? items[0];
      if (item) choose(item);
    } else if (event.key === "Escape" && isOpen()) {
      event.preventDefault();
      event.stopPropagation();
      input.value = value?.name ?? "";
      close();
    }
  });
  return {
    element,
    input,
    value: () => value,
    set: (item) => {
      value = item;
      input.value = item?.name ?? "";
    },
  };
}

/** Filters a fixed list by what was typed. */
export function fixedItems<T extends PickItem>(all: readonly T[]): (text: string) => T[] {
  return (text) => all.filter((item) => item.name.toLowerCase().includes(text.toLowerCase()));
}
