// @vitest-environment node
import { describe, expect, it } from "vitest";
import { finder } from "@/studio/io/members.ts";

const all = ["Ann", "Anna", "Bo"].map((name) => ({ id: name, name, email: `${name.toLowerCase()}@x.org` }));

describe("finding people", () => {
  it("asks for each text once, and not for what lies in what it has seen all of", async () => {
    const asked: string[] = [];
    let away = false;
    const find = finder((q) => {
      asked.push(q);
      if (away) return Promise.reject(new Error("away"));
      return Promise.resolve({ people: all.filter(({ email }) => email.includes(q)), all: q !== "" });
    });
    const names = async (text: string) => (await find(text)).map(({ name }) => name);
    expect(await names("")).toEqual(["Ann", "Anna", "Bo"]);
    expect(await names("An")).toEqual(["Ann", "Anna"]);
    expect(await names("anna ")).toEqual(["Anna"]);
    expect(await names("anna x")).toEqual([]);
    expect(await names("bo@")).toEqual(["Bo"]);
    expect(asked).toEqual(["", "an", "bo@"]);
    away = true;
    expect(await names("c")).toEqual([]);
    away = false;
    expect(await names("c")).toEqual([]);
    expect(asked.slice(3)).toEqual(["c", "c"]);
  });
});
