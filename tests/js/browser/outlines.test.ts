// @vitest-environment node
/** Outlines of thumbnails: what is asked for, how it lies on the picture. */
import { describe, expect, it, vi } from "vitest";
import { bones, fitOf } from "../../../static/src/browser/panels/outline-canvas.ts";
import { summed } from "../../../static/src/browser/panels/tile.ts";
import {
  AT_ONCE,
  Outlines,
  type Outline,
  type OutlinePage,
} from "../../../static/src/browser/state/outlines.ts";

const item = (id: string, contentVersion = 1, type = "box") => ({ id, contentVersion, labels: [{ type }] });
const outline = (id: string, version = 1): Outline => ({ id, version, cut: false, shapes: [] });

function served() {
  const versions = new Map<string, number>();
  const load = vi.fn((ids: string[]): Promise<OutlinePage> =>
    Promise.resolve({ units: 512, items: ids.map((id) => outline(id, versions.get(id) ?? 1)) }),
  );
  return { versions, load, outlines: new Outlines(load) };
}

describe("outlines", () => {
  it("are asked for once a page, and not for what has no shapes", async () => {
    const { load, outlines } = served();
    await outlines.want([item("a"), item("b"), item("c", 1, "class"), { ...item("d"), labels: [] }]);
    await outlines.want([item("a"), item("b")]);
    expect(load.mock.calls).toEqual([[["a", "b"]]]);
    expect(outlines.of(item("a"))?.version).toBe(1);
    expect(outlines.units).toBe(512);
    expect(outlines.changed.value).toBe(1);
  });

  it("are asked for anew where an item changed, and the old ones stay until then", async () => {
    const { load, outlines, versions } = served();
    await outlines.want([item("a"), item("b")]);
    versions.set("a", 2);
    const again = outlines.want([item("a", 2), item("b")]);
    expect(outlines.of(item("a", 2))?.version).toBe(1);
    await again;
    expect(outlines.of(item("a", 2))?.version).toBe(2);
    expect(load.mock.calls[1]).toEqual([["a"]]);
  });

  it("are not asked for twice while they are on their way, and again after a failure", async () => {
    const { load, outlines } = served();
    await Promise.all([outlines.want([item("a")]), outlines.want([item("a")])]);
    expect(load).toHaveBeenCalledTimes(1);
    load.mockRejectedValueOnce(new Error("down"));
    await expect(outlines.want([item("b")])).rejects.toThrow("down");
    await outlines.want([item("b")]);
    expect(outlines.of(item("b"))).toBeDefined();
  });

  it("come in portions the server takes", async () => {
    const { load, outlines } = served();
    await outlines.want(Array.from({ length: AT_ONCE + 5 }, (_, n) => item(`i${n}`)));
    expect(load.mock.calls.map(([ids]) => ids.length)).toEqual([AT_ONCE, 5]);
  });
});

describe("on the thumbnail", () => {
  it("the picture is fitted in and centred, whichever side is longer", () => {
    expect(fitOf([200, 100], [1000, 1000], 500)).toEqual({ x: 50, y: 0, scale: 0.2 });
    expect(fitOf([200, 100], [1000, 250], 500)).toEqual({ x: 0, y: 25, scale: 0.4 });
    expect(fitOf([200, 100], [250, 1000], 500)).toEqual({ x: 87.5, y: 0, scale: 0.2 });
  });

  it("bones join the keypoints that are labelled", () => {
    const shape = { type: "skeleton", label: "cat", model: false, paths: [[1, 2], [], [5, 6], [7, 8]] };
    const template = {
      names: ["a", "b", "c", "d"],
      edges: [
        [0, 1],
        [0, 2],
        [2, 3],
      ] as [number, number][],
    };
    expect(bones(shape, template)).toEqual([
      [1, 2, 5, 6],
      [5, 6, 7, 8],
    ]);
    expect(bones(shape, null)).toEqual([]);
  });

  it("classes are chips, each once; what has a place is counted", () => {
    const one = (label: string, type: string) => ({
      label,
      type,
      approved: false,
      model: null,
      confidence: null,
    });
    const found = summed([one("owl", "class"), one("owl", "class"), one("owl", "box"), one("wren", "mask")]);
    expect(found.classes.map(({ label }) => label)).toEqual(["owl"]);
    expect(found.shapes.length).toBe(2);
  });
});
