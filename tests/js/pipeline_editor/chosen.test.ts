// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from "vitest";
import { drawHistory } from "@/pipeline_editor/forms/history";
import { freeBelow } from "@/pipeline_editor/graph/arrange";
import { FlowModel } from "@/pipeline_editor/views/flow";
import { opened } from "./made";

describe("a click on one of several chosen nodes", () => {
  const model = () => {
    const { doc, faces } = opened();
    const made = new FlowModel(doc, faces, { trigger: (id) => id });
    made.select(["n:raw", "n:label"]);
    return made;
  };
  it("leaves that one chosen", () => {
    const made = model();
    made.clicked("n:label", false);
    expect([...made.selection.value]).toEqual(["n:label"]);
  });
  it("is the canvas's own with a key that adds, and when no more than one is chosen", () => {
    const made = model();
    made.clicked("n:label", true);
    expect(made.selection.value.size).toBe(2);
    made.select([]);
    made.clicked("n:label", false);
    expect(made.selection.value.size).toBe(0);
  });
});

describe("what is added", () => {
  const box = (x: number, y: number, height = 100) => ({
    id: "",
    x,
    y,
    width: 240,
    height,
  });
  const wanted = { x: 0, y: 0, width: 240, height: 120 };
  it("comes to stand where it is wanted, or below what stands there", () => {
    expect(freeBelow([], wanted)).toEqual({ x: 0, y: 0 });
    expect(freeBelow([box(260, 0)], wanted)).toEqual({ x: 0, y: 0 });
    expect(freeBelow([box(100, 130), box(-100, -50)], wanted)).toEqual({
      x: 0,
      y: 250,
    });
  });
});

describe("the history of a variable", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("names what the variable named before, and the node that set it; a refused way back is no silence", async () => {
    const change = {
      version: 1,
      old: "m1",
      new: "m2",
      user: null,
      node_id: "set",
      why: "",
      at: "2026-01-01T00:00:00Z",
    };
    vi.stubGlobal("fetch", (url: string) => {
      const items = url.includes("/changes/") ? [change] : [{ id: "m1", name: "birds v1" }];
      return Promise.resolve(Response.json({ items, next: null }));
    });
    const host = document.createElement("div");
    document.body.append(host);
    const revert = vi.fn(() => Promise.reject(new Error("Someone changed this variable meanwhile.")));
    const nodeName = (id: string) => (id === "set" ? "Update Variables" : id);
    const variable = { id: "v", type: "Model" };
    await drawHistory(host, {
      projectId: "p",
      variable,
      names: { m2: "birds v2" },
      nodeName,
      revert,
    });
    expect(host.textContent).toContain("birds v1 → birds v2");
    expect(host.textContent).toContain("Update Variables");
    host.querySelector("button")?.click();
    await vi.waitFor(() => expect(document.body.textContent).toContain("Someone changed this variable"));
    expect(revert).toHaveBeenCalledTimes(1);
    document.body.replaceChildren();
  });
});
