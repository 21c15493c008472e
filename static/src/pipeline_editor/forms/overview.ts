/** The panel when no one node or connection is chosen: what several can be done to, or how the editor works. */
import { h, replace } from "../../lib/dom";
import { plural } from "../../lib/format";
import { icon, type IconName } from "../../ui/icons";
import type { Editor } from "../editor";
import type { PanelContext } from "./context";
import type { Panel } from "./node-panel";

export function overviewPanel(context: PanelContext, editor: Editor, chosen: () => string[]): Panel {
  const body = h("div", { class: "side-body" });
  const title = h("h2", {});
  const many = chosen().length > 0;
  const act = (words: string, name: IconName, run: () => void, key = "") =>
    h(
      "button",
      { class: "btn btn-ghost overview-act", type: "button", onclick: run },
      icon(name),
      words,
      key ? h("kbd", { class: "kbd" }, key) : null,
    );
  const update = () => {
    const n = chosen().length;
    replace(title, n ? `${plural(n, "thing")} chosen` : "Pipeline");
    if (!many) {
      const graph = context.doc.graph();
      replace(
        body,
        h(
          "p",
          { class: "soft" },
          `${plural(graph.nodes.length, "node")}, ${plural(graph.connections.length, "connection")}, ${plural(graph.variables?.length ?? 0, "variable")}.`,
        ),
        graph.nodes.length
          ? null
          : h(
              "p",
              {},
              "Drag a node from the list at the left onto the canvas, or choose one there and press Enter.",
            ),
        h(
          "p",
          { class: "hint" },
          "Choose a node to set it up; drag from a port at its right edge to connect it. Press ? for all keys.",
        ),
        act("Arrange", "branch", () => editor.arrange(), "L"),
        act("Comment", "message", () => editor.comment(), "M"),
        act("Choose everything", "check-all", () => editor.model.selectAll(), "Ctrl A"),
      );
      return;
    }
    replace(
      body,
      act("Duplicate", "copy", () => editor.duplicate(), "Ctrl D"),
      act("Group", "layers", () => editor.group(), "G"),
      act("Ungroup", "layers", () => editor.ungroup(), "⇧ G"),
      act("Arrange", "branch", () => editor.arrange(), "L"),
      h("h3", {}, "Align"),
      h(
        "div",
        { class: "overview-row" },
        (["left", "centre", "right", "top", "middle", "bottom"] as const).map((edge) =>
          h("button", { class: "btn btn-sm", type: "button", onclick: () => editor.align(edge) }, edge),
        ),
      ),
      h("h3", {}, "Distribute"),
      h(
        "div",
        { class: "overview-row" },
        h("button", { class: "btn btn-sm", type: "button", onclick: () => editor.distribute("x") }, "across"),
        h("button", { class: "btn btn-sm", type: "button", onclick: () => editor.distribute("y") }, "down"),
      ),
      act("Delete", "trash", () => editor.remove(), "Del"),
    );
  };
  update();
  return {
    element: h(
      "div",
      { class: "node-panel" },
      h("header", {}, icon("pipelines"), h("div", { class: "side-title" }, title)),
      body,
    ),
    update,
  };
}
