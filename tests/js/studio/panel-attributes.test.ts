import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Cell } from "@/lib/store.ts";
import { inRange, missing, type AttributeSpec } from "@/studio/state/attributes.ts";
import { Numbers } from "@/studio/state/numbers.ts";
import type { Refused } from "@/studio/io/edits.ts";
import type { LabelSpec } from "@/studio/state/types.ts";
import { AttributesPanel } from "@/studio/views/attributes.ts";
import { bench, box, type Bench } from "./tools-bench.ts";

const spec = (key: string, part: Partial<AttributeSpec>): AttributeSpec => ({
  id: key,
  key,
  title: key,
  kind: "options",
  multi: false,
  optional: true,
  scope: [],
  values: [],
  value_range: null,
  ...part,
});
const questions = {
  attributes: [
    spec("severity", { values: ["light", "medium", "deep"], optional: false, scope: ["cat"] }),
    spec("broken", { kind: "boolean" }),
    spec("parts", { values: ["ear", "tail"], multi: true }),
    spec("size", { kind: "range", value_range: { min: 0, max: 10, step: 1 } }),
    spec("note", { kind: "text", optional: false, scope: ["dog"] }),
    spec("breed", { values: ["a long one", "another long one", "third", "fourth", "fifth"], scope: ["cat"] }),
  ],
};
const labels = ["cat", "dog"].map((name): LabelSpec => ({ id: name, name, color: "#ff0000", hotkey: "" }));

let b: Bench;
let numbers: Numbers;
let panel: AttributesPanel;
const refused = new Cell<readonly Refused[]>([]);
const acts: string[] = [];
const framed: string[] = [];
const frame = () => new Promise((done) => requestAnimationFrame(() => done(null)));
const rows = () =>
  [...panel.element.querySelectorAll<HTMLElement>(".answer")].map((one) => one.dataset["key"]);
const row = (key: string) => panel.element.querySelector<HTMLElement>(`[data-key="${key}"]`) as HTMLElement;
const within = <E extends HTMLElement>(key: string, selector: string) =>
  row(key).querySelector<E>(selector) as E;
const pressed = (key: string) =>
  [...row(key).querySelectorAll("[aria-pressed=true]")].map(({ textContent }) => textContent);
const attributes = (id: string) => b.doc.store.get(id)?.attributes;
const press = (key: string) =>
  (document.activeElement ?? panel.element).dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
  );
const at = () => (document.activeElement as HTMLElement).closest<HTMLElement>(".answer")?.dataset["key"];
const set = (input: HTMLInputElement | HTMLSelectElement, value: string) => {
  input.value = value;
  input.dispatchEvent(new Event("change", { bubbles: true }));
};

beforeEach(async () => {
  window.localStorage.clear();
  framed.length = 0;
  b = await bench();
  b.put(box("a", 0, 0, 40, 30), box("b", 0, 0, 9, 9), box("d", 0, 0, 9, 9, "dog"));
  numbers = new Numbers(b.doc.store);
  panel = new AttributesPanel({
    ctx: b.ctx,
    numbers,
    labels,
    attributes: new Cell<readonly AttributeSpec[]>(questions.attributes),
    refused: {
      list: refused,
      retry: (id) => acts.push(`retry ${id}`),
      giveUp: (id) => acts.push(`give up ${id}`),
    },
    shown: () => "Q",
    frame: ({ id }) => framed.push(id),
  });
  document.body.append(panel.element);
});
afterEach(() => {
  panel.dispose();
  numbers.dispose();
  b.dispose();
});

describe("what is asked", () => {
  it("nothing of nothing", () => {
    expect(panel.element.hidden).toBe(true);
  });
  it("is what the ontology asks of the label, with who made it", () => {
    b.doc.store.patch("a", { author: { id: "x", name: "Ann" }, revision: 4 }, { origin: "silent" });
    b.select("a");
    expect(rows()).toEqual(["label", "severity", "broken", "parts", "size", "breed", "~occluded", "~pinned"]);
    expect(panel.element.textContent).toContain("cat #1");
    expect(panel.element.textContent).toContain("by Ann, r4");
  });
  it("of several is what is asked of each of them", () => {
    b.select("a", "d");
    expect(rows()).toEqual(["label", "broken", "parts", "size", "~occluded", "~pinned"]);
    expect(panel.element.textContent).toContain("2 objects");
    expect(within<HTMLSelectElement>("label", "select").value).toBe("");
  });
});

describe("answers", () => {
  it("of every kind are set by their control, each one step of undo", async () => {
    b.select("a");
    within<HTMLElement>("severity", "button:nth-child(2)").click();
    expect(attributes("a")).toEqual({ severity: "medium" });
    await frame();
    expect(pressed("severity")).toEqual(["medium"]);
    within<HTMLElement>("broken", "input").click();
    within<HTMLElement>("parts", "button:nth-child(2)").click();
    await frame();
    within<HTMLElement>("parts", "button:nth-child(1)").click();
    set(within("size", "input[type=number]"), "7");
    set(within("breed", "select"), "third");
    expect(attributes("a")).toEqual({
      severity: "medium",
      broken: true,
      parts: ["ear", "tail"],
      size: 7,
      breed: "third",
    });
    expect(b.undoLabel()).toBe("Set breed of box");
    b.doc.undo();
    expect(attributes("a")).not.toHaveProperty("breed");
  });
  it("out of the range are refused", () => {
    b.select("a");
    const number = within<HTMLInputElement>("size", "input[type=number]");
    set(number, "11");
    expect(attributes("a")).toEqual({});
    expect(number.getAttribute("aria-invalid")).toBe("true");
  });
  it("between two steps are refused, whatever binary fractions make of a step", () => {
    expect(
      inRange(spec("share", { kind: "range", value_range: { min: 0, max: 1, step: 0.1 } }), 0.1 + 0.2),
    ).toBe(true);
    b.select("a");
    const number = within<HTMLInputElement>("size", "input[type=number]");
    set(number, "7.5");
    expect(attributes("a")).toEqual({});
    expect(number.getAttribute("aria-invalid")).toBe("true");
  });
  it("that the server did not take say why, with a way out, where they were given", async () => {
    refused.set([
      { annotation: "a", item: "item", reason: "“size” takes 0 to 10, not 11.", attribute: "size" },
    ]);
    b.select("b");
    expect(panel.element.querySelector("[role=alert]")).toBeNull();
    b.select("a", "b");
    expect(panel.element.querySelector("[role=alert]")?.textContent).toContain(
      "Not saved. “size” takes 0 to 10",
    );
    expect(row("size").classList.contains("wanting")).toBe(true);
    expect(row("broken").classList.contains("wanting")).toBe(false);
    for (const button of panel.element.querySelectorAll<HTMLElement>("[role=alert] button")) button.click();
    expect(acts).toEqual(["retry a", "give up a"]);
    refused.set([]);
    await frame();
    expect(panel.element.querySelector("[role=alert]")).toBeNull();
  });
  it("that differ are mixed, and one answer goes to all", async () => {
    b.doc.store.patch("a", { attributes: { severity: "deep" } }, { origin: "silent" });
    b.select("a", "b");
    expect(pressed("severity")).toEqual([]);
    expect(row("severity").textContent).toContain("mixed");
    within<HTMLElement>("severity", "button:nth-child(1)").click();
    await frame();
    expect([attributes("a"), attributes("b")]).toEqual([{ severity: "light" }, { severity: "light" }]);
    expect(row("severity").textContent).not.toContain("mixed");
    b.doc.undo();
    expect(attributes("a")).toEqual({ severity: "deep" });
  });
  it("the label of many, and what is locked is left alone", () => {
    b.select("a", "d");
    b.ctx.locked.set(new Set(["d"]));
    set(within("label", "select"), "dog");
    expect(b.all().map(({ label }) => label)).toEqual(["dog", "cat", "dog"]);
    b.ctx.locked.set(new Set(["a", "d"]));
    b.select("a", "d");
    expect(within<HTMLSelectElement>("label", "select").disabled).toBe(true);
  });
  it("occluded, and delete", async () => {
    b.select("a");
    within<HTMLElement>("~occluded", "input").click();
    expect(b.doc.store.get("a")?.metadata).toEqual({ occluded: true });
    panel.element.querySelector<HTMLElement>("[aria-label=Delete]")?.click();
    expect(b.doc.store.has("a")).toBe(false);
    expect(panel.element.hidden).toBe(true);
  });
  it("being typed are not thrown away by what someone else saves", async () => {
    b.select("d");
    const input = within<HTMLInputElement>("note", "input");
    input.focus();
    input.value = "half a sen";
    b.doc.store.patch("d", { metadata: { z: 3 } }, { origin: "remote" });
    await frame();
    expect(within<HTMLInputElement>("note", "input").value).toBe("half a sen");
  });
});

describe("keys", () => {
  it("one attribute is walked over all objects that are asked it, each answered by a digit", async () => {
    b.put(box("c", 60, 50, 90, 90), box("locked", 70, 60, 90, 90), box("hidden", 80, 70, 90, 90));
    b.ctx.locked.set(new Set(["locked"]));
    b.ctx.hidden.set(new Set(["hidden"]));
    b.select("a");
    panel.focus("severity");
    press("3");
    panel.along(1); // "d" is a dog: not asked
    expect([...b.doc.selection.value]).toEqual(["b"]);
    expect(at()).toBe("severity");
    expect(b.said.at(-1)).toBe("cat #2, 2 of 3: severity, not said");
    press("1");
    panel.along(1);
    press("2");
    panel.along(1);
    expect([...b.doc.selection.value]).toEqual(["c"]);
    expect(b.said.at(-1)).toBe("No more objects to ask this of.");
    expect(at()).toBe("severity");
    expect(framed).toEqual(["b", "c"]);
    expect(["a", "b", "c"].map((id) => attributes(id)?.["severity"])).toEqual(["deep", "light", "medium"]);
    panel.along(-1);
    expect(b.said.at(-1)).toBe("cat #2, 2 of 3: severity, light");
    panel.focus("~occluded");
    panel.along(1);
    expect([...b.doc.selection.value]).toEqual(["d"]);
    expect(at()).toBe("~occluded");
  });
  it("up and down go through the questions, digits answer them, and no label is touched", async () => {
    b.select("a");
    expect(panel.focus()).toBe(true);
    expect(at()).toBe("severity");
    press("3");
    await frame();
    expect(attributes("a")).toEqual({ severity: "deep" });
    expect(at()).toBe("severity");
    press("ArrowDown");
    press("2");
    expect(attributes("a")).toEqual({ severity: "deep", broken: false });
    press("ArrowDown");
    press("1");
    press("9");
    expect(b.said.at(-1)).toBe("“parts” has no value 9.");
    expect(attributes("a")).toEqual({ severity: "deep", broken: false, parts: ["ear"] });
    press("ArrowUp");
    expect(at()).toBe("broken");
    press("Escape");
    expect(document.activeElement).toBe(b.stage.element);
  });
});

describe("what is missing", () => {
  it("is what is required and not said, of people's annotations only", () => {
    b.doc.store.patch("a", { attributes: { severity: "deep" } }, { origin: "silent" });
    b.doc.store.patch("d", { attributes: { note: "  " } }, { origin: "silent" });
    b.put({ ...box("m", 0, 0, 5, 5), revision: 0, model: { id: "m", name: "v7", confidence: 1 } });
    const list = missing(b.doc, questions).map(
      ({ annotation, attribute }) => `${annotation.id} ${attribute.key}`,
    );
    expect(list).toEqual(["b severity", "d note"]);
  });
  it("an answer the ontology does not know counts as none", () => {
    b.doc.store.patch("a", { attributes: { severity: "gone" } }, { origin: "silent" });
    expect(missing(b.doc, questions).map(({ annotation }) => annotation.id)).toEqual(["a", "b", "d"]);
  });
  it("a person is taken to the first and told how many", () => {
    expect(panel.ask(missing(b.doc, questions))).toBe(true);
    expect([...b.doc.selection.value]).toEqual(["a"]);
    expect(at()).toBe("severity");
    expect(row("severity").classList.contains("wanting")).toBe(true);
    expect(b.said.at(-1)).toBe("cat #1 needs “severity”, and 2 more.");
    expect(panel.ask([])).toBe(false);
  });
});
