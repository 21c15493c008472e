/** One edit on its way to the server: how it folds with the next, and the operation it becomes. */
import { AlpApiError } from "../../lib/http.ts";
import type { Annotation } from "../shapes/_shape.ts";
import { rounded } from "../shapes/_values.ts";
import { uuid7 } from "./ids.ts";

/** An annotation as the server answers it. */
export interface AnnotationPayload {
  id: string;
  type: string;
  label: string;
  geometry: unknown;
  attributes: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  revision: number;
  deleted?: boolean;
  /** Of an operation's answer; the list has it in `metadata.user.model`. */
  model?: Annotation["model"];
  author?: { id: string; name: string } | null;
  sourcePrediction: string | null;
  approvedRevision?: number | null;
}
/** What the server holds of an annotation; revision 0: nothing yet. */
export interface Base {
  revision: number;
  deleted: boolean;
}
/** Kept in IndexedDB until the server has answered. `base` is null while an earlier edit of the annotation is unanswered. */
export interface Pending {
  op_id: string;
  /** The tab that sends it. */
  tab: string;
  item: string;
  annotation: string;
  base: Base | null;
  before: Annotation | null;
  after: Annotation | null;
  /** Once it may have reached the server, its content is settled: later edits get an op_id of their own. */
  sent: boolean;
  theirs?: AnnotationPayload;
  refused?: string;
  /** The attribute whose answer was refused. */
  attribute?: string;
}
export interface Operation {
  op_id: string;
  type: "create" | "update" | "delete" | "restore";
  annotation: string;
  base_revision?: number;
  data?: Record<string, unknown>;
}

const CONTENT = ["type", "label", "geometry", "attributes", "metadata"] as const;

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (!value || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, ordered(inner)]));
}
function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(ordered(rounded(a))) === JSON.stringify(ordered(rounded(b)));
}

/** Whether two states say the same, whatever their revision and author. */
export function sameContent(a: Annotation | null | undefined, b: Annotation | null | undefined): boolean {
  if (!a || !b) return !a && !b;
  return a === b || CONTENT.every((name) => same(a[name], b[name]));
}

type ListedModel = { model_id: string; name: string; confidence: number };

export function fromPayload(payload: AnnotationPayload, before?: Annotation | null): Annotation {
  const { user, ...own } = payload.metadata ?? {};
  const { model: listed, ...rest } = (user ?? {}) as { model?: ListedModel } & Record<string, unknown>;
  const metadata = Object.keys(rest).length ? { ...own, user: rest } : own;
  const found = listed ? { id: listed.model_id, name: listed.name, confidence: listed.confidence } : null;
  return {
    id: payload.id,
    type: payload.type,
    label: payload.label,
    geometry: payload.geometry,
    attributes: payload.attributes,
    metadata: payload.metadata ? metadata : (before?.metadata ?? {}),
    revision: payload.revision,
    model: payload.model ?? found,
    author: payload.author ?? before?.author ?? null,
    sourcePrediction: payload.sourcePrediction,
    approvedRevision: payload.approvedRevision ?? null,
  };
}

/** The operation, with the changed fields only. The caller sees to it that `base` is known. */
export function operationOf(edit: Pending): Operation {
  const { op_id, annotation, before, after } = edit;
  const base = edit.base ?? { revision: 0, deleted: false };
  if (!after) return { op_id, type: "delete", annotation, base_revision: base.revision };
  const whole = base.revision === 0 || base.deleted || !before;
  const data: Record<string, unknown> = {};
  for (const name of CONTENT) {
    if (name === "type" && base.revision > 0) continue;
    if (whole || !same(before[name], after[name])) data[name] = rounded(after[name]);
  }
  if (after.model) {
    data["model_id"] = after.model.id;
    data["model_name"] = after.model.name;
    data["confidence"] = after.model.confidence;
  }
  if (after.sourcePrediction) data["source_prediction"] = after.sourcePrediction;
  if (base.revision === 0) return { op_id, type: "create", annotation, data };
  return { op_id, type: base.deleted ? "restore" : "update", annotation, base_revision: base.revision, data };
}

/** Whether it asks nothing of the server: made and removed again, or changed back. */
export function isNothing(edit: Pending): boolean {
  if (!edit.base || edit.sent) return false;
  if (!edit.after) return edit.base.revision === 0 || edit.base.deleted;
  return (
    edit.base.revision > 0 && !edit.base.deleted && !!edit.before && sameContent(edit.before, edit.after)
  );
}

/** The same edit on another base, as a new operation. */
export function rebased(edit: Pending, base: Base, before: Annotation | null): Pending {
  const { op_id: _op, theirs: _theirs, refused: _refused, attribute: _attribute, ...rest } = edit;
  return { ...rest, op_id: uuid7(), base, before, sent: false };
}

/** Whether repeating may help. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof AlpApiError)) return true;
  return [0, 401, 408, 425, 429].includes(error.status) || error.status >= 500;
}
