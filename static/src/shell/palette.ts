/** The palette of Ctrl K: pages, things of the project and commands in one list. */
import type { Boot } from "../lib/boot.ts";
import { h, replace, uid } from "../lib/dom.ts";
import { icon } from "../ui/icons.ts";
import {
  goCommands,
  pageCommands,
  ranked,
  searched,
  thingCommands,
  type CommandEntry,
  type PaletteFor,
} from "./commands.ts";

const MOST = 60;
/** So long nothing is typed before the server is asked, and so much must stand there. */
const QUIET_MS = 200;
const LEAST = 2;

/** With `only`, what a page offers in that group and nothing else. */
export function openPalette(data: Boot, own: CommandEntry[], only?: PaletteFor): void {
  if (document.querySelector("dialog.palette")) return;
  const words = only?.words ?? "Search or run a command";
  const mine = (list: CommandEntry[]) => (only ? list.filter(({ group }) => group === only.group) : list);
  let entries = only ? mine(pageCommands()) : [...pageCommands(), ...goCommands(data), ...own];
  let shown: CommandEntry[] = [];
  let at = 0;
  /** What the server found for what is typed. */
  let found: CommandEntry[] = [];
  let request: AbortController | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listId = uid("palette");
  const input = h("input", {
    type: "text",
    placeholder: words,
    "aria-label": words,
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": listId,
    autocomplete: "off",
    spellcheck: "false",
  });
  const list = h("div", { class: "palette-list", role: "listbox", id: listId, "aria-label": "Results" });
  const dialog = h(
    "dialog",
    { class: "palette", "aria-label": only ? words : "Search and commands" },
    h("div", { class: "palette-input" }, icon("search"), input, h("kbd", null, "Esc")),
    list,
  );

  const choose = (entry: CommandEntry | undefined, event?: MouseEvent | KeyboardEvent) => {
    if (!entry) return;
    dialog.close();
    if (entry.href && (event?.ctrlKey || event?.metaKey)) window.open(entry.href, "_blank", "noopener");
    else if (entry.href) window.location.assign(entry.href);
    else void entry.run?.();
  };
  const mark = (index: number) => {
    at = shown.length ? (index + shown.length) % shown.length : 0;
    const options = list.querySelectorAll<HTMLElement>("[role=option]");
    options.forEach((option, i) => option.setAttribute("aria-selected", String(i === at)));
    const chosen = options[at];
    input.setAttribute("aria-activedescendant", chosen?.id ?? "");
    chosen?.scrollIntoView({ block: "nearest" });
  };
  const draw = () => {
    const typed = input.value.trim();
    shown = grouped(ranked(withFound(entries, found), typed).slice(0, MOST));
    let group = "";
    const rows: HTMLElement[] = [];
    shown.forEach((entry, i) => {
      if (entry.group && entry.group !== group) {
        group = entry.group;
        rows.push(h("div", { class: "menu-head", role: "presentation" }, group));
      }
      rows.push(
        h(
          "div",
          {
            class: "menu-item",
            role: "option",
            id: `${listId}-${i}`,
            onclick: (event) => choose(entry, event),
            onpointermove: () => at !== i && mark(i),
          },
          icon(entry.icon ?? "arrow-right"),
          h("span", { class: "clip" }, entry.label),
          entry.side && h("span", { class: "side" }, entry.side),
        ),
      );
    });
    replace(
      list,
      rows.length
        ? rows
        : h(
            "div",
            { class: "palette-none" },
            typed ? `Nothing is called “${typed}”.` : "There is nothing here.",
          ),
    );
    mark(0);
  };

  const ask = (): void => {
    clearTimeout(timer);
    request?.abort();
    const typed = input.value.trim();
    if (typed.length < LEAST) return;
    timer = setTimeout(() => {
      const { signal } = (request = new AbortController());
      void searched(typed, signal).then((hits) => {
        if (signal.aborted || !dialog.open || !hits.length) return;
        found = mine(hits);
        draw();
      });
    }, QUIET_MS);
  };

  input.addEventListener("input", () => {
    draw();
    ask();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") mark(at + 1);
    else if (event.key === "ArrowUp") mark(at - 1);
    else if (event.key === "Enter" && !event.isComposing) choose(shown[at], event);
    else if (event.key === "Escape") {
      // Taken out at once, so that the very next key is no longer typed into it.
      dialog.close();
      dialog.remove();
    } else return;
    event.preventDefault();
  });
  dialog.addEventListener("close", () => {
    clearTimeout(timer);
    request?.abort();
    dialog.remove();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  input.focus();
  draw();
  if (only) return;
  void thingCommands(data, (things) => {
    entries = [...entries, ...things];
    if (dialog.open) draw();
  });
}

/** What is at hand already is not said twice. */
function withFound(entries: CommandEntry[], found: CommandEntry[]): CommandEntry[] {
  const there = new Set(entries.map(({ group, label }) => `${group}\n${label}`));
  return [...entries, ...found.filter(({ group, label }) => !there.has(`${group}\n${label}`))];
}

/** Keeps the rank between groups (by their best entry) but puts each group's entries together. */
function grouped(entries: CommandEntry[]): CommandEntry[] {
  const groups = new Map<string, CommandEntry[]>();
  for (const entry of entries) {
    const key = entry.group ?? "";
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return [...groups.values()].flat();
}
