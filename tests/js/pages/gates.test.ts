import { describe, expect, it } from "vitest";
import { whatWaits, whoDecides } from "../../../static/src/pages/pipeline/gates";

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
});
