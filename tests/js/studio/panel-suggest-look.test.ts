import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Cell } from "@/lib/store.ts";
import type { ViewSettings } from "@/studio/context.ts";
import { isPlain, saturate, PLAIN_ADJUST } from "@/studio/render/adjust.ts";
import { PLAIN_LOOK, type StageLook } from "@/studio/render/types.ts";
import { Suggestions } from "@/studio/state/suggestions.ts";
import { LookPanel } from "@/studio/views/look.ts";
import { SuggestionsPanel } from "@/studio/views/suggestions.ts";
import { bench, box, type Bench } from "./tools-bench.ts";

describe("suggestions", () => {
  let b: Bench;
  let acts: Suggestions;
  let panel: SuggestionsPanel;
  const seen: string[] = [];
  const readOnly = new Cell(false);
  const buttons = () => [...panel.element.querySelectorAll("button")];
  const button = (word: string) =>
    buttons().find(({ textContent }) => textContent?.startsWith(word)) as HTMLButtonElement;
  const said = () => panel.element.querySelector("[role=status]")?.textContent;

  beforeEach(async () => {
    window.localStorage.clear();
    readOnly.set(false);
    b = await bench();
    const suggested = (id: string, confidence: number) => ({
      ...box(id, 0, 0, 20, 20),
      revision: 0,
      model: { id: "m", name: "v7", confidence },
    });
    b.put(suggested("a", 0.9), suggested("b", 0.5), suggested("c", 0.2));
    b.put(box("mine", 0, 0, 5, 5));
    acts = new Suggestions({
      document: b.doc,
      threshold: new Cell(0.4),
      readOnly: () => readOnly.value,
      reveal: ({ id }) => seen.push(id),
    });
    panel = new SuggestionsPanel({
      suggestions: acts,
      selection: b.doc.selection,
      readOnly,
      shown: (id) => ({ "suggest.accept.all": "⇧ A" })[id] ?? "",
    });
  });
  afterEach(() => {
    panel.dispose();
    acts.dispose();
    b.dispose();
  });

  it("says whose they are, how many are shown and how many are not", () => {
    expect(said()).toBe("v7 · 2 shown, 1 hidden");
    expect(button("Accept all").textContent).toBe("Accept all 2⇧ A");
    const range = panel.element.querySelector("input") as HTMLInputElement;
    range.value = "0.95";
    range.dispatchEvent(new Event("input"));
    expect(acts.threshold.value).toBe(0.95);
    expect(said()).toBe("v7 · 0 shown, 3 hidden");
    expect(button("Accept all").disabled).toBe(true);
    expect(button("Next").disabled).toBe(true);
  });
  it("next selects one, which is accepted or rejected by itself", () => {
    expect(button("Reject").closest<HTMLElement>(".suggestion-acts")?.hidden).toBe(true);
    button("Next").click();
    expect([...b.doc.selection.value]).toEqual(["a"]);
    buttons().at(-1)?.click();
    expect(b.doc.store.has("a")).toBe(false);
    expect([...b.doc.selection.value]).toEqual(["b"]);
    buttons().at(-2)?.click();
    expect(b.doc.store.get("b")?.author?.name).toBe("Me");
    expect(said()).toBe("v7 · 0 shown, 1 hidden");
  });
  it("accepts all shown as one step, and goes when none is left", () => {
    button("Accept all").click();
    expect(acts.open.value.map(({ id }) => id)).toEqual(["c"]);
    acts.reject(["c"]);
    expect(panel.visible.value).toBe(false);
  });
  it("only looks where nothing may be edited", () => {
    readOnly.set(true);
    expect(button("Accept all").disabled).toBe(true);
    expect(button("Next").disabled).toBe(false);
  });
});

describe("the look", () => {
  const plain: ViewSettings = { colorBy: "label", opacity: 0.2, labelsShown: true, outlines: true };
  let look: Cell<StageLook>;
  let settings: Cell<ViewSettings>;
  let panel: LookPanel;
  const slider = (name: string) =>
    panel.element.querySelector<HTMLInputElement>(`[aria-label="${name}"]`) as HTMLInputElement;
  const slide = (name: string, value: number) => {
    slider(name).value = String(value);
    slider(name).dispatchEvent(new Event("input"));
  };
  const tick = (title: string) =>
    [...panel.element.querySelectorAll("label")]
      .find(({ textContent }) => textContent?.startsWith(title))
      ?.querySelector("input")
      ?.click();

  beforeEach(() => {
    look = new Cell(PLAIN_LOOK);
    settings = new Cell(plain);
    panel = new LookPanel({ look, settings });
    document.body.replaceChildren(panel.element);
  });
  afterEach(() => panel.dispose());

  it("sets the picture's levels, gamma evenly about 1", () => {
    slide("Brightness", 0.4);
    slide("Saturation", -1);
    slide("Gamma", Math.log(2));
    expect(look.value.adjust).toEqual({ ...PLAIN_ADJUST, brightness: 0.4, saturation: -1, gamma: 2 });
    expect(slider("Gamma").getAttribute("aria-valuetext")).toBe("2.00");
    slide("Brightness", 0.02);
    expect(look.value.adjust.brightness).toBe(0);
    slider("Gamma").dispatchEvent(new Event("dblclick"));
    expect(look.value.adjust.gamma).toBe(1);
  });
  it("sets what is drawn, and shows what a key changed", () => {
    tick("Crosshair");
    tick("Labels");
    expect([look.value.crosshair, settings.value.labelsShown]).toEqual([true, false]);
    panel.element.querySelectorAll<HTMLElement>(".segment button")[2]?.click();
    expect(settings.value.colorBy).toBe("author");
    settings.update((now) => ({ ...now, opacity: 0.5 }));
    expect(slider("Fill").value).toBe("0.5");
  });
  it("goes back to how it was", () => {
    slide("Contrast", 0.5);
    tick("Equalise");
    settings.set({ ...plain, opacity: 1, outlines: false });
    panel.reset();
    expect(look.value).toEqual(PLAIN_LOOK);
    expect(settings.value).toEqual(plain);
    expect(slider("Contrast").value).toBe("0");
  });
  it("takes what was remembered before there was saturation", () => {
    const { saturation: _, ...old } = PLAIN_ADJUST;
    look.set({ ...PLAIN_LOOK, adjust: old });
    expect(isPlain(old)).toBe(true);
    expect(slider("Saturation").value).toBe("0");
    expect([-1, 0, 1].map((saturation) => saturate({ ...old, saturation }))).toEqual([0, 1, 3]);
  });
});
