/** The project's pipelines, and the gallery of templates drawn from their graphs. */
import "../pipeline_editor/graph.css";
import "./pipeline.css";
import { boot, may } from "../lib/boot";
import { find, h, need } from "../lib/dom";
import { feed } from "../lib/feed";
import { ago, count, plural } from "../lib/format";
import { api } from "../lib/http";
import { createGraphView } from "../pipeline_editor/index";
import {
  facesOf,
  loadNodeTypes,
  triggerWords,
  type PipelineRow,
  type Template,
  type TriggerRow,
} from "../pipeline_editor/io/api";
import { confirmDialog, promptDialog } from "../ui/dialog";
import { emptyState, errorState } from "../ui/empty";
import { icon } from "../ui/icons";
import { chip, statusChip } from "../ui/status";
import { createTable } from "../ui/table";
import { act, errorToast, toast } from "../ui/toast";
import { createFromTemplate } from "./pipeline/create";
import { openTrash, tellDeleted } from "./pipeline/ending";
import { importFile } from "./pipeline/import-file";

const project = boot().project;
if (!project) throw new Error("This page needs a project.");

const openCycles = (row: PipelineRow) => row.cycles.pending + row.cycles.running + row.cycles.waiting;

const table = createTable<PipelineRow>({
  label: "Pipelines",
  columns: [
    { key: "name", title: "Name", cell: (p) => p.name, value: (p) => p.name, sort: true },
    { key: "status", title: "Status", cell: (p) => statusChip(p.status) },
    { key: "open", title: "Open cycles", num: true, cell: (p) => count(openCycles(p)) },
    { key: "done", title: "Done", num: true, cell: (p) => count(p.cycles.done) },
    {
      key: "failed",
      title: "Failed steps",
      num: true,
      cell: (p) => (p.failed ? chip(count(p.failed), "bad", "failed") : "0"),
    },
    {
      key: "revision",
      title: "Revision",
      num: true,
      wideOnly: true,
      cell: (p) => p.revision_number ?? "draft",
    },
    {
      key: "started",
      title: "Started",
      wideOnly: true,
      cell: (p) => (p.started_at ? ago(p.started_at) : "never"),
    },
  ],
  load: ({ after }) =>
    api.list<PipelineRow>(`/api/v1/projects/${project.id}/pipelines/`, { query: { after } }),
  href: (p) => `/p/${project.id}/pipelines/${p.id}/`,
  empty: () =>
    emptyState({
      icon: "pipelines",
      title: "No pipelines yet",
      text: may("pipeline.edit")
        ? "Choose a template below, name your dataset and model, and start it."
        : "An engineer of this project can start one from a template.",
    }),
});
need("#pipelines").append(table.element);
feed.watch(["pipeline.status", "cycle.status"], () => void table.reload(), 1500);

const gallery = find("#templates");
find("#new-pipeline")?.addEventListener("click", () => {
  gallery?.scrollIntoView({ block: "start" });
  gallery?.querySelector<HTMLButtonElement>("button")?.focus();
});
find("#import-pipeline")?.addEventListener("click", () => importFile(project.id));
const again = () => void table.reload();
find("#pipelines-trash")?.addEventListener("click", () => openTrash(project.id, again));
tellDeleted(again);
if (gallery) await drawGallery(gallery);

/** "Empty pipeline": a name, then the editor. */
function emptyCard(projectId: string): HTMLElement {
  const start = async () => {
    const name = await promptDialog({
      title: "New empty pipeline",
      label: "Name",
      value: "Pipeline",
      confirm: "Create",
    });
    if (name === null) return;
    try {
      const made = await api.post<PipelineRow>(`/api/v1/projects/${projectId}/pipelines/`, {
        name,
        graph: { nodes: [], connections: [], triggers: [], variables: [] },
      });
      location.assign(`/p/${projectId}/pipelines/${made.id}/edit/`);
    } catch (error) {
      errorToast(error);
    }
  };
  return h(
    "button",
    { class: "card card-link template-card", type: "button", onclick: () => void start() },
    h("span", { class: "picture empty-picture" }, icon("plus")),
    h("b", {}, "Empty pipeline"),
    h("span", { class: "soft" }, "An empty canvas: drag nodes onto it, connect them, start it."),
  );
}

/** Takes a template the project saved out of the gallery, after a question. */
function dropButton(template: Template, host: HTMLElement): HTMLElement {
  const words = `Delete the template ${template.title}`;
  const button = h(
    "button",
    { class: "btn btn-ghost btn-square", type: "button", title: words, "aria-label": words },
    icon("trash"),
  );
  button.addEventListener("click", () =>
    act(button, async () => {
      const sure = await confirmDialog({
        title: `Delete ${template.title}?`,
        text: "It leaves this project's gallery. Pipelines that were made from it stay as they are.",
        confirm: "Delete the template",
        danger: true,
      });
      if (!sure) return;
      await api.del(`/api/v1/pipeline-templates/${template.saved}/`);
      toast(`${template.title} was deleted.`, { kind: "ok" });
      await drawGallery(host);
    }),
  );
  return button;
}

async function drawGallery(host: HTMLElement): Promise<void> {
  if (!project) return;
  try {
    const [templates, types] = await Promise.all([
      api.list<Template>(`/api/v1/projects/${project.id}/pipeline-templates/`),
      loadNodeTypes(),
    ]);
    host.replaceChildren(
      emptyCard(project.id),
      ...templates.items.map((template) => {
        const view = createGraphView({
          graph: template.graph,
          faceOf: facesOf(template.ports, types.items),
          triggerText: (id) => {
            const trigger = (template.graph.triggers ?? []).find((t) => t.id === id);
            return trigger ? triggerWords(trigger as unknown as TriggerRow) : id;
          },
        });
        view.element.setAttribute("aria-hidden", "true");
        for (const node of view.element.querySelectorAll("[tabindex]")) node.removeAttribute("tabindex");
        const card = h(
          "button",
          {
            class: "card card-link template-card",
            type: "button",
            onclick: () => createFromTemplate(project.id, template),
          },
          h("span", { class: "picture" }, view.element),
          h("b", {}, template.title),
          h("span", { class: "soft" }, template.description),
          h(
            "span",
            { class: "hint" },
            [
              plural(template.graph.nodes.length, "node"),
              plural(template.graph.connections.length, "connection"),
              plural((template.graph.variables ?? []).length, "variable"),
            ].join(", "),
          ),
        );
        return template.saved
          ? h("div", { class: "saved-template" }, card, dropButton(template, host))
          : card;
      }),
    );
  } catch (error) {
    host.replaceChildren(errorState(error, () => drawGallery(host)));
  }
}
