import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { h } from "@/lib/dom.ts";
import { Keys, PASS } from "@/lib/keys.ts";
import { isIconName } from "@/ui/icons.ts";
import { makeTools } from "@/studio/tools/index.ts";
import { defaultShortcuts, type ShortcutDef } from "@/studio/tools/shortcut-list.ts";
import { Shortcuts, ShortcutTaken } from "@/studio/tools/shortcuts.ts";

const tools = makeTools();
const defaults = defaultShortcuts(tools);
const save = vi.fn();
let keys: Keys;
beforeEach(() => {
  save.mockReset();
  document.body.replaceChildren();
  keys = new Keys();
});
afterEach(() => keys.dispose());
const press = (key: string, init: KeyboardEventInit = {}, target: EventTarget = document.body) =>
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init }));

describe("the defaults", () => {
  it("name each shortcut once, and no key twice in a layer", () => {
    expect(new Set(defaults.map(({ id }) => id)).size).toBe(defaults.length);
    const shortcuts = new Shortcuts(defaults);
    const taken = defaults.flatMap(({ id, keys: own }) =>
      shortcuts.conflicts(id, own).filter(({ kind }) => kind !== "covers"),
    );
    expect(taken.map(({ message }) => message)).toEqual([]);
  });
  it.each(tools.map((tool) => [tool.id, tool] as const))("%s has a key and an icon", (_, tool) => {
    expect(tool.keys.length).toBeGreaterThan(0);
    expect(isIconName(tool.icon)).toBe(true);
  });
});

describe("rebinding", () => {
  it("takes effect at once and is kept", () => {
    const shortcuts = new Shortcuts(defaults, {}, save);
    const box = vi.fn();
    const off = shortcuts.bind(keys, { "tool.box": box });
    press("r");
    shortcuts.rebind("tool.box", ["Ctrl+Shift+M"]);
    press("r");
    press("M", { ctrlKey: true, shiftKey: true });
    expect(box).toHaveBeenCalledTimes(2);
    expect(save).toHaveBeenCalledWith({ "tool.box": ["ctrl+shift+m"] });
    expect(keys.help()).toEqual([{ scope: "Tools", shortcuts: [{ keys: ["Ctrl ⇧ M"], label: "Box" }] }]);
    off();
    press("M", { ctrlKey: true, shiftKey: true });
    expect(box).toHaveBeenCalledTimes(2);
  });
  it("refuses a key that is taken, naming whose it is, unless told to take it over", () => {
    const shortcuts = new Shortcuts(defaults, {}, save);
    expect(() => shortcuts.rebind("tool.box", ["p"])).toThrow("P is already “Polygon”.");
    expect(save).not.toHaveBeenCalled();
    shortcuts.rebind("tool.box", ["p"], true);
    expect(shortcuts.keysFor("tool.box")).toEqual(["p"]);
    expect(shortcuts.keysFor("tool.polygon")).toEqual([]);
    expect(shortcuts.shown("tool.polygon")).toBe("");
    expect(() => shortcuts.restore("tool.polygon")).toThrow(ShortcutTaken);
    shortcuts.restore();
    expect(shortcuts.keysFor("tool.polygon")).toEqual(["p"]);
    expect(save).toHaveBeenLastCalledWith({});
  });
  it.each(["1", "0", "Shift+3"])("keeps %s for labels, whatever is asked", (digit) => {
    const shortcuts = new Shortcuts(defaults, {}, save);
    expect(() => shortcuts.rebind("tool.box", [digit], true)).toThrow("kept for labels");
  });
  it("keeps off what browsers do not give away", () => {
    const shortcuts = new Shortcuts(defaults);
    expect(() => shortcuts.rebind("tool.box", ["ctrl+w"], true)).toThrow("belongs to the browser");
  });
  it("allows a key of another layer, and says so", () => {
    const shortcuts = new Shortcuts(defaults);
    const [conflict] = shortcuts.conflicts("select.join", ["p"]);
    expect(conflict).toMatchObject({ kind: "covers", other: { id: "tool.polygon" } });
    shortcuts.rebind("select.join", ["p"]);
    expect(shortcuts.keysFor("tool.polygon")).toEqual(["p"]);
  });
  it.each([[null], [[]], ["text"], [{ "tool.gone": ["x"], "tool.box": "r", "tool.point": ["5"] }]])(
    "what is stored and makes no sense (%j) is left out",
    (stored) => {
      const shortcuts = new Shortcuts(defaults, stored);
      expect(shortcuts.all()).toEqual(defaults);
    },
  );
});

it("what was changed for a tool that is not here is kept", () => {
  const shortcuts = new Shortcuts(defaults, { "tool.later": ["ctrl+m"] }, save);
  shortcuts.rebind("tool.box", ["ctrl+b", "f4"], true);
  expect(save).toHaveBeenCalledWith({
    "tool.later": ["ctrl+m"],
    "tool.box": ["ctrl+b", "f4"],
    "edit.propagate": [],
  });
});

describe("layers", () => {
  const defs: ShortcutDef[] = [
    { id: "low", scope: "Tools", layer: "everywhere", title: "Low", keys: ["l"] },
    { id: "high", scope: "Selection", layer: "selection", title: "High", keys: ["l"] },
  ];
  it("the upper one is asked first whatever order they are written in, and passes on what it has no use for", () => {
    for (const list of [defs, [...defs].reverse()]) {
      const [low, high] = [vi.fn(), vi.fn((): unknown => PASS)];
      const off = new Shortcuts(list).bind(keys, { low, high });
      press("l");
      high.mockReturnValue(true);
      press("l");
      expect([high.mock.calls.length, low.mock.calls.length]).toEqual([2, 1]);
      off();
    }
  });
  it("labels' digits are bound beside them, and nothing is while typing", () => {
    const [choose, low] = [vi.fn(), vi.fn()];
    new Shortcuts(defs).bind(keys, { low }, [{ keys: "1", label: "cat", run: choose }]);
    const input = h("input");
    document.body.append(input);
    press("1", {}, input);
    press("l", {}, input);
    press("1");
    press("l");
    expect([choose.mock.calls.length, low.mock.calls.length]).toEqual([1, 1]);
  });
  it("an act without a shortcut is a mistake", () =>
    expect(() => new Shortcuts(defs).bind(keys, { nothing: vi.fn() })).toThrow('no shortcut "nothing"'));
});
