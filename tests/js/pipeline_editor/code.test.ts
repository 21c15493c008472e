// @vitest-environment happy-dom
import { describe, expect, it, vi } from "vitest";
import { completeContext } from "@/pipeline_editor/code/completion";
import { replyView } from "@/pipeline_editor/code/index";
import { createTextField } from "@/pipeline_editor/code/text";

const completed = (code: string): string[] | null => {
  const matchBefore = (expression: RegExp) => {
    const text = new RegExp(`(?:${expression.source})$`).exec(code)?.[0];
    return text === undefined ? null : { from: code.length - text.length, to: code.length, text };
  };
  const found = completeContext({ matchBefore });
  return found && found.options.map((option) => option.label);
};

describe("completion in a code node", () => {
  it("knows the context after its dot", () => {
    expect(completed("def run(item, context):\n  context.")).toContain("open_image");
    expect(completed("context.par")).toContain("parameters");
  });
  it("knows the item's keys in brackets and in get()", () => {
    expect(completed('item["')).toContain("annotations");
    expect(completed("item.get('na")).toContain("width");
  });
  it("knows what may be returned", () => {
    expect(completed('return {"outputs": {}, "')).toBeNull(); // behind a closed brace nothing is sure
    expect(completed('return {"')).toEqual(["outputs", "action", "metadata", "annotations"]);
  });
  it("leaves other words to Python", () => {
    expect(completed("impo")).toBeNull();
  });
});

describe("the text of a code node", () => {
  it("tells of changes, takes a restored version, and ends", () => {
    const changed = vi.fn();
    const host = document.createElement("div");
    document.body.append(host);
    const field = createTextField({ host, code: "x = 1", readOnly: false, label: "Code", onChange: changed });
    expect(host.shadowRoot?.querySelector(".cm-content")?.getAttribute("aria-label")).toBe("Code");
    field.setValue("x = 2");
    expect(field.value()).toBe("x = 2");
    expect(changed).toHaveBeenCalledOnce();
    field.mark(1, "bad");
    expect(host.shadowRoot?.querySelector(".cm-lintRange-error")).not.toBeNull();
    field.mark(null, "");
    expect(host.shadowRoot?.querySelector(".cm-lintRange-error")).toBeNull();
    field.destroy();
    expect(host.shadowRoot?.querySelector(".cm-content")).toBeNull();
  });
});

describe("what a test run answered", () => {
  it("shows print and result, or the error with its trace", () => {
    const good = replyView({ ok: true, stdout: "hi\n", seconds: 0.1, result: { action: "odd" } }).textContent;
    expect(good).toContain("hi");
    expect(good).toContain('"action": "odd"');
    const error = {
      code: "code_error",
      message: "KeyError: 'x' (line 3)",
      line: 3,
      trace: "Traceback of it",
    };
    const bad = replyView({ ok: false, error }).textContent;
    expect(bad).toContain("KeyError: 'x' (line 3)");
    expect(bad).toContain("Traceback of it");
    expect(bad).not.toContain("Result");
  });
});
