/** Who changed a variable, when and why, with a way back. */
import { h, replace } from "../../lib/dom";
import { ago } from "../../lib/format";
import { api, messageOf } from "../../lib/http";
import { act } from "../../ui/toast";
import { shown, type Names, type VariableChange } from "../io/api";

export async function drawHistory(
  host: HTMLElement,
  variableId: string,
  names: Names,
  nodeName: (id: string) => string,
  revert: ((change: VariableChange) => Promise<void>) | null,
): Promise<void> {
  try {
    const page = await api.list<VariableChange>(`/api/v1/variables/${variableId}/changes/`);
    replace(
      host,
      page.items.length
        ? page.items.map((change) => line(change, names, nodeName, revert))
        : h("p", { class: "muted" }, "Never changed."),
    );
  } catch (error) {
    replace(host, h("p", { class: "status bad" }, messageOf(error)));
  }
}

function line(
  change: VariableChange,
  names: Names,
  nodeName: (id: string) => string,
  revert: ((change: VariableChange) => Promise<void>) | null,
): HTMLElement {
  const who = change.user?.name ?? (change.node_id ? nodeName(change.node_id) : "the template");
  const button = h("button", { class: "btn btn-sm", type: "button" }, "Revert");
  button.addEventListener("click", () => revert && act(button, () => revert(change)));
  return h(
    "div",
    { class: "execution-line" },
    h("span", { class: "hint" }, ago(change.at)),
    h(
      "span",
      { class: "clip" },
      `${shown(change.old, names)} → ${shown(change.new, names)}`,
      h("br", {}),
      h("span", { class: "hint" }, `${who}${change.why ? `: ${change.why}` : ""}`),
    ),
    revert ? button : null,
  );
}
