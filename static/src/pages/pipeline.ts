/** One pipeline: its graph with live counters, variables, triggers, executions; start, pause, resume, run items. */
import "../pipeline_editor/graph.css";
import "./pipeline.css";
import { boot, may } from "../lib/boot";
import { h, need, replace } from "../lib/dom";
import { feed } from "../lib/feed";
import { ago, count, plural } from "../lib/format";
import { AlpApiError, api } from "../lib/http";
import { keys } from "../lib/keys";
import { createGraphView, type GraphView } from "../pipeline_editor/index";
import {
  facesOf,
  loadCounters,
  loadNodeTypes,
  loadPipeline,
  loadTriggers,
  loadVariables,
  triggerWords,
  type Counters,
  type Names,
  type NodeType,
  type PipelineDetail,
  type Problem,
  type TriggerRow,
  type Variable,
} from "../pipeline_editor/io/api";
import { errorState } from "../ui/empty";
import { icon } from "../ui/icons";
import { menuButton } from "../ui/menu";
import { statusChip } from "../ui/status";
import { act, toast } from "../ui/toast";
import { endActs } from "./pipeline/ending";
import { fileActs } from "./pipeline/file-acts";
import { ItemNames } from "./pipeline/item-names";
import { modes } from "./pipeline/modes";
import { openDeliveries } from "./pipeline/deliveries";
import { runItems } from "./pipeline/run-items";
import { drawSide, type Live, type SideState } from "./pipeline/side";
import { pausePipeline, resumePipeline } from "./pipeline/state-dialogs";
import { drawVariables, openVariable, type VariablesState } from "./pipeline/variables";

const { project, page } = boot<{ pipeline: { id: string; name: string } }>();
if (!project) throw new Error("This page needs a project.");
const projectId = project.id;
const id = page.pipeline.id;
const canEdit = may("pipeline.edit");
const items = new ItemNames(projectId);
const canvas = need("#canvas");
const side = need("#side");

let pipeline: PipelineDetail;
let types: NodeType[] = [];
let variables: Variable[] = [];
let names: Names = {};
let triggers: TriggerRow[] = [];
let problems: Problem[] = [];
let view: GraphView | null = null;
let drawnGraph = "";
let selected: string | null = null;
let passed: Record<string, number> = {};
let pace: Counters["throughput"] = {};
let sideLive: Live | null = null;

const sideState = (): SideState => ({
  projectId,
  pipeline,
  types,
  triggers,
  problems,
  names,
  items,
  canEdit,
  reload: refresh,
  selectNode: (nodeId) => view?.select(nodeId),
  openVariable: (name) => {
    const variable = variables.find((one) => one.name === name);
    if (variable) openVariable(variable, variablesState());
  },
});

const variablesState = (): VariablesState => ({
  projectId,
  pipeline,
  variables,
  names,
  canEdit,
  mark: (nodes) => view?.mark(nodes),
  reload: refresh,
});

async function loadAll(): Promise<void> {
  const [counters, detail, nodeTypes, variableList, triggerList] = await Promise.all([
    loadCounters(id),
    loadPipeline(id),
    types.length ? Promise.resolve({ items: types }) : loadNodeTypes(),
    loadVariables(id),
    loadTriggers(id),
  ]);
  pipeline = detail;
  passed = counters.connections;
  pace = counters.throughput;
  types = nodeTypes.items;
  variables = variableList.items;
  names = variableList.names;
  // Running items by hand makes a trigger of its own at the node: nothing that anybody drew.
  triggers = triggerList.items.filter((one) => one.spec["ad_hoc"] !== true);
  await check();
}

async function check(): Promise<void> {
  const answer = await api.post<{ problems: Problem[] }>(`/api/v1/pipelines/${id}/validate/`, {});
  problems = answer.problems;
}

function drawGraph(): void {
  const graph = JSON.stringify([
    pipeline.graph.nodes,
    pipeline.graph.connections,
    triggers.map((t) => t.enabled),
  ]);
  if (graph !== drawnGraph) {
    drawnGraph = graph;
    view = createGraphView({
      graph: pipeline.graph,
      faceOf: facesOf(pipeline.ports, types),
      triggerText: (key) => {
        const trigger = triggers.find((t) => t.key === key);
        return trigger ? triggerWords(trigger) : key;
      },
      onSelect: (nodeId) => {
        selected = nodeId;
        sideLive = drawSide(side, sideState(), nodeId);
      },
    });
    replace(canvas, view.element, zoomButtons(view));
  }
  drawNumbers();
}

function drawNumbers(): void {
  view?.setCounts(pipeline.counters);
  view?.setPassed(passed);
  view?.setPace(pace);
}

function zoomButtons(graph: GraphView): HTMLElement {
  const button = (words: string, name: "plus" | "minus" | "target", run: () => void) =>
    h(
      "button",
      { class: "btn btn-ghost btn-square", type: "button", title: words, "aria-label": words, onclick: run },
      icon(name),
    );
  return h(
    "div",
    { class: "pipeline-zoom", role: "group", "aria-label": "Zoom" },
    button("Zoom out (-)", "minus", () => graph.zoom(1 / 1.25)),
    button("Zoom in (+)", "plus", () => graph.zoom(1.25)),
    button("Fit (0)", "target", () => graph.fit()),
  );
}

function drawHead(): void {
  const cycles = pipeline.cycles;
  const open = cycles.pending + cycles.running + cycles.waiting;
  replace(need("#pipeline-status"), statusChip(pipeline.status));
  const since = pipeline.started_at ? `started ${ago(pipeline.started_at)} · ` : "";
  replace(need("#pipeline-sub"), `${since}${plural(open, "cycle")} open · ${count(cycles.done)} done`);
  replace(
    need("#pipeline-actions"),
    canEdit ? modes(projectId, id, "run") : null,
    h("a", { class: "btn btn-ghost", href: "cycles/" }, icon("list"), "Cycles"),
    canEdit ? h("button", { class: "btn btn-ghost", type: "button", onclick: validate }, "Validate") : null,
    ...(canEdit ? stateButtons() : []),
    moreButton(),
  );
}

function moreButton(): HTMLElement {
  const button = h(
    "button",
    { class: "btn btn-ghost btn-square", type: "button", title: "More", "aria-label": "More" },
    icon("more"),
  );
  const sent = {
    label: "Sent out of the house…",
    icon: "send" as const,
    run: () => openDeliveries(pipeline, canEdit),
  };
  const ends = () => (canEdit ? endActs(projectId, pipeline, refresh) : []);
  menuButton(button, () => [...fileActs(projectId, pipeline, canEdit), sent, ...ends()], { align: "end" });
  return button;
}

function stateButtons(): HTMLElement[] {
  const button = (text: string, name: "play" | "pause", run: () => Promise<unknown>, primary = false) => {
    const element = h(
      "button",
      { class: ["btn", primary && "btn-primary"], type: "button" },
      icon(name),
      text,
    );
    element.addEventListener("click", () => act(element, run));
    return element;
  };
  if (pipeline.status === "running")
    return [
      button("Pause", "pause", pause),
      h(
        "button",
        {
          class: "btn btn-primary",
          type: "button",
          onclick: () => void runItems(projectId, pipeline, refresh),
        },
        icon("play"),
        "Run items…",
      ),
    ];
  if (pipeline.status === "paused") return [button("Resume", "play", resume, true)];
  return [button("Start", "play", start, true)];
}

async function start(): Promise<void> {
  try {
    await api.post(`/api/v1/pipelines/${id}/start/`);
    toast(`${pipeline.name} is running.`, { kind: "ok" });
  } catch (error) {
    if (!(error instanceof AlpApiError)) throw error;
    await check();
    view?.select(null);
    toast(error.message, { kind: "bad" });
  }
  await refresh();
}

async function pause(): Promise<void> {
  if (await pausePipeline(pipeline)) await refresh();
}

async function resume(): Promise<void> {
  if (await resumePipeline(pipeline)) await refresh();
}

async function validate(): Promise<void> {
  await check();
  view?.select(null);
  if (!problems.length) toast("Nothing is wrong with this graph.", { kind: "ok" });
}

async function refresh(): Promise<void> {
  await loadAll();
  draw();
}

function draw(): void {
  drawGraph();
  drawHead();
  drawVariables(need("#variables"), variablesState());
  if (!side.contains(document.activeElement) || selected === null)
    sideLive = drawSide(side, sideState(), selected);
  else sideLive?.(sideState());
}

async function live(): Promise<void> {
  const counters = await loadCounters(id);
  const failed = Object.values(counters.nodes).reduce((sum, one) => sum + (one.failed ?? 0), 0);
  pipeline = { ...pipeline, counters: counters.nodes, cycles: counters.cycles, failed };
  passed = counters.connections;
  pace = counters.throughput;
  drawNumbers();
  sideLive?.(sideState());
  drawHead();
}

try {
  await refresh();
  const wanted = location.hash.slice(1);
  const target = pipeline!.graph.nodes.find((n) => n.id === wanted || n.type === wanted);
  if (target) view!.select(target.id);
} catch (error) {
  replace(canvas, errorState(error, refresh));
}
feed.watch(["execution.status", "cycle.status"], () => void live(), 800);
feed.watch(["variable.updated", "pipeline.status", "model.stage"], () => void refresh(), 600);
keys.scope("Pipeline", [
  { keys: "escape", label: "Close the panel", run: () => view?.select(null) },
  {
    keys: "e",
    label: "Edit",
    when: () => canEdit,
    run: () => location.assign(`/p/${projectId}/pipelines/${id}/edit/`),
  },
  { keys: "0", label: "Fit the graph", run: () => view?.fit() },
  { keys: "+", label: "Zoom in", run: () => view?.zoom(1.25) },
  { keys: "-", label: "Zoom out", run: () => view?.zoom(1 / 1.25) },
]);
