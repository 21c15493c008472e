// @vitest-environment node
import { describe, expect, it } from "vitest";
import { changedParts } from "@/pipeline_editor/graph/changed";

describe("what differs between two values", () => {
  it("is told part by part, however deep, also what came and what went", () => {
    const before = { a: { b: 1, c: [1, 2] }, gone: true, same: { x: 0 } };
    const after = { a: { b: 2, c: [1] }, same: { x: 0 }, came: null };
    expect(changedParts(before, after)).toEqual([
      { path: "a.b", old: 1, new: 2 },
      { path: "a.c", old: [1, 2], new: [1] },
      { path: "gone", old: true, new: undefined },
      { path: "came", old: undefined, new: null },
    ]);
  });

  it("is the value itself where one of them is no object, and nothing where they are the same", () => {
    expect(changedParts("a", "b")).toEqual([{ path: "", old: "a", new: "b" }]);
    expect(changedParts(null, { a: 1 })).toEqual([{ path: "", old: null, new: { a: 1 } }]);
    expect(changedParts({ a: [1] }, { a: [1] })).toEqual([]);
  });
});
