import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { findingsView, sliceName } from "@/pages/models/findings-view.ts";

const worst = { facts: { folder: "/night" }, n: 30, mean: 0.5, rest: 0.93, q: 0.0001 };
const suspect = { item: "a", name: "a.png", thumbnail: null, label: "cat", suggested: "dog", margin: -0.9 };

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
    suspects: [suspect],
    suspects_total: 4,
  });
  const view = findingsView("e", "seed", true);
  await vi.waitFor(() => expect(view.querySelector("tbody tr")).not.toBeNull());
  expect(view.querySelector("tbody tr")?.textContent).toContain("folder /night");
  expect(view.querySelector("tbody tr")?.textContent).toContain("<0.1 %");
  expect(view.querySelector("figcaption")?.textContent).toBe("labelled catlooks like dog");
  expect(view.textContent).toContain("the first 1 of 4 pictures");
});

test("where nothing stands out it says so, and why not when nothing could be judged", async () => {
  answer({ measure: "f1", n: 9, mean: 0.8, looked_at: 0, worst: [], suspects: [], suspects_total: 0 });
  const view = findingsView("e", "seed", true);
  await vi.waitFor(() => expect(view.textContent).toContain("No slice stands out"));
  expect(view.textContent).toContain("from 20 pictures on");
  expect(view.textContent).not.toContain("look at again");
});
