/** The shortcuts of the signed-in person: the defaults, with what their preferences change. */
import type { Prefs } from "../io/prefs.ts";
import type { Tool } from "./_tool.ts";
import { defaultShortcuts } from "./shortcut-list.ts";
import { Shortcuts } from "./shortcuts.ts";

const PREF = "studio_shortcuts";

export function personShortcuts(tools: readonly Tool[], prefs: Pick<Prefs, "get" | "set">): Shortcuts {
  return new Shortcuts(defaultShortcuts(tools), prefs.get(PREF), (overrides) =>
    prefs.set(PREF, Object.keys(overrides).length ? overrides : null),
  );
}
