/** The studio's page: a task's queue, to label or to review; or the pictures of a dataset, as its browser showed them. */
import { boot, may, requireProject } from "../lib/boot.ts";
import { need } from "../lib/dom.ts";
import { createStudio } from "../studio/index.ts";
import type { LabelSpec, StudioOptions, StudioTask } from "../studio/state/types.ts";
import "../studio/studio.css";
import { offerLabels } from "./studio/by-name.ts";
import { inDataset, inTask, offerPictures } from "./studio/go-to.ts";
import { walkOptions, type WalkPage } from "./studio/walk.ts";

interface StudioPage {
  task: StudioTask;
  labels: LabelSpec[];
  allowed: StudioOptions["allowed"];
  may_work: boolean;
  answer_key: boolean;
}

const data = boot<StudioPage | WalkPage>();
const project = requireProject(data);
const user = { id: data.user?.id ?? "", name: data.user?.name ?? "" };

function queueOptions(page: StudioPage): StudioOptions {
  const asked = new URLSearchParams(window.location.search);
  return {
    task: page.task,
    labels: page.labels,
    allowed: page.allowed,
    user,
    mayWork: page.may_work,
    answerKey: page.answer_key,
    tasksUrl: `/p/${project.id}/tasks/`,
    ...(may("pipeline.see", data) && {
      cycleUrl: ({ id, pipeline }) => `/p/${project.id}/pipelines/${pipeline}/cycles/#${id}`,
    }),
    item: asked.get("item"),
    picture: asked.get("picture"),
    issue: asked.get("issue"),
  };
}

const { page } = data;
const studio = await createStudio(
  need("#studio"),
  "dataset" in page ? walkOptions(project.id, page, user, window.location) : queueOptions(page),
);

offerLabels(studio);
offerPictures(
  studio,
  "dataset" in page ? inDataset(page.dataset.id) : may("task.work", data) ? inTask(page.task.id) : null,
);

/** For journeys, measurements and bug reports: what is drawn, whether it is saved, and where it is on the page. */
Object.assign(window, {
  alpStudio: {
    annotations: () => studio.context.document.store.all(),
    saved: () => studio.context.document.saved.value,
    /** Whether all that is there is drawn. */
    idle: () => studio.context.stage.idle,
    screenXY: (imageXY: [number, number]) => {
      const { element, viewport } = studio.context.stage;
      const [x, y] = viewport.value.screenXY(imageXY);
      const box = element.getBoundingClientRect();
      return [box.left + x, box.top + y];
    },
  },
});
