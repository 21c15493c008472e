import { describe, expect, it } from "vitest";
import { byGate, candidateLines } from "../../../static/src/pages/home/gates";
import type { ComparisonRow, ModelRow } from "../../../static/src/pages/home/types";
import { whatWaits, whoDecides, type Gate } from "../../../static/src/pages/pipeline/gates";

const person = (name: string) => ({ id: name, name });

describe("approval gates", () => {
  it("says who is asked", () => {
    expect(whoDecides({ people: [] })).toBe("any owner or engineer");
    expect(whoDecides({ people: [person("Ann")] })).toBe("Ann");
    expect(whoDecides({ people: [person("Ann"), person("Bob"), person("Eve")] })).toBe("Ann, Bob or Eve");
  });

  it("names what waits, or shows the value", () => {
    expect(whatWaits({ shown: "/a.png", value: "0190", type: "Item" })).toBe("/a.png");
    expect(whatWaits({ shown: "", value: { f1: 0.9 }, type: "Json" })).toBe('Json {"f1":0.9}');
  });

  it("are a line each among my work, of those I may decide", () => {
    const waits = (node_id: string, since: string, may_decide = true) =>
      ({ pipeline_id: "p", node_id, since, may_decide }) as Gate;
    const mine = byGate([waits("a", "1"), waits("b", "2"), waits("a", "3"), waits("c", "4", false)]);
    expect(mine.map(({ first, waiting }) => [first.node_id, first.since, waiting])).toEqual([
      ["a", "1", 2],
      ["b", "2", 1],
    ]);
  });

  it("list candidates that wait for a person, by their numbers", () => {
    const row = (id: string, waits: boolean) =>
      ({
        id,
        waits,
        candidate: { id: "b", name: "net-2026" },
        incumbent: { id: "a", name: "net" },
        reason: "better",
        created_at: "2026-01-01",
      }) as ComparisonRow;
    const models = [
      { name: "net", number: 1 },
      { name: "net-2026", number: 2 },
    ] as ModelRow[];
    const lines = candidateLines("/p/x", [row("c", true), row("d", false)], models);
    expect(
      lines.map((line) => [line.getAttribute("href"), line.querySelector(".clip")?.textContent]),
    ).toEqual([["/p/x/comparisons/c/", "v2 is better than v1"]]);
  });
});
