/** What waits for somebody's word at this pipeline's approval gates, and giving it. */
import { h, replace } from "../../lib/dom";
import { feed } from "../../lib/feed";
import { ago } from "../../lib/format";
import { api } from "../../lib/http";
import type { components } from "../../lib/api-types";
import { promptDialog } from "../../ui/dialog";
import { errorState } from "../../ui/empty";
import { icon } from "../../ui/icons";
import { act, toast } from "../../ui/toast";

export type Gate = components["schemas"]["Gate"];

/** Who is asked: "Ann or Bob", "any owner or engineer". */
export function whoDecides(gate: Pick<Gate, "people">): string {
  const names = gate.people.map((person) => person.name);
  if (!names.length) return "any owner or engineer";
  const last = names.pop();
  return names.length ? `${names.join(", ")} or ${last}` : (last ?? "");
}

/** What waits: the item's file, the model's name, or the value itself. */
export function whatWaits(gate: Pick<Gate, "shown" | "value" | "type">): string {
  if (gate.shown) return gate.shown;
  return typeof gate.value === "string" ? gate.value : `${gate.type} ${JSON.stringify(gate.value)}`;
}

/** Each has two buttons: more would push all else out of sight. */
const SHOWN = 6;
/** How long news are gathered before what waits is read anew. */
const LATER_MS = 1500;

export interface GateHost {
  projectId: string;
  pipelineId: string;
  /** After a word was given. */
  decided: () => Promise<void>;
}

/** A block that is empty while nothing waits; it loads itself. */
export function gateBlock(host: GateHost): HTMLElement {
  const block = h("section", { "aria-label": "Waiting for approval", hidden: true });
  void load(block, host);
  const off = feed.watch(
    ["execution.status"],
    () => {
      if (!block.isConnected) off();
      else if (!block.contains(document.activeElement)) void load(block, host);
    },
    LATER_MS,
  );
  return block;
}

async function load(block: HTMLElement, host: GateHost): Promise<void> {
  try {
    const query = { pipeline: host.pipelineId, limit: SHOWN };
    const found = await api.list<Gate>(`/api/v1/projects/${host.projectId}/gates/`, { query });
    block.hidden = !found.items.length;
    replace(
      block,
      h("h3", {}, "Waiting for approval"),
      ...found.items.map((gate) => gateLine(gate, host)),
      found.next ? h("p", { class: "hint" }, `The oldest ${SHOWN} are shown.`) : null,
    );
  } catch (error) {
    block.hidden = false;
    replace(
      block,
      errorState(error, () => void load(block, host)),
    );
  }
}

function gateLine(gate: Gate, host: GateHost): HTMLElement {
  const what = whatWaits(gate);
  return h(
    "div",
    { class: "gate-line" },
    h(
      "div",
      {},
      h("strong", {}, gate.question || gate.node),
      h("div", { class: "gate-what" }, what),
      h("div", { class: "hint" }, `${gate.node} · since ${ago(gate.since)} · for ${whoDecides(gate)}`),
    ),
    gate.may_decide
      ? h("div", { class: "row" }, approveButton(gate, what, host), refuseButton(gate, what, host))
      : null,
  );
}

function approveButton(gate: Gate, what: string, host: GateHost): HTMLElement {
  const button = h("button", { class: "btn btn-primary btn-sm", type: "button" }, icon("check"), "Approve");
  button.setAttribute("aria-label", `Approve ${what}`);
  button.addEventListener("click", () => act(button, () => decide(gate, "approved", "", host)));
  return button;
}

function refuseButton(gate: Gate, what: string, host: GateHost): HTMLElement {
  const button = h("button", { class: "btn btn-sm", type: "button" }, "Refuse…");
  button.setAttribute("aria-label", `Refuse ${what}`);
  button.addEventListener("click", () =>
    act(button, async () => {
      const note = await promptDialog({ title: `Refuse ${what}?`, label: "Why", confirm: "Refuse" });
      if (note?.trim()) await decide(gate, "refused", note, host);
    }),
  );
  return button;
}

async function decide(
  gate: Gate,
  verdict: "approved" | "refused",
  note: string,
  host: GateHost,
): Promise<void> {
  await api.post(`/api/v1/executions/${gate.id}/decide/`, { verdict, note });
  toast(verdict === "approved" ? "Approved: it goes on." : "Refused; the note is kept.", { kind: "ok" });
  await host.decided();
}
