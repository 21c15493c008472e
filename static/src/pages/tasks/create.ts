/** The dialog that makes a task, and the fields its settings share with the task's page. */
import { datasetApi, ontologies } from "../../browser/io/api.ts";
import type { JsonObject, Label } from "../../browser/types.ts";
import { count, plural } from "../../lib/format.ts";
import { AlpApiError } from "../../lib/http.ts";
import { h } from "../../lib/dom.ts";
import { openDialog } from "../../ui/dialog.ts";
import { createForm, type Control, type Form, type Widget } from "../../ui/form.ts";
import { toast } from "../../ui/toast.ts";
import type { JsonSchema } from "../../ui/schema.ts";
import {
  createTask,
  findDatasets,
  findMembers,
  findTasks,
  getDataset,
  type DatasetRef,
  type Task,
  type TaskSettings,
} from "./api.ts";
import { choiceWidget } from "./choose.ts";
import { labelField, typesWidget, type LabelField } from "./drawing.ts";
import { createFilterBox } from "./filter-box.ts";
import { instructionsWidget } from "./instructions.ts";
import { createShareList, type ShareList } from "./share-list.ts";

export const WORKERS: Record<Task["kind"], ReadonlySet<string>> = {
  annotation: new Set(["owner", "engineer", "reviewer", "annotator"]),
  qa: new Set(["owner", "engineer", "reviewer"]),
};

const DRAWING = ["annotation_types", "labels"] as const;
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
  annotation_types: {
    type: "array",
    title: "What people draw",
    description: "None ticked: all that the ontology has a use for.",
    items: { type: "string" },
    default: ["class"],
    "x-widget": "types",
  },
  labels: {
    type: "array",
    title: "Labels",
    description: "None ticked: every label of the ontology.",
    items: { type: "string" },
    default: [],
    "x-widget": "labels",
  },
  allocation: {
    type: "string",
    title: "How people get items",
    enum: ["pulling", "distribution"],
    "x-enum-titles": ["Each pulls from one queue", "Dealt to people by shares"],
    default: "pulling",
  },
  batch_size: { type: "integer", title: "Items a pull", minimum: 1, maximum: 500, default: 10 },
  max_workload: { type: "integer", title: "Items a person may hold", minimum: 1, maximum: 2000, default: 15 },
  instructions: { type: "string", title: "Instructions", "x-widget": "markdown", maxLength: 20_000 },
};

export function settingsSchema(): JsonSchema {
  return { type: "object", properties: SETTINGS, required: ["name"] };
}

export function settingsWidgets(project: string, labels: LabelField): Record<string, Widget> {
  return { types: typesWidget, labels: labels.widget, markdown: instructionsWidget(project) };
}

/** Fields that only matter to pulling. */
export function showPulling(form: Form, pulling: boolean): void {
  for (const path of ["batch_size", "max_workload"]) showField(form, path, pulling);
}

/** A review takes what its labelling task takes, so it does not ask. */
export function showDrawing(form: Form, labelling: boolean): void {
  for (const path of DRAWING) showField(form, path, labelling);
}

export function showField(form: Form, path: string, shown: boolean): void {
  const holder = form.element.querySelector<HTMLElement>(`[data-path="${path}"]`);
  if (holder) holder.hidden = !shown;
}

/** Form values as the API wants them: a due day is its last minute, UTC. */
export function settingsBody(value: Record<string, unknown>): TaskSettings {
  const body = { ...value } as TaskSettings;
  if (typeof value["due_date"] === "string" && value["due_date"])
    body.due_date = `${value["due_date"].slice(0, 10)}T23:59:00Z`;
  else body.due_date = null;
  return body;
}

export async function labelsOf(ontology: string | null): Promise<readonly Label[]> {
  return ontology ? (await ontologies.get(ontology)).labels : [];
}

export interface CreateFrom {
  dataset: string;
  filter: JsonObject;
  /** What the filter is, in words: "12 selected images". */
  words: string;
}

export async function openCreateTask(project: string, from: CreateFrom | null = null): Promise<void> {
  const [dataset] = from ? [await getDataset(from.dataset)] : await findDatasets(project, "");
  if (!dataset) {
    toast("Make a dataset and put images into it first.", {
      kind: "warn",
      action: { label: "Data", run: () => window.location.assign(`/p/${project}/data/`) },
    });
    return;
  }
  const labels = labelField(await labelsOf(dataset.ontology));
  new CreateDialog(project, dataset, labels, from).open();
}

class CreateDialog {
  private readonly form: Form;
  private readonly shares: ShareList;
  private kind: Task["kind"] = "annotation";
  private recount: () => void = () => undefined;

  constructor(
    private readonly project: string,
    private dataset: DatasetRef,
    private readonly labels: LabelField,
    private readonly from: CreateFrom | null,
  ) {
    this.shares = createShareList({
      find: (text, signal) => findMembers(project, text, [...WORKERS[this.kind]], signal),
      dealt: false,
    });
    this.form = createForm({
      schema: createSchema(dataset),
      widgets: {
        ...settingsWidgets(project, labels),
        dataset: choiceWidget<DatasetRef>({
          label: "Dataset",
          // What the browser found lies in its dataset.
          find: async (text, signal) => (from ? [dataset] : findDatasets(project, text, signal)),
          value: dataset,
          onChange: (chosen) => chosen && this.choose(chosen),
        }),
        parent: choiceWidget({
          label: "Returns go to",
          find: (text, signal) => findTasks(project, text, signal, "annotation"),
          value: null,
          none: "Whichever task labelled the item",
        }),
        items: (context) => this.itemsControl(context.id),
        people: () => ({
          element: this.shares.element,
          read: () => [...this.shares.read()] as never,
          write: () => undefined,
        }),
      },
      onChange: (value) => this.follow(value),
    });
    this.form.element.classList.add("task-form");
    this.follow(this.form.value());
  }

  open(): void {
    openDialog({
      title: "New task",
      wide: true,
      body: [
        h(
          "p",
          { class: "soft" },
          "People get items from the dataset to label or to review. A pipeline makes and fills its tasks by itself.",
        ),
        this.form.element,
      ],
      actions: [{ label: "Cancel" }, { label: "Make task", primary: true, run: () => this.make() }],
    });
  }

  /** What one field says changes others: who may review, which labels there are, who pulls. */
  private follow(value: Record<string, unknown>): void {
    const dealt = value["allocation"] === "distribution";
    this.shares.setDealt(dealt);
    showPulling(this.form, !dealt);
    showField(this.form, "parent_task", value["kind"] === "qa");
    showDrawing(this.form, value["kind"] !== "qa");
    if (value["kind"] !== this.kind) {
      this.kind = value["kind"] === "qa" ? "qa" : "annotation";
      this.shares.keep(({ role }) => WORKERS[this.kind].has(role));
    }
  }

  private choose(dataset: DatasetRef): void {
    this.dataset = dataset;
    this.recount();
    labelsOf(dataset.ontology).then(
      (found) => this.labels.setLabels(found),
      () => this.labels.setLabels([]),
    );
  }

  /** Which items the task begins with; `read` gives the filter, undefined for none. */
  private itemsControl(id: string): Control {
    const { from } = this;
    const box = createFilterBox({
      label: "Filter of items",
      count: async (filter, signal) => {
        const asked = { filter, pageSize: 1, count: true };
        const found = (await datasetApi(this.dataset.id).query(asked, signal)).totalItemsCount ?? 0;
        return found
          ? `${plural(found, "image")} ${found === 1 ? "matches" : "match"}.`
          : "No image matches.";
      },
    });
    const told = h("p", { class: "hint", role: "status" });
    const choices: [string, string][] = [
      ...(from ? [["given", `From the browser: ${from.words}`] as [string, string]] : []),
      ["unlabelled", "Those without a label"],
      ["labelled", "Those with a label"],
      ["all", "All"],
      ["filter", "Those that a filter finds"],
      ["none", "None yet"],
    ];
    const select = h(
      "select",
      { class: "select", id },
      choices.map(([value, title]) => h("option", { value }, title)),
    );
    const filterOf = (): JsonObject | undefined => {
      if (select.value === "none") return undefined;
      if (select.value === "filter") return box.read();
      return select.value === "given" ? from?.filter : FILTERS[select.value];
    };
    let asked = 0;
    this.recount = () => {
      box.element.hidden = select.value !== "filter";
      told.hidden = select.value === "filter" || select.value === "none";
      if (select.value === "filter") box.recount();
      const filter = told.hidden ? undefined : filterOf();
      if (!filter) return;
      const turn = ++asked;
      const wanted = { filter: { $and: [{ type: "file" }, filter] }, pageSize: 1, count: true };
      datasetApi(this.dataset.id)
        .query(wanted)
        .then((found) => turn === asked && (told.textContent = `${count(found.totalItemsCount)} images`))
        .catch(() => (told.textContent = ""));
    };
    select.addEventListener("change", this.recount);
    this.recount();
    return {
      element: h("div", { class: "stack" }, select, box.element, told),
      input: select,
      read: () => filterOf(),
      write: () => undefined,
    };
  }

  private async make(): Promise<void> {
    if (!this.form.check()) throw new AlpApiError("invalid", "Something is missing.", 400, { shown: true });
    const { items, parent_task, kind, dataset: _, people, ...rest } = this.form.value();
    if (kind === "qa") for (const name of DRAWING) delete rest[name];
    try {
      const task = await createTask(this.project, {
        ...settingsBody(rest),
        kind: kind === "qa" ? "qa" : "annotation",
        dataset: this.dataset.id,
        parent_task: kind === "qa" && typeof parent_task === "string" ? parent_task : null,
        people: people as unknown as { person: string; share: number }[],
        ...(items !== undefined && { filter: items as JsonObject }),
      });
      window.location.assign(`/p/${this.project}/tasks/${task.id}/`);
    } catch (error) {
      this.form.showError(error);
      throw error;
    }
  }
}

const FILTERS: Record<string, JsonObject> = {
  all: {},
  unlabelled: { annotated: false },
  labelled: { annotated: true },
};

function createSchema(dataset: DatasetRef): JsonSchema {
  const { name, priority, due_date, allocation, batch_size, max_workload, ...drawing } = SETTINGS as Record<
    string,
    JsonSchema
  > & { name: JsonSchema; priority: JsonSchema; due_date: JsonSchema; allocation: JsonSchema };
  return {
    type: "object",
    required: ["name", "kind", "dataset"],
    properties: {
      name,
      kind: {
        type: "string",
        title: "Kind",
        enum: ["annotation", "qa"],
        "x-enum-titles": ["Labelling", "Review"],
        default: "annotation",
      },
      dataset: { type: "string", title: "Dataset", "x-widget": "dataset", default: dataset.id },
      parent_task: {
        type: ["string", "null"],
        title: "Returns go to",
        "x-widget": "parent",
        default: null,
      },
      items: { title: "Items", "x-widget": "items", default: null },
      priority,
      due_date,
      allocation,
      ...(batch_size && { batch_size }),
      ...(max_workload && { max_workload }),
      people: {
        title: "People",
        "x-widget": "people",
        default: null,
        description: "Pulled and nobody ticked: everyone who may work is served.",
      },
      ...drawing,
    },
  };
}
