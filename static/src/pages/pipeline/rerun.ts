/** "Run again from here": a node once more for the cycles that have been there, counted before it happens. */
import { h, replace } from "../../lib/dom";
import { plural } from "../../lib/format";
import { api, messageOf } from "../../lib/http";
import type { GraphNode } from "../../pipeline_editor/graph/types";
import { openDialog } from "../../ui/dialog";
import { icon } from "../../ui/icons";
import { toast } from "../../ui/toast";

export interface RerunHost {
  pipelineId: string;
  node: GraphNode;
  /** Actions the node has: of which the last one may be asked for. */
  actions: string[];
  reload: () => Promise<void>;
}

const STATUSES = { "": "ended", done: "were done", failed: "failed", cancelled: "were cancelled" };

export function rerunButton(host: RerunHost): HTMLElement {
  return h(
    "button",
    { class: "btn", type: "button", onclick: () => rerunDialog(host) },
    icon("retry"),
    "Run again from here…",
  );
}

function rerunDialog({ pipelineId, node, actions, reload }: RerunHost): void {
  const status = h(
    "select",
    { class: "select", "aria-label": "Which cycles" },
    Object.entries(STATUSES).map(([value, words]) => h("option", { value }, `All that ${words} here`)),
  );
  const action = h(
    "select",
    { class: "select", "aria-label": "With which action" },
    h("option", { value: "" }, "whatever the action was"),
    actions.map((name) => h("option", { value: name }, name)),
  );
  const words = h("p", { role: "status" });
  const ask = (dry: boolean) =>
    api.post<{ count: number }>(`/api/v1/pipelines/${pipelineId}/rerun/`, {
      node: node.id,
      status: status.value,
      action: action.value,
      dry_run: dry,
    });
  let asked = 0;
  const draw = async () => {
    const mine = ++asked;
    replace(words, "Counting…");
    try {
      const { count } = await ask(true);
      if (mine === asked)
        replace(words, `${plural(count, "cycle")} would run ${node.name} again, and what follows.`);
    } catch (error) {
      if (mine === asked) replace(words, messageOf(error));
    }
  };
  status.addEventListener("change", () => void draw());
  action.addEventListener("change", () => void draw());
  void draw();
  const dialog = openDialog({
    title: `Run ${node.name} again`,
    body: h(
      "div",
      { class: "stack" },
      h(
        "p",
        { class: "soft" },
        "A new execution for each; variables are read anew, and what follows, follows.",
      ),
      h("label", { class: "field" }, h("span", { class: "label" }, "Which cycles"), status),
      actions.length
        ? h("label", { class: "field" }, h("span", { class: "label" }, "With which action"), action)
        : null,
      words,
    ),
    actions: [
      { label: "Cancel" },
      {
        label: "Run again",
        primary: true,
        run: async () => {
          try {
            const { count } = await ask(false);
            toast(`${plural(count, "cycle")} run ${node.name} again.`, { kind: "ok" });
            await reload();
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
