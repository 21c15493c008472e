/** What a Select node is at: its pool, its rounds, and why the next one waits, or that the loop has levelled off. */
import { h, replace, type Child } from "../../lib/dom";
import { count, plural } from "../../lib/format";
import { AlpApiError, api, messageOf } from "../../lib/http";
import type { components } from "../../lib/api-types";

type State = components["schemas"]["SelectionState"];

export function selectionBlock(pipelineId: string, nodeId: string): HTMLElement {
  const host = h("section", { "aria-label": "Selection" });
  void load(host, pipelineId, nodeId);
  return host;
}

async function load(host: HTMLElement, pipelineId: string, nodeId: string): Promise<void> {
  try {
    const state = await api.get<State>(`/api/v1/pipelines/${pipelineId}/nodes/${nodeId}/selection/`);
    replace(host, selectionPart(state));
  } catch (error) {
    // A node that only the draft has selects nothing yet.
    const known = !(error instanceof AlpApiError && error.status === 400);
    replace(host, known ? h("p", { class: "status bad" }, messageOf(error)) : null);
  }
}

export function selectionPart(state: State): Child {
  const why = state.waits_for ?? "";
  const stopped = why.startsWith("levelled off");
  return [
    h("h3", {}, "Selection"),
    h(
      "dl",
      { class: "pairs" },
      h("dt", {}, "In the pool"),
      h("dd", {}, plural(state.pool, "item")),
      h("dt", {}, "Chosen and unfinished"),
      h("dd", {}, count(state.open)),
      h("dt", {}, "Rounds so far"),
      h("dd", {}, count(state.rounds)),
    ),
    why
      ? h(
          "p",
          { class: stopped ? "notice warn" : "hint" },
          stopped ? `Nothing more is selected: ${why}.` : `The next round waits: ${why}.`,
        )
      : null,
  ];
}
