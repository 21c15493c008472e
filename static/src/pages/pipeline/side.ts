/** The panel at the right: the selected node's settings, inputs and executions, or the pipeline's triggers and health. */
import { h, marked, replace, type Child } from "../../lib/dom";
import { ago, count, plural } from "../../lib/format";
import { api } from "../../lib/http";
import {
  shown,
  triggerWords,
  type Execution,
  type Names,
  type NodeType,
  type PipelineDetail,
  type Problem,
  type TriggerRow,
} from "../../pipeline_editor/io/api";
import { triggerIcon } from "../../pipeline_editor/graph/trigger-form";
import type { Graph, GraphNode } from "../../pipeline_editor/graph/types";
import { emptyState, errorState } from "../../ui/empty";
import { icon, isIconName } from "../../ui/icons";
import { chip, statusChip } from "../../ui/status";
import { act, toast } from "../../ui/toast";
import { secretButton } from "../../pipeline_editor/forms/webhook";
import { codeButton } from "./code-dialog";
import { openDeliveries, SENDERS } from "./deliveries";
import { openExecution } from "./execution";
import { gateBlock } from "./gates";
import type { ItemNames } from "./item-names";
import { looseBlock } from "./loose-ends";
import { nodeReport } from "./node-report";
import { rerunButton } from "./rerun";
import { savingBlock } from "./saving";
import { selectionBlock } from "./selection";

export interface SideState {
  projectId: string;
  pipeline: PipelineDetail;
  types: NodeType[];
  triggers: TriggerRow[];
  problems: Problem[];
  names: Names;
  items: ItemNames;
  canEdit: boolean;
  selectNode: (id: string | null) => void;
  openVariable: (name: string) => void;
  reload: () => Promise<void>;
}

/** Brings the numbers of a panel up to date, and leaves the rest of it as it stands. */
export type Live = (state: SideState) => void;

export function drawSide(host: HTMLElement, state: SideState, nodeId: string | null): Live {
  const node = state.pipeline.graph.nodes.find((n) => n.id === nodeId);
  return node ? drawNode(host, state, node) : drawPipeline(host, state);
}

/** A part of a panel, drawn anew when what it shows is another; not under the hands of who is at its buttons. */
function livePart(
  shows: (state: SideState) => unknown,
  make: (state: SideState) => Child,
): { element: HTMLElement; update: Live } {
  const element = h("div", {});
  let drawn = "";
  const update: Live = (state) => {
    const now = JSON.stringify(shows(state));
    if (now === drawn || element.contains(document.activeElement)) return;
    drawn = now;
    replace(element, make(state));
  };
  return { element, update };
}

function cyclesPart(state: SideState): Child {
  const { cycles, failed } = state.pipeline;
  return [
    h(
      "dl",
      { class: "pairs" },
      ...(["running", "waiting", "done", "failed", "cancelled"] as const).flatMap((key) => [
        h("dt", {}, key),
        h("dd", {}, h("a", { href: `cycles/?status=${key}` }, count(cycles[key]))),
      ]),
    ),
    failed
      ? h(
          "div",
          { class: "row" },
          chip(plural(failed, "failed step"), "bad", "failed"),
          state.canEdit ? retryAll(state) : null,
        )
      : null,
  ];
}

/** A draft's triggers listen from its start on. */
function nothingListens(pipeline: SideState["pipeline"]): string {
  const drawn = pipeline.graph.triggers?.length ?? 0;
  if (pipeline.status === "draft" && drawn)
    return `${plural(drawn, "trigger")} will listen when it is started.`;
  return "Nothing starts it by itself; run items by hand.";
}

function drawPipeline(host: HTMLElement, state: SideState): Live {
  const { pipeline, triggers, problems } = state;
  const cycles = livePart(({ pipeline: now }) => [now.cycles, now.failed], cyclesPart);
  cycles.update(state);
  replace(
    host,
    h("header", {}, icon("pipelines"), h("h2", {}, "Pipeline")),
    h(
      "div",
      { class: "side-body" },
      pipeline.description ? h("p", { class: "soft" }, pipeline.description) : null,
      problems.length ? h("h3", {}, "Before it can run well") : null,
      problems.length ? problemList(problems, state) : null,
      gateBlock({ projectId: state.projectId, pipelineId: pipeline.id, decided: state.reload }),
      h("h3", {}, "Cycles"),
      cycles.element,
      looseBlock(state),
      h("h3", {}, "What starts it"),
      ...triggers.map((trigger) => triggerLine(trigger, state)),
      triggers.length ? null : h("p", { class: "muted" }, nothingListens(pipeline)),
      h("p", { class: "hint side-hint" }, "Select a node to see its settings, inputs and executions."),
    ),
  );
  return cycles.update;
}

/** The node a problem is at: that of a connection is the one it leads to. */
export function nodeOf(problem: Problem, { connections, triggers }: Graph): string | null {
  if (problem.node) return problem.node;
  if (problem.connection)
    return connections.find((one) => one.id === problem.connection)?.target.node ?? null;
  return triggers?.find((one) => one.id === problem.trigger)?.node ?? null;
}

function problemList(problems: Problem[], state: SideState, links = true): HTMLElement {
  const show = (run: () => void) =>
    h("button", { class: "btn btn-ghost btn-sm", type: "button", onclick: run }, "Show");
  return h(
    "ul",
    { class: "problem-list" },
    ...problems.map((problem) => {
      const node = links ? nodeOf(problem, state.pipeline.graph) : null;
      const variable = problem.variable;
      return h(
        "li",
        { class: problem.level },
        icon(problem.level === "error" ? "alert" : "info"),
        h(
          "span",
          {},
          problem.message,
          " ",
          h("code", { class: "hint" }, problem.code),
          node ? show(() => state.selectNode(node)) : null,
          !node && links && variable ? show(() => state.openVariable(variable)) : null,
        ),
      );
    }),
  );
}

function retryAll(state: SideState): HTMLElement {
  const button = h("button", { class: "btn", type: "button" }, icon("retry"), "Retry all");
  button.addEventListener("click", () =>
    act(button, async () => {
      const done = await api.post<{ count: number }>(`/api/v1/pipelines/${state.pipeline.id}/retry/`, {});
      toast(`${plural(done.count, "step")} will run again with the inputs they had.`, { kind: "ok" });
      await state.reload();
    }),
  );
  return button;
}

function triggerLine(trigger: TriggerRow, state: SideState): HTMLElement {
  const toggle = h("input", {
    type: "checkbox",
    class: "toggle",
    checked: trigger.enabled,
    disabled: !state.canEdit,
    "aria-label": `Trigger ${triggerWords(trigger)}`,
  });
  toggle.addEventListener("change", () =>
    act(null, async () => {
      await api.patch(`/api/v1/triggers/${trigger.id}/`, { enabled: toggle.checked });
      await state.reload();
    }),
  );
  const last = trigger.fired_at ? `last ${ago(trigger.fired_at)}` : "not fired yet";
  return h(
    "div",
    { class: "execution-line" },
    icon(triggerIcon(trigger.kind)),
    h(
      "span",
      {},
      triggerWords(trigger),
      h("br", {}),
      h("span", { class: "hint" }, [trigger.says, last].filter(Boolean).join(" · ")),
      trigger.error ? h("div", { class: "status bad" }, trigger.error) : null,
      trigger.kind === "webhook" && state.canEdit
        ? h(
            "div",
            {},
            secretButton(trigger, () => void state.reload()),
          )
        : null,
    ),
    toggle,
  );
}

function drawNode(host: HTMLElement, state: SideState, node: GraphNode): Live {
  const type = state.types.find((t) => t.type === node.type && t.version === node.version);
  const list = h("div", {}, h("p", { class: "muted" }, "Loading…"));
  const counted = ({ pipeline }: SideState) => pipeline.counters[node.id];
  const counts = livePart(counted, (now) => [countsLine(now, node), actsOf(now, node)]);
  counts.update(state);
  const mark = type && isIconName(type.icon) ? type.icon : "box";
  replace(
    host,
    h(
      "header",
      {},
      icon(mark),
      h("div", {}, h("h2", {}, node.name), h("span", { class: "hint" }, type?.title ?? node.type)),
      h("span", { class: "spacer" }),
      h(
        "button",
        {
          class: "btn btn-ghost btn-square",
          type: "button",
          title: "Close (Esc)",
          "aria-label": "Close",
          onclick: () => state.selectNode(null),
        },
        icon("close"),
      ),
    ),
    h(
      "div",
      { class: "side-body" },
      type?.doc ? h("p", { class: "soft" }, marked(type.doc)) : null,
      problemsOf(state, node),
      h("h3", {}, "Inputs"),
      inputsOf(state, node),
      h("h3", {}, "Settings"),
      node.type === "code" ? codeButton(state, node) : null,
      settingsOf(type, node),
      type?.requires.length ? h("p", { class: "hint" }, `Starts when: ${type.requires.join(" ")}`) : null,
      node.type === "select" ? selectionBlock(state.pipeline.id, node.id) : null,
      node.type === "select" ? savingBlock(state.pipeline.id, node.id, state.canEdit) : null,
      h("h3", {}, "Executions"),
      counts.element,
      list,
      looseBlock(state, node.id),
      nodeReport(state.pipeline.id, node.id),
    ),
  );
  void loadExecutions(list, state, node);
  let told = JSON.stringify(counted(state));
  return (now) => {
    counts.update(now);
    const next = JSON.stringify(counted(now));
    if (next === told || list.contains(document.activeElement)) return;
    told = next;
    void loadExecutions(list, now, node);
  };
}

function problemsOf(state: SideState, node: GraphNode): Child {
  const mine = state.problems.filter((p) => p.node === node.id);
  return mine.length ? problemList(mine, state, false) : null;
}

function inputsOf(state: SideState, node: GraphNode): HTMLElement {
  const ports = state.pipeline.ports[node.id]?.inputs ?? [];
  const variables = new Map((state.pipeline.graph.variables ?? []).map((v) => [v.name, v.value]));
  const words = (port: string): string => {
    const from = state.pipeline.graph.connections.filter(
      (c) => c.target.node === node.id && c.target.port === port,
    );
    if (from.length) {
      const nodes = from.map(
        (c) => state.pipeline.graph.nodes.find((n) => n.id === c.source.node)?.name ?? c.source.node,
      );
      return `from ${[...new Set(nodes)].join(" or ")}`;
    }
    const source = node.inputs[port];
    if (source?.variable)
      return `$${source.variable} → ${shown(variables.get(source.variable), state.names)}`;
    if (source && "fixed" in source) return shown(source.fixed, state.names);
    return "from the trigger";
  };
  return ports.length
    ? h(
        "dl",
        { class: "pairs" },
        ...ports.flatMap((p) => [h("dt", { title: p.type }, p.title || p.name), h("dd", {}, words(p.name))]),
      )
    : h("p", { class: "muted" }, "None.");
}

function settingsOf(type: NodeType | undefined, node: GraphNode): HTMLElement {
  const schema = type?.config_schema.properties ?? {};
  const keys = [...new Set([...Object.keys(schema), ...Object.keys(node.config)])].filter(
    (key) => node.type !== "code" || key !== "code",
  );
  if (!keys.length) return h("p", { class: "muted" }, "This node has no settings.");
  return h(
    "dl",
    { class: "pairs" },
    ...keys.flatMap((key) => [
      h("dt", { title: schema[key]?.description ?? "" }, schema[key]?.title ?? key.replaceAll("_", " ")),
      h("dd", {}, settingWords(node.config[key] ?? schema[key]?.default)),
    ]),
  );
}

/** A node's setting as a person reads it: `train 80, validation 10, test 10` for the groups of a split. */
export function settingWords(value: unknown): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (!Array.isArray(value)) return shown(value, {});
  const parts = value.map((part: unknown) => {
    const plain = typeof part === "object" && part !== null ? Object.values(part) : [part];
    return plain.every((one) => typeof one !== "object") ? plain.join(" ") : JSON.stringify(part);
  });
  return parts.join(", ") || "none";
}

function countsLine(state: SideState, node: GraphNode): HTMLElement {
  const counts = state.pipeline.counters[node.id] ?? {};
  const parts = (["ready", "running", "waiting", "done", "failed"] as const).filter((key) => counts[key]);
  return h(
    "p",
    { class: "hint" },
    parts.map((key) => `${count(counts[key])} ${key}`).join(" · ") || "none yet",
  );
}

/** What can be done with all that came here. */
function actsOf(state: SideState, node: GraphNode): HTMLElement {
  const counts = state.pipeline.counters[node.id] ?? {};
  const ended = (counts.done ?? 0) + (counts.failed ?? 0);
  const sends = SENDERS.includes(node.type);
  const rerun = rerunButton({
    pipelineId: state.pipeline.id,
    node,
    actions: [...new Set(Object.values(state.pipeline.ports[node.id]?.actions ?? {}).flat())],
    reload: state.reload,
  });
  return h(
    "div",
    { class: "row side-acts" },
    state.canEdit && ended ? rerun : null,
    sends
      ? h(
          "button",
          {
            class: "btn",
            type: "button",
            onclick: () => openDeliveries(state.pipeline, state.canEdit, node.id),
          },
          icon("mail"),
          "What it sent",
        )
      : null,
  );
}

async function loadExecutions(host: HTMLElement, state: SideState, node: GraphNode): Promise<void> {
  try {
    const page = await api.list<Execution>(`/api/v1/pipelines/${state.pipeline.id}/executions/`, {
      query: { node: node.id, limit: 20 },
    });
    const failed = state.pipeline.counters[node.id]?.failed ?? 0;
    const items = await namesOf(page.items, state, node);
    replace(
      host,
      failed && state.canEdit ? retryNode(state, node) : null,
      page.items.length
        ? page.items.map((execution, i) => executionLine(execution, items[i] ?? "", state))
        : emptyState({ icon: "run", title: "Nothing has come here yet" }),
      page.next ? h("a", { href: "cycles/" }, "All cycles") : null,
    );
  } catch (error) {
    replace(
      host,
      errorState(error, () => loadExecutions(host, state, node)),
    );
  }
}

function retryNode(state: SideState, node: GraphNode): HTMLElement {
  const button = h("button", { class: "btn", type: "button" }, icon("retry"), "Retry what failed here");
  button.addEventListener("click", () =>
    act(button, async () => {
      const done = await api.post<{ count: number }>(`/api/v1/pipelines/${state.pipeline.id}/retry/`, {
        node: node.id,
      });
      toast(`${plural(done.count, "step")} will run again.`, { kind: "ok" });
      await state.reload();
    }),
  );
  return button;
}

/** What each execution is about: its item, where it has one and the item is still there. */
async function namesOf(rows: readonly Execution[], state: SideState, node: GraphNode): Promise<string[]> {
  const port = state.pipeline.ports[node.id]?.inputs.find((one) => one.type === "Item")?.name ?? "";
  const ids = rows.map(({ inputs }) => (typeof inputs[port] === "string" ? inputs[port] : ""));
  await state.items.learn(ids.filter(Boolean));
  return ids.map((id) => state.items.get(id) ?? "");
}

function executionLine(execution: Execution, item: string, state: SideState): HTMLElement {
  const why = execution.error || execution.wait_reason || execution.action;
  const words = [item, why].filter(Boolean).join(" · ");
  return h(
    "button",
    {
      class: "execution-line",
      type: "button",
      onclick: () => void openExecution(execution.id, state),
    },
    statusChip(execution.status),
    h("span", { class: "clip", title: words }, words),
    h("span", { class: "hint" }, ago(execution.finished_at ?? execution.started_at ?? execution.created_at)),
  );
}
