/** The variables of a pipeline: values with pickers, who changed what when, change while it runs. */
import { h, replace } from "../../lib/dom";
import { plural } from "../../lib/format";
import { api, messageOf } from "../../lib/http";
import { drawHistory } from "../../pipeline_editor/forms/history";
import { portMark } from "../../pipeline_editor/forms/marks";
import { readersAmong, someDataset, someModel, widgetFor } from "../../pipeline_editor/graph/readers";
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
  /** Lets these nodes stand out in the graph; none: the marks go. */
  mark: (nodes: readonly string[]) => void;
  reload: () => Promise<void>;
}

export function drawVariables(host: HTMLElement, state: VariablesState): void {
  const unmark = () => state.mark([]);
  const marks = (name: string) => {
    const readers = readersAmong(state.pipeline.graph.nodes, name);
    const mark = () => state.mark(readers);
    return {
      readers,
      on: { onpointerenter: mark, onpointerleave: unmark, onfocusin: mark, onfocusout: unmark },
    };
  };
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
      ...state.variables.map((variable) => {
        const { readers, on } = marks(variable.name);
        return h(
          "li",
          on,
          h(
            "button",
            {
              type: "button",
              title: state.canEdit ? "Change" : "Show",
              onclick: () => openVariable(variable, state),
            },
            portMark(variable.type),
            h("span", { class: "clip" }, variable.name),
            h("span", { class: "clip soft" }, shown(variable.value, state.names)),
            h("span", { class: "hint", title: "Read or set it" }, plural(readers.length, "node")),
          ),
        );
      }),
    ),
  );
}

export function openVariable(variable: Variable, state: VariablesState): void {
  const name = typeof variable.value === "string" ? (state.names[variable.value] ?? "") : "";
  const { graph, ports } = state.pipeline;
  const field = valueField({
    projectId: state.projectId,
    type: variable.type,
    label: variable.name,
    value: variable.value,
    name,
    dataset: () => someDataset(state.variables),
    widget: widgetFor(graph.nodes, (node) => ports[node.id]?.inputs ?? [], variable.name),
    model: () => someModel(state.variables),
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
  const nodeName = (id: string) => state.pipeline.graph.nodes.find((node) => node.id === id)?.name ?? id;
  const { projectId, names } = state;
  void drawHistory(history, { projectId, variable, names, nodeName, revert: state.canEdit ? revert : null });
}

async function save(variable: Variable, value: unknown, state: VariablesState): Promise<void> {
  await api.patch(`/api/v1/variables/${variable.id}/`, { value, version: variable.version });
  toast(`${variable.name} is set; nodes read it from now on.`, { kind: "ok" });
  await state.reload();
}
