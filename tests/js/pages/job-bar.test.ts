/** Jobs that fill a task: shown when the page is opened, followed by the feed, stopped by a button. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { feed } from "@/lib/feed.ts";
import { JobBars } from "@/pages/task/job-bar.ts";
import type { FillingJob } from "@/pages/tasks/api.ts";

const calls = vi.hoisted(() => ({ listFilling: vi.fn(), cancelFilling: vi.fn() }));
vi.mock("@/pages/tasks/api.ts", () => calls);

const job = (part: Partial<FillingJob> = {}): FillingJob => ({
  id: "j", kind: "add", state: "running", done: 200, total: 9000, cancel_requested: false, ...part,
}); // prettier-ignore
const tell = (type: string, data: Record<string, unknown>) =>
  (feed as unknown as { emit: (event: unknown) => void }).emit({ id: 1, type, ids: ["j"], data });
const text = () => document.querySelector(".job-bar")?.textContent ?? "";
const settled = () => new Promise((done) => setTimeout(done));
const changed = vi.fn(() => Promise.resolve());

async function opened(...jobs: FillingJob[]): Promise<JobBars> {
  calls.listFilling.mockResolvedValue({ jobs });
  const bars = new JobBars("t", changed);
  await bars.look();
  return bars;
}

describe("the jobs of a task", () => {
  beforeEach(() => {
    document.body.innerHTML = '<div id="items"></div>';
    for (const one of [calls.listFilling, calls.cancelFilling, changed]) one.mockClear();
  });

  it("stand over the list as soon as the page is opened, once each, and tell how far they are", async () => {
    const bars = await opened(job());
    await bars.look();
    expect(document.querySelectorAll(".job-bar")).toHaveLength(1);
    expect(text()).toContain("200 of 9,000");
    tell("job.progress", { kind: "annotation.add_items", progress: { done: 4000, total: 9000 } });
    expect(text()).toContain("4,000 of 9,000");
    tell("job.status", { kind: "annotation.add_items", state: "done" });
    expect(text()).toContain("9,000 items added.");
    expect(changed).toHaveBeenCalledOnce();
  });

  it("are stopped by their button, and what is in is said to stay", async () => {
    await opened(job());
    calls.cancelFilling.mockResolvedValue({ jobs: [job({ done: 300, cancel_requested: true })] });
    document.querySelector<HTMLButtonElement>(".job-bar button")?.click();
    await settled();
    expect(calls.cancelFilling).toHaveBeenCalledWith("t", "j");
    expect(text()).toContain("Stopping…");
    tell("job.progress", { kind: "annotation.add_items", progress: { done: 400, total: 9000 } });
    tell("job.status", { kind: "annotation.add_items", state: "cancelled" });
    expect(text()).toContain("Stopped: 400 items added, they stay.");
    expect(document.querySelector(".job-bar button")).toBeNull();
  });

  it("that have not begun end at once", async () => {
    await opened(job({ state: "queued", done: 0, kind: "catch_up", total: null }));
    calls.cancelFilling.mockResolvedValue({ jobs: [] });
    document.querySelector<HTMLButtonElement>(".job-bar button")?.click();
    await settled();
    expect(text()).toContain("Stopped.");
  });
});
