import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { counted, merged, samplesView, type Samples } from "@/pages/models/samples-view.ts";
import type { Model } from "@/pages/models/types.ts";

const box = (label: string, confidence = 1) => ({
  type: "box",
  label,
  confidence,
  covers: true,
  rings: [
    [
      [0, 0],
      [5, 0],
      [5, 5],
    ],
  ],
});
const picture = (truth: Samples["pictures"][number]["truth"]): Samples["pictures"][number] => ({
  item: "i",
  name: "one.jpg",
  thumbnail: "/thumb",
  size_wh: [40, 30],
  truth,
});
const model = { id: "m", labels: ["cat", "dog"] } as unknown as Model;

describe("what is said of an epoch", () => {
  it("is kept once, the newest telling, in order", () => {
    const told = (epoch: number, label: string) => ({
      epoch,
      answers: [{ classes: [{ label, share: 1 }] }],
    });
    const found = merged([told(0, "cat"), told(2, "cat")], [told(2, "dog"), told(1, "dog")]);
    expect(found.map((one) => [one.epoch, one.answers[0]?.classes?.[0]?.label])).toEqual([
      [0, "cat"],
      [1, "dog"],
      [2, "dog"],
    ]);
  });

  it("is counted by label where it has a place, else named", () => {
    expect(counted([box("dog"), box("cat"), box("cat")])).toBe("2 cat, 1 dog");
    expect(counted([])).toBe("nothing");
    expect(
      counted([
        { label: "wet", rings: [] },
        { label: "dark", rings: [] },
      ]),
    ).toBe("dark, wet");
  });
});

describe("the strip", () => {
  let answers: Samples[] = [];
  let asked: string[] = [];
  beforeEach(() => {
    vi.useFakeTimers();
    asked = [];
    vi.stubGlobal("fetch", (url: string | URL | Request) => {
      asked.push(String(url instanceof Request ? url.url : url));
      const body = answers.length > 1 ? answers.shift() : answers[0];
      return Promise.resolve(
        new Response(JSON.stringify(body), {
          status: 200,
          headers: { "content-type": "application/json" },
        }),
      );
    });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  const slider = (root: Element) => root.querySelector<HTMLInputElement>("input[type=range]")!;

  it("is not there before the first epoch, then follows the newest until another one is chosen", async () => {
    const cat = { classes: [{ label: "cat", share: 1 }] };
    const epoch = (n: number, label: string) => ({
      epoch: n,
      answers: [{ classes: [{ label, share: 0.8 }] }],
    });
    const base = { shown_from: 0, pictures: [picture(cat)] };
    answers = [
      { shown_from: 0, pictures: [], epochs: [] },
      { ...base, epochs: [epoch(0, "dog")] },
      { ...base, epochs: [epoch(1, "cat")] },
      { ...base, epochs: [epoch(2, "cat")] },
    ];
    const view = samplesView(model);
    await vi.advanceTimersByTimeAsync(0);
    expect(view.element.textContent).toBe("");
    view.soon();
    view.soon();
    await vi.advanceTimersByTimeAsync(1500);
    expect(asked).toHaveLength(2); // once a second, however often it is told of new figures
    expect(view.element.textContent).toContain("after epoch 1");
    expect(view.element.querySelector(".said")!.classList.contains("bad")).toBe(true);
    expect(view.element.textContent).toContain("true: cat");
    view.soon();
    await vi.advanceTimersByTimeAsync(1500);
    expect(asked[2]).toContain("after=0");
    expect(view.element.querySelector(".said")!.classList.contains("ok")).toBe(true);
    slider(view.element).value = "0";
    slider(view.element).dispatchEvent(new Event("input"));
    view.soon();
    await vi.advanceTimersByTimeAsync(1500);
    expect(slider(view.element).max).toBe("2");
    expect(view.element.textContent).toContain("after epoch 1");
    expect(view.element.querySelectorAll("img")).toHaveLength(1);
  });

  it("draws what is sure enough over what is true", async () => {
    answers = [
      {
        shown_from: 0.4,
        pictures: [picture({ shapes: [box("cat"), box("dog")] })],
        epochs: [{ epoch: 0, answers: [{ shapes: [box("cat", 0.9), box("dog", 0.2)] }] }],
      },
    ];
    const { element } = samplesView(model);
    await vi.advanceTimersByTimeAsync(0);
    expect(element.querySelectorAll("svg.drawn-over g.truth")).toHaveLength(2);
    expect(element.querySelectorAll("svg.drawn-over g:not(.truth)")).toHaveLength(1);
    expect(element.querySelector("svg.drawn-over")!.getAttribute("viewBox")).toBe("0 0 40 30");
    const caption = element.querySelector("figcaption")!;
    expect(caption.textContent).toBe("1 cattrue: 1 cat, 1 dog");
  });
});
