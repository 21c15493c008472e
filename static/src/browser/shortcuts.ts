/** The browser's keys. */
import { keys } from "../lib/keys.ts";

export interface BrowserActs {
  /** Whether the browser is to be seen. */
  here: () => boolean;
  /** Whether an image is the current one. */
  active: () => boolean;
  /** Whether any are selected. */
  chosen: () => boolean;
  mayDelete: () => boolean;
  filter: () => void;
  outlines: () => void;
  selectAll: () => void;
  open: (event: KeyboardEvent) => unknown;
  toggle: () => void;
  leave: () => void;
  remove: () => void;
  move: (key: string, extend: boolean) => void;
}

const STEPS = ["arrowleft", "arrowright", "arrowup", "arrowdown"];
const LEAPS = ["pageup", "pagedown", "home", "end"];

export function bindKeys(acts: BrowserActs): void {
  const { here } = acts;
  const move = (key: string, extend: boolean) => ({
    keys: extend ? `shift+${key}` : key,
    label: key,
    hidden: true,
    repeat: true,
    when: here,
    run: () => acts.move(key, extend),
  });
  keys.scope("Browser", [
    { keys: "/", label: "Filter", when: here, run: acts.filter },
    { keys: "o", label: "Outlines on or off", when: here, run: acts.outlines },
    { keys: "ctrl+a", label: "Select all the filter finds", when: here, run: acts.selectAll },
    {
      keys: "enter",
      label: "Open the current image in the studio",
      when: () => here() && acts.active(),
      run: (event) => acts.open(event),
    },
    {
      keys: "space",
      label: "Select or deselect the current image",
      when: () => here() && acts.active(),
      run: acts.toggle,
    },
    {
      keys: "escape",
      label: "Clear selection, close the item",
      when: () => here() && (acts.chosen() || acts.active()),
      run: acts.leave,
    },
    {
      keys: "delete",
      label: "Delete the selection",
      when: () => here() && acts.chosen() && acts.mayDelete(),
      run: acts.remove,
    },
    ...[...STEPS, ...LEAPS].map((key) => move(key, false)),
    ...STEPS.map((key) => move(key, true)),
  ]);
}
