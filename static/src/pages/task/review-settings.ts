/** How a task stands among stages of review: what it follows, its sample, its rule; and the dialogs to change that. */
import { h, replace, type Child } from "../../lib/dom.ts";
import { count } from "../../lib/format.ts";
import { api } from "../../lib/http.ts";
import { openDialog, promptDialog } from "../../ui/dialog.ts";
import { createForm } from "../../ui/form.ts";
import { icon } from "../../ui/icons.ts";
import { act, errorToast } from "../../ui/toast.ts";
import { createTask, findTasks, type Task } from "../tasks/api.ts";
import { choiceWidget } from "../tasks/choose.ts";
import { project, state } from "./context.ts";
import {
  reviewBody,
  reviewSchema,
  reviewValue,
  ruleWords,
  sampleWords,
  warning,
  type ReviewState,
  type Stage,
} from "./review-words.ts";

const fact = (name: string, value: Child) => [h("dt", null, name), h("dd", null, value)];
const link = (stage: Stage) => h("a", { href: `/p/${project}/tasks/${stage.id}/` }, stage.name);
const url = () => `/api/v1/tasks/${state.task.id}/`;

/** Draws into `host` and answers how to draw anew. `changed`: the page's own redrawing. */
export function reviewSettings(host: HTMLElement, changed: () => Promise<unknown>): () => Promise<void> {
  const load = async (): Promise<void> => {
    try {
      draw(host, await api.get<ReviewState>(`${url()}review/`), () => Promise.all([load(), changed()]));
    } catch (error) {
      errorToast(error);
    }
  };
  void load();
  return load;
}

function draw(host: HTMLElement, review: ReviewState, changed: () => Promise<unknown>): void {
  const qa = state.task.kind === "qa";
  const told = warning(review);
  replace(
    host,
    h(
      "dl",
      { class: "facts" },
      qa &&
        fact(
          "Follows",
          review.parent_task ? link(review.parent_task) : h("span", { class: "muted" }, "no task"),
        ),
      qa && !review.in_pipeline && fact("Looks at", sampleWords(review.sample_percent)),
      qa && !review.in_pipeline && fact("Accepts unseen", ruleWords(review.auto_accept)),
      review.auto_accepted > 0 &&
        fact("By the rule", `${count(review.auto_accepted)} of ${count(review.taken)} approved`),
      fact("Then", afterwards(review)),
    ),
    told && !review.in_pipeline && h("div", { class: "notice warn" }, icon("warning"), h("div", null, told)),
    h(
      "div",
      { class: "row" },
      qa && !review.in_pipeline && changeButton(review, changed),
      stageButton(review),
    ),
  );
}

function afterwards(review: ReviewState): Child {
  if (review.followed_by.length) return h("span", { class: "stage-links" }, review.followed_by.map(link));
  if (review.in_pipeline) return "as the pipeline says";
  return state.task.kind === "qa" ? "ground truth" : h("span", { class: "muted" }, "no review");
}

function changeButton(review: ReviewState, changed: () => Promise<unknown>): HTMLElement {
  const button = h("button", { type: "button", class: "btn btn-sm" }, icon("settings"), "Change");
  button.addEventListener("click", () => openSettings(review, changed));
  return button;
}

function openSettings(review: ReviewState, changed: () => Promise<unknown>): void {
  const follows = choiceWidget<Stage>({
    label: "Follows",
    find: async (text, signal) =>
      (await findTasks(project, text, signal)).filter((task) => task.id !== state.task.id),
    value: review.parent_task,
    none: "No task",
  });
  const form = createForm({
    schema: reviewSchema(),
    value: reviewValue(review),
    widgets: { task: follows },
  });
  openDialog({
    title: "Settings of review",
    body: form.element,
    actions: [
      { label: "Cancel" },
      {
        label: "Save",
        primary: true,
        run: async () => {
          if (!form.check()) return false;
          try {
            state.task = await api.patch<Task>(url(), reviewBody(form.value()));
          } catch (error) {
            form.showError(error);
            return false;
          }
          await changed();
          return true;
        },
      },
    ],
  });
}

function stageButton(review: ReviewState): HTMLElement | false {
  if (review.in_pipeline && !review.followed_by.length && state.task.kind === "annotation") return false;
  const words = state.task.kind === "qa" ? "Add a stage after it" : "Add a review";
  const button = h("button", { type: "button", class: "btn btn-sm" }, icon("plus"), words);
  button.addEventListener("click", () => void act(button, addStage));
  return button;
}

async function addStage(): Promise<void> {
  const { task } = state;
  const name = await promptDialog({
    title: "Add a review",
    label: "Name of the review task",
    value: `Review of ${task.name}`.slice(0, 120),
    confirm: "Add review",
    maxLength: 120,
  });
  if (!name) return;
  const made = await createTask(project, {
    name,
    kind: "qa",
    dataset: task.dataset.id,
    parent_task: task.id,
  });
  window.location.assign(`/p/${project}/tasks/${made.id}/`);
}
