import { afterEach, describe, expect, it, vi } from "vitest";
import type { Label } from "@/browser/types.ts";
import { edgesText, skeletonDialog, templateOf } from "@/pages/dataset/skeleton.ts";

const LABEL: Label = {
  id: "1",
  name: "bird",
  color: "#000000",
  hotkey: "1",
  group: "",
  order: 0,
  skeleton: {
    names: ["beak", "left-wing", "tail"],
    edges: [
      [0, 1],
      [1, 2],
    ],
  },
};

describe("a skeleton as text", () => {
  it("goes there and back, dashes in names too", () => {
    const { names } = LABEL.skeleton!;
    expect(edgesText(LABEL.skeleton!)).toBe("beak - left-wing\nleft-wing - tail");
    expect(templateOf(names.join("\n"), edgesText(LABEL.skeleton!))).toEqual(LABEL.skeleton);
    expect(templateOf("a\n\n b \n", "a-b")).toEqual({ names: ["a", "b"], edges: [[0, 1]] });
    expect(templateOf(" \n", "")).toBeNull();
  });
  it("says which line it cannot read", () => {
    expect(() => templateOf("a\nb\na", "")).toThrow('Two keypoints are called "a".');
    expect(() => templateOf("a\nb", "a - c")).toThrow('"a - c" is not two different keypoints');
    expect(() => templateOf("a\nb", "a - a")).toThrow("not two different keypoints");
    expect(() => templateOf("", "a - b")).toThrow("not two different keypoints");
  });
});

describe("the skeleton's dialog", () => {
  afterEach(() => document.querySelectorAll("dialog").forEach((dialog) => dialog.remove()));
  const press = (name: string) =>
    [...document.querySelectorAll<HTMLButtonElement>("dialog footer button")]
      .find((b) => b.textContent === name)!
      .click();

  it("shows what there is, saves what was written, and stays open with what is wrong", async () => {
    const save = vi.fn(() => Promise.resolve());
    skeletonDialog(LABEL, save);
    const names = document.querySelector<HTMLTextAreaElement>("#skeleton-names")!;
    const edges = document.querySelector<HTMLTextAreaElement>("#skeleton-edges")!;
    expect(names.value).toBe("beak\nleft-wing\ntail");
    edges.value = "beak - foot";
    press("Save");
    await vi.waitFor(() =>
      expect(document.querySelector("[role=alert]")!.textContent).toContain("beak - foot"),
    );
    expect(save).not.toHaveBeenCalled();
    edges.value = "beak - tail";
    press("Save");
    await vi.waitFor(() => expect(document.querySelector("dialog")).toBeNull());
    expect(save).toHaveBeenCalledWith({ names: LABEL.skeleton!.names, edges: [[0, 2]] });
  });
});
