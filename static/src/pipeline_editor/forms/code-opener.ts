/** Opens a code node's code in the full editor: completion, a test run, versions. What is written goes into the draft. */
import { h } from "../../lib/dom";
import { openDialog } from "../../ui/dialog";
import { icon } from "../../ui/icons";
import { act } from "../../ui/toast";
import type { GraphNode } from "../graph/types";
import type { NodeType } from "../io/api";
import { patchNode } from "../state/acts";
import type { PanelContext } from "./context";

export function codeOpener(node: GraphNode, type: NodeType, context: PanelContext): HTMLElement {
  const button = h("button", { class: "btn", type: "button" }, icon("braces"), "Open the code editor");
  button.addEventListener("click", () => act(button, () => openCode(node.id, type, context)));
  return button;
}

async function openCode(id: string, type: NodeType, context: PanelContext): Promise<void> {
  const { createCodeEditor } = await import("../code/index");
  const config = () => context.doc.get("node", id)?.config ?? {};
  const given = config()["code"] ?? type.config_schema.properties?.["code"]?.default;
  const code = typeof given === "string" ? given : "";
  const editor = createCodeEditor({
    projectId: context.projectId,
    pipelineId: context.pipelineId,
    nodeId: id,
    code,
    canEdit: true,
    config,
  });
  const done = h("button", { class: "btn btn-primary", type: "button" }, icon("check"), "Done");
  const body = h("div", { class: "stack" }, editor.element, h("div", { class: "row" }, done));
  const name = context.doc.get("node", id)?.name ?? id;
  const dialog = openDialog({ title: `Code of ${name}`, wide: true, body });
  done.addEventListener("click", () => dialog.close());
  editor.focus();
  await dialog.closed;
  const written = editor.value();
  editor.destroy();
  if (written !== code && context.doc.get("node", id))
    patchNode(context.doc, id, { config: { ...config(), code: written } }, "Set code");
}
