/**
 * Keyboard shortcuts in scopes. The newest scope is asked first; what it does not know goes to the older ones.
 *
 *   const off = keys.scope("Labelling", [
 *     { keys: "1", label: "First label", run: () => choose(0) },
 *     { keys: ["ctrl+z", "u"], label: "Undo", run: undo },
 *   ]);
 *
 * Spelling: modifiers ctrl, shift, alt before a key by its name ("escape", "enter", "arrowleft", "space", "?", "k").
 * "ctrl" is also the Mac's command key. Keys are left alone while typing (unless `whileTyping`) and while a dialog is
 * open (unless `inDialog`). A run that answers `PASS` had no use for the key: the next scope is asked, and if nobody wants
 * it the browser gets it.
 */
import { isTyping } from "./dom.ts";

export const PASS = Symbol("pass");

export interface Shortcut {
  keys: string | string[];
  label: string;
  run: (event: KeyboardEvent) => unknown;
  whileTyping?: boolean;
  inDialog?: boolean;
  /** May repeat while held down. */
  repeat?: boolean;
  /** Left out of the help. */
  hidden?: boolean;
  when?: () => boolean;
}
interface Scope {
  name: string;
  shortcuts: Shortcut[];
}
export interface ShortcutHelp {
  scope: string;
  shortcuts: { keys: string[]; label: string }[];
}

const NAMES: Record<string, string> = { " ": "space", esc: "escape", return: "enter", plus: "+" };

function named(key: string): string {
  const lower = key.toLowerCase();
  return NAMES[lower] ?? lower;
}

/** "Shift+CTRL+k" -> "ctrl+shift+k": one spelling for look-ups. */
export function normalKeys(spec: string): string {
  const parts = spec === "+" ? ["+"] : spec.replace(/\+\+$/, "+plus").split("+");
  const key = named(parts.pop() ?? "");
  const held = new Set(parts.map((part) => (part.toLowerCase() === "cmd" ? "ctrl" : part.toLowerCase())));
  return [held.has("ctrl") && "ctrl", held.has("alt") && "alt", held.has("shift") && "shift", key]
    .filter(Boolean)
    .join("+");
}

/** What a key press is called. A sign that needs shift ("?") is named by the sign alone. */
export function keysOf(event: KeyboardEvent): string[] {
  const key = named(event.key);
  const held = [(event.ctrlKey || event.metaKey) && "ctrl", event.altKey && "alt"].filter(Boolean);
  const withShift = [...held, event.shiftKey && "shift", key].filter(Boolean).join("+");
  const isSign = event.key.length === 1 && event.key.toLowerCase() === event.key.toUpperCase();
  const place = letterByPlace(event);
  // What Shift makes of a digit differs from keyboard to keyboard.
  const digit = event.shiftKey ? /^Digit(\d)$/.exec(event.code)?.[1] : undefined;
  if (digit) return [[...held, key].join("+"), withShift, [...held, "shift", digit].join("+")];
  const byPlace = place ? [[...held, event.shiftKey && "shift", place].filter(Boolean).join("+")] : [];
  return isSign && event.shiftKey
    ? [[...held, key].join("+"), withShift, ...byPlace]
    : [withShift, ...byPlace];
}

/** Another alphabet, or what Alt makes of a letter on a Mac: such a key is also called by its place on the keyboard. */
function letterByPlace(event: KeyboardEvent): string | null {
  const foreign = event.key.length === 1 && event.key > "\u007f";
  return foreign ? (/^Key([A-Z])$/.exec(event.code)?.[1]?.toLowerCase() ?? null) : null;
}

/** For people: "ctrl+enter" -> "Ctrl ↵" */
export function shownKeys(spec: string): string {
  const signs: Record<string, string> = {
    ctrl: "Ctrl",
    shift: "⇧",
    alt: "Alt",
    enter: "↵",
    escape: "Esc",
    arrowleft: "←",
    arrowright: "→",
    arrowup: "↑",
    arrowdown: "↓",
    backspace: "⌫",
    delete: "Del",
    space: "Space",
    tab: "Tab",
  };
  const parts = normalKeys(spec).split(/\+(?!$)/);
  return parts.map((part) => signs[part] ?? part.charAt(0).toUpperCase() + part.slice(1)).join(" ");
}

function listOf(keys: string | string[]): string[] {
  return Array.isArray(keys) ? keys : [keys];
}

/** Arrows and their like move a focused slider or radio button: they are its own. */
function steersControl(event: KeyboardEvent): boolean {
  const { target } = event;
  return (
    target instanceof HTMLInputElement &&
    ["range", "radio"].includes(target.type) &&
    /^(Arrow\w+|Home|End|Page\w+)$/.test(event.key)
  );
}

export class Keys {
  private scopes: Scope[] = [];
  constructor(private readonly target: EventTarget = document) {
    target.addEventListener("keydown", this.handle);
  }

  scope(name: string, shortcuts: Shortcut[]): () => void {
    const scope = { name, shortcuts };
    this.scopes.push(scope);
    return () => {
      this.scopes = this.scopes.filter((one) => one !== scope);
    };
  }

  help(): ShortcutHelp[] {
    return [...this.scopes]
      .reverse()
      .map(({ name, shortcuts }) => ({
        scope: name,
        shortcuts: shortcuts
          .filter((one) => !one.hidden)
          .map(({ keys, label }) => ({ keys: listOf(keys).map(shownKeys), label })),
      }))
      .filter(({ shortcuts }) => shortcuts.length > 0);
  }

  dispose(): void {
    this.target.removeEventListener("keydown", this.handle);
  }

  private readonly handle = (raw: Event): void => {
    const event = raw as KeyboardEvent;
    if (event.defaultPrevented || event.isComposing) return;
    for (const found of this.candidates(event)) {
      let passed = false;
      try {
        passed = found.run(event) === PASS;
      } finally {
        if (!passed) event.preventDefault();
      }
      if (!passed) return;
    }
  };

  private candidates(event: KeyboardEvent): Shortcut[] {
    if (steersControl(event)) return [];
    const pressed = keysOf(event);
    const typing = isTyping(event.target);
    const dialog = document.querySelector("dialog[open]") !== null;
    return [...this.scopes]
      .reverse()
      .flatMap(({ shortcuts }) => shortcuts)
      .filter(
        (one) =>
          (!typing || one.whileTyping) &&
          (!dialog || one.inDialog) &&
          (!event.repeat || one.repeat) &&
          listOf(one.keys).some((spec) => pressed.includes(normalKeys(spec))) &&
          (one.when?.() ?? true),
      );
  }
}

export const keys = new Keys();
