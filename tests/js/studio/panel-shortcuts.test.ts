import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { makeTools } from "@/studio/tools/index.ts";
import { defaultShortcuts } from "@/studio/tools/shortcut-list.ts";
import { Shortcuts, type Overrides } from "@/studio/tools/shortcuts.ts";
import { openShortcuts } from "@/studio/views/shortcuts.ts";
import type { DialogHandle } from "@/ui/dialog.ts";

let shortcuts: Shortcuts;
let dialog: DialogHandle;
const save = vi.fn<(overrides: Overrides) => void>();
const root = () => dialog.element;
const row = (id: string) => root().querySelector<HTMLElement>(`.shortcut[data-id="${id}"]`) as HTMLElement;
const keysIn = (id: string) => [...row(id).querySelectorAll("kbd")].map(({ textContent }) => textContent);
const act = (id: string, name: string) =>
  [...row(id).querySelectorAll("button")].find(({ title }) => title === name) as HTMLButtonElement;
const said = () => root().querySelector("[role=status]")?.textContent;
const press = (key: string, init: KeyboardEventInit = {}) => {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init });
  (document.activeElement ?? root()).dispatchEvent(event);
  return event;
};
const search = (text: string) => {
  const input = root().querySelector("input") as HTMLInputElement;
  input.value = text;
  input.dispatchEvent(new Event("input"));
};

beforeEach(() => {
  save.mockReset();
  shortcuts = new Shortcuts(defaultShortcuts(makeTools()), {}, save);
  const label = { id: "1", name: "apple", color: "#ff0000", hotkey: "1", digit: "1" };
  dialog = openShortcuts({ shortcuts, labels: [label] });
});
afterEach(() => dialog.close());

describe("the page of shortcuts", () => {
  it("lists all by scope, the labels' digits first", () => {
    const scopes = [...root().querySelectorAll("h3")].map(({ textContent }) => textContent);
    expect(scopes.slice(0, 3)).toEqual(["Labels", "Drawing", "Selection"]);
    expect(scopes).toContain("Tools");
    expect(keysIn("edit.undo")).toEqual(["Ctrl Z"]);
  });
  it("finds by words and by keys as people read them", () => {
    search("polygon tools");
    expect(
      [...root().querySelectorAll<HTMLElement>(".shortcut[data-id]")].map(({ dataset }) => dataset["id"]),
    ).toContain("tool.polygon");
    search("ctrl z");
    expect(row("edit.undo")).not.toBeNull();
    search("appl");
    expect(root().querySelectorAll(".shortcut")).toHaveLength(1);
    search("no such thing");
    expect(root().textContent).toContain("No shortcut matches.");
  });
  it("takes the keys that are pressed, and nobody else hears them", () => {
    const heard = vi.fn();
    document.addEventListener("keydown", heard);
    act("tool.box", "Change").click();
    expect(said()).toBe("Press the new keys.");
    press("Shift", { shiftKey: true });
    press("Q", { shiftKey: true });
    document.removeEventListener("keydown", heard);
    // Only the Shift by itself, which is no key yet.
    expect(heard).toHaveBeenCalledTimes(1);
    expect(shortcuts.keysFor("tool.box")).toEqual(["shift+q"]);
    expect(keysIn("tool.box")).toEqual(["⇧ Q"]);
    expect(save).toHaveBeenCalledWith({ "tool.box": ["shift+q"] });
    expect(document.activeElement).toBe(act("tool.box", "Change"));
  });
  it("Escape leaves it as it was, and the dialog open", () => {
    act("tool.box", "Change").click();
    expect(press("Escape").defaultPrevented).toBe(true);
    expect(keysIn("tool.box")).toEqual(["R"]);
    expect(dialog.element.open).toBe(true);
    expect(save).not.toHaveBeenCalled();
  });
  it("keeps digits for labels and the browser's keys for the browser", () => {
    act("tool.box", "Change").click();
    press("3");
    expect(said()).toContain("kept for labels");
    expect(root().querySelector("[role=status] button")).toBeNull();
    act("tool.box", "Change").click();
    press("t", { ctrlKey: true });
    expect(said()).toContain("belongs to the browser");
    expect(save).not.toHaveBeenCalled();
  });
  it("says whose a taken key is, and takes it over only when asked", () => {
    act("tool.box", "Change").click();
    press("p");
    expect(said()).toContain("is already");
    expect(shortcuts.keysFor("tool.box")).toEqual(["r"]);
    root().querySelector<HTMLElement>("[role=status] button")?.click();
    expect(keysIn("tool.box")).toEqual(["P"]);
    expect(shortcuts.keysFor("tool.polygon")).toEqual([]);
    expect(row("tool.polygon").textContent).toContain("none");
  });
  it("goes back to one default, or to all", async () => {
    shortcuts.rebind("tool.box", ["ctrl+m"]);
    search("");
    act("tool.box", "Default").click();
    expect(keysIn("tool.box")).toEqual(["R"]);
    act("edit.undo", "No key").click();
    expect(shortcuts.keysFor("edit.undo")).toEqual([]);
    [...root().querySelectorAll("button")]
      .find(({ textContent }) => textContent === "Restore defaults")
      ?.click();
    const sure = [...document.querySelectorAll("dialog")].at(-1) as HTMLDialogElement;
    [...sure.querySelectorAll("button")].find(({ textContent }) => textContent === "Restore")?.click();
    await vi.waitFor(() => expect(keysIn("edit.undo")).toEqual(["Ctrl Z"]));
    expect(save).toHaveBeenLastCalledWith({});
  });
});
