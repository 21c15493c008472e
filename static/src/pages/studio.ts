/** The studio's page: a task's queue, to label or to review. */
import { boot, requireProject } from "../lib/boot.ts";
import { need } from "../lib/dom.ts";
import { createStudio } from "../studio/index.ts";
import type { LabelSpec, StudioTask } from "../studio/state/types.ts";
import "../studio/studio.css";

interface StudioPage {
  task: StudioTask;
  labels: LabelSpec[];
  may_work: boolean;
  answer_key: boolean;
}

const data = boot<StudioPage>();
const project = requireProject(data);

void createStudio(need("#studio"), {
  task: data.page.task,
  labels: data.page.labels,
  user: data.user?.id ?? "",
  mayWork: data.page.may_work,
  answerKey: data.page.answer_key,
  tasksUrl: `/p/${project.id}/tasks/`,
});
