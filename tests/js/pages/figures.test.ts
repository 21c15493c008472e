// @vitest-environment node
import { describe, expect, it } from "vitest";
import { daysBetween, fromParams, lastDays, spanOf, toParams } from "@/pages/figures/asked.ts";
import {
  acceptanceSpec,
  alikeSpec,
  binName,
  issuesSpec,
  itemsUrl,
  paceSpec,
  suggestionsKept,
  timesSpec,
} from "@/pages/figures/specs.ts";
import type { Asked, FigureRow, Figures } from "@/pages/figures/types.ts";

const NOUGHT: FigureRow = {
  key: "",
  name: "",
  labelled: 0,
  discarded: 0,
  decided: 0,
  objects: 0,
  reviewed: 0,
  accepted: 0,
  returned: 0,
  corrected: 0,
  kept: 0,
  suggestions_accepted: 0,
  suggestions_edited: 0,
  suggestions_rejected: 0,
  label_seconds: 0,
  review_seconds: 0,
  items_an_hour: null,
  objects_an_hour: null,
  reviews_an_hour: null,
  acceptance: null,
  rework: null,
  agreement: null,
  objects_unchanged: 0,
  objects_changed: 0,
  objects_added: 0,
  objects_removed: 0,
  iou: null,
};
const row = (change: Partial<FigureRow>): FigureRow => ({ ...NOUGHT, ...change });
const figures = (rows: FigureRow[], from = "2026-03-01", to = "2026-03-04"): Figures => ({
  by: "day",
  from,
  to,
  tz: "UTC",
  own: false,
  rows,
  totals: NOUGHT,
  times: [],
  issues: [],
  simulated: 0,
});
const TODAY = new Date(2026, 2, 3, 15);
const ASKED: Asked = { by: "person", from: "2026-03-01", to: "2026-03-03", task: null, person: null };

describe("what is asked", () => {
  it("is the last 30 days by person where the address says nothing or nonsense", () => {
    const usual = { by: "person", from: "2026-02-02", to: "2026-03-03", task: null, person: null };
    expect(fromParams(new URLSearchParams(), TODAY)).toEqual(usual);
    expect(fromParams(new URLSearchParams("by=x&from=2026-03-09&to=2026-03-01"), TODAY)).toEqual(usual);
  });
  it("survives being written into the address", () => {
    const asked: Asked = { by: "task", from: "2026-01-01", to: "2026-01-31", task: "t", person: "p" };
    expect(fromParams(toParams(asked), TODAY)).toEqual(asked);
  });
  it("counts today into a span, over the end of a month", () => {
    expect(lastDays(7, TODAY)).toEqual({ from: "2026-02-25", to: "2026-03-03" });
    expect(spanOf({ ...ASKED, ...lastDays(7, TODAY) }, TODAY)).toBe(7);
    expect(spanOf({ ...ASKED, from: "2026-02-24", to: "2026-03-02" }, TODAY)).toBeNull();
    expect(daysBetween("2026-02-27", "2026-03-01")).toEqual(["2026-02-27", "2026-02-28", "2026-03-01"]);
  });
});

describe("charts of figures", () => {
  it("draw a day without work as nought, and reviews only where there were some", () => {
    const spec = paceSpec(figures([row({ key: "2026-03-02", labelled: 5, discarded: 1 })]));
    expect(spec.series.map((one) => one.name)).toEqual(["labelled"]);
    expect(spec.series[0]?.points.map(([, y]) => y)).toEqual([0, 6, 0, 0]);
    const both = paceSpec(figures([row({ key: "2026-03-04", decided: 3 })]));
    expect(both.series[1]?.points.map(([, y]) => y)).toEqual([0, 0, 0, 3]);
  });
  it("show acceptance with its interval, the best first, without those never reviewed", () => {
    const rate = (value: number) => ({ rate: value, low: value - 0.1, high: value + 0.1 });
    const spec = acceptanceSpec([
      row({ name: "A", acceptance: rate(0.5) }),
      row({ name: "B" }),
      row({ name: "C", acceptance: rate(0.8) }),
    ]);
    expect(spec.bars.map((bar) => [bar.name, bar.value, bar.low])).toEqual([
      ["C", 0.8, 0.7000000000000001],
      ["A", 0.5, 0.4],
    ]);
  });
  it("show how alike submitted and approved are, the lowest of many, without those never approved", () => {
    const many = Array.from({ length: 15 }, (_, i) => row({ name: `L${i}`, iou: 0.5 + i / 100 }));
    const bars = alikeSpec([...many, row({ name: "none" })]).bars;
    expect(bars.map(({ name }) => name)).toEqual(
      many
        .slice(0, 12)
        .reverse()
        .map(({ name }) => name),
    );
    expect(bars.at(-1)?.value).toBe(0.5);
  });
  it("name the kinds of issues as people read them, in the order they came", () => {
    const spec = issuesSpec([
      { category: "missing", count: 3, unresolved: 1 },
      { category: "loose_geometry", count: 2, unresolved: 0 },
    ]);
    expect(spec.bars).toEqual([
      { name: "Something is missing", value: 3 },
      { name: "Outline is not exact", value: 2 },
    ]);
  });
  it("name bins in the unit people say, and leave empty ends out", () => {
    const bins = [
      { low: 0, high: 2, count: 0 },
      { low: 2, high: 5, count: 0 },
      { low: 5, high: 10, count: 4 },
      { low: 30, high: 60, count: 1 },
      { low: 60, high: 120, count: 0 },
      { low: 600, high: null, count: 0 },
    ];
    expect(bins.map(binName)).toEqual(["< 2 s", "2–5 s", "5–10 s", "30 s–1 min", "1–2 min", "> 10 min"]);
    expect(timesSpec(bins).bars.map((bar) => bar.value)).toEqual([0, 4, 1, 0]);
    expect(timesSpec(bins).value?.step).toBe(1); // no "half an item" on the axis
  });
  it("know no share of suggestions where none was shown", () => {
    expect(suggestionsKept(NOUGHT)).toBeNull();
    expect(
      suggestionsKept(row({ suggestions_accepted: 1, suggestions_edited: 2, suggestions_rejected: 1 })),
    ).toBe(0.25);
  });
});

describe("the items behind a number", () => {
  it("are listed in a task only", () => {
    expect(itemsUrl("p", ASKED, row({ key: "ada" }), "finished")).toBeNull();
    expect(itemsUrl("p", { ...ASKED, task: "t" }, row({ key: "ada" }), "finished")).toBe(
      "/p/p/tasks/t/?status=finished&person=ada&from=2026-03-01&to=2026-03-03#items",
    );
    expect(itemsUrl("p", { ...ASKED, by: "task", person: "ada" }, row({ key: "t2" }), "returned")).toBe(
      "/p/p/tasks/t2/?status=returned&person=ada&from=2026-03-01&to=2026-03-03#items",
    );
    expect(itemsUrl("p", { ...ASKED, by: "day", task: "t" }, row({ key: "2026-03-02" }), "finished")).toBe(
      "/p/p/tasks/t/?status=finished&from=2026-03-02&to=2026-03-02#items",
    );
  });
});
