/** Status chips: one look and word a status, everywhere the same. A colour never stands alone. */
import { h } from "../lib/dom.ts";
import { shownKeys } from "../lib/keys.ts";
import { initials, words } from "../lib/format.ts";
import { icon, type IconName } from "./icons.ts";

export type Tone = "plain" | "ok" | "warn" | "bad" | "wait" | "run" | "accent";
interface Look {
  tone: Tone;
  icon?: IconName;
  text?: string;
}

/** Statuses of items, tasks, cycles, executions, jobs, models and comparisons. Others are shown plain, by their own word. */
const LOOKS: Record<string, Look> = {
  "": { tone: "wait", icon: "tag", text: "To do" },
  open: { tone: "plain", icon: "dot" },
  queued: { tone: "plain", icon: "clock" },
  pending: { tone: "plain", icon: "clock" },
  created: { tone: "plain", icon: "dot" },
  draft: { tone: "plain", icon: "edit" },
  waiting: { tone: "wait", icon: "clock" },
  "in progress": { tone: "run", icon: "loader" },
  in_progress: { tone: "run", icon: "loader", text: "In progress" },
  running: { tone: "run", icon: "play" },
  training: { tone: "run", icon: "train" },
  active: { tone: "run", icon: "play" },
  paused: { tone: "warn", icon: "pause" },
  completed: { tone: "ok", icon: "check" },
  done: { tone: "ok", icon: "check" },
  succeeded: { tone: "ok", icon: "check" },
  trained: { tone: "ok", icon: "check" },
  ready: { tone: "ok", icon: "check" },
  approved: { tone: "ok", icon: "check-all" },
  best: { tone: "ok", icon: "trophy" },
  candidate: { tone: "accent", icon: "scale" },
  archived: { tone: "plain", icon: "archive" },
  retired: { tone: "plain", icon: "history" },
  discard: { tone: "plain", icon: "ban", text: "Discarded" },
  discarded: { tone: "plain", icon: "ban" },
  rejected: { tone: "warn", icon: "return" },
  returned: { tone: "warn", icon: "flag", text: "Sent back" },
  stale: { tone: "warn", icon: "warning" },
  failed: { tone: "bad", icon: "failed" },
  error: { tone: "bad", icon: "failed" },
  lost: { tone: "bad", icon: "failed" },
  cancelled: { tone: "plain", icon: "close" },
  canceled: { tone: "plain", icon: "close", text: "Cancelled" },
};

export function chip(text: string, tone: Tone = "plain", name?: IconName): HTMLElement {
  return h("span", { class: ["status", tone !== "plain" && tone] }, name && icon(name), text);
}

/** The chip of a status string; `text` overrides the word. */
export function statusChip(status: string, text?: string): HTMLElement {
  const look = LOOKS[status.toLowerCase()] ?? { tone: "plain" as const };
  const element = chip(text ?? look.text ?? words(status), look.tone, look.icon);
  element.dataset["status"] = status;
  return element;
}

/** A key, or several pressed together: kbd("ctrl+enter"). */
export function kbd(spec: string): HTMLElement {
  return h("kbd", null, shownKeys(spec));
}

export function avatar(name: string, small = false): HTMLElement {
  return h("span", { class: ["avatar", small && "sm"], title: name, "aria-hidden": "true" }, initials(name));
}
