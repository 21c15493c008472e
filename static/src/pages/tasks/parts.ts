/** Small things both task pages show alike. */
import { h, setStyle, type Child } from "../../lib/dom.ts";
import { count, date } from "../../lib/format.ts";
import { chip, statusChip } from "../../ui/status.ts";
import type { Counts, Task } from "./api.ts";

export function kindChip(kind: Task["kind"]): HTMLElement {
  return kind === "qa" ? chip("Review", "accent", "eye") : chip("Label", "wait", "tag");
}

export function stateChip(status: Task["status"]): HTMLElement {
  return status === "open" ? chip("Open", "run", "play") : statusChip(status);
}

/** Parts of a task, finished first; the open rest is the bar's ground. */
export const PARTS: { key: keyof Counts; title: string; tone: string }[] = [
  { key: "approved", title: "Approved", tone: "ok" },
  { key: "completed", title: "Completed", tone: "ok" },
  { key: "rejected", title: "Rejected", tone: "warn" },
  { key: "discard", title: "Discarded", tone: "muted" },
  { key: "sent_back", title: "Sent back", tone: "warn" },
];

export function progressBar(counts: Counts): HTMLElement {
  const total = Math.max(counts.total, 1);
  const shown = PARTS.filter(({ key }) => counts[key] > 0);
  const words = shown.map(({ key, title }) => `${count(counts[key])} ${title.toLowerCase()}`).join(", ");
  return h(
    "div",
    {
      class: "parts-bar",
      role: "progressbar",
      "aria-valuemin": 0,
      "aria-valuemax": counts.total,
      "aria-valuenow": counts.finished,
      "aria-label": "Progress",
      title: words || "Nothing finished yet",
    },
    shown.map(({ key, tone }) => {
      const part = h("i", { class: tone });
      setStyle(part, { width: `${(counts[key] / total) * 100}%` });
      return part;
    }),
  );
}

export function priorityWord(priority: number): string {
  return ["", "Low", "Normal", "High"][priority] ?? String(priority);
}

/** The due date, in amber when it is over and work is left. */
export function due(task: { due_date: string | null; counts?: Counts }): Child {
  if (!task.due_date) return h("span", { class: "muted" }, "none");
  const late = new Date(task.due_date).getTime() < Date.now() && (task.counts?.open ?? 1) > 0;
  return late ? chip(`${date(task.due_date)}, over`, "warn", "clock") : date(task.due_date);
}
