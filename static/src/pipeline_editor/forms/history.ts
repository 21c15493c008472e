/** Who changed a variable, when and why, with a way back. */
import { h, replace } from "../../lib/dom";
import { ago } from "../../lib/format";
import { api, messageOf } from "../../lib/http";
import { act } from "../../ui/toast";
import { changedParts } from "../graph/changed";
import { entities } from "./entities";
import { shown, type Names, type VariableChange } from "../io/api";

export interface HistoryOf {
  projectId: string;
  variable: { id: string; type: string };
  names: Names;
  nodeName: (id: string) => string;
  /** Null for who may not. */
  revert: ((change: VariableChange) => Promise<void>) | null;
}

export async function drawHistory(host: HTMLElement, of: HistoryOf): Promise<void> {
  try {
    const page = await api.list<VariableChange>(`/api/v1/variables/${of.variable.id}/changes/`);
    const names = await withPast(page.items, of);
    replace(
      host,
      page.items.length
        ? page.items.map((change) => line(change, names, of.nodeName, of.revert))
        : h("p", { class: "muted" }, "Never changed."),
    );
  } catch (error) {
    replace(host, h("p", { class: "status bad" }, messageOf(error)));
  }
}

/** The names there are, and those of what the variable named before. */
async function withPast(changes: readonly VariableChange[], of: HistoryOf): Promise<Names> {
  const { type } = of.variable;
  if (type !== "Dataset" && type !== "Model") return of.names;
  const ids = changes.flatMap((change) => [change.old, change.new]).filter((id) => typeof id === "string");
  const unknown = [...new Set(ids)].filter((id) => !(id in of.names));
  if (!unknown.length) return of.names;
  const found = await entities(of.projectId, type).named(unknown);
  return { ...Object.fromEntries(found), ...of.names };
}

/** More differences than these would push the other changes out of sight. */
const MOST_PARTS = 4;

/** A line for each part that differs: of a long object all else would hide it. */
function words({ old, new: now }: VariableChange, names: Names): string[] {
  const parts = changedParts(old, now);
  const told = parts.slice(0, MOST_PARTS).map((part) => {
    const [from, to] = [part.old, part.new].map((one) => (one === undefined ? "—" : shown(one, names)));
    return `${part.path ? `${part.path}: ` : ""}${from} → ${to}`;
  });
  if (parts.length > MOST_PARTS) told.push(`and ${parts.length - MOST_PARTS} more`);
  return told.length ? told : [`${shown(old, names)} again`];
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
      words(change, names).map((text) => [text, h("br", {})]),
      h("span", { class: "hint" }, `${who}${change.why ? `: ${change.why}` : ""}`),
    ),
    revert ? button : null,
  );
}
