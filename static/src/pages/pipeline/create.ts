/** "Start from a template": a name and the variables that have no value yet, then the pipeline's page. */
import { h } from "../../lib/dom";
import { api, messageOf } from "../../lib/http";
import { widgetFor } from "../../pipeline_editor/graph/readers";
import type { PipelineDetail, Template } from "../../pipeline_editor/io/api";
import { openDialog } from "../../ui/dialog";
import { valueField, type ValueField } from "../../pipeline_editor/forms/value-field";

/** Which variables the form asks for at once: those that name things of the project. The rest have good values. */
export function askedVariables(template: Template): { first: string[]; more: string[] } {
  const variables = template.graph.variables ?? [];
  const empty = (value: unknown) => value === null || value === undefined;
  return {
    first: variables
      .filter((v) => empty(v.value) || v.type === "Dataset" || v.type === "Model")
      .map((v) => v.name),
    more: variables
      .filter((v) => !empty(v.value) && v.type !== "Dataset" && v.type !== "Model")
      .map((v) => v.name),
  };
}

export function createFromTemplate(projectId: string, template: Template): void {
  const name = h("input", { class: "input", value: template.title, "aria-label": "Name", maxlength: 200 });
  const fields = new Map<string, ValueField>();
  const line = (variableName: string) => {
    const variable = (template.graph.variables ?? []).find((v) => v.name === variableName);
    if (!variable) return null;
    const field = valueField({
      projectId,
      type: variable.type,
      label: variable.name,
      value: variable.value,
      widget: widgetFor(template.graph.nodes, (node) => template.ports[node.id]?.inputs ?? [], variable.name),
    });
    fields.set(variable.name, field);
    return h(
      "div",
      { class: "field" },
      h("span", { class: "label" }, variable.name),
      field.element,
      variable.description ? h("span", { class: "hint" }, variable.description) : null,
    );
  };
  const asked = askedVariables(template);
  const dialog = openDialog({
    title: `New pipeline: ${template.title}`,
    body: h(
      "div",
      { class: "stack" },
      h("p", { class: "soft" }, template.description),
      h("label", { class: "field" }, h("span", { class: "label" }, "Name"), name),
      ...asked.first.map(line),
      asked.more.length
        ? h(
            "details",
            {},
            h("summary", {}, `More variables (${asked.more.length})`),
            h("div", { class: "stack" }, ...asked.more.map(line)),
          )
        : null,
    ),
    actions: [
      { label: "Cancel" },
      {
        label: "Create",
        primary: true,
        run: async () => {
          try {
            const variables = Object.fromEntries([...fields].map(([key, field]) => [key, field.value()]));
            const body = { template: template.name, name: name.value.trim() || template.title, variables };
            const made = await api.post<PipelineDetail>(`/api/v1/projects/${projectId}/pipelines/`, body);
            location.assign(`/p/${projectId}/pipelines/${made.id}/`);
            return true;
          } catch (error) {
            dialog.setError(messageOf(error));
            return false;
          }
        },
      },
    ],
  });
}
