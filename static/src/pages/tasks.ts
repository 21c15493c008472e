/** Tasks: my work first, with one big button; for leads all tasks below. */
import "./tasks/tasks.css";
import { boot, requireProject } from "../lib/boot.ts";
import { find, h, need, replace } from "../lib/dom.ts";
import { feed } from "../lib/feed.ts";
import { count, duration, percent, plural } from "../lib/format.ts";
import { keys, PASS } from "../lib/keys.ts";
import { emptyState, errorState, skeletonLines } from "../ui/empty.ts";
import { icon } from "../ui/icons.ts";
import { chip, kbd } from "../ui/status.ts";
import { createTable } from "../ui/table.ts";
import { timeAgo } from "../ui/time.ts";
import { act, errorToast, toast } from "../ui/toast.ts";
import { getWork, listTasks, restoreTask, type Task, type TaskWork, type Work } from "./tasks/api.ts";
import { openCreateTask } from "./tasks/create.ts";
import { due, kindChip, priorityWord, progressBar, stateChip } from "./tasks/parts.ts";

const data = boot<{ lead: boolean }>();
const project = requireProject(data).id;
const studioUrl = (task: string) => `/p/${project}/studio/${task}/`;
const taskUrl = (task: string) => `/p/${project}/tasks/${task}/`;
const mine = need("#my-work");

function hero(work: Work): HTMLElement {
  const next = work.next;
  const word = next?.kind === "qa" ? "Continue reviewing" : "Continue labelling";
  const button = next
    ? h(
        "a",
        { class: "btn btn-primary btn-hero", href: studioUrl(next.id), id: "continue" },
        word,
        kbd("enter"),
      )
    : h("button", { type: "button", class: "btn btn-hero", disabled: true }, "Nothing waits for you");
  const agreed = work.reviewed
    ? `${percent(work.approved_unchanged / work.reviewed)} approved as they were`
    : "";
  return h(
    "div",
    null,
    button,
    h(
      "div",
      { class: "work-today soft" },
      h(
        "span",
        null,
        `Today ${plural(work.done_today, "item")}${work.seconds_today > 1 ? `, ${duration(work.seconds_today)}` : ""}`,
      ),
      h("span", { class: "muted", title: "Of your labels reviewed in the last 30 days" }, agreed),
    ),
  );
}

function workRow(work: TaskWork): HTMLElement {
  return h(
    "li",
    null,
    kindChip(work.kind),
    h("a", { href: studioUrl(work.id), class: "clip" }, work.name),
    work.sent_back
      ? chip(`${count(work.sent_back)} ${work.kind === "qa" ? "answered" : "sent back"}`, "warn", "flag")
      : h("span"),
    work.due_date ? due(work) : h("span"),
    h("span", { class: "muted nowrap" }, `${count(work.done_today)} done today`),
    h("b", { title: `${count(work.held)} held, ${count(work.free)} free to take` }, count(work.waiting)),
  );
}

function drawWork(work: Work): void {
  const list = work.tasks.length
    ? h("ul", { class: "work-list" }, work.tasks.map(workRow))
    : emptyState({
        icon: "tasks",
        title: "No task is open to you",
        text: data.page.lead
          ? "Make one, or start a pipeline: it makes its own."
          : "Work appears here as soon as there is some.",
      });
  replace(mine, h("div", { class: "work-hero" }, hero(work), list));
}

async function refresh(): Promise<void> {
  try {
    drawWork(await getWork(project));
  } catch (error) {
    replace(
      mine,
      errorState(error, () => void refresh()),
    );
  }
}

replace(mine, h("div", { class: "card-body" }, skeletonLines(4)));
void refresh();
keys.scope("Tasks", [
  {
    keys: "enter",
    label: "Continue my work",
    run: ({ target }) => {
      // Enter presses what has the focus.
      if (
        target instanceof Element &&
        target.closest("a[href], button, summary, [role=menuitem], [role=tab]")
      )
        return PASS;
      find<HTMLAnchorElement>("#continue")?.click();
      return undefined;
    },
  },
]);

const all = find("#all-tasks");
let archived = false;
const table = all
  ? createTable<Task>({
      label: "All tasks",
      columns: [
        { key: "name", title: "Task", cell: (t) => h("b", null, t.name) },
        { key: "kind", title: "Kind", cell: (t) => kindChip(t.kind) },
        {
          key: "progress",
          title: "Progress",
          cell: (t) =>
            h(
              "div",
              { class: "progress-cell" },
              progressBar(t.counts),
              h("span", { class: "nowrap" }, `${count(t.counts.finished)} of ${count(t.counts.total)}`),
            ),
        },
        {
          key: "back",
          title: "Sent back",
          num: true,
          cell: (t) => count(t.kind === "qa" ? t.counts.with_annotator : t.counts.sent_back),
        },
        { key: "dataset", title: "Dataset", cell: (t) => t.dataset.name, wideOnly: true },
        { key: "priority", title: "Priority", cell: (t) => priorityWord(t.priority), wideOnly: true },
        { key: "due", title: "Due", cell: (t) => due(t) },
        { key: "created", title: "Made", cell: (t) => timeAgo(t.created_at), wideOnly: true },
        {
          key: "status",
          title: "State",
          cell: (t) => (t.status === "archived" ? restoreButton(t) : stateChip(t.status)),
        },
      ],
      load: ({ after, signal }) => listTasks(project, after, signal, archived ? "archived" : null),
      href: (t) => taskUrl(t.id),
      empty: () =>
        archived
          ? emptyState({ icon: "archive", title: "The archive is empty" })
          : emptyState({
              icon: "tasks",
              title: "No tasks yet",
              text: "Make one from a dataset, or start a pipeline: it makes its own.",
            }),
    })
  : null;
if (all && table) all.append(table.element);

async function restore(task: { id: string; name: string }): Promise<void> {
  await restoreTask(task.id);
  toast(`${task.name} is open again.`, { kind: "ok" });
  await table?.reload();
  await refresh();
}

function restoreButton(task: Task): HTMLElement {
  const button = h("button", { type: "button", class: "btn btn-sm" }, icon("undo"), "Unarchive");
  button.addEventListener("click", () => void act(button, () => restore(task)));
  return button;
}

const archiveToggle = find<HTMLButtonElement>("#show-archived");
archiveToggle?.addEventListener("click", () => {
  archived = !archived;
  archiveToggle.setAttribute("aria-pressed", String(archived));
  need("#all-tasks-title").textContent = archived ? "Archived tasks" : "All tasks";
  void table?.reload();
});

/** The task's page archived one and came here: it can be taken back at once. */
const gone = sessionStorage.getItem("alp.archived");
if (gone) {
  sessionStorage.removeItem("alp.archived");
  const task = JSON.parse(gone) as { id: string; name: string };
  toast(`${task.name} archived.`, { kind: "ok", action: { label: "Undo", run: () => restore(task) } });
}

find("#new-task")?.addEventListener("click", () => {
  openCreateTask(project).catch((error: unknown) => errorToast(error));
});
feed.watch(
  ["task.updated", "task.item_status"],
  () => {
    void refresh();
    void table?.reload();
  },
  1000,
);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void refresh());
