import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bench, type Bench } from "./tools-bench.ts";

let b: Bench;
beforeEach(async () => {
  b = await bench();
});
afterEach(() => b.dispose());

describe("skeleton", () => {
  beforeEach(() => {
    b.label.set("person");
    b.press("K", { shiftKey: true });
  });
  it("places keypoints in the template's order, occluded by right click, skipped by S", () => {
    expect(b.toolbox.hint.value).toContain("head (1 of 3)");
    b.click([10, 10]);
    b.click([20, 20], {}, 2);
    expect(b.toolbox.hint.value).toContain("foot (3 of 3)");
    b.press("s");
    expect(b.only()).toMatchObject({
      type: "skeleton",
      geometry: {
        keypoints: [
          [10, 10, 2],
          [20, 20, 1],
          [0, 0, 0],
        ],
      },
    });
  });
  it("goes by keys: Q is occluded, Backspace goes back, Enter leaves the rest out", () => {
    b.hover([50, 50]);
    b.press("ArrowRight");
    b.press("q");
    b.press("ArrowRight");
    b.press(" ");
    b.press("Backspace");
    b.press("Enter");
    expect(b.only().geometry).toEqual({
      keypoints: [
        [60, 50, 1],
        [0, 0, 0],
        [0, 0, 0],
      ],
    });
  });
  it("supplies what a selected one lacks, then begins another", () => {
    b.put({
      id: "s",
      type: "skeleton",
      label: "person",
      geometry: {
        keypoints: [
          [10, 10, 2],
          [0, 0, 0],
          [0, 0, 0],
        ],
      },
    });
    b.press("v");
    b.select("s");
    b.press("K", { shiftKey: true });
    expect(b.toolbox.hint.value).toContain("hand is missing");
    b.click([20, 20], {}, 2);
    expect(b.undoLabel()).toBe("Place hand of skeleton");
    b.click([30, 30]);
    expect(b.geometry("s")).toEqual({
      keypoints: [
        [10, 10, 2],
        [20, 20, 1],
        [30, 30, 2],
      ],
    });
    b.click([50, 50]);
    b.press("Enter");
    expect(b.all()).toHaveLength(2);
  });
  it("begins anew with another label", () => {
    b.click([10, 10]);
    b.label.set("cat");
    b.toolbox.labelled("cat");
    expect(b.toolbox.hint.value).toContain("Choose a label that has a skeleton");
    b.label.set("person");
    b.toolbox.labelled("person");
    expect(b.toolbox.hint.value).toContain("head (1 of 3)");
  });
  it("keeps nothing when all are skipped, and needs a label with a template", () => {
    b.times(3, "s");
    expect(b.said.at(-1)).toContain("skipped");
    b.label.set("cat");
    b.click([10, 10]);
    expect(b.said.at(-1)).toContain("no skeleton");
    expect(b.all()).toHaveLength(0);
  });
  it("says beside the pointer which keypoint comes next, and which one is under it or held", () => {
    b.hover([10, 10]);
    expect(painted()).toEqual(["head"]);
    b.click([10, 10]);
    expect(painted()).toEqual(["hand"]);
    b.click([20, 20]);
    b.click([30, 30]);
    b.press("v");
    b.hover([20, 20]);
    expect(painted()).toEqual(["hand"]);
    b.hover([60, 60]);
    expect(painted()).toEqual([]);
    b.times(3, ".");
    expect(b.said.at(-1)).toBe("Handle: foot");
    expect(painted()).toEqual(["foot"]);
    b.press("ArrowRight");
    expect(b.geometry(b.only().id)["keypoints"]).toContainEqual([31, 30, 2]);
  });
});

/** The words that tools paint over the picture now. */
function painted(): string[] {
  const words: string[] = [];
  const context = new Proxy({} as CanvasRenderingContext2D, {
    get: (_, name) => {
      if (name === "measureText") return () => ({ width: 30 });
      return name === "fillText" ? (text: string) => words.push(text) : () => undefined;
    },
    set: () => true,
  });
  for (const draw of b.stage.overlays) draw(context, b.stage.viewport.value);
  return words;
}
