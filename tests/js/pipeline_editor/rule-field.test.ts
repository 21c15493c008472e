import { afterEach, describe, expect, it, vi } from "vitest";
import { asksByForm, ruleField } from "@/pipeline_editor/forms/rule-field";
import { valueField } from "@/pipeline_editor/forms/value-field";
import { someDataset, someModel, widgetFor } from "@/pipeline_editor/graph/readers";
import type { GraphNode, PortInfo } from "@/pipeline_editor/graph/types";

const OLD = { precision_recall: { min_delta: 0.01 }, alpha: 0.02 };

function set(field: { element: HTMLElement }, path: string, value: string): void {
  const input = field.element.querySelector<HTMLInputElement>(`[data-path="${path}"] input`);
  if (!input) throw new Error(`no field ${path}`);
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function type(field: { element: HTMLElement }, text: string): void {
  const area = field.element.querySelector("textarea");
  if (!area) throw new Error("no JSON beside the form");
  area.value = text;
  area.dispatchEvent(new Event("change"));
}

describe("the rule of promotion as a pipeline's value", () => {
  afterEach(() => vi.restoreAllMocks());

  it("is what it was while nobody touched it", () => {
    expect(ruleField({ label: "Rule", value: OLD }).value()).toEqual(OLD);
    expect(ruleField({ label: "Rule", value: null }).value()).toEqual({});
  });

  it("is changed by its fields, and keeps what they do not know", () => {
    const changed = vi.fn();
    const field = ruleField({ label: "Rule", value: OLD, changed });
    set(field, "minimum_items", "200");
    expect(field.value()).toEqual({
      alpha: 0.02,
      minimum_items: 200,
      precision_recall: { metric: "average_precision", min_delta: 0.01 },
    });
    expect(changed).toHaveBeenCalled();
    expect(field.element.querySelector("textarea")?.value).toContain('"minimum_items": 200');
  });

  it("is changed by its JSON, which the fields then show; what is no JSON is refused", () => {
    const field = ruleField({ label: "Rule", value: OLD });
    type(field, '{"minimum_items": 77, "alpha": 0.5}');
    expect(field.value()).toEqual({ minimum_items: 77, alpha: 0.5 });
    expect(field.element.querySelector<HTMLInputElement>('[data-path="minimum_items"] input')?.value).toBe(
      "77",
    );
    type(field, "{no");
    expect(() => field.value()).toThrow("As JSON");
  });

  it("learns from a model which classes and figures there are", async () => {
    const answer = { task: "detection", labels: ["cat", "dog"] };
    vi.stubGlobal("fetch", () => Promise.resolve(Response.json(answer)));
    const field = ruleField({ label: "Rule", value: OLD, model: () => "m1" });
    await vi.waitFor(() => expect(field.element.textContent).toContain("dog"));
    expect(field.element.textContent).not.toContain("Accuracy");
    expect(field.value()).toEqual(OLD);
  });

  it("is asked where a port wants a rule, unless it compares stored figures", () => {
    const node = (inputs: GraphNode["inputs"]): GraphNode => ({
      id: "c",
      type: "compare",
      version: 1,
      name: "Compare",
      config: {},
      inputs,
      position: { x: 0, y: 0 },
    });
    const ports: PortInfo[] = [
      { name: "model", type: "Model" },
      { name: "compare_config", type: "Json", widget: "rule" },
    ];
    const nodes = [node({ compare_config: { variable: "Rule" }, model: { variable: "Best" } })];
    expect(widgetFor(nodes, () => ports, "Rule")).toBe("rule");
    expect(widgetFor(nodes, () => ports, "Best")).toBe("");
    const options = { projectId: "p", type: "Json", label: "Rule", widget: "rule" };
    expect(
      valueField({ ...options, value: OLD }).element.querySelector('[data-path="seeds"]'),
    ).not.toBeNull();
    const checks = { checks: [{ figure: "loss", legend: "train" }] };
    expect(asksByForm(checks)).toBe(false);
    expect(valueField({ ...options, value: checks }).element.querySelector('[data-path="seeds"]')).toBeNull();
  });

  it("finds a model and a dataset of the pipeline among its variables", () => {
    const held = (name: string, type: string, value: unknown) => ({ name, type, value });
    expect(someModel([held("Raw", "Dataset", "d"), held("Best", "Model", null)])).toBeNull();
    expect(someModel([held("Old", "Model", ""), held("Best", "Model", "m")])).toBe("m");
    const datasets = [held("Raw", "Dataset", "d"), held("Ground Truth", "Dataset", "t")];
    expect(someDataset(datasets)).toBe("t");
    expect(someDataset(datasets.slice(0, 1))).toBe("d");
  });
});

describe("how a version differs from its base, as a pipeline's value", () => {
  const schema = {
    type: "object",
    properties: {
      epochs: { type: "integer", title: "Epochs", minimum: 1, default: 5 },
      width: { type: "integer", title: "Width", default: 8 },
    },
  };
  const served: Record<string, unknown> = {
    "/api/v1/models/m1/": { adapter: "small", configuration: { epochs: 30, width: 16 } },
    "/api/v1/adapters/": { items: [{ name: "small", config_schema: schema }], next: null },
  };
  const options = {
    projectId: "p",
    type: "Json",
    label: "Model Configuration",
    widget: "configuration",
    model: () => "m1",
  };
  const serve = () => {
    vi.stubGlobal("fetch", (url: string) =>
      Promise.resolve(Response.json(served[new URL(url, "http://x").pathname])),
    );
  };
  afterEach(() => vi.unstubAllGlobals());

  it("shows what the base has and keeps only what was changed", async () => {
    serve();
    const field = valueField({ ...options, value: {} });
    const epochs = () => field.element.querySelector<HTMLInputElement>('[data-path="epochs"] input');
    await vi.waitFor(() => expect(epochs()?.value).toBe("30"));
    expect(field.value()).toEqual({});
    set(field, "epochs", "12");
    expect(field.value()).toEqual({ epochs: 12 });
    set(field, "epochs", "0");
    expect(() => field.value()).toThrow("not right yet");
  });

  it("keeps what the adapter does not know, and is JSON where no model is at hand", async () => {
    serve();
    const field = valueField({ ...options, value: { width: 4, old_key: 1 } });
    await vi.waitFor(() => expect(field.element.querySelector('[data-path="width"] input')).not.toBeNull());
    set(field, "epochs", "12");
    expect(field.value()).toEqual({ old_key: 1, width: 4, epochs: 12 });
    const bare = valueField({ ...options, model: () => null, value: { width: 4 } });
    expect(bare.element.querySelector("details")?.open).toBe(true);
    type(bare, '{"width": 5}');
    expect(bare.value()).toEqual({ width: 5 });
  });
});
