/**
 * The studio's shortcuts as data. Bare digits are labels and nothing else may have them. Three layers: `drawing` (what
 * the tool in hand uses) and `selection` (while something is selected with the select tool) lie over everything else and
 * may use a key again; within a layer no key has two meanings.
 */
import { normalKeys, shownKeys, PASS, type Keys, type Shortcut } from "../../lib/keys.ts";
import { Cell, type Unsubscribe } from "../../lib/store.ts";
import type { Tool } from "./_tool.ts";

export type Layer = "drawing" | "selection" | "everywhere";
export interface ShortcutDef {
  readonly id: string;
  /** The heading it stands under in `?` and in the settings. */
  readonly scope: string;
  readonly layer: Layer;
  readonly title: string;
  readonly keys: readonly string[];
  readonly repeat?: boolean;
  readonly whileTyping?: boolean;
}

/** In the order they are asked. */
const LAYERS: readonly Layer[] = ["drawing", "selection", "everywhere"];
type Row = [id: string, title: string, ...keys: string[]];
interface More {
  layer?: Layer;
  repeat?: boolean;
}

function rows(scope: string, more: More, list: readonly Row[]): ShortcutDef[] {
  return list.map(([id, title, ...keys]) => ({ id, scope, title, keys, layer: "everywhere", ...more }));
}
const arrow = (name: string) => [`arrow${name}`, `shift+arrow${name}`, `ctrl+arrow${name}`];

const DRAWING: ShortcutDef[] = [
  ...rows("Drawing", { layer: "drawing", repeat: true }, [
    ["draw.left", "Cross or selection to the left", ...arrow("left")],
    ["draw.right", "Cross or selection to the right", ...arrow("right")],
    ["draw.up", "Cross or selection up", ...arrow("up")],
    ["draw.down", "Cross or selection down", ...arrow("down")],
    ["draw.smaller", "Smaller brush, less tolerance", "["],
    ["draw.larger", "Larger brush, more tolerance", "]"],
    ["draw.back", "Take the last point back", "backspace"],
  ]),
  ...rows("Drawing", { layer: "drawing" }, [
    ["draw.place", "Set a point at the cross", "space", "shift+space"],
    ["draw.finish", "Finish the shape", "enter"],
    ["draw.cancel", "Drop the shape", "escape"],
    ["draw.occluded", "Keypoint is occluded", "q"],
    ["draw.skip", "Skip the keypoint", "s"],
  ]),
];

const SELECTION: ShortcutDef[] = [
  ...rows("Selection", { layer: "selection", repeat: true }, [
    ["select.handle.next", "Next handle, for arrows to move", "."],
    ["select.handle.previous", "Previous handle", ","],
    ["select.forward", "One step to the front", "]"],
    ["select.backward", "One step to the back", "["],
  ]),
  ...rows("Selection", { layer: "selection" }, [
    ["select.delete", "Delete (a held vertex, or the selection)", "delete", "backspace"],
    ["select.delete.force", "Delete, locked ones too", "shift+delete"],
    ["select.lock", "Lock or unlock", "l", "alt+l"],
    ["select.hide", "Hide or show", "h", "alt+h"],
    ["select.group", "Group, or take the group apart", "g"],
    ["select.occluded", "Occluded or visible", "q"],
    ["select.front", "To the front", "ctrl+]"],
    ["select.back", "To the back", "ctrl+["],
    ["select.join", "Join into one", "j"],
    ["select.split", "Split into its parts", "shift+j"],
    ["select.simplify", "Simplify the outline", "shift+s"],
    ["select.fill", "Fill holes", "shift+f"],
    ["select.convert.box", "Convert to box", "alt+r"],
    ["select.convert.polygon", "Convert to polygon", "alt+p"],
    ["select.convert.mask", "Convert to mask", "alt+b"],
    ["select.none", "Select nothing", "escape"],
  ]),
];

const EVERYWHERE: ShortcutDef[] = [
  ...rows("Edit", {}, [
    ["edit.undo", "Undo", "ctrl+z"],
    ["edit.redo", "Redo", "ctrl+shift+z", "ctrl+y"],
    ["edit.copy", "Copy", "ctrl+c"],
    ["edit.cut", "Cut", "ctrl+x"],
    ["edit.paste", "Paste, on any picture", "ctrl+v"],
    ["edit.duplicate", "Duplicate", "ctrl+d"],
    ["edit.propagate", "Copy to the next picture", "ctrl+b"],
    ["edit.all", "Select all", "ctrl+a"],
    ["edit.delete.all", "Delete all", "ctrl+backspace"],
    ["edit.lock.all", "Lock or unlock all", "shift+l"],
    ["edit.hide.all", "Hide or show all", "shift+h"],
    ["edit.again", "Finish, or draw with the last tool again", "n"],
    ["edit.cancel", "Put the tool down", "escape"],
  ]),
  ...rows("Edit", { repeat: true }, [
    ["edit.next", "Next object", "tab", "alt+."],
    ["edit.previous", "Previous object", "shift+tab", "alt+,"],
  ]),
  ...rows("Work", {}, [
    ["work.submit", "Submit", "ctrl+enter"],
    ["work.skip", "Skip", "ctrl+space"],
    ["work.discard", "Discard: cannot be labelled", "shift+d"],
    ["work.save", "Save now", "ctrl+s"],
    ["work.settings", "Settings", "f2"],
  ]),
  ...rows("Work", { repeat: true }, [
    ["work.next", "Next picture", "f", "arrowright"],
    ["work.previous", "Previous picture", "d", "arrowleft"],
    ["work.next.match", "Next picture that matches the filter", "shift+arrowright"],
    ["work.previous.match", "Previous picture that matches the filter", "shift+arrowleft"],
  ]),
  ...rows("Review", {}, [
    ["review.accept", "Accept", "a"],
    ["review.reject", "Reject with issues", "x"],
    ["review.unsure", "Unsure", "u"],
    ["review.issue", "New issue", "i"],
    ["review.issue.next", "Next issue", "shift+n"],
  ]),
  ...rows("Suggestions", {}, [
    ["suggest.accept", "Accept the suggestion", "y"],
    ["suggest.accept.all", "Accept all above the threshold", "shift+y"],
    ["suggest.reject", "Reject the suggestion", "shift+x"],
  ]),
  ...rows("Picture", { repeat: true }, [
    ["view.in", "Zoom in", "+", "="],
    ["view.out", "Zoom out", "-"],
  ]),
  ...rows("Picture", {}, [
    ["view.fit", "Fit the picture", "z", "home"],
    ["view.one", "One to one", "shift+z"],
    ["view.rotate", "Rotate the view", "ctrl+alt+r"],
    ["view.labels", "Show or hide labels", "t"],
    ["view.snap", "Snap on or off", "shift+c"],
  ]),
];

/** All of them: the tools' own keys come from the tools. */
export function defaultShortcuts(tools: readonly Tool[]): ShortcutDef[] {
  const forTools = tools.map(({ id, title, keys }): Row => [`tool.${id}`, title, ...keys]);
  return [...DRAWING, ...SELECTION, ...rows("Tools", {}, forTools), ...EVERYWHERE];
}

export interface Conflict {
  readonly kind: "digit" | "taken" | "covers";
  readonly keys: string;
  /** Whose key it is; null for digits. */
  readonly other: ShortcutDef | null;
  /** For people. `covers` is allowed, the others are not. */
  readonly message: string;
}
export type Overrides = Readonly<Record<string, readonly string[]>>;
export type Handler = (event: KeyboardEvent) => unknown;
export class ShortcutTaken extends Error {
  constructor(readonly conflicts: readonly Conflict[]) {
    super(conflicts.map(({ message }) => message).join(" "));
  }
}

const RESERVED = /^(shift\+)?[0-9]$/;
/** Keys that browsers keep for themselves: a page never hears of them. */
const BROWSERS = new Set([
  "ctrl+w",
  "ctrl+t",
  "ctrl+n",
  "ctrl+shift+n",
  "ctrl+shift+t",
  "ctrl+shift+w",
  "f11",
]);

/** A person's shortcuts: the defaults with what they changed. */
export class Shortcuts {
  /** Rings on every change. */
  readonly changed = new Cell(0);
  private readonly byId: ReadonlyMap<string, ShortcutDef>;
  private overrides: Overrides;

  constructor(
    private readonly defaults: readonly ShortcutDef[],
    stored: unknown = {},
    /** Keeps what was changed; called with all of it. */
    private readonly save: (overrides: Overrides) => void = () => undefined,
  ) {
    this.byId = new Map(defaults.map((one) => [one.id, one]));
    this.overrides = this.understood(stored);
  }

  /** With the person's keys. */
  all(): ShortcutDef[] {
    return this.defaults.map((one) => ({ ...one, keys: this.keysFor(one.id) }));
  }
  keysFor(id: string): readonly string[] {
    return this.overrides[id] ?? this.known(id).keys;
  }
  /** "Ctrl D", for a button's tip; "" when it has no key. */
  shown(id: string): string {
    const [first] = this.keysFor(id);
    return first ? shownKeys(first) : "";
  }
  isChanged(id: string): boolean {
    return id in this.overrides;
  }

  /** What stands against giving these keys to that shortcut. */
  conflicts(id: string, keys: readonly string[]): Conflict[] {
    const def = this.known(id);
    return keys.map(normalKeys).flatMap((spec) => {
      const shown = shownKeys(spec);
      if (RESERVED.test(spec))
        return [{ kind: "digit", keys: spec, other: null, message: `${shown} is kept for labels.` } as const];
      if (BROWSERS.has(spec))
        return [
          { kind: "taken", keys: spec, other: null, message: `${shown} belongs to the browser.` } as const,
        ];
      return this.all()
        .filter((other) => other.id !== id && other.keys.map(normalKeys).includes(spec))
        .flatMap((other): Conflict[] => {
          const same = other.layer === def.layer;
          // The layers above pass on what they have no use for, so a key may be used again there.
          const message = same
            ? `${shown} is already “${other.title}”.`
            : `${shown} is also “${other.title}” (${other.scope.toLowerCase()}): the one in use comes first.`;
          return [{ kind: same ? "taken" : "covers", keys: spec, other, message }];
        });
    });
  }

  /** Gives a shortcut other keys (none: it has no key). Throws ShortcutTaken, unless `takeOver` frees the keys first. */
  rebind(id: string, keys: readonly string[], takeOver = false): void {
    const wanted = keys.map(normalKeys);
    const against = this.conflicts(id, wanted).filter(({ kind }) => kind !== "covers");
    const hard = against.filter(({ other }) => other === null);
    if (hard.length || (against.length && !takeOver)) throw new ShortcutTaken(hard.length ? hard : against);
    const next: Record<string, readonly string[]> = { ...this.overrides, [id]: wanted };
    for (const { other } of against)
      if (other)
        next[other.id] = (next[other.id] ?? other.keys).filter((spec) => !wanted.includes(normalKeys(spec)));
    this.keep(next);
  }
  /** Back to the defaults: of one, or of all. One whose default key was given away meanwhile is refused. */
  restore(id?: string): void {
    if (id === undefined) {
      this.keep({});
      return;
    }
    const against = this.conflicts(id, this.known(id).keys).filter(({ kind }) => kind === "taken");
    if (against.length) throw new ShortcutTaken(against);
    const { [id]: _, ...rest } = this.overrides;
    this.keep(rest);
  }

  /**
   * Puts them into force: those with a handler, and the labels' digits. What a handler answers `PASS` to goes on to the
   * layer below. Answers how to take them out again; a rebinding takes effect at once.
   */
  bind(
    target: Pick<Keys, "scope">,
    handlers: Readonly<Record<string, Handler>>,
    labels: readonly Shortcut[] = [],
  ): Unsubscribe {
    for (const id of Object.keys(handlers)) this.known(id);
    let offs: Unsubscribe[] = [];
    const off = this.changed.subscribe(() => {
      for (const one of offs) one();
      offs = this.scopes(handlers, labels).map(([name, list]) => target.scope(name, list));
    });
    return () => {
      off();
      for (const one of offs) one();
      offs = [];
    };
  }

  /** Lowest first, as `Keys` wants them. */
  private scopes(
    handlers: Readonly<Record<string, Handler>>,
    labels: readonly Shortcut[],
  ): [string, Shortcut[]][] {
    const byScope = new Map<string, Shortcut[]>();
    const ordered = this.all()
      .sort((a, b) => LAYERS.indexOf(a.layer) - LAYERS.indexOf(b.layer))
      .reverse();
    for (const { id, scope, title, keys, repeat, whileTyping } of ordered) {
      const run = handlers[id];
      if (!run || !keys.length) continue;
      const list = byScope.get(scope) ?? [];
      list.unshift({
        keys: [...keys],
        label: title,
        run,
        ...(repeat ? { repeat } : {}),
        ...(whileTyping ? { whileTyping } : {}),
      });
      byScope.set(scope, list);
    }
    const scopes = [...byScope];
    return labels.length ? [["Labels", [...labels]], ...scopes] : scopes;
  }
  private known(id: string): ShortcutDef {
    const found = this.byId.get(id);
    if (!found) throw new Error(`There is no shortcut "${id}".`);
    return found;
  }
  private keep(overrides: Overrides): void {
    this.overrides = overrides;
    this.changed.update((n) => n + 1);
    this.save(overrides);
  }
  /** What is stored may be older than the program: what it does not know any more is left out. */
  private understood(stored: unknown): Overrides {
    if (typeof stored !== "object" || stored === null || Array.isArray(stored)) return {};
    const known = Object.entries(stored).filter(
      ([id, keys]) =>
        this.byId.has(id) &&
        Array.isArray(keys) &&
        keys.every((one) => typeof one === "string" && !RESERVED.test(one)),
    );
    return Object.fromEntries(known);
  }
}

/** Under which name a person's shortcuts are kept among their preferences. */
export const SHORTCUT_PREF = "studio_shortcuts";
export { PASS };
