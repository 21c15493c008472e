/** What the sections of the task's page share. */
import { boot, requireProject } from "../../lib/boot.ts";
import type { LabelSpec } from "../../studio/state/types.ts";
import type { Pace, PersonFigures, Task } from "../tasks/api.ts";

export interface TaskPage {
  task: Task;
  labels: LabelSpec[];
  /** Only to be looked at. */
  archived: boolean;
  lead: boolean;
  sees_everyone: boolean;
  may_work: boolean;
  answer_key: boolean;
}
export interface TaskState {
  task: Task;
  people: PersonFigures[];
  pace: Pace | null;
}

export const data = boot<TaskPage>();
export const project = requireProject(data).id;
export const state: TaskState = { task: data.page.task, people: [], pace: null };
