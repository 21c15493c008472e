/** Approval gates that wait for this person's word, among the work of the home page. */
import { h } from "../../lib/dom";
import { ago, count } from "../../lib/format";
import { api } from "../../lib/http";
import { chip } from "../../ui/status";
import { whatWaits, type Gate } from "../pipeline/gates";

const SHOWN = 5;

/** Those this person may decide, the oldest first; `more`: there are others further down the list. */
export async function loadMyGates(projectId: string): Promise<{ gates: Gate[]; more: boolean }> {
  const found = await api.list<Gate>(`/api/v1/projects/${projectId}/gates/`, { query: { limit: 50 } });
  return { gates: found.items.filter((gate) => gate.may_decide), more: found.next !== null };
}

export function gateLines(base: string, gates: readonly Gate[], more: boolean): HTMLElement[] {
  const lines = gates.slice(0, SHOWN).map((gate) =>
    h(
      "a",
      {
        class: "queue-line",
        href: `${base}/pipelines/${gate.pipeline_id}/#${gate.node_id}`,
        title: gate.pipeline,
      },
      chip("To approve", "accent", "scale"),
      h("span", { class: "clip" }, `${gate.question || gate.node}: ${whatWaits(gate)}`),
      h("span", { class: "hint end" }, ago(gate.since)),
    ),
  );
  const left = gates.length - SHOWN;
  if (left > 0 || more)
    lines.push(
      h(
        "a",
        { class: "queue-line", href: `${base}/pipelines/` },
        h(
          "span",
          { class: "soft" },
          left > 0
            ? `${count(left)}${more ? " or more" : ""} others to approve`
            : "Others may wait further down",
        ),
      ),
    );
  return lines;
}
