import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { h } from "@/lib/dom.ts";
import { Keys, normalKeys, PASS, shownKeys } from "@/lib/keys.ts";

let keys: Keys;
beforeEach(() => {
  document.body.replaceChildren();
  keys = new Keys();
});
afterEach(() => keys.dispose());

function press(key: string, init: KeyboardEventInit = {}, target: EventTarget = document.body) {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init });
  target.dispatchEvent(event);
  return event;
}

describe("spelling", () => {
  it.each([
    ["Shift+CTRL+K", "ctrl+shift+k"],
    ["cmd+Enter", "ctrl+enter"],
    ["esc", "escape"],
    ["ctrl++", "ctrl++"],
    ["+", "+"],
    [" ", "space"],
  ])("%s is %s", (spec, wanted) => expect(normalKeys(spec)).toBe(wanted));
  it.each([
    ["ctrl+enter", "Ctrl ↵"],
    ["shift+a", "⇧ A"],
    ["1", "1"],
    ["ctrl++", "Ctrl +"],
  ])("%s is shown as %s", (spec, wanted) => expect(shownKeys(spec)).toBe(wanted));
});

describe("scopes", () => {
  it("run what a key names and keep the browser out of it", () => {
    const run = vi.fn();
    keys.scope("Page", [{ keys: ["1", "ctrl+z"], label: "One", run }]);
    expect(press("1").defaultPrevented).toBe(true);
    press("z", { ctrlKey: true });
    press("Z", { metaKey: true });
    expect(press("2").defaultPrevented).toBe(false);
    expect(press("z").defaultPrevented).toBe(false);
    expect(run).toHaveBeenCalledTimes(3);
  });

  it("ask the newest first, and the older again once it is gone", () => {
    const older = vi.fn();
    const newer = vi.fn();
    keys.scope("Page", [{ keys: "a", label: "", run: older }]);
    const off = keys.scope("Tool", [{ keys: "a", label: "", run: newer }]);
    press("a");
    off();
    press("a");
    expect([newer.mock.calls.length, older.mock.calls.length]).toEqual([1, 1]);
  });

  it("name a sign by itself, whatever shift it needs", () => {
    const run = vi.fn();
    keys.scope("Page", [
      { keys: "?", label: "", run },
      { keys: "shift+a", label: "", run },
    ]);
    press("?", { shiftKey: true });
    press("A", { shiftKey: true });
    press("a");
    expect(run).toHaveBeenCalledTimes(2);
  });

  it("keep out while someone types, unless told", () => {
    const plain = vi.fn();
    const always = vi.fn();
    keys.scope("Page", [
      { keys: "a", label: "", run: plain },
      { keys: "ctrl+k", label: "", run: always, whileTyping: true },
    ]);
    const input = h("input");
    document.body.append(input);
    press("a", {}, input);
    press("k", { ctrlKey: true }, input);
    expect([plain.mock.calls.length, always.mock.calls.length]).toEqual([0, 1]);
  });

  it("keep out while a dialog is open, unless told", () => {
    const page = vi.fn();
    const dialog = vi.fn();
    keys.scope("Page", [
      { keys: "a", label: "", run: page },
      { keys: "b", label: "", run: dialog, inDialog: true },
    ]);
    document.body.append(h("dialog", { open: true }));
    press("a");
    press("b");
    expect([page.mock.calls.length, dialog.mock.calls.length]).toEqual([0, 1]);
  });

  it("do not repeat while held, do not run when a condition fails, nor what another took", () => {
    const run = vi.fn();
    keys.scope("Page", [
      { keys: "a", label: "", run },
      { keys: "b", label: "", run, repeat: true },
      { keys: "c", label: "", run, when: () => false },
    ]);
    press("a", { repeat: true });
    press("c");
    expect(run).not.toHaveBeenCalled();
    press("b", { repeat: true });
    expect(run).toHaveBeenCalledOnce();
    document.body.addEventListener("keydown", (event) => event.preventDefault(), { once: true });
    press("a");
    expect(run).toHaveBeenCalledOnce();
  });

  it("are listed for the help, newest first, without the hidden", () => {
    keys.scope("Page", [{ keys: ["1", "a"], label: "One", run: vi.fn() }]);
    keys.scope("Tool", [
      { keys: "ctrl+z", label: "Undo", run: vi.fn() },
      { keys: "x", label: "Secret", run: vi.fn(), hidden: true },
    ]);
    keys.scope("Empty", []);
    expect(keys.help()).toEqual([
      { scope: "Tool", shortcuts: [{ keys: ["Ctrl Z"], label: "Undo" }] },
      { scope: "Page", shortcuts: [{ keys: ["1", "A"], label: "One" }] },
    ]);
  });
});

describe("passing a key on", () => {
  it("asks the next scope, and leaves the key to the browser when nobody wants it", () => {
    const older = vi.fn();
    const off = keys.scope("Page", [{ keys: "tab", label: "", run: older }]);
    keys.scope("Tool", [{ keys: "tab", label: "", run: () => PASS }]);
    expect(press("Tab").defaultPrevented).toBe(true);
    off();
    expect(press("Tab").defaultPrevented).toBe(false);
    expect(older).toHaveBeenCalledTimes(1);
  });
});

it.each([
  ["л", "KeyK", {}, "k"],
  ["∆", "KeyJ", { altKey: true }, "alt+j"],
  ["Л", "KeyK", { shiftKey: true }, "shift+k"],
])("%s is also called by its place", (key, code, held, wanted) => {
  const run = vi.fn();
  keys.scope("Page", [{ keys: wanted, label: "", run }]);
  press(key, { code, ...held });
  expect(run).toHaveBeenCalledTimes(1);
});

it.each(["range", "radio"])("arrows are a focused %s's own, letters are not", (type) => {
  const run = vi.fn();
  keys.scope("Page", [{ keys: ["arrowright", "home", "a"], label: "", run }]);
  const input = h("input", { type });
  document.body.append(input);
  expect(press("ArrowRight", {}, input).defaultPrevented).toBe(false);
  press("Home", {}, input);
  expect(run).not.toHaveBeenCalled();
  press("a", {}, input);
  press("ArrowRight");
  expect(run).toHaveBeenCalledTimes(2);
});
