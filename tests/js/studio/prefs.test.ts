import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Prefs } from "@/studio/io/prefs.ts";
import { makeTools } from "@/studio/tools/index.ts";
import { personShortcuts } from "@/studio/tools/person.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("preferences go as one request once it is quiet", async () => {
  const save = vi.fn(() => Promise.resolve());
  const prefs = new Prefs({ a: 1 }, save);
  expect(prefs.get("a")).toBe(1);
  prefs.set("a", 2);
  prefs.set("b", 3);
  prefs.set("a", 4);
  expect(prefs.get("a")).toBe(4);
  await vi.advanceTimersByTimeAsync(600);
  expect(save.mock.calls).toEqual([[{ a: 4, b: 3 }, false]]);
});

it("what could not be sent goes with the next change", async () => {
  const save = vi.fn(() => Promise.reject(new Error("offline")));
  const failed = vi.fn();
  const prefs = new Prefs({}, save, failed);
  prefs.set("a", 1);
  await vi.advanceTimersByTimeAsync(600);
  expect(failed).toHaveBeenCalledTimes(1);
  prefs.set("b", 2);
  await prefs.flush();
  expect(save.mock.lastCall).toEqual([{ a: 1, b: 2 }, false]);
});

it("what waits is sent when the page is left", () => {
  const save = vi.fn(() => Promise.resolve());
  new Prefs({}, save).set("a", 1);
  window.dispatchEvent(new Event("pagehide"));
  expect(save).toHaveBeenCalledWith({ a: 1 }, true);
});

it("shortcuts are kept among them, and forgotten with the defaults", () => {
  const prefs = new Prefs({ studio_shortcuts: { "tool.box": ["m"] } }, () => Promise.resolve());
  const shortcuts = personShortcuts(makeTools(), prefs);
  expect(shortcuts.keysFor("tool.box")).toEqual(["m"]);
  shortcuts.rebind("tool.point", ["ctrl+m"]);
  expect(prefs.get("studio_shortcuts")).toEqual({ "tool.box": ["m"], "tool.point": ["ctrl+m"] });
  shortcuts.restore();
  expect(prefs.get("studio_shortcuts")).toBeUndefined();
});
