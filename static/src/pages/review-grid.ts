/** A review of classes by pages of thumbnails. */
import { boot, requireProject } from "../lib/boot.ts";
import { need } from "../lib/dom.ts";
import { createReviewGrid } from "../studio/grid/index.ts";
import type { LabelSpec } from "../studio/state/types.ts";
import "../studio/studio.css";

interface GridPage {
  task: { id: string; name: string };
  labels: LabelSpec[];
  may_work: boolean;
}

const data = boot<GridPage>();
const project = requireProject(data);
const { task, labels, may_work: mayWork } = data.page;

await createReviewGrid(need("#review-grid"), {
  task,
  labels,
  mayWork,
  urls: { task: `/p/${project.id}/tasks/${task.id}/`, studio: `/p/${project.id}/studio/${task.id}/` },
});
