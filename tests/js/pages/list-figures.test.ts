import { describe, expect, it } from "vitest";
import { figureCell, listFigures } from "@/pages/models/list-figures.ts";

const text = (made: ReturnType<typeof figureCell>): string =>
  made instanceof HTMLElement ? (made.textContent ?? "") : typeof made === "string" ? made : "";

describe("the figures of the list of versions", () => {
  it("are those of what the project's models do", () => {
    const keys = (task: string) => listFigures(task).map((one) => one.key);
    expect(keys("classification")).toEqual(["accuracy", "balanced_accuracy", "macro_f1"]);
    for (const task of ["detection", "instance_segmentation", "keypoints", "multi_label_classification"])
      expect(keys(task)).toEqual(["map_50", "map", "f1"]);
    expect(keys("semantic_segmentation")).toEqual(["miou", "dice"]);
  });

  it("say which figure it is where a version does something else", () => {
    expect(text(figureCell({ map_50: 0.5 }, "map_50", true))).toBe(".500");
    expect(text(figureCell({ accuracy: 0.5 }, "map_50", true))).toBe(".500 accuracy");
    expect(text(figureCell({ accuracy: 0.5 }, "map", false))).toBe("—");
    expect(text(figureCell(undefined, "map_50", true))).toBe("—");
  });
});
