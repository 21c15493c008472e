/** What the task pages read and write; the shapes of `annotation/api/serializers.py`. */
import { api, type Page } from "../../lib/http.ts";
import type { JsonObject } from "../../browser/types.ts";

export interface NamedRef {
  id: string;
  name: string;
}
export interface Counts {
  total: number;
  open: number;
  free: number;
  assigned: number;
  sent_back: number;
  with_annotator: number;
  completed: number;
  discard: number;
  approved: number;
  rejected: number;
  finished: number;
}
export interface Task {
  id: string;
  name: string;
  kind: "annotation" | "qa";
  dataset: NamedRef;
  pipeline_id: string | null;
  parent_task: string | null;
  batch_size: number;
  max_workload: number;
  priority: number;
  due_date: string | null;
  allocation: "pulling" | "distribution";
  everyone: boolean;
  instructions: string;
  /** Only in answers about one task. */
  instructions_html?: string;
  annotation_types: string[];
  labels: string[];
  status: "open" | "completed" | "archived";
  created_by: NamedRef | null;
  created_at: string;
  counts: Counts;
}
export interface TaskWork {
  id: string;
  name: string;
  kind: "annotation" | "qa";
  dataset: NamedRef;
  priority: number;
  due_date: string | null;
  held: number;
  sent_back: number;
  free: number;
  waiting: number;
  done_today: number;
}
export interface Work {
  waiting: number;
  next: TaskWork | null;
  tasks: TaskWork[];
  done_today: number;
  seconds_today: number;
  reviewed: number;
  approved_unchanged: number;
}
export interface PersonFigures {
  person: NamedRef;
  share: number | null;
  active: boolean;
  seen_at: string | null;
  held: number;
  completed: number;
  discard: number;
  approved: number;
  finished: number;
  seconds: number;
  sent_back: number;
}
/** What was finished in the last week, and how long the rest takes at that pace. */
export interface Pace {
  items: number;
  a_day: number;
  days_left: number;
  seconds_left: number | null;
}
export interface Progress {
  counts: Counts;
  pace: Pace | null;
  people: PersonFigures[];
}
export interface Member {
  id: string;
  user: { id: string; name: string; email: string };
  role: string;
}
export interface TaskSettings {
  name?: string;
  batch_size?: number;
  max_workload?: number;
  priority?: number;
  due_date?: string | null;
  allocation?: string;
  instructions?: string;
  annotation_types?: string[];
  labels?: string[];
  status?: string;
  people?: { person: string; share: number }[];
}

const V1 = "/api/v1";

export const getWork = (project: string) => api.get<Work>(`${V1}/projects/${project}/work/`);
export const listTasks = (
  project: string,
  after: string | null,
  signal?: AbortSignal,
  status: string | null = null,
) =>
  api.list<Task>(`${V1}/projects/${project}/tasks/`, { query: { after, status }, ...(signal && { signal }) });
const FOUND = 20;
/** As an address of the server may be long. */
const IDS_AT_ONCE = 50;
/** Those whose name holds the text, newest first; no more than one reads through. */
export const findTasks = async (
  project: string,
  text: string,
  signal: AbortSignal,
  kind: Task["kind"] | null = null,
): Promise<Task[]> =>
  (
    await api.list<Task>(`${V1}/projects/${project}/tasks/`, {
      query: { q: text, kind, limit: FOUND },
      signal,
    })
  ).items;
export const createTask = (
  project: string,
  body: TaskSettings & { kind: string; dataset: string; parent_task?: string | null; filter?: JsonObject },
) => api.post<Task>(`${V1}/projects/${project}/tasks/`, body);
export const getTask = (id: string) => api.get<Task>(`${V1}/tasks/${id}/`);
export const patchTask = (id: string, body: TaskSettings) => api.patch<Task>(`${V1}/tasks/${id}/`, body);
export const archiveTask = (id: string) => api.del(`${V1}/tasks/${id}/`);
export const getProgress = (id: string) => api.get<Progress>(`${V1}/tasks/${id}/progress/`);
export const listItems = <T>(
  id: string,
  query: Record<string, string | null>,
  signal: AbortSignal,
): Promise<Page<T>> => api.list<T>(`${V1}/tasks/${id}/items/`, { query, signal });
export const restoreTask = (id: string) => api.post<Task>(`${V1}/tasks/${id}/restore/`);
export const addItems = (id: string, filter: unknown) =>
  api.post<{ count: number; job: string | null }>(`${V1}/tasks/${id}/items/`, { filter });
/** A job that still puts items into a task. */
export interface FillingJob {
  id: string;
  kind: "add" | "catch_up";
  state: string;
  done: number;
  /** null: not known yet. */
  total: number | null;
  cancel_requested: boolean;
}
export const listFilling = (id: string) => api.get<{ jobs: FillingJob[] }>(`${V1}/tasks/${id}/filling/`);
/** What it has put in stays. */
export const cancelFilling = (id: string, job: string) =>
  api.post<{ jobs: FillingJob[] }>(`${V1}/tasks/${id}/filling/${job}/cancel/`);
/** What was taken out comes back as it was. */
export const putBack = (id: string, which: { task_items: string[] } | { filter: JsonObject }) =>
  api.post<{ count: number }>(`${V1}/tasks/${id}/items/put-back/`, which);
/** Open items go, by their ids or by a filter over the dataset; finished ones stay. */
export const removeItems = (id: string, which: { task_items: string[] } | { filter: JsonObject }) =>
  api.del<{ count: number }>(`${V1}/tasks/${id}/items/`, {}, which);
export const countMatches = (id: string, filter: JsonObject, signal: AbortSignal) =>
  api.post<{ matching: number; present: number; open: number }>(
    `${V1}/tasks/${id}/matches/`,
    { filter },
    { signal, retries: 1 },
  );
export const handBack = (id: string) => api.post<{ count: number }>(`${V1}/tasks/${id}/queue/hand-back/`, {});
export const preview = (project: string, text: string) =>
  api.post<{ html: string }>(`${V1}/projects/${project}/instructions-preview/`, { text });
export const reassign = (id: string, items: string[], person: string | null) =>
  api.post<{ count: number }>(`${V1}/tasks/${id}/reassign/`, { task_items: items, person });
export const redistribute = (id: string, shares: { person: string; share: number }[]) =>
  api.post<{ count: number }>(`${V1}/tasks/${id}/redistribute/`, { shares });
export const askKey = (id: string, count: number) =>
  api.post<{ answered: number; corrected: number; unknown: number }>(`${V1}/tasks/${id}/answer-key/`, {
    count,
  });
const members = (project: string, query: Record<string, string | number | string[]>, signal?: AbortSignal) =>
  api.list<Member>(`${V1}/projects/${project}/members/`, { query, ...(signal && { signal }) });
/** Those of some roles whose name or address holds the text; no more than one reads through. */
export async function findMembers(
  project: string,
  text: string,
  roles: readonly string[],
  signal?: AbortSignal,
): Promise<{ items: Member[]; more: boolean }> {
  const found = await members(project, { q: text, role: [...roles], limit: FOUND }, signal);
  return { items: found.items, more: found.next !== null };
}
/** Of these people, those who are in the project, as one of these roles. */
export async function getMembers(
  project: string,
  users: readonly string[],
  roles: readonly string[] = [],
): Promise<Member[]> {
  const parts: string[][] = [];
  for (let at = 0; at < users.length; at += IDS_AT_ONCE) parts.push(users.slice(at, at + IDS_AT_ONCE));
  const found = await Promise.all(parts.map((user) => members(project, { user, role: [...roles] })));
  return found.flatMap(({ items }) => items);
}
export interface DatasetRef extends NamedRef {
  ontology: string | null;
}
export const getDataset = (id: string) => api.get<DatasetRef>(`${V1}/datasets/${id}/`);
/** Those whose name holds the text; no more than one reads through. */
export const findDatasets = async (
  project: string,
  text: string,
  signal?: AbortSignal,
): Promise<DatasetRef[]> =>
  (
    await api.list<DatasetRef>(`${V1}/projects/${project}/datasets/`, {
      query: { q: text, limit: FOUND },
      ...(signal && { signal }),
    })
  ).items;
