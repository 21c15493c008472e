/** What people did with the item in this task, oldest first. */
import { h, replace } from "../../lib/dom.ts";
import { chip } from "../../ui/status.ts";
import { timeAgo } from "../../ui/time.ts";
import type { Entry } from "../state/session.ts";
import type { LogEntry } from "../state/types.ts";
import { whoDid } from "../state/who.ts";

const ACTIONS: Record<string, string> = {
  add: "put it into the queue",
  complete: "labelled",
  discard: "discarded",
  skip: "skipped",
  undo: "took it back",
  approve: "approved",
  correct: "corrected and approved",
  return: "sent it back",
  sent_back: "sent it back",
  answered: "answered",
  not_sent_back: "took the return back",
  release: "no longer held it",
  reassign: "reassigned",
  reject: "rejected",
  remove: "took it out of the task",
  trash: "put the item into the trash",
  restore: "took the item out of the trash",
};

export class TaskLog {
  readonly element = h("ol", { class: "log", "aria-label": "In this task" });
  private shown: string | null = null;

  constructor(private readonly history: (taskItem: string) => Promise<LogEntry[]>) {}

  show(entry: Entry | null): void {
    const stamp = entry ? `${entry.item.id} ${entry.sync} ${entry.item.item.content_version}` : null;
    if (stamp === this.shown) return;
    this.shown = stamp;
    if (!entry) this.element.replaceChildren();
    else if (entry.sync !== "waiting") void this.read(entry.item.id);
  }

  private async read(id: string): Promise<void> {
    try {
      const rows = await this.history(id);
      if (!this.shown?.startsWith(id)) return;
      replace(this.element, rows.length ? rows.map(logRow) : h("li", { class: "muted" }, "Nothing yet."));
    } catch {
      this.shown = null; // asked again with the next change
      replace(this.element, h("li", { class: "muted" }, "Comes when the server can be reached."));
    }
  }
}

export function logRow(row: LogEntry): HTMLElement {
  const what = ACTIONS[row.action] ?? row.action;
  const label = row.label && ["complete", "correct", "approve"].includes(row.action) ? ` ${row.label}` : "";
  const was = row.previous_label && row.previous_label !== row.label ? ` (was ${row.previous_label})` : "";
  return h(
    "li",
    null,
    h("span", null, h("b", null, whoDid(row.person)), ` ${what}${label}${was}`),
    row.simulated && chip("Simulated", "warn"),
    row.note && !row.simulated && h("q", null, row.note),
    timeAgo(row.at),
  );
}
