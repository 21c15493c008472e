/** The jobs that put items into the task, as bars over the list: how far each is, and a way to stop it. A job goes on when
 * the page is left, and is there again when it is opened, also right after the task was made. */
import { find } from "../../lib/dom.ts";
import { feed } from "../../lib/feed.ts";
import { plural } from "../../lib/format.ts";
import { createProgress, type Progress } from "../../ui/progress.ts";
import { errorToast } from "../../ui/toast.ts";
import { cancelFilling, listFilling, type FillingJob } from "../tasks/api.ts";

interface JobProgress {
  done?: number;
  total?: number;
}

const LABELS: Record<FillingJob["kind"], string> = {
  add: "Adding items",
  catch_up: "Taking what is waiting",
};
const ENDED: ReadonlySet<string> = new Set(["done", "failed", "cancelled"]);
const NOTE = "It goes on when you leave this page.";

export class JobBars {
  private readonly bars = new Map<string, Progress>();
  private readonly stopping = new Set<string>();

  constructor(
    private readonly task: string,
    private readonly changed: () => Promise<unknown>,
  ) {}

  /** Shows what runs now; what is shown already goes on. */
  async look(): Promise<void> {
    try {
      const { jobs } = await listFilling(this.task);
      for (const job of jobs) this.follow(job);
    } catch (error) {
      errorToast(error);
    }
  }

  follow(job: FillingJob): void {
    if (this.bars.has(job.id)) return;
    const bar = createProgress({ label: LABELS[job.kind], onCancel: () => this.cancel(job.id) });
    this.bars.set(job.id, bar);
    bar.element.classList.add("job-bar");
    find("#items")?.prepend(bar.element);
    if (job.cancel_requested) this.stopping.add(job.id);
    const note = () => (this.stopping.has(job.id) ? "Stopping…" : NOTE);
    bar.set({ done: job.done, total: job.total, note: note() });
    let { done, total } = job;
    const off = [
      feed.on("job.progress", ({ ids, data }) => {
        if (!ids.includes(job.id)) return;
        const told = (data["progress"] ?? {}) as JobProgress;
        [done, total] = [told.done ?? done, told.total ?? total];
        bar.set({ done, total, note: note() });
      }),
      feed.on("job.status", ({ ids, data }) => {
        const state = String(data["state"]);
        if (!ids.includes(job.id) || !ENDED.has(state)) return;
        for (const one of off) one();
        bar.finish(...endOf(state, done, total));
        void this.changed();
      }),
    ];
  }

  private async cancel(id: string): Promise<void> {
    const bar = this.bars.get(id);
    try {
      const { jobs } = await cancelFilling(this.task, id);
      const going = jobs.find((one) => one.id === id);
      // One that had not begun ends at once; the feed tells of it too.
      if (going) {
        this.stopping.add(id);
        bar?.set({ done: going.done, total: going.total, note: "Stopping…" });
      } else bar?.finish(...endOf("cancelled", 0, null));
    } catch (error) {
      errorToast(error);
    }
  }
}

function endOf(state: string, done: number, total: number | null): [string, "ok" | "bad" | "plain"] {
  if (state === "done") return [total === null ? "All are in." : `${plural(total, "item")} added.`, "ok"];
  if (state === "cancelled")
    return [done ? `Stopped: ${plural(done, "item")} added, they stay.` : "Stopped.", "plain"];
  return ["Not all items were added: add them again, those here stay.", "bad"];
}
