/**
 * A person's shortcuts: rebinding with a check for conflicts, and putting them into force. What there is to bind is data
 * in `shortcut-list.ts`.
 */
import { normalKeys, shownKeys, type Keys, type Shortcut } from "../../lib/keys.ts";
import { Cell, type Unsubscribe } from "../../lib/store.ts";
import { LAYERS, type ShortcutDef } from "./shortcut-list.ts";

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
  /** Those of shortcuts not known here (a tool this page has not) are kept as they are. */
  private overrides: Overrides;
  private inForce: ReadonlySet<string> | null = null;

  constructor(
    private readonly defaults: readonly ShortcutDef[],
    stored: unknown = {},
    /** Keeps what was changed; called with all of it. */
    private readonly save: (overrides: Overrides) => void = () => undefined,
  ) {
    this.byId = new Map(defaults.map((one) => [one.id, one]));
    this.overrides = this.understood(stored);
  }

  /** Whether the page has a use for it; before anything is bound, whatever there is. */
  isInForce(id: string): boolean {
    return this.inForce === null || this.inForce.has(id);
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
    this.inForce = new Set(Object.keys(handlers));
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
  /** What is stored may be of another version of the program: what makes no sense is left out. */
  private understood(stored: unknown): Overrides {
    if (typeof stored !== "object" || stored === null || Array.isArray(stored)) return {};
    const sound = Object.entries(stored).filter(
      ([, keys]) =>
        Array.isArray(keys) && keys.every((one) => typeof one === "string" && !RESERVED.test(one)),
    );
    return Object.fromEntries(sound);
  }
}
