// @vitest-environment node
import { describe, expect, it } from "vitest";
import { clockWords } from "@/pipeline_editor/graph/clock.ts";
import { triggerWords } from "@/pipeline_editor/io/api.ts";

describe("clockWords", () => {
  it.each([
    ["0 9 * * 1", "Mondays at 09:00"],
    ["30 7 * * 1-5", "Mondays to Fridays at 07:30"],
    ["0 9 * * 1,3", "Mondays, Wednesdays at 09:00"],
    ["5 23 * * *", "every day at 23:05"],
    ["0 6 1 * *", "day 1 of the month at 06:00"],
    ["0 * * * *", "every hour"],
    ["15 * * * *", "every hour at minute 15"],
    ["*/10 * * * *", "every 10 minutes"],
    ["0 */4 * * *", "every 4 hours"],
    ["* * * * *", "every minute"],
    ["0 9 * * 7", "Sundays at 09:00"],
  ])("%s is %s", (cron, words) => expect(clockWords(cron)).toBe(words));

  it.each(["0 9 1 * 1", "0 9 * 6 1", "0 9,17 * * *", "0 9 * * MON", "1-5 * * * *", "nonsense"])(
    "leaves %s as it is written",
    (cron) => expect(clockWords(cron)).toBe(`clock ${cron}`),
  );

  it("says the zone where it is not UTC", () => {
    expect(clockWords("0 9 * * 1", "Europe/Berlin")).toBe("Mondays at 09:00 (Europe/Berlin)");
    expect(clockWords("0 9 * * 1", "UTC")).toBe("Mondays at 09:00");
  });
});

describe("triggerWords", () => {
  it("says what an event is when its settings leave it to the engine", () => {
    expect(triggerWords({ kind: "event", mode: "once", spec: { resource: "Item" } })).toBe(
      "item created, once",
    );
    expect(triggerWords({ kind: "event", mode: "always", spec: {} })).toBe("item created");
    expect(
      triggerWords({ kind: "event", mode: "once", spec: { resource: "ItemStatus", actions: ["updated"] } }),
    ).toBe("item status updated, once");
    const given = (...actions: string[]) =>
      triggerWords({ kind: "event", mode: "always", spec: { resource: "ItemStatus", actions } });
    expect(given("assigned")).toBe("item given to a task");
    expect(given("assigned", "updated")).toBe("item status updated or item given to a task");
    expect(triggerWords({ kind: "cron", mode: "always", spec: { cron: "0 9 * * 1" } })).toBe(
      "Mondays at 09:00",
    );
  });
});
