/** The studio's calls. */
import { api } from "../../lib/http.ts";
import type { Act, Done, LogEntry, QueueAnswer, WorkItem } from "../state/types.ts";

const PATHS: Record<Act["kind"], string> = {
  complete: "complete",
  discard: "discard",
  skip: "skip",
  undo: "undo",
  approve: "approve",
  return: "return",
};
const TIMEOUT = 20_000;
export const LIMIT = 40;

export function sendAct(act: Act, keepalive: boolean): Promise<Done> {
  const body: Record<string, unknown> = { op_id: act.op_id, seconds: act.seconds };
  if (act.note) body["note"] = act.note;
  if (act.kind === "complete" || act.kind === "approve") {
    body["label"] = act.label;
    body["seen_version"] = act.seen_version;
    if (act.empty) body["empty"] = true;
  }
  if (act.kind === "approve") {
    body["resolve_fixed"] = true; // the reviewer has the answered notes before them
    if (act.resolve_open) body["resolve_open"] = true;
  }
  if (act.issue) body["issue"] = act.issue;
  const signal = keepalive ? undefined : AbortSignal.timeout(TIMEOUT);
  return api.post<Done>(`/api/v1/task-items/${act.task_item}/${PATHS[act.kind]}/`, body, {
    keepalive,
    ...(signal && { signal }),
  });
}
export function nextItems(task: string, recent: number): Promise<QueueAnswer> {
  return api.post<QueueAnswer>(`/api/v1/tasks/${task}/queue/next/`, { limit: LIMIT, recent });
}
export function renewLease(task: string, open: string[], waiting: string[]): Promise<unknown> {
  return api.post(`/api/v1/tasks/${task}/queue/renew/`, { open, waiting_edits: waiting });
}
export function handBack(task: string): Promise<{ count: number }> {
  return api.post(`/api/v1/tasks/${task}/queue/hand-back/`, {});
}
export function taskItem(id: string): Promise<WorkItem> {
  return api.get<WorkItem>(`/api/v1/task-items/${id}/`);
}
export async function history(id: string): Promise<LogEntry[]> {
  return (await api.list<LogEntry>(`/api/v1/task-items/${id}/history/`)).items;
}
export function keyAvailable(task: string): Promise<{ available: number }> {
  return api.get(`/api/v1/tasks/${task}/answer-key/`);
}
export function askKey(
  task: string,
  count: number,
): Promise<{ answered: number; corrected: number; unknown: number }> {
  return api.post(`/api/v1/tasks/${task}/answer-key/`, { count });
}
