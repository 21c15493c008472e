/** The server's calls about issues. */
import { api } from "../../lib/http.ts";
import { client, type Schema } from "../../lib/client.ts";
import { uuid7 } from "./ids.ts";

export type Issue = Schema<"Issue">;
export type IssueCategory = Issue["category"];
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly w?: number;
  readonly h?: number;
}
export interface Said {
  readonly body: string;
  /** Ids of people. */
  readonly mentions: readonly string[];
}
export interface NewIssue extends Said {
  readonly category: IssueCategory;
  readonly annotation: string | null;
  readonly place: Place | null;
}
export type IssueAct = "comments" | "fix" | "resolve" | "reopen";
export interface IssueApi {
  list(taskItem: string): Promise<Issue[]>;
  create(taskItem: string, issue: NewIssue): Promise<Issue>;
  act(issue: string, act: IssueAct, said: Said): Promise<Issue>;
}

/** Of pictures outside of any task, where issues are read and answered nowhere. */
export function pictureIssues(dataset_id: string): IssueApi {
  const elsewhere = () => Promise.reject(new Error("Issues are answered in their task."));
  return {
    list: async (item) => {
      const path = { dataset_id };
      const { items } = await client.post("/api/v1/datasets/{dataset_id}/pictures/", {
        path,
        body: { ids: [item] },
      });
      return items.flatMap(({ issues }) => issues);
    },
    create: elsewhere,
    act: elsewhere,
  };
}

export const issueApi: IssueApi = {
  list: async (task_item_id) =>
    (await client.get("/api/v1/task-items/{task_item_id}/issues/", { path: { task_item_id } })).items,
  create: (taskItem, issue) =>
    api.post(`/api/v1/task-items/${taskItem}/issues/`, { ...issue, op_id: uuid7() }),
  act: (issue, act, said) => api.post(`/api/v1/issues/${issue}/${act}/`, { ...said, op_id: uuid7() }),
};
