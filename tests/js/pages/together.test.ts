import { describe, expect, it } from "vitest";
import { bestAt, rightWords, shortName, spread, type TogetherModel } from "@/pages/models/together-view.ts";

describe("versions side by side", () => {
  it("mark the best only where it is one, the lowest of what should be low", () => {
    expect(bestAt([0.2, 0.9, 0.5])).toBe(1);
    expect(bestAt([0.2, 0.9, 0.5], true)).toBe(0);
    expect(bestAt([0.9, 0.9])).toBeNull();
    expect(bestAt([0.9, null])).toBeNull();
    expect(bestAt([null, 0, 0.1], true)).toBe(1);
  });

  it("say how far they lie apart", () => {
    expect(spread([0.25, null, 0.75])).toBe(0.5);
    expect(spread([0.25, undefined])).toBeNull();
  });

  it("are called by their numbers where there are more than two", () => {
    const model = (number: number) =>
      ({ name: `lite0-seed-2026_11_27-T21_5${number}`, number }) as TogetherModel;
    const [one, two, three] = [model(1), model(2), model(3)];
    expect(shortName(one, [one, two])).toBe(one.name);
    expect(shortName(three, [one, two, three])).toBe("v3");
  });

  it("say what counts as right", () => {
    expect(rightWords({ measure: "right", right_from: 1 })).toBe("its label");
    expect(rightWords({ measure: "iou", right_from: 0.9 })).toContain(".9");
  });
});
