/** A cycle's way drawn on its graph: which nodes it came to in which order, and at each the inputs and outputs. */
import { h, replace, type Child } from "../../lib/dom";
import { ago, duration } from "../../lib/format";
import { triggerText } from "../../pipeline_editor/forms/triggers";
import { createGraphView } from "../../pipeline_editor/index";
import { facesOf, type CycleDetail, type NodeType, type PathExecution } from "../../pipeline_editor/io/api";
import type { Way } from "../../pipeline_editor/canvas/way";
import { statusChip } from "../../ui/status";
import { values } from "./execution";

/** Which of several visits a node's colour tells: what needs a hand before what is done. */
const WORST = ["failed", "running", "ready", "waiting", "done", "cancelled"];

/** The way of a cycle: executions are in the order they were made. */
export function wayOf(executions: readonly PathExecution[]): Way {
  const nodes = new Map<string, { steps: number[]; status: string }>();
  executions.forEach(({ node_id, status }, i) => {
    const here = nodes.get(node_id) ?? { steps: [], status };
    here.steps.push(i + 1);
    if (WORST.indexOf(status) < WORST.indexOf(here.status)) here.status = status;
    nodes.set(node_id, here);
  });
  const connections = executions.flatMap((one) => one.came_by.map((way) => way.connection));
  return { nodes, connections: new Set(connections) };
}

export interface PathHost {
  types: NodeType[];
  /** Log, retry, rerun of one step. */
  open: (execution: PathExecution) => void;
  /** Runs the cycle again from this node; null for who may not. */
  rerun: ((nodeId: string) => void) | null;
}

/** The drawing with the steps below it; choosing a node shows its steps only. */
export function cyclePath(cycle: CycleDetail, host: PathHost): HTMLElement {
  const steps = h("div", { class: "stack" });
  const view = createGraphView({
    graph: cycle.graph,
    faceOf: facesOf(cycle.ports, host.types),
    triggerText: (id) => {
      const trigger = (cycle.graph.triggers ?? []).find((one) => one.id === id);
      return trigger ? triggerText(trigger) : id;
    },
    onSelect: (nodeId) => draw(nodeId),
  });
  const name = (id: string) => cycle.graph.nodes.find((one) => one.id === id)?.name ?? id;
  const draw = (nodeId: string | null) => {
    const shown = cycle.executions
      .map((execution, i) => ({ execution, number: i + 1 }))
      .filter(({ execution }) => nodeId === null || execution.node_id === nodeId);
    const rerun = host.rerun;
    replace(
      steps,
      h(
        "div",
        { class: "row" },
        h("h3", {}, nodeId === null ? "Every step" : `At ${name(nodeId)}`),
        h("span", { class: "spacer" }),
        nodeId !== null && shown.length && rerun
          ? h(
              "button",
              { class: "btn btn-sm", type: "button", onclick: () => rerun(nodeId) },
              "Run this cycle again from here",
            )
          : null,
        nodeId === null
          ? null
          : h(
              "button",
              { class: "btn btn-sm", type: "button", onclick: () => view.select(null) },
              "Every step",
            ),
      ),
      shown.map(({ execution, number }) => step(execution, number, name, cycle, host, nodeId !== null)),
      shown.length ? null : h("p", { class: "muted" }, "This cycle has not come here."),
    );
  };
  view.trace(wayOf(cycle.executions));
  draw(null);
  return h("div", { class: "stack" }, h("div", { class: "cycle-graph" }, view.element), steps);
}

function step(
  execution: PathExecution,
  number: number,
  name: (id: string) => string,
  cycle: CycleDetail,
  host: PathHost,
  open: boolean,
): HTMLElement {
  const words = execution.error || execution.wait_reason || (execution.action ? `→ ${execution.action}` : "");
  return h(
    "details",
    { class: "card", open },
    h(
      "summary",
      { class: "execution-line" },
      statusChip(execution.status),
      h(
        "span",
        {},
        `${number} `,
        h("b", {}, name(execution.node_id)),
        " ",
        h("span", { class: "soft" }, words),
      ),
      h("span", { class: "hint" }, ago(execution.finished_at ?? execution.created_at)),
    ),
    h(
      "div",
      { class: "card-body stack" },
      h("p", { class: "hint" }, camePart(execution, name, cycle)),
      values("Inputs", execution.inputs, cycle.names),
      values("Outputs", execution.outputs, cycle.names),
      h("button", { class: "btn", type: "button", onclick: () => host.open(execution) }, "Log and actions"),
    ),
  );
}

/** "From Predict when approved; took 3 s". */
function camePart(execution: PathExecution, name: (id: string) => string, cycle: CycleDetail): Child {
  const from = execution.came_by.map(({ connection }) => {
    const one = cycle.graph.connections.find((each) => each.id === connection);
    if (!one) return connection;
    return `${name(one.source.node)}${one.action ? `, when ${one.action}` : ""}`;
  });
  const parts = [from.length ? `From ${[...new Set(from)].join(" and ")}` : "Where the cycle began"];
  if (execution.by_hand) parts.push("sent on by hand");
  if (execution.started_at && execution.finished_at) {
    const seconds = (Date.parse(execution.finished_at) - Date.parse(execution.started_at)) / 1000;
    parts.push(`took ${duration(seconds)}`);
  }
  return parts.join(" · ");
}
