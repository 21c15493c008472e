/**
 * What `?` opens: every shortcut by scope, found by words or by pressing keys, and changed by pressing others. Digits are
 * the labels'; a key that is taken is given away only when asked for.
 */
import { h, replace, type Child } from "../../lib/dom.ts";
import { keysOf, shownKeys } from "../../lib/keys.ts";
import { confirmDialog, openDialog, type DialogHandle } from "../../ui/dialog.ts";
import { icon } from "../../ui/icons.ts";
import type { KeyedLabel } from "../state/labels.ts";
import type { ShortcutDef } from "../tools/shortcut-list.ts";
import { ShortcutTaken, type Conflict, type Shortcuts } from "../tools/shortcuts.ts";
import "./shortcuts.css";

export interface ShortcutsOptions {
  readonly shortcuts: Shortcuts;
  readonly labels: readonly KeyedLabel[];
}

const HELD = new Set(["Control", "Shift", "Alt", "Meta", "AltGraph", "CapsLock", "Dead"]);

/** The shortcuts a search means: its words are in the title, the scope, or the keys as people read them. */
export function found(list: readonly ShortcutDef[], text: string): ShortcutDef[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return list.filter(({ title, scope, keys }) => {
    const read = [title, scope, ...keys, ...keys.map(shownKeys)].join(" ").toLowerCase();
    return words.every((word) => read.includes(word));
  });
}

export class ShortcutsPage {
  readonly element: HTMLElement;
  private readonly search: HTMLInputElement;
  private readonly list = h("div", { class: "shortcut-list" });
  private readonly said = h("p", { class: "hint", role: "status" });
  /** Whose keys are being pressed now. */
  private asking: string | null = null;

  constructor(private readonly options: ShortcutsOptions) {
    this.search = h("input", {
      class: "input",
      type: "search",
      placeholder: "Search: zoom, polygon, ctrl…",
      "aria-label": "Search shortcuts",
      autocomplete: "off",
      autofocus: true,
      oninput: () => this.draw(),
    });
    const restore = h(
      "button",
      { type: "button", class: "btn", onclick: () => void this.restoreAll() },
      icon("retry"),
      "Restore defaults",
    );
    this.element = h(
      "div",
      { class: "shortcuts" },
      h("div", { class: "row" }, this.search, restore),
      this.said,
      this.list,
    );
    // Asked before the dialog and the page hear of the key.
    this.element.addEventListener("keydown", (event) => this.pressed(event), { capture: true });
    this.draw();
  }

  private draw(): void {
    const { shortcuts, labels } = this.options;
    const here = shortcuts.all().filter(({ id }) => shortcuts.isInForce(id));
    const list = found(here, this.search.value);
    const scopes = [...new Set(list.map(({ scope }) => scope))];
    const digits = labels.filter(({ digit }) => digit);
    const wanted = this.search.value.toLowerCase();
    const named = digits.filter(({ name, digit }) =>
      `${name} ${digit} labels`.toLowerCase().includes(wanted),
    );
    replace(
      this.list,
      named.length > 0 && [h("h3", null, "Labels"), named.map((label) => this.labelRow(label))],
      scopes.map((scope) => [
        h("h3", null, scope),
        list.filter((one) => one.scope === scope).map((one) => this.row(one)),
      ]),
      !list.length && !named.length && h("p", { class: "muted" }, "No shortcut matches."),
    );
  }
  private labelRow({ name, digit }: KeyedLabel): HTMLElement {
    return h(
      "div",
      { class: "shortcut" },
      h("span", { class: "clip" }, name),
      h("span", { class: "shortcut-keys" }, h("kbd", null, digit)),
    );
  }
  private row({ id, title, keys }: ShortcutDef): HTMLElement {
    const { shortcuts } = this.options;
    const asking = this.asking === id;
    const shown: Child = asking
      ? h("span", { class: "shortcut-press" }, "Press keys, Esc leaves it")
      : keys.length
        ? keys.map((one) => h("kbd", null, shownKeys(one)))
        : h("span", { class: "hint" }, "none");
    return h(
      "div",
      { class: ["shortcut", asking && "asking"], dataset: { id } },
      h("span", { class: "clip" }, title),
      h("span", { class: "shortcut-keys" }, shown),
      h(
        "button",
        {
          type: "button",
          class: "btn btn-ghost btn-square",
          "aria-label": `Change keys of “${title}”`,
          title: "Change",
          dataset: { change: id },
          onclick: () => this.ask(id),
        },
        icon("edit", "sm"),
      ),
      h(
        "button",
        {
          type: "button",
          class: "btn btn-ghost btn-square",
          "aria-label": keys.length ? `Take the keys of “${title}” away` : `“${title}” has no keys`,
          title: "No key",
          disabled: !keys.length,
          onclick: () => this.bind(id, []),
        },
        icon("close", "sm"),
      ),
      h(
        "button",
        {
          type: "button",
          class: "btn btn-ghost btn-square",
          "aria-label": `Default keys of “${title}”`,
          title: "Default",
          disabled: !shortcuts.isChanged(id),
          onclick: () => this.restore(id),
        },
        icon("undo", "sm"),
      ),
    );
  }

  // ---- changing

  private ask(id: string): void {
    this.asking = this.asking === id ? null : id;
    this.draw();
    this.say(this.asking ? "Press the new keys." : "");
    this.focus(id);
  }
  private pressed(event: KeyboardEvent): void {
    const { asking } = this;
    if (!asking || HELD.has(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    this.asking = null;
    if (event.key === "Escape" && !event.ctrlKey && !event.altKey && !event.shiftKey) {
      this.draw();
      this.say("");
    } else {
      const [keys] = keysOf(event);
      if (keys) this.bind(asking, [keys]);
    }
    this.focus(asking);
  }
  private bind(id: string, keys: readonly string[]): void {
    const { shortcuts } = this.options;
    const covers = shortcuts.conflicts(id, keys).filter(({ kind }) => kind === "covers");
    try {
      shortcuts.rebind(id, keys);
      this.draw();
      this.say(covers.length ? covers.map(({ message }) => message).join(" ") : "Kept for you.");
    } catch (error) {
      if (!(error instanceof ShortcutTaken)) throw error;
      this.draw();
      this.taken(error.conflicts, id, keys);
    }
  }
  private taken(conflicts: readonly Conflict[], id: string, keys: readonly string[]): void {
    const words = conflicts.map(({ message }) => message).join(" ");
    const movable = conflicts.every(({ other }) => other !== null);
    const take = () => {
      this.options.shortcuts.rebind(id, keys, true);
      this.draw();
      this.say("Kept for you.");
      this.focus(id);
    };
    this.say(
      words,
      movable ? h("button", { type: "button", class: "btn", onclick: take }, "Use it here instead") : null,
    );
  }
  private restore(id: string): void {
    try {
      this.options.shortcuts.restore(id);
      this.draw();
      this.say("Back to its default.");
    } catch (error) {
      if (!(error instanceof ShortcutTaken)) throw error;
      this.say(error.message);
    }
    this.focus(id);
  }
  private async restoreAll(): Promise<void> {
    const sure = await confirmDialog({
      title: "Restore all default keys?",
      text: "What you changed is forgotten.",
      confirm: "Restore",
    });
    if (!sure) return;
    this.options.shortcuts.restore();
    this.draw();
    this.say("All are back to their defaults.");
  }
  private say(text: string, act: Child = null): void {
    replace(this.said, text, act);
  }
  private focus(id: string): void {
    const buttons = [...this.list.querySelectorAll<HTMLElement>("[data-change]")];
    buttons.find(({ dataset }) => dataset["change"] === id)?.focus();
  }
}

export function openShortcuts(options: ShortcutsOptions): DialogHandle {
  return openDialog({ title: "Keyboard shortcuts", wide: true, body: new ShortcutsPage(options).element });
}
