/** What a lead does with the task: settings, people, items in and out, closing, the archive. */
import { h } from "../../lib/dom.ts";
import { count, plural } from "../../lib/format.ts";
import { confirmDialog, openDialog } from "../../ui/dialog.ts";
import { createForm, type Form } from "../../ui/form.ts";
import { menuButton } from "../../ui/menu.ts";
import { errorToast, toast } from "../../ui/toast.ts";
import * as calls from "../tasks/api.ts";
import {
  labelsOf,
  settingsBody,
  settingsSchema,
  settingsWidgets,
  showDrawing,
  showPulling,
} from "../tasks/create.ts";
import { labelField } from "../tasks/drawing.ts";
import { createFilterBox } from "../tasks/filter-box.ts";
import { openPeople, openRedistribute } from "../tasks/people.ts";
import { project, state } from "./context.ts";

type Changed = () => Promise<unknown>;

async function openSettings(changed: Changed): Promise<void> {
  const { task } = state;
  const { ontology } = await calls.getDataset(task.dataset.id);
  const { name, priority, allocation, batch_size, max_workload, instructions, annotation_types } = task;
  const had = { name, priority, allocation, batch_size, max_workload, instructions, annotation_types };
  const labels = labelField(await labelsOf(ontology));
  const follow = (value: Record<string, unknown>) =>
    showPulling(form, value["allocation"] !== "distribution");
  const form: Form = createForm({
    schema: settingsSchema(),
    value: { ...had, labels: task.labels, due_date: task.due_date?.slice(0, 10) ?? null },
    widgets: settingsWidgets(project, labels),
    onChange: follow,
  });
  form.element.classList.add("task-form");
  follow(had);
  showDrawing(form, task.kind !== "qa");
  openDialog({
    title: "Settings",
    wide: true,
    body: form.element,
    actions: [
      { label: "Cancel" },
      {
        label: "Save",
        primary: true,
        run: async () => {
          if (!form.check()) return false;
          try {
            state.task = await calls.patchTask(task.id, changes(task, settingsBody(form.value())));
          } catch (error) {
            form.showError(error);
            return false;
          }
          await changed();
          // Dealing needs to know to whom.
          if (state.task.allocation === "distribution" && state.task.everyone)
            await openPeople(project, state.task, state.people, () => void changed());
          return true;
        },
      },
    ],
  });
}

/** Only what was changed: a review task that follows its labelling task goes on following. */
function changes(task: calls.Task, body: calls.TaskSettings): calls.TaskSettings {
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  return Object.fromEntries(
    Object.entries(body).filter(([key, value]) => !same(value, task[key as keyof calls.Task])),
  );
}

function filterDialog(options: {
  title: string;
  text: string;
  verb: string;
  danger?: boolean;
  words: (found: { matching: number; present: number; open: number }) => string;
  run: (filter: ReturnType<ReturnType<typeof createFilterBox>["read"]>) => Promise<unknown>;
}): void {
  const box = createFilterBox({
    label: "Filter of items",
    count: async (filter, signal) => options.words(await calls.countMatches(state.task.id, filter, signal)),
  });
  const kind = options.danger ? { danger: true } : { primary: true };
  openDialog({
    title: options.title,
    wide: true,
    body: [h("p", { class: "soft" }, options.text), box.element],
    actions: [{ label: "Cancel" }, { label: options.verb, ...kind, run: () => options.run(box.read()) }],
  });
  box.recount();
}

function openAdd(changed: Changed): void {
  const { dataset } = state.task;
  filterDialog({
    title: "Add items",
    text: `Images of ${dataset.name} that the filter finds join the queue; an empty filter finds all. Those in the task already stay as they are.`,
    verb: "Add items",
    words: ({ matching, present }) =>
      matching
        ? `${plural(matching, "image")} found, ${count(matching - present)} of them not here yet.`
        : "No image matches.",
    run: async (filter) => {
      const before = state.task.counts.total;
      const added = await calls.addItems(state.task.id, filter);
      await changed();
      if (added.job) return; // its bar tells
      toast(`${plural(state.task.counts.total - before, "item")} added.`, { kind: "ok" });
    },
  });
}

function openRemove(changed: Changed): void {
  filterDialog({
    title: "Take items out",
    text: "Open items that the filter finds leave the task: nobody is asked about them any more. Finished ones stay.",
    verb: "Take out",
    danger: true,
    words: ({ open }) =>
      open ? `${plural(open, "open item")} found.` : "No open item of this task matches.",
    run: async (filter) => {
      const gone = await calls.removeItems(state.task.id, { filter });
      await changed();
      toast(`${plural(gone.count, "open item")} taken out of the task.`, {
        kind: "ok",
        action: {
          label: "Undo",
          run: async () => {
            await calls.putBack(state.task.id, { filter });
            await changed();
          },
        },
      });
    },
  });
}

async function setState(status: string, changed: Changed): Promise<void> {
  state.task = await calls.patchTask(state.task.id, { status });
  await changed();
}

/** The list of tasks offers to take it back. */
async function archive(): Promise<void> {
  const { task } = state;
  const sure = await confirmDialog({
    title: `Archive ${task.name}?`,
    text: "It leaves every list and queue. Its items, log and figures stay, and it can be taken out again.",
    loss: [plural(task.counts.open, "open item")],
    confirm: "Archive task",
    danger: true,
  });
  if (!sure) return;
  await calls.archiveTask(task.id);
  sessionStorage.setItem("alp.archived", JSON.stringify({ id: task.id, name: task.name }));
  window.location.assign(`/p/${project}/tasks/`);
}

export function manageMenu(button: HTMLButtonElement, changed: Changed): void {
  const run = (work: () => Promise<unknown>) => () =>
    void work().catch((error: unknown) => errorToast(error));
  const done = () => void changed();
  menuButton(button, () => [
    { label: "Settings", icon: "settings", run: run(() => openSettings(changed)) },
    { label: "People", icon: "users", run: run(() => openPeople(project, state.task, state.people, done)) },
    {
      label: "Redistribute open items",
      icon: "shuffle",
      run: run(() => openRedistribute(project, state.task, state.people, done)),
    },
    "separator",
    { label: "Add items", icon: "plus", run: () => openAdd(changed) },
    { label: "Take items out", icon: "minus", run: () => openRemove(changed) },
    "separator",
    state.task.status === "open"
      ? { label: "Close the task", icon: "check", run: run(() => setState("completed", changed)) }
      : { label: "Open the task again", icon: "retry", run: run(() => setState("open", changed)) },
    { label: "Archive", icon: "archive", danger: true, run: run(archive) },
  ]);
}
