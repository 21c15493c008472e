/** Made-up work items and acts for the studio's tests. */
import type { Act, Done, WorkItem } from "@/studio/state/types.ts";

export function workItem(id: string, part: Partial<WorkItem> = {}): WorkItem {
  return {
    id,
    task: "t",
    item: {
      id: `i-${id}`,
      name: `${id}.png`,
      filename: `/${id}.png`,
      width: 32,
      height: 32,
      content_version: 0,
      image_url: "",
      thumbnail_url: "",
    },
    status: "",
    place: "normal",
    with_annotator: false,
    label: null,
    labelled_by: null,
    labelled_at: null,
    approved: false,
    suggestion: null,
    selection: null,
    round: null,
    source: null,
    issues: [],
    times_sent_back: 0,
    assignee: null,
    finished_by: null,
    finished_at: null,
    ...part,
  };
}

export function finished(item: WorkItem, label: string | null, version = 1, status = "completed"): WorkItem {
  return {
    ...item,
    status,
    label,
    finished_at: "2026-01-01T00:00:00Z",
    item: { ...item.item, content_version: version },
  };
}

export function doneWith(item: WorkItem): Done {
  return { task_item: item, repeated: false, outcome: "" };
}

let n = 0;
export function act(part: Partial<Act> = {}): Act {
  n += 1;
  return {
    op_id: `op-${String(n).padStart(6, "0")}`,
    task: "t",
    task_item: "a",
    kind: "complete",
    label: "cat",
    note: "",
    seconds: 1,
    seen_version: 0,
    made_at: n,
    ...part,
  };
}
