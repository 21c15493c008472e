import { describe, expect, it } from "vitest";
import { fieldsOf, metricsOf, ruleForm, ruleOf, type Rule } from "@/ui/rule-form.ts";

const WHOLE: Rule = {
  precision_recall: { metric: "map", min_delta: 0.01, iou_threshold: 0.5 },
  guard: { labels: ["cat"], margin: 0.1 },
  minimum_items: 200,
  latency_ms: 40,
  approval: true,
  seeds: 3,
  alpha: 0.01,
};

describe("the rule of the gate", () => {
  it("comes out of its fields as it went in, with what they do not know", () => {
    expect(ruleOf(fieldsOf(WHOLE, "detection"), WHOLE)).toEqual(WHOLE);
    const every: Rule = {
      precision_recall: { min_delta: 0 },
      guard: { every: true, margin: 0.05 },
    };
    expect(ruleOf(fieldsOf(every, "semantic_segmentation"), every)).toEqual(every);
  });

  it("says nothing of what is not asked for", () => {
    const none = { ...fieldsOf({}, "classification"), guard_labels: ["cat"] };
    expect(none.guard).toBe("none");
    expect(ruleOf(none, WHOLE)).toEqual({
      precision_recall: {
        metric: "average_precision",
        min_delta: 0,
        iou_threshold: 0.5,
      },
      alpha: 0.01,
    });
  });

  it("offers the figures of the task; one of another task gives way to the first", () => {
    expect(metricsOf("keypoints")).toEqual(["average_precision", "map"]);
    expect(fieldsOf({ precision_recall: { metric: "map" } }, "classification").metric).toBe(
      "average_precision",
    );
    expect(fieldsOf(WHOLE, "semantic_segmentation").metric).toBe("");
  });

  it("is read from the form only when every field is right", () => {
    const form = ruleForm("detection", ["cat", "dog"], WHOLE);
    expect(form.read()).toEqual(WHOLE);
    const inputs = [...form.element.querySelectorAll<HTMLInputElement>('input:not([type="checkbox"])')];
    const size = inputs.find((one) => one.value === "200");
    if (!size) throw new Error("no field holds the least number of pictures");
    size.value = "-1";
    size.dispatchEvent(new Event("input", { bubbles: true }));
    expect(form.read()).toBeNull();
    expect(form.element.textContent).toContain("At least 0");
  });

  it("asks for classes and their loss only where some are guarded, and then for one at least", () => {
    const form = ruleForm("detection", ["cat", "dog"], {});
    const field = (path: string) => {
      const found = form.element.querySelector<HTMLElement>(`[data-path="${path}"]`);
      if (!found) throw new Error(`no field ${path}`);
      return found;
    };
    const hidden = () => [field("guard_labels").hidden, field("guard_margin").hidden];
    const guard = field("guard").querySelector("select");
    const choose = (title: string) => {
      const option = [...(guard?.options ?? [])].find((one) => one.text === title);
      if (!guard || !option) throw new Error(`nothing is called ${title}`);
      guard.value = option.value;
      guard.dispatchEvent(new Event("change", { bubbles: true }));
    };
    expect(hidden()).toEqual([true, true]);
    choose("Every class");
    expect(hidden()).toEqual([true, false]);
    choose("Some classes");
    expect(hidden()).toEqual([false, false]);
    expect(form.read()).toBeNull();
    expect(field("guard_labels").textContent).toContain("Choose a class");
    field("guard_labels").querySelector<HTMLInputElement>("input")?.click();
    expect(form.read()?.["guard"]).toEqual({ labels: ["cat"], margin: 0.05 });
  });
});
