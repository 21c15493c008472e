/** The dialog that makes a task, and the schema its settings share with the task's page. */
import { AlpApiError } from "../../lib/http.ts";
import { h } from "../../lib/dom.ts";
import { openDialog } from "../../ui/dialog.ts";
import { createForm } from "../../ui/form.ts";
import { toast } from "../../ui/toast.ts";
import type { JsonSchema } from "../../ui/schema.ts";
import {
  addItems,
  createTask,
  listDatasets,
  listTasks,
  type NamedRef,
  type Task,
  type TaskSettings,
} from "./api.ts";

const SETTINGS: Record<string, JsonSchema> = {
  name: { type: "string", title: "Name", minLength: 1, maxLength: 120 },
  priority: {
    type: "integer",
    title: "Priority",
    enum: [1, 2, 3],
    "x-enum-titles": ["Low", "Normal", "High"],
    default: 2,
  },
  due_date: { type: ["string", "null"], format: "date", title: "Due" },
  allocation: {
    type: "string",
    title: "How people get items",
    enum: ["pulling", "distribution"],
    "x-enum-titles": ["Each pulls from one queue", "Dealt to people by shares"],
    default: "pulling",
  },
  batch_size: { type: "integer", title: "Items a pull", minimum: 1, maximum: 500, default: 10 },
  max_workload: { type: "integer", title: "Items a person may hold", minimum: 1, maximum: 2000, default: 15 },
  instructions: { type: "string", title: "Instructions", "x-widget": "textarea", maxLength: 20_000 },
};

export function settingsSchema(): JsonSchema {
  return { type: "object", properties: SETTINGS, required: ["name"] };
}

/** Form values as the API wants them: a due day is its last minute, UTC. */
export function settingsBody(value: Record<string, unknown>): TaskSettings {
  const body = { ...value } as TaskSettings;
  if (typeof value["due_date"] === "string" && value["due_date"])
    body.due_date = `${value["due_date"].slice(0, 10)}T23:59:00Z`;
  else body.due_date = null;
  return body;
}

export async function openCreateTask(project: string): Promise<void> {
  const [datasets, tasks] = await Promise.all([listDatasets(project), listTasks(project, null)]);
  if (!datasets.length) {
    toast("Make a dataset and put images into it first.", { kind: "warn" });
    return;
  }
  const parents = tasks.items.filter((task) => task.kind === "annotation");
  const form = createForm({ schema: createSchema(datasets, parents) });
  openDialog({
    title: "New task",
    wide: true,
    body: [
      h(
        "p",
        { class: "soft" },
        "People get items from the dataset to label or to review. A pipeline makes and fills its tasks by itself.",
      ),
      form.element,
    ],
    actions: [{ label: "Cancel" }, { label: "Make task", primary: true, run: () => make(project, form) }],
  });
}

function createSchema(datasets: NamedRef[], parents: Task[]): JsonSchema {
  const { name, ...rest } = SETTINGS;
  return {
    type: "object",
    required: ["name", "kind", "dataset"],
    properties: {
      name: name as JsonSchema,
      kind: {
        type: "string",
        title: "Kind",
        enum: ["annotation", "qa"],
        "x-enum-titles": ["Labelling", "Review"],
        default: "annotation",
      },
      dataset: {
        type: "string",
        title: "Dataset",
        enum: datasets.map((one) => one.id),
        "x-enum-titles": datasets.map((one) => one.name),
        default: datasets[0]?.id ?? "",
      },
      items: {
        type: "string",
        title: "Items",
        enum: ["none", "all", "unlabelled", "labelled"],
        "x-enum-titles": ["None yet", "All", "Those without a label", "Those with a label"],
        default: "unlabelled",
      },
      ...(parents.length && {
        parent_task: {
          type: ["string", "null"],
          title: "Returns go to (review only)",
          enum: [null, ...parents.map((one) => one.id)],
          "x-enum-titles": ["Whichever task labelled the item", ...parents.map((one) => one.name)],
          default: null,
        },
      }),
      ...rest,
    },
  };
}

const FILTERS: Record<string, unknown> = {
  all: {},
  unlabelled: { annotated: false },
  labelled: { annotated: true },
};

async function make(project: string, form: ReturnType<typeof createForm>): Promise<void> {
  if (!form.check()) throw new AlpApiError("invalid", "Something is missing.", 400, { shown: true });
  const { items, parent_task, kind, dataset, ...rest } = form.value() as Record<string, string | null>;
  try {
    const parent = kind === "qa" ? (parent_task ?? null) : null;
    const body = {
      ...settingsBody(rest),
      kind: kind ?? "annotation",
      dataset: dataset ?? "",
      parent_task: parent,
    };
    const task = await createTask(project, body);
    if (items !== "none") await addItems(task.id, FILTERS[items ?? "all"] ?? {});
    window.location.assign(`/p/${project}/tasks/${task.id}/`);
  } catch (error) {
    form.showError(error);
    throw error;
  }
}
