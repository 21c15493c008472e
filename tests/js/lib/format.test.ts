// @vitest-environment node
import { describe, expect, it } from "vitest";
import * as f from "@/lib/format.ts";

describe("numbers", () => {
  it.each([
    [f.count(41906), "41,906"],
    [f.count(null), "—"],
    [f.count(Number.NaN), "—"],
    [f.compact(41906), "41.9K"],
    [f.compact(undefined), "—"],
    [f.decimal(12.345), "12.35"],
    [f.decimal(null), "—"],
    [f.metric(0.842), ".842"],
    [f.metric(-0.0045, 2), "−.00"],
    [f.metric(1), "1.000"],
    [f.metric(null), "—"],
    [f.signed(0.019), "+.019"],
    [f.signed(-0.004), "−.004"],
    [f.signed(0.0001), "±0"],
    [f.signed(null), "—"],
    [f.percent(0.0613, 1), "6.1 %"],
    [f.percent(null), "—"],
    [f.bytes(512), "512 B"],
    [f.bytes(219136), "214 kB"],
    [f.bytes(17_500_000), "16.7 MB"],
    [f.bytes(5e15), "4547 TB"],
    [f.bytes(null), "—"],
    [f.plural(1, "item"), "1 item"],
    [f.plural(1200, "item"), "1,200 items"],
    [f.plural(2, "entry", "entries"), "2 entries"],
  ])("%s = %s", (got, wanted) => expect(got).toBe(wanted));
});

describe("times", () => {
  const now = Date.UTC(2026, 10, 22, 12, 0, 0);
  const before = (seconds: number) => new Date(now - seconds * 1000);
  it.each([
    [f.duration(0.25), "250 ms"],
    [f.duration(0), "0 s"],
    [f.duration(6.4), "6 s"],
    [f.duration(59.7), "1 min"],
    [f.duration(4320), "1 h 12 min"],
    [f.duration(7200), "2 h"],
    [f.duration(270000), "3 d 3 h"],
    [f.duration(172800), "2 d"],
    [f.duration(null), "—"],
    [f.ago(before(3), now), "just now"],
    [f.ago(before(42), now), "42 s ago"],
    [f.ago(before(14 * 60), now), "14 min ago"],
    [f.ago(before(3 * 3600), now), "3 h ago"],
    [f.ago(before(12 * 86400), now), "12 d ago"],
    [f.ago(before(70 * 86400), now), "2 mo ago"],
    [f.ago(before(800 * 86400), now), "2 y ago"],
    [f.ago(before(-3 * 86400), now), "in 3 d"],
    [f.ago(null), "—"],
    [f.ago("no date"), "—"],
    [f.date(null), "—"],
    [f.dateTime(null), "—"],
    [f.exact(undefined), "—"],
  ])("%s = %s", (got, wanted) => expect(got).toBe(wanted));
  it("writes dates in full", () => {
    expect(f.date("2026-11-22T12:00:00Z")).toBe("22 Nov 2026");
    expect(f.dateTime("2026-11-22T12:00:00Z")).toMatch(/^22 Nov 2026.*\d\d:\d\d$/);
    expect(f.exact("2026-11-22T12:00:05Z")).toMatch(/^Sun.*:05$/);
  });
});

describe("words", () => {
  it.each([
    [f.initials("annotator-1"), "A1"],
    [f.initials("Ada Lovelace"), "AL"],
    [f.initials("ada"), "AD"],
    [f.initials(""), "?"],
    [f.words("annotation_task"), "Annotation task"],
  ])("%s = %s", (got, wanted) => expect(got).toBe(wanted));
});
