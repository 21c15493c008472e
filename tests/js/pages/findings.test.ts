import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { findingsView, partingFacts } from "@/pages/models/findings-view.ts";
import { reviewName, sliceName } from "@/pages/models/items-view.ts";

const worst = { facts: { folder: "/night" }, n: 30, mean: 0.5, rest: 0.93, q: 0.0001 };
const suspect = { item: "a", name: "a.png", thumbnail: null, label: "cat", suggested: "dog", margin: -0.9 };

const slices = [
  { facts: { folder: "/day" }, n: 60, value: 0.93 },
  { facts: { folder: "/dark" }, n: 3, value: null },
  { facts: { folder: "/night" }, n: 30, value: 0.5 },
];
const shown = vi.fn();

function answer(body: object): void {
  vi.stubGlobal("fetch", () =>
    Promise.resolve(new Response(JSON.stringify(body), { headers: { "content-type": "application/json" } })),
  );
}

beforeEach(() => {
  document.body.replaceChildren();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

test("a slice is named by its facts, metadata without its path", () => {
  expect(sliceName({ folder: "/night", "metadata.user.lens": "wide", "metadata.site": "3" })).toBe(
    "folder /night, lens wide, site 3",
  );
});

test("bad slices and doubted labels are shown with their figures", async () => {
  answer({
    measure: "right",
    n: 90,
    mean: 0.8,
    looked_at: 12,
    worst: [worst],
    slices,
    suspects: [suspect],
    suspects_total: 4,
  });
  const view = findingsView("e", "seed", true, shown);
  await vi.waitFor(() => expect(view.querySelector("tbody tr")).not.toBeNull());
  expect(view.querySelector("tbody tr")?.textContent).toContain("folder /night");
  expect(view.querySelector("tbody tr")?.textContent).toContain("<0.1 %");
  expect(view.querySelector("figcaption")?.textContent).toBe("labelled catlooks like dog");
  expect(view.textContent).toContain("the first 1 of 4 pictures");
  const rows = [...view.querySelectorAll<HTMLElement>("[aria-label='Slices by folder'] tbody tr")];
  expect(rows.map((row) => row.textContent)).toEqual(["/night30.500−.300", "/day60.930+.130", "/dark3——"]);
  for (const table of ["Slices worse than the rest", "Slices by folder"])
    view.querySelector<HTMLElement>(`[aria-label='${table}'] tbody button`)?.click();
  expect(shown.mock.calls).toEqual([[worst.facts], [{ folder: "/night" }]]);
});

test("only what parts the pictures is a choice, and a review of a slice is named by it", () => {
  expect(partingFacts([...slices, { facts: { size: "64 to 64" } }])).toEqual(["folder"]);
  expect(reviewName("v3", { only: "wrong", slice: { folder: "/night" } })).toBe(
    "v3: mistakes in folder /night",
  );
});

test("where nothing stands out it says so, and why not when nothing could be judged", async () => {
  answer({
    measure: "f1",
    n: 9,
    mean: 0.8,
    looked_at: 0,
    worst: [],
    slices: [],
    suspects: [],
    suspects_total: 0,
  });
  const view = findingsView("e", "seed", true, shown);
  await vi.waitFor(() => expect(view.textContent).toContain("No slice stands out"));
  expect(view.textContent).toContain("from 20 pictures on");
  expect(view.textContent).not.toContain("look at again");
});
