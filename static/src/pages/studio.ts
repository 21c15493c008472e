/** The studio's page: a task's queue, to label or to review. */
import { boot, requireProject } from "../lib/boot.ts";
import { need } from "../lib/dom.ts";
import { createStudio } from "../studio/index.ts";
import type { LabelSpec, StudioOptions, StudioTask } from "../studio/state/types.ts";
import "../studio/studio.css";

interface StudioPage {
  task: StudioTask;
  labels: LabelSpec[];
  allowed: StudioOptions["allowed"];
  may_work: boolean;
  answer_key: boolean;
}

const data = boot<StudioPage>();
const project = requireProject(data);

const asked = new URLSearchParams(window.location.search);

const studio = await createStudio(need("#studio"), {
  task: data.page.task,
  labels: data.page.labels,
  allowed: data.page.allowed,
  user: { id: data.user?.id ?? "", name: data.user?.name ?? "" },
  mayWork: data.page.may_work,
  answerKey: data.page.answer_key,
  tasksUrl: `/p/${project.id}/tasks/`,
  item: asked.get("item"),
  picture: asked.get("picture"),
});

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
