// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from "vitest";
import { api } from "@/lib/http";
import { entities } from "@/pipeline_editor/forms/entities";

const ANN = { id: "u1", name: "Ann" };
const BO = { id: "u2", name: "Bo" };

describe("what a project has, for pickers", () => {
  let list: MockInstance;
  let all: MockInstance;
  beforeEach(() => {
    list = vi.spyOn(api, "list");
    all = vi.spyOn(api, "all");
  });
  afterEach(() => vi.restoreAllMocks());
  const answers = (...people: { id: string; name: string }[]) =>
    list.mockResolvedValueOnce({ items: people.map((user) => ({ user })), next: null });

  it("looks for people on the server, and asks for the names of strangers only", async () => {
    const people = entities("p", "Person");
    answers(ANN);
    expect(await people.find(" an ")).toEqual([ANN]);
    expect(list).toHaveBeenLastCalledWith("/api/v1/projects/p/members/", { query: { q: "an", limit: 20 } });
    answers(BO);
    const names = await people.named(["u1", "u2", "gone"]);
    expect(list).toHaveBeenLastCalledWith("/api/v1/projects/p/members/", { query: { user: ["u2", "gone"] } });
    expect([names.get("u1"), names.get("u2"), names.get("gone")]).toEqual(["Ann", "Bo", undefined]);
    await people.named(["u2"]);
    expect(list).toHaveBeenCalledTimes(2);
    expect(all).not.toHaveBeenCalled();
  });
  it("reads the rest once", async () => {
    all.mockResolvedValue([
      { id: "d1", name: "Raw" },
      { id: "d2", name: "Ground truth" },
    ]);
    const datasets = entities("p", "Dataset");
    expect((await datasets.find("TRUTH")).map(({ id }) => id)).toEqual(["d2"]);
    expect((await datasets.named(["d1"])).get("d1")).toBe("Raw");
    expect(all).toHaveBeenCalledExactlyOnceWith("/api/v1/projects/p/datasets/");
  });
});
