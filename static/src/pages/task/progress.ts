/** How far the task is: counts by status that filter the items, the bar, and the time left. */
import { h, need, replace } from "../../lib/dom.ts";
import { count, decimal, duration } from "../../lib/format.ts";
import type { Counts, Pace } from "../tasks/api.ts";
import { progressBar } from "../tasks/parts.ts";
import { data, state } from "./context.ts";

const FIGURES: [keyof Counts, string][] = [
  ["total", "All"],
  ["free", "Free"],
  ["assigned", "Held"],
  ["sent_back", "Sent back"],
  ["with_annotator", "With annotator"],
  ["completed", "Completed"],
  ["approved", "Approved"],
  ["rejected", "Rejected"],
  ["discard", "Discarded"],
];

export function drawProgress(pressed: string): void {
  const { counts, kind } = state.task;
  const always = ["total", "free", kind === "qa" ? "approved" : "completed"];
  const shown = FIGURES.filter(([key]) => counts[key] > 0 || always.includes(key) || key === pressed);
  replace(
    need("#figures"),
    h(
      "div",
      { class: "task-figures" },
      shown.map(([key, title]) => {
        const parts = [
          h("span", { class: "figure" }, count(counts[key])),
          h("span", { class: "hint" }, title),
        ];
        if (!data.page.lead) return h("div", { class: "task-figure" }, parts);
        return h(
          "button",
          {
            type: "button",
            class: "task-figure",
            dataset: { status: key },
            "aria-pressed": String(pressed === key),
          },
          parts,
        );
      }),
    ),
    h(
      "div",
      { class: "task-bar" },
      progressBar(counts),
      h("p", { class: "hint", id: "time-left" }, timeLeft(counts.open, state.pace)),
    ),
  );
}

/** "About 3 d left at 41 items a day; 2 h 10 min of work": from what was finished in the last week. */
export function timeLeft(open: number, pace: Pace | null): string {
  if (!open) return "Nothing is open.";
  if (!pace) return "No estimate yet: it comes from what people finish within a week.";
  const day = pace.a_day >= 10 ? count(Math.round(pace.a_day)) : decimal(pace.a_day, 1);
  const work = pace.seconds_left ? `; ${duration(pace.seconds_left)} of work` : "";
  return `About ${duration(pace.days_left * 86_400)} left at ${day} items a day${work}.`;
}
