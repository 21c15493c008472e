/** A code node's code, in a dialog over the pipeline; the editor is loaded when it is asked for. */
import { h } from "../../lib/dom";
import { api } from "../../lib/http";
import type { GraphNode } from "../../pipeline_editor/graph/types";
import { confirmDialog, openDialog } from "../../ui/dialog";
import { icon } from "../../ui/icons";
import { act, toast } from "../../ui/toast";
import type { SideState } from "./side";

export function codeButton(state: SideState, node: GraphNode): HTMLElement {
  const button = h(
    "button",
    { class: "btn", type: "button" },
    icon("braces"),
    state.canEdit ? "Edit code" : "Show code",
  );
  button.addEventListener("click", () => act(button, () => openCode(state, node)));
  return button;
}

async function openCode(state: SideState, node: GraphNode): Promise<void> {
  const { createCodeEditor } = await import("../../pipeline_editor/code/index");
  const schema = state.types.find((t) => t.type === node.type && t.version === node.version)?.config_schema;
  const first = schema?.properties?.["code"]?.default;
  const given = node.config["code"] ?? first;
  let saved = typeof given === "string" ? given : "";
  const editor = createCodeEditor({
    projectId: state.projectId,
    pipelineId: state.pipeline.id,
    nodeId: node.id,
    code: saved,
    canEdit: state.canEdit,
    config: () => node.config,
  });
  const save = h("button", { class: "btn btn-primary", type: "button" }, icon("save"), "Save code");
  save.addEventListener("click", () =>
    act(save, async () => {
      const code = editor.value();
      await saveCode(state, node.id, code);
      saved = code;
      toast("Saved to the draft; publish it for new cycles.", { kind: "ok" });
      await Promise.all([editor.refreshVersions(), state.reload()]);
    }),
  );
  const dialog = openDialog({
    title: `Code of ${node.name}`,
    wide: true,
    body: h(
      "div",
      { class: "stack" },
      editor.element,
      state.canEdit ? h("div", { class: "row" }, save) : null,
    ),
  });
  editor.focus();
  await dialog.closed;
  const left = editor.value();
  editor.destroy();
  if (!state.canEdit || left === saved) return;
  const keep = await confirmDialog({
    title: "Save the code?",
    text: "The dialog was closed with changes that are not saved.",
    confirm: "Save code",
    cancel: "Drop the changes",
  });
  if (!keep) return;
  await saveCode(state, node.id, left);
  await state.reload();
}

/** Writes the code into the draft as it is now: the version read with it is the one that must still be there. */
async function saveCode(state: SideState, nodeId: string, code: string): Promise<void> {
  const path = `/api/v1/pipelines/${state.pipeline.id}/`;
  const now = await api.get<{ draft_version: number; graph: { nodes: GraphNode[] } }>(path);
  const nodes = now.graph.nodes.map((one) =>
    one.id === nodeId ? { ...one, config: { ...one.config, code } } : one,
  );
  await api.patch(path, { graph: { ...now.graph, nodes }, draft_version: now.draft_version });
}
