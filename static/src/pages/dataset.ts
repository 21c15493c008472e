/** One dataset: browse, upload, ontology, subsets. */
import "./dataset/dataset.css";
import "./tasks/tasks.css";
import { createBrowser, type Browser } from "../browser/index.ts";
import { ontologies } from "../browser/io/api.ts";
import type { Ontology } from "../browser/types.ts";
import { boot, may, requireProject } from "../lib/boot.ts";
import { h, need, replace } from "../lib/dom.ts";
import { feed } from "../lib/feed.ts";
import { icon } from "../ui/icons.ts";
import { createTabs } from "../ui/tabs.ts";
import { errorToast } from "../ui/toast.ts";
import { exportsPanel } from "./dataset/exports.ts";
import { ontologyPanel } from "./dataset/ontology.ts";
import { subsetsPanel } from "./dataset/subsets.ts";
import { uploadPanel } from "./dataset/upload.ts";
import { openCreateTask } from "./tasks/create.ts";

interface PageData {
  dataset: { id: string; name: string; ontology: string | null };
}

const data = boot<PageData>();
const project = requireProject(data).id;
const { dataset } = data.page;
const allowed = (action: string) => may(action, data);
const state: { ontology: Ontology | null } = { ontology: null };
const host = need("#dataset");
let browser: Browser | null = null;

async function readOntology(): Promise<void> {
  if (!dataset.ontology) return;
  try {
    state.ontology = await ontologies.get(dataset.ontology);
  } catch (error) {
    errorToast(error);
  }
}

function newTask(): void {
  if (!browser) return;
  openCreateTask(project, { dataset: dataset.id, ...browser.chosen() }).catch((error: unknown) =>
    errorToast(error),
  );
}

function start(): void {
  const tabs = createTabs({
    label: dataset.name,
    tabs: [
      {
        id: "browse",
        title: "Browse",
        panel: () => {
          browser = createBrowser({
            project,
            dataset,
            labels: () => state.ontology?.labels ?? [],
            may: allowed,
            upload: () => tabs.show("upload"),
            onTotal: () => undefined,
            ...(allowed("task.manage") && { createTask: newTask }),
          });
          return browser.element;
        },
      },
      ...(allowed("dataset.edit")
        ? [
            {
              id: "upload",
              title: "Upload",
              panel: () => uploadPanel({ dataset: dataset.id, done: () => browser?.refresh() }),
            },
          ]
        : []),
      {
        id: "ontology",
        title: "Ontology",
        panel: () =>
          ontologyPanel({
            project,
            dataset,
            canEdit: allowed("dataset.edit"),
            changed: (ontology) => {
              state.ontology = ontology;
              dataset.ontology = ontology?.id ?? null;
              browser?.refresh();
            },
          }),
      },
      ...(allowed("item.export")
        ? [{ id: "exports", title: "Exports", panel: () => exportsPanel(dataset.id) }]
        : []),
      {
        id: "subsets",
        title: "Subsets",
        panel: () => subsetsPanel({ dataset: dataset.id, canEdit: allowed("item.edit") }),
      },
    ],
    onShow: (id) => {
      if (id === "browse") browser?.shown();
    },
  });
  need("#dataset-tabs").append(tabs.element);
  host.append(tabs.panels);
  tabs.panels.className = "dataset-panels";
  replace(
    need("#dataset-actions"),
    allowed("task.manage")
      ? h(
          "button",
          { type: "button", class: "btn", id: "create-task", onclick: newTask },
          icon("tasks"),
          "Create task",
        )
      : null,
    allowed("dataset.edit")
      ? h(
          "button",
          { type: "button", class: "btn", onclick: () => tabs.show("upload") },
          icon("plus"),
          "Add images",
        )
      : null,
  );
}

void readOntology().then(start);
feed.watch(["dataset.updated"], (events) => {
  if (!events.some((event) => event.ids.includes(dataset.id))) return;
  void readOntology().then(() => browser?.refresh());
});
