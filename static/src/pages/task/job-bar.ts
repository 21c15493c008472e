/** A job that adds items, as a bar over the list: how far it is, told by the feed; it goes on when the page is left. */
import { find } from "../../lib/dom.ts";
import { feed } from "../../lib/feed.ts";
import { plural } from "../../lib/format.ts";
import { createProgress } from "../../ui/progress.ts";

interface JobProgress {
  done?: number;
  total?: number;
}

export function followJob(job: string, total: number, changed: () => Promise<unknown>): void {
  const bar = createProgress({ label: "Adding items" });
  bar.element.classList.add("job-bar");
  find("#items")?.prepend(bar.element);
  bar.set({ done: 0, total, note: "It goes on when you leave this page." });
  const off = [
    feed.on("job.progress", ({ ids, data }) => {
      if (!ids.includes(job)) return;
      const { done = 0, total: of = total } = (data["progress"] ?? {}) as JobProgress;
      bar.set({ done, total: of });
    }),
    feed.on("job.status", ({ ids, data }) => {
      const state = String(data["state"]);
      if (!ids.includes(job) || !ENDED.has(state)) return;
      for (const one of off) one();
      if (state === "done") bar.finish(`${plural(total, "item")} added.`, "ok");
      else bar.finish("Not all items were added: add them again, those here stay.", "bad");
      void changed();
    }),
  ];
}

const ENDED: ReadonlySet<string> = new Set(["done", "failed", "cancelled"]);
