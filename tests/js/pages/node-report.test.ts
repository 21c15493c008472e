// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from "vitest";
import { nodeReport } from "@/pages/pipeline/node-report";

describe("the figures of a node's type", () => {
  afterEach(() => vi.unstubAllGlobals());
  const none = { count: 0, p50: 0, p95: 0, most: 0 };
  const bare = {
    counts: {},
    seconds: 0,
    took: none,
    computed: none,
    minutes: [],
    failures: [],
    logs: [],
  };
  const mean = { name: "mean", value: 0.8333, why: "" };
  const panel = async (...figures: unknown[]) => {
    vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ ...bare, figures })));
    const host = nodeReport("p", "n");
    await new Promise((resolve) => setTimeout(resolve));
    return [...host.querySelectorAll("h3, p")].map((one) => one.textContent);
  };

  it("are told as they are served, whatever type it is, and how to read them", async () => {
    const alpha = { name: "alpha", value: -0.071, why: "" };
    const over = "120 items (310 units)";
    expect(
      await panel({
        title: "Agreement so far",
        values: [mean, alpha],
        over,
        doc: "1 is full.",
      }),
    ).toEqual(["Agreement so far", "mean 0.83 · alpha -0.07 over 120 items (310 units)", "1 is full."]);
  });
  it("say why where a number is not defined", async () => {
    const alpha = { name: "alpha", value: null, why: "all said the same" };
    expect(
      await panel({
        title: "So far",
        values: [mean, alpha],
        over: "2 items",
        doc: "",
      }),
    ).toEqual(["So far", "mean 0.83 · alpha — over 2 items", "There is no alpha: all said the same."]);
  });
  it("leave no trace where the type has none", async () => {
    expect(await panel()).toEqual([]);
  });
});
