/** What waits for this person's word, among the work of the home page: a line for each approval gate, and for each
 * candidate that is to be approved. */
import { h } from "../../lib/dom";
import { ago, count } from "../../lib/format";
import { api } from "../../lib/http";
import { chip } from "../../ui/status";
import { whatWaits, type Gate } from "../pipeline/gates";
import { shortener, type ComparisonRow, type ModelRow } from "./types";

/** How many are looked at; a gate with more says so. */
const LIMIT = 50;

export interface MyGate {
  /** The one that waits longest. */
  first: Gate;
  waiting: number;
}
export interface MyGates {
  gates: MyGate[];
  /** Others may wait further down the list. */
  more: boolean;
}

/** Those this person may decide, by gate, the longest wait first. */
export function byGate(waiting: readonly Gate[]): MyGate[] {
  const found = new Map<string, MyGate>();
  for (const gate of waiting) {
    if (!gate.may_decide) continue;
    const key = `${gate.pipeline_id} ${gate.node_id}`;
    const mine = found.get(key);
    if (mine) mine.waiting += 1;
    else found.set(key, { first: gate, waiting: 1 });
  }
  return [...found.values()];
}

export async function loadMyGates(projectId: string): Promise<MyGates> {
  const found = await api.list<Gate>(`/api/v1/projects/${projectId}/gates/`, { query: { limit: LIMIT } });
  return { gates: byGate(found.items), more: found.next !== null };
}

export function gateLines(base: string, { gates, more }: MyGates): HTMLElement[] {
  return gates.map(({ first, waiting }) => {
    const what = waiting === 1 ? `: ${whatWaits(first)}` : "";
    const words = `${first.question || first.node}${what}`;
    return h(
      "a",
      {
        class: "queue-line",
        href: `${base}/pipelines/${first.pipeline_id}/`,
        title: `${words} · ${first.pipeline} · waits since ${ago(first.since)}`,
      },
      chip("To approve", "accent", "scale"),
      h("span", { class: "clip" }, words),
      h("b", { class: "end" }, `${count(waiting)}${more ? "+" : ""}`),
    );
  });
}

/** Candidates that are better and wait for somebody to say so: the verdict's page has the button. */
export function candidateLines(
  base: string,
  comparisons: readonly ComparisonRow[],
  models: readonly ModelRow[],
): HTMLElement[] {
  const short = shortener(models);
  return comparisons
    .filter((row) => row.waits)
    .map((row) =>
      h(
        "a",
        { class: "queue-line", href: `${base}/comparisons/${row.id}/`, title: row.reason },
        chip("To approve", "accent", "scale"),
        h(
          "span",
          { class: "clip" },
          `${short(row.candidate.name)} is better than ${short(row.incumbent.name)}`,
        ),
        h("span", { class: "hint end" }, ago(row.created_at)),
      ),
    );
}
