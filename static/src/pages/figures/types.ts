/** What the page of figures reads; the shapes of `annotation/api/figures.py`. */
import { api } from "../../lib/http.ts";
import type { ISSUE_CATEGORIES } from "../../lib/issue-words.ts";

export type By = "person" | "task" | "label" | "day";
export interface Rate {
  rate: number;
  low: number;
  high: number;
}
export interface FigureRow {
  key: string;
  name: string;
  labelled: number;
  discarded: number;
  decided: number;
  objects: number;
  reviewed: number;
  accepted: number;
  returned: number;
  corrected: number;
  kept: number;
  suggestions_accepted: number;
  suggestions_edited: number;
  suggestions_rejected: number;
  label_seconds: number;
  review_seconds: number;
  items_an_hour: number | null;
  objects_an_hour: number | null;
  reviews_an_hour: number | null;
  acceptance: Rate | null;
  rework: number | null;
  agreement: number | null;
  objects_unchanged: number;
  objects_changed: number;
  objects_added: number;
  objects_removed: number;
  /** How alike submitted and approved outlines are, 0 to 1. */
  iou: number | null;
}
export interface TimeBin {
  low: number;
  high: number | null;
  count: number;
}
export interface IssueCount {
  category: keyof typeof ISSUE_CATEGORIES;
  count: number;
  unresolved: number;
}
export interface Figures {
  by: By;
  from: string;
  to: string;
  tz: string;
  own: boolean;
  rows: FigureRow[];
  totals: FigureRow;
  times: TimeBin[];
  /** The most frequent kind first. */
  issues: IssueCount[];
  simulated: number;
}
/** What the page asks, as it stands in its address. */
export interface Asked {
  by: By;
  from: string;
  to: string;
  task: string | null;
  person: string | null;
}

export const zone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

function queryOf(asked: Asked, by: By) {
  return { by, from: asked.from, to: asked.to, tz: zone(), task: asked.task, person: asked.person };
}
export const getFigures = (project: string, asked: Asked, by: By, signal?: AbortSignal) =>
  api.get<Figures>(`/api/v1/projects/${project}/figures/`, {
    query: queryOf(asked, by),
    ...(signal && { signal }),
  });
export function downloadUrl(project: string, asked: Asked): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(queryOf(asked, asked.by))) if (value) params.set(key, value);
  return `/api/v1/projects/${project}/figures/download/?${params}`;
}
