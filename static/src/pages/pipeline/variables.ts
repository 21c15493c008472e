/** The variables of a pipeline: values with pickers, who changed what when, change while it runs. */
import { h, replace } from "../../lib/dom";
import { plural } from "../../lib/format";
import { api, messageOf } from "../../lib/http";
import { portColor } from "../../pipeline_editor/canvas/drawing";
import { drawHistory } from "../../pipeline_editor/forms/history";
import {
  shown,
  type Names,
  type PipelineDetail,
  type Variable,
  type VariableChange,
} from "../../pipeline_editor/io/api";
import { openDialog } from "../../ui/dialog";
import { toast } from "../../ui/toast";
import { valueField } from "../../pipeline_editor/forms/value-field";

export interface VariablesState {
  projectId: string;
  pipeline: PipelineDetail;
  variables: Variable[];
  names: Names;
  canEdit: boolean;
  reload: () => Promise<void>;
}

export function drawVariables(host: HTMLElement, state: VariablesState): void {
  const readers = (name: string) =>
    state.pipeline.graph.nodes.filter((n) => Object.values(n.inputs).some((input) => input.variable === name))
      .length;
  replace(
    host,
    h(
      "header",
      {},
      h("h2", {}, "Variables"),
      h(
        "span",
        { class: "hint" },
        `${state.variables.length}; a change is used at once by every node that reads it`,
      ),
    ),
    h(
      "ul",
      {},
      ...state.variables.map((variable) =>
        h(
          "li",
          {},
          h(
            "button",
            {
              type: "button",
              title: state.canEdit ? "Change" : "Show",
              onclick: () => openVariable(variable, state),
            },
            h("span", { class: "port-mark", style: { background: portColor(variable.type) } }),
            h("span", { class: "clip" }, variable.name),
            h("span", { class: "clip soft" }, shown(variable.value, state.names)),
            h("span", { class: "hint" }, plural(readers(variable.name), "node")),
          ),
        ),
      ),
    ),
  );
}

function openVariable(variable: Variable, state: VariablesState): void {
  const name = typeof variable.value === "string" ? (state.names[variable.value] ?? "") : "";
  const field = valueField({
    projectId: state.projectId,
    type: variable.type,
    label: variable.name,
    value: variable.value,
    name,
  });
  const history = h("div", {}, h("p", { class: "muted" }, "Loading its history…"));
  const dialog = openDialog({
    title: variable.name,
    wide: variable.type === "Json",
    body: h(
      "div",
      { class: "stack" },
      variable.description ? h("p", { class: "soft" }, variable.description) : null,
      state.canEdit ? field.element : h("pre", { class: "json-block" }, shown(variable.value, state.names)),
      h("h3", {}, "History"),
      history,
    ),
    actions: state.canEdit
      ? [
          { label: "Cancel" },
          {
            label: "Save",
            primary: true,
            run: async () => {
              try {
                await save(variable, field.value(), state);
                return true;
              } catch (error) {
                dialog.setError(messageOf(error));
                return false;
              }
            },
          },
        ]
      : [{ label: "Close" }],
  });
  const revert = async (change: VariableChange) => {
    await save(variable, change.old, state);
    dialog.close();
  };
  void drawHistory(history, variable.id, state.names, state.canEdit ? revert : null);
}

async function save(variable: Variable, value: unknown, state: VariablesState): Promise<void> {
  await api.patch(`/api/v1/variables/${variable.id}/`, { value, version: variable.version });
  toast(`${variable.name} is set; nodes read it from now on.`, { kind: "ok" });
  await state.reload();
}
