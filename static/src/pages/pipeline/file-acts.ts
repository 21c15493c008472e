/** What can be done with a pipeline as a whole: out to a file, kept as a template. */
import { h } from "../../lib/dom";
import { api } from "../../lib/http";
import type { PipelineDetail, Template } from "../../pipeline_editor/io/api";
import { openDialog } from "../../ui/dialog";
import type { MenuEntry } from "../../ui/menu";
import { toast } from "../../ui/toast";

/** A name that every file system takes: `"Birds: round 2"` gives `birds-round-2.json`. */
export function fileName(pipelineName: string): string {
  const plain = pipelineName
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
  return `${plain.slice(0, 80) || "pipeline"}.json`;
}

async function exportFile(pipeline: PipelineDetail): Promise<void> {
  const found = await api.get<unknown>(`/api/v1/pipelines/${pipeline.id}/export/`);
  const blob = new Blob([`${JSON.stringify(found, null, 2)}\n`], { type: "application/json" });
  const link = h("a", { href: URL.createObjectURL(blob), download: fileName(pipeline.name) });
  link.click();
  URL.revokeObjectURL(link.href);
}

function saveTemplate(projectId: string, pipeline: PipelineDetail): void {
  const title = h("input", { class: "input", value: pipeline.name, maxlength: 200, "aria-label": "Title" });
  const description = h("textarea", {
    class: "textarea",
    rows: 3,
    value: pipeline.description,
    "aria-label": "Description",
  });
  openDialog({
    title: "Save as a template",
    body: h(
      "div",
      { class: "stack" },
      h(
        "p",
        { class: "soft" },
        "Variables that name a dataset or a model are asked for when somebody starts from it.",
      ),
      h("label", { class: "field" }, h("span", { class: "label" }, "Title"), title),
      h("label", { class: "field" }, h("span", { class: "label" }, "Description"), description),
    ),
    actions: [
      { label: "Cancel" },
      {
        label: "Save",
        primary: true,
        run: async () => {
          const body = { pipeline: pipeline.id, title: title.value, description: description.value };
          await api.post<Template>(`/api/v1/projects/${projectId}/pipeline-templates/`, body);
          toast(`${title.value} is in the gallery of this project.`, { kind: "ok" });
          return true;
        },
      },
    ],
  });
}

export function fileActs(projectId: string, pipeline: PipelineDetail, canEdit: boolean): MenuEntry[] {
  return [
    { label: "Export to a file", icon: "download", run: () => exportFile(pipeline) },
    ...(canEdit
      ? [
          {
            label: "Save as a template…",
            icon: "copy" as const,
            run: () => saveTemplate(projectId, pipeline),
          },
        ]
      : []),
  ];
}
