import { describe, expect, it } from "vitest";
import { byGate } from "../../../static/src/pages/home/gates";
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
});
