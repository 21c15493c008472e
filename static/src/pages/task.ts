/** One task: how far it is, its items, its people, its settings. */
import "./tasks/tasks.css";
import { boot, may, requireProject } from "../lib/boot.ts";
import { delegate, find, h, need, replace, swatch, type Child } from "../lib/dom.ts";
import { feed } from "../lib/feed.ts";
import { count, metric, percent, plural } from "../lib/format.ts";
import type { LabelSpec, WorkItem } from "../studio/state/types.ts";
import { confirmDialog, openDialog } from "../ui/dialog.ts";
import { emptyState } from "../ui/empty.ts";
import { createForm } from "../ui/form.ts";
import { icon } from "../ui/icons.ts";
import { menuButton } from "../ui/menu.ts";
import { chip, statusChip } from "../ui/status.ts";
import { createTable } from "../ui/table.ts";
import { timeAgo } from "../ui/time.ts";
import { act, errorToast, toast } from "../ui/toast.ts";
import * as calls from "./tasks/api.ts";
import { settingsBody, settingsSchema } from "./tasks/create.ts";
import { due, kindChip, priorityWord, progressBar, stateChip } from "./tasks/parts.ts";
import { openPeople, openRedistribute, peopleTable, pickPerson } from "./tasks/people.ts";

interface TaskPage {
  task: calls.Task;
  labels: LabelSpec[];
  lead: boolean;
  sees_everyone: boolean;
  may_work: boolean;
  answer_key: boolean;
}

const data = boot<TaskPage>();
const project = requireProject(data).id;
const { lead, labels, answer_key } = data.page;
let task = data.page.task;
let people: calls.PersonFigures[] = [];
let filter: string | null = null;
const chosen = new Set<string>();

const FIGURES: [keyof calls.Counts, string][] = [
  ["total", "All"],
  ["free", "Free"],
  ["assigned", "Held"],
  ["sent_back", "Sent back"],
  ["with_annotator", "With annotator"],
  ["completed", "Completed"],
  ["approved", "Approved"],
  ["rejected", "Rejected"],
  ["discard", "Discarded"],
];

function drawFigures(): void {
  const { counts, kind } = task;
  const shown = FIGURES.filter(
    ([key]) => counts[key] > 0 || ["total", "free", kind === "qa" ? "approved" : "completed"].includes(key),
  );
  replace(
    need("#figures"),
    h(
      "div",
      { class: "task-figures" },
      shown.map(([key, title]) => {
        const parts = [
          h("span", { class: "figure" }, count(counts[key])),
          h("span", { class: "hint" }, title),
        ];
        if (!lead) return h("div", { class: "task-figure" }, parts);
        const pressed = String((filter ?? "total") === key);
        return h(
          "button",
          { type: "button", class: "task-figure", dataset: { status: key }, "aria-pressed": pressed },
          parts,
        );
      }),
    ),
    h("div", { class: "task-bar" }, progressBar(counts)),
  );
}

function drawFacts(): void {
  const fact = (name: string, value: Child) => [h("dt", null, name), h("dd", null, value)];
  replace(
    need("#facts"),
    h(
      "dl",
      { class: "facts" },
      fact("Kind", kindChip(task.kind)),
      fact("State", stateChip(task.status)),
      fact(
        "Dataset",
        may("item.see", data)
          ? h("a", { href: `/p/${project}/data/${task.dataset.id}/` }, task.dataset.name)
          : task.dataset.name,
      ),
      fact("Priority", priorityWord(task.priority)),
      fact("Due", due(task)),
      fact(
        "Items",
        task.allocation === "pulling"
          ? `pulled, ${task.batch_size} at a time, at most ${task.max_workload} held`
          : "dealt to people by shares",
      ),
      fact(
        "People",
        task.everyone
          ? "everyone who may work"
          : plural(people.filter((p) => p.active).length, "person", "people"),
      ),
      fact("Made", [
        task.created_by ? `by ${task.created_by.name} ` : "by a pipeline ",
        timeAgo(task.created_at),
      ]),
      task.pipeline_id &&
        fact("Pipeline", h("a", { href: `/p/${project}/pipelines/${task.pipeline_id}/` }, "Open pipeline")),
    ),
    task.instructions &&
      h(
        "details",
        { open: true },
        h("summary", null, "Instructions"),
        h("p", { class: "instructions-text" }, task.instructions),
      ),
  );
}

async function refresh(): Promise<void> {
  try {
    const progress = await calls.getProgress(task.id);
    task = { ...task, counts: progress.counts };
    people = progress.people;
    drawFigures();
    drawFacts();
    replace(need("#people"), peopleTable(people, task.kind));
  } catch (error) {
    errorToast(error);
  }
}

// ---- items (leads)

const color = (name: string) => labels.find((label) => label.name === name)?.color ?? "var(--line-strong)";

function itemStatus(item: WorkItem): HTMLElement {
  if (item.with_annotator) return chip("With annotator", "warn", "return");
  if (item.status) return statusChip(item.status);
  if (item.place === "sent_back") return chip(task.kind === "qa" ? "Answered" : "Sent back", "warn", "flag");
  if (item.place === "skipped") return chip("Skipped", "plain", "skip");
  return statusChip("", task.kind === "qa" ? "To review" : "To label");
}

function labelCell(item: WorkItem): HTMLElement {
  if (item.label) return h("span", { class: "row" }, swatch(color(item.label)), item.label);
  if (item.suggestion)
    return h(
      "span",
      { class: "row muted" },
      swatch(color(item.suggestion.label)),
      `${item.suggestion.label} ${percent(item.suggestion.confidence)}?`,
    );
  return h("span", { class: "muted" }, "none");
}

function itemTable(host: HTMLElement) {
  const table = createTable<WorkItem>({
    label: "Items",
    columns: [
      {
        key: "pick",
        title: "Choose",
        hiddenTitle: true,
        cell: (item) =>
          h("input", {
            type: "checkbox",
            class: "checkbox",
            dataset: { pick: item.id },
            checked: chosen.has(item.id),
            "aria-label": `Choose ${item.item.name}`,
          }),
      },
      {
        key: "item",
        title: "Item",
        cell: (item) =>
          h(
            "span",
            { class: "item-cell" },
            h("img", { src: item.item.thumbnail_url, alt: "", loading: "lazy" }),
            h("span", { class: "mono clip" }, item.item.filename),
          ),
      },
      { key: "label", title: "Label", cell: labelCell },
      { key: "status", title: "Status", cell: itemStatus },
      {
        key: "person",
        title: "Person",
        cell: (item) =>
          item.finished_by?.name ?? item.assignee?.name ?? h("span", { class: "muted" }, "nobody"),
      },
      {
        key: "score",
        title: "Score",
        num: true,
        wideOnly: true,
        cell: (item) => metric(item.selection?.score),
      },
      {
        key: "back",
        title: "Sent back",
        num: true,
        wideOnly: true,
        cell: (item) => count(item.times_sent_back),
      },
      { key: "at", title: "Finished", wideOnly: true, cell: (item) => timeAgo(item.finished_at) },
    ],
    load: ({ after, signal }) =>
      calls.listItems<WorkItem>(task.id, { after, status: filter === "total" ? null : filter }, signal),
    empty: () =>
      emptyState({
        icon: "images",
        title: filter && filter !== "total" ? "No items stand there" : "No items yet",
        text: task.pipeline_id ? "The pipeline brings them." : "Add items with the menu above.",
      }),
  });
  host.append(table.element);
  delegate(host, "change", "input[data-pick]", (_event, box) => {
    const id = box.dataset["pick"] ?? "";
    if ((box as HTMLInputElement).checked) chosen.add(id);
    else chosen.delete(id);
    drawBulk();
  });
  return table;
}

function drawBulk(): void {
  const bar = find("#bulk");
  if (!bar) return;
  bar.hidden = chosen.size === 0;
  const button = h("button", { type: "button", class: "btn btn-sm" }, icon("users"), "Reassign");
  button.addEventListener("click", () => void act(button, moveChosen));
  replace(bar, h("span", { class: "soft" }, `${chosen.size} chosen`), button);
}

async function moveChosen(): Promise<void> {
  const to = await pickPerson(project, task);
  if (!to) return;
  const moved = await calls.reassign(task.id, [...chosen], to.person);
  toast(`${plural(moved.count, "open item")} moved.`, { kind: "ok" });
  chosen.clear();
  drawBulk();
  await changed();
}

const itemsHost = find("#items");
const items = itemsHost ? itemTable(itemsHost) : null;
const changed = () => Promise.all([refresh(), items?.reload()]);

delegate(need("#figures"), "click", "[data-status]", (_event, button) => {
  filter = button.dataset["status"] ?? null;
  drawFigures();
  void items?.reload();
});

// ---- acts of leads

function openSettings(): void {
  const { name, priority, allocation, batch_size, max_workload, instructions } = task;
  const due_date = task.due_date?.slice(0, 10) ?? null;
  const form = createForm({
    schema: settingsSchema(),
    value: { name, priority, due_date, allocation, batch_size, max_workload, instructions },
  });
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
            task = await calls.patchTask(task.id, settingsBody(form.value()));
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

async function setState(status: string): Promise<void> {
  task = await calls.patchTask(task.id, { status });
  await changed();
}

async function archive(): Promise<void> {
  const sure = await confirmDialog({
    title: `Archive ${task.name}?`,
    text: "It leaves every list and queue. Its items, log and figures stay.",
    loss: [plural(task.counts.open, "open item")],
    confirm: "Archive task",
    danger: true,
  });
  if (!sure) return;
  await calls.archiveTask(task.id);
  window.location.assign(`/p/${project}/tasks/`);
}

async function addAll(filterOf: unknown): Promise<void> {
  const added = await calls.addItems(task.id, filterOf);
  toast(`${plural(added.count, "item")} in the queue now.`, { kind: "ok" });
  await changed();
}

const run = (work: () => Promise<unknown>) => () => void work().catch((error: unknown) => errorToast(error));
const more = find<HTMLButtonElement>("#task-menu");
if (more && lead) {
  menuButton(more, () => [
    { label: "Settings", icon: "settings", run: openSettings },
    {
      label: "People",
      icon: "users",
      run: run(() => openPeople(project, task, people, () => void changed())),
    },
    {
      label: "Redistribute open items",
      icon: "shuffle",
      run: run(() => openRedistribute(project, task, people, () => void changed())),
    },
    "separator",
    { label: "Add all unlabelled items", icon: "plus", run: run(() => addAll({ annotated: false })) },
    { label: "Add all items of the dataset", icon: "plus", run: run(() => addAll({})) },
    "separator",
    task.status === "open"
      ? { label: "Close the task", icon: "check", run: run(() => setState("completed")) }
      : { label: "Open the task again", icon: "retry", run: run(() => setState("open")) },
    { label: "Archive", icon: "archive", danger: true, run: run(archive) },
  ]);
}

const keyForm = find<HTMLFormElement>("#answer-key");
if (keyForm && answer_key) {
  keyForm.addEventListener("submit", (event) => {
    event.preventDefault();
    const wanted = Number(need<HTMLInputElement>("input", keyForm).value) || 50;
    void act(need<HTMLButtonElement>("button", keyForm), async () => {
      const done = await calls.askKey(task.id, wanted);
      const corrected = done.corrected ? `, ${done.corrected} corrected` : "";
      toast(
        done.answered
          ? `${plural(done.answered, "item")} answered${corrected}: simulated, and marked so.`
          : done.unknown
            ? "The answer key knows none of the open items."
            : "Nothing was open.",
      );
      await changed();
    });
  });
}

drawFigures();
drawFacts();
void refresh();
feed.watch(
  ["task.updated", "task.item_status"],
  (events) => {
    const ours =
      events.length === 0 || events.some((e) => e.ids.includes(task.id) || e.data["task"] === task.id);
    if (ours) void changed();
  },
  800,
);
