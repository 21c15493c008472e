import { describe, expect, it } from "vitest";
import { uuid7 } from "@/studio/io/ids.ts";
import { withDigits } from "@/studio/state/labels.ts";
import { whyThisImage } from "@/studio/state/why.ts";
import { WorkClock } from "@/studio/tools/clock.ts";
import { saveLook } from "@/studio/views/bar.ts";

describe("why this image", () => {
  const suggestion = {
    label: "cat",
    confidence: 0.5,
    model_name: "v7",
    probs: { cat: 0.5, dog: 0.44, frog: 0.06 },
  };
  it.each([
    [null, null],
    [
      {
        strategy: "margin",
        arm: "strategy",
        score: 0.94,
        rank: 3,
        round: 2,
        chosen: 50,
      },
      "v7 is torn between cat and dog (margin, score .940, pick 4 of 50 in round 2)",
    ],
    [
      { strategy: "random", arm: "random", round: 2 },
      "Random control pick of round 2: chosen without asking the model, so that the measure stays honest",
    ],
    [{ strategy: "entropy", round: 1 }, "v7: it is unsure among many labels (entropy, in round 1)"],
    [{ strategy: "my_own", round: 1 }, "v7: my own (my own, in round 1)"],
  ])("%o", (selection, text) => {
    expect(whyThisImage(selection, suggestion)).toBe(text);
  });
  it("names the model that chose, where only shapes are suggested", () => {
    const text = "boxes v2: it is unsure among many labels (entropy, in round 1)";
    expect(whyThisImage({ strategy: "entropy", round: 1, model_name: "boxes v2" }, null)).toBe(text);
  });
});

describe("digits", () => {
  const spec = (name: string, hotkey = "") => ({
    id: name,
    name,
    color: "#000000",
    hotkey,
  });
  it("keeps the ontology's own and hands out the rest in order", () => {
    const got = withDigits([spec("a"), spec("b", "1"), spec("c", "q"), spec("d", "1")]);
    expect(got.map((label) => label.digit)).toEqual(["2", "1", "3", "4"]);
  });
  it("gives ten digits and no more", () => {
    const got = withDigits(Array.from({ length: 12 }, (_, i) => spec(`l${i}`)));
    expect(got.map((label) => label.digit)).toEqual([
      "1",
      "2",
      "3",
      "4",
      "5",
      "6",
      "7",
      "8",
      "9",
      "0",
      "",
      "",
    ]);
  });
});

describe("ids", () => {
  it("are UUIDv7 in the order made, also within a millisecond", () => {
    const made = Array.from({ length: 200 }, (_, i) => uuid7(1_800_000_000_000 + Math.floor(i / 50)));
    expect([...made].sort()).toEqual(made);
    expect(new Set(made).size).toBe(200);
    for (const id of made)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe("the work clock", () => {
  it("counts looking and doing, not pauses and other tabs", () => {
    let now = 0;
    const clock = new WorkClock(() => now);
    now = 5000;
    expect(clock.seconds()).toBe(5);
    now = 300_000; // a pause: only its first minute counts
    expect(clock.seconds()).toBe(60);
    clock.sign();
    now = 302_000;
    expect(clock.seconds()).toBe(62);
    clock.show(false);
    now = 400_000;
    expect(clock.seconds()).toBe(62);
    clock.show(true);
    now = 401_000;
    expect(clock.seconds()).toBe(63);
    clock.restart();
    expect(clock.seconds()).toBe(0);
  });
});

describe("the save state", () => {
  const state = {
    phase: "idle" as const,
    waiting: 0,
    savedAt: null,
    durable: true,
  };
  it("is always one of four words", () => {
    expect(saveLook(state, 0)).toMatchObject({ tone: "ok", text: "Saved" });
    expect(saveLook({ ...state, savedAt: 1 }, 0, 120_001).text).toBe("Saved 2 min ago");
    expect(saveLook({ ...state, phase: "sending", waiting: 1 }, 0)).toMatchObject({
      tone: "run",
      text: "Saving",
    });
    expect(saveLook({ ...state, phase: "offline", waiting: 3 }, 0).text).toBe(
      "Offline, 3 kept in this browser",
    );
    expect(saveLook({ ...state, phase: "offline", waiting: 3, durable: false }, 0).text).toContain(
      "not kept",
    );
    expect(saveLook({ ...state, phase: "failing", waiting: 1 }, 0)).toMatchObject({
      tone: "warn",
      text: "Server error, 1 kept in this browser",
    });
    expect(saveLook({ ...state, phase: "signed-out", waiting: 2 }, 0)).toMatchObject({ tone: "warn" });
    expect(saveLook(state, 2)).toMatchObject({
      tone: "bad",
      text: "2 not taken",
    });
  });
});
