/** What the server tells about people's work; the shapes of `annotation/api/serializers.py`. */

import type { NewIssue } from "../io/issues.ts";
import type { SkeletonTemplate } from "../shapes/_shape.ts";

export interface PersonRef {
  id: string;
  name: string;
}
export interface LabelSpec {
  id: string;
  name: string;
  color: string;
  hotkey: string;
  /** Labels of one group exclude each other on an item; "" stands beside any. */
  group?: string;
  skeleton?: SkeletonTemplate | null;
}
export interface Suggestion {
  label: string;
  confidence: number;
  probs?: Record<string, number>;
  prediction_id?: string;
  model_id?: string;
  model_name?: string;
}
export interface Selection {
  strategy?: string;
  arm?: string;
  score?: number | null;
  rank?: number;
  round?: number;
  chosen?: number;
  pool?: number;
  model_name?: string | null;
}
export interface IssueRef {
  id: string;
  author: PersonRef | null;
  body: string;
  state: "open" | "fixed" | "resolved";
  created_at: string;
}
export interface WorkItem {
  id: string;
  task: string;
  item: {
    id: string;
    name: string;
    filename: string;
    width: number;
    height: number;
    content_version: number;
    /** In a kind that browsers show; reduced where the picture is tiled. */
    image_url: string;
    /** Where its tiles are, if it is shown as such. */
    tiles_url?: string | null;
    thumbnail_url: string;
  };
  status: string;
  place: "sent_back" | "normal" | "skipped";
  with_annotator: boolean;
  label: string | null;
  labelled_by: PersonRef | null;
  labelled_at: string | null;
  approved: boolean;
  /** Annotations with a place. */
  objects?: number;
  suggestion: Suggestion | null;
  selection: Selection | null;
  round: number | null;
  /** The pipeline's cycle that waits for it. */
  cycle?: { id: string; pipeline: string } | null;
  source: {
    id: string;
    person: PersonRef | null;
    finished_at: string | null;
    times_sent_back: number;
  } | null;
  issues: IssueRef[];
  times_sent_back: number;
  assignee: PersonRef | null;
  finished_by: PersonRef | null;
  finished_at: string | null;
}
export interface Standing {
  held: number;
  sent_back: number;
  skipped: number;
  free: number;
  done: number;
  done_today: number;
}
export interface QueueAnswer {
  items: WorkItem[];
  recent: WorkItem[];
  standing: Standing;
}
export interface Done {
  task_item: WorkItem;
  repeated: boolean;
  outcome: string;
}
export interface LogEntry {
  id: string;
  action: string;
  status: string;
  person: PersonRef | null;
  at: string;
  note: string;
  label: string;
  previous_label: string;
  outcome: string;
  simulated: boolean;
  seconds: number;
}
export interface StudioTask {
  id: string;
  name: string;
  kind: "annotation" | "qa";
  project: string;
  instructions: string;
  /** The same as HTML that is safe to show. */
  instructions_html?: string;
  due_date: string | null;
}

/** One act of a person, as it is kept on disk and sent. `op_id` makes repeating it harmless. */
export type ActKind = "complete" | "discard" | "skip" | "undo" | "approve" | "return";
export interface Act {
  op_id: string;
  task: string;
  task_item: string;
  /** The item behind it; edits of it go first. Missing in acts that older pages left. */
  item?: string;
  kind: ActKind;
  label: string | null;
  note: string;
  seconds: number;
  /** The content version of the item that the person saw; null where it does not matter. */
  seen_version: number | null;
  /** The person says that there is nothing to label. */
  empty?: boolean;
  /** Of a return: what is wrong, where no open issue says it. */
  issue?: NewIssue;
  /** Of an approval: the issues still open are resolved with it. */
  resolve_open?: boolean;
  made_at: number;
}

/** A list of pictures to go through outside of any task, and what is known of it. */
export interface WalkOptions {
  dataset: string;
  /** Loaded near the place where one is; `total` and places may change while others work. */
  rows: {
    readonly total: number;
    get(place: number): WorkItem["item"] | undefined;
    indexOf(id: string): number;
    ensure(from: number, to: number): Promise<void>;
    reset(): Promise<void>;
    onChange(listener: () => void): () => void;
  };
  /** The place to begin at. */
  at: number;
  /** Another picture is on the screen: the page's address follows. */
  shown: (id: string, place: number) => void;
  /** Why one can only look. */
  readOnlyWords: string;
  listUrl: string;
  taskUrl: (task: string, taskItem: string) => string;
}

/** What the page gives the studio. */
export interface StudioOptions {
  task: StudioTask;
  labels: LabelSpec[];
  /** `single_class`: an answer is one class of the whole picture; a digit gives it and goes on. */
  allowed: { types: string[]; single_class: boolean };
  user: PersonRef;
  mayWork: boolean;
  answerKey: boolean;
  tasksUrl: string;
  /** Of a cycle in its pipeline; left out for who may not see pipelines. */
  cycleUrl?: (cycle: { id: string; pipeline: string }) => string;
  /** What the address names: a task item, or a picture of this person's queue. */
  item: string | null;
  picture: string | null;
  /** An issue of it to show first. */
  issue?: string | null;
  /** Instead of a task's queue. */
  walk?: WalkOptions;
}
