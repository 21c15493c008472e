/** What the pipeline pages read and write over the API. */
import { api, type Page } from "../../lib/http";
import type { JsonSchema } from "../../ui/schema";
import { clockWords } from "../graph/clock";
import type { Measure } from "../graph/measure-form";
import type { Counts, Graph, GraphNode, NodeFace, PortInfo } from "../graph/types";
import type { SaveBody, Stored } from "../state/draft";

export interface CycleCounts {
  pending: number;
  running: number;
  waiting: number;
  done: number;
  failed: number;
  cancelled: number;
}

export interface PipelineRow {
  id: string;
  name: string;
  description: string;
  template: string;
  status: "draft" | "running" | "paused";
  revision_number: number | null;
  cycles: CycleCounts;
  failed: number;
  created_at: string;
  started_at: string | null;
}

export interface NodePorts {
  inputs: PortInfo[];
  outputs: PortInfo[];
  actions: Record<string, string[]>;
}

export interface PipelineDetail extends PipelineRow {
  graph: Graph;
  ports: Record<string, NodePorts>;
  counters: Record<string, Counts>;
  draft_changed: boolean;
  draft_version: number;
}

export interface NodeType {
  type: string;
  version: number;
  title: string;
  category: string;
  icon: string;
  doc: string;
  inputs: PortInfo[];
  outputs: PortInfo[];
  actions: Record<string, string[]>;
  requires: string[];
  config_schema: JsonSchema;
}

export interface Template {
  name: string;
  title: string;
  description: string;
  /** The id of one that the project saved. */
  saved: string | null;
  graph: Graph;
  ports: Record<string, NodePorts>;
}

export interface Variable {
  id: string;
  name: string;
  type: string;
  value: unknown;
  description: string;
  version: number;
  updated_at: string;
}

export interface VariableChange {
  id: string;
  version: number;
  old: unknown;
  new: unknown;
  user: { id: string; name: string } | null;
  node_id: string;
  why: string;
  at: string;
}

export interface TriggerRow {
  id: string;
  key: string;
  node_id: string;
  kind: "event" | "every_n" | "cron" | "measure" | "manual" | "webhook";
  spec: Record<string, unknown>;
  mode: string;
  overlap: string;
  enabled: boolean;
  active: boolean;
  state: Record<string, unknown>;
  next_at: string | null;
  fired_at: string | null;
  error: string;
  /** When it fires next, as a sentence. */
  says: string;
  has_secret: boolean;
}

export interface Problem {
  code: string;
  message: string;
  level: "error" | "warning";
  node?: string;
  connection?: string;
  port?: string;
  field?: string;
  trigger?: string;
  variable?: string;
}

export interface Execution {
  id: string;
  cycle_id: string;
  node_id: string;
  status: "ready" | "running" | "waiting" | "done" | "failed" | "cancelled";
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
  action: string;
  attempt: number;
  /** It ended on no connection, though there was one to leave by. */
  loose: boolean;
  wait_reason: string;
  error_code: string;
  error: string;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
}

export interface ExecutionDetail extends Execution {
  log: string;
  names: Record<string, string>;
  progress: { done?: number; total?: number; note?: string } | null;
}

/** What a cycle waits for; `work` is null where it is not people's, or not for this person to see. */
export interface CycleWait {
  node_id: string;
  reason: string;
  work: {
    task: string;
    task_item: string;
    name: string;
    kind: "annotation" | "qa";
    person: { id: string; name: string } | null;
    with_annotator: boolean;
    since: string;
  } | null;
}

export interface CycleRow {
  id: string;
  start_node: string;
  subject: string | null;
  status: keyof CycleCounts;
  counts: Counts & { cancelled?: number };
  waits: CycleWait[];
  created_at: string;
  finished_at: string | null;
}

/** An execution with the connections its values came by. */
export interface PathExecution extends Execution {
  taken: string[];
  came_by: { connection: string; execution: string | null }[];
  by_hand: boolean;
}

export interface CycleDetail extends CycleRow {
  executions: PathExecution[];
  graph: Graph;
  ports: Record<string, NodePorts>;
  names: Record<string, string>;
}

export interface Counters {
  nodes: Record<string, Counts>;
  cycles: CycleCounts;
  /** What passed each connection, by its id. */
  connections: Record<string, number>;
  throughput: Record<string, { minute: number; hour: number }>;
}

export type Names = Record<string, string>;

export const loadPipeline = (id: string) => api.get<PipelineDetail>(`/api/v1/pipelines/${id}/`);
export const loadVariables = (id: string) =>
  api.get<Page<Variable> & { names: Names }>(`/api/v1/pipelines/${id}/variables/`);
export const loadTriggers = (id: string) => api.list<TriggerRow>(`/api/v1/pipelines/${id}/triggers/`);
export const loadCounters = (id: string) => api.get<Counters>(`/api/v1/pipelines/${id}/counters/`);
export const loadMeasures = () => api.list<Measure>("/api/v1/trigger-measures/");
export const loadNodeTypes = () => api.list<NodeType>("/api/v1/node-types/");

/** Title and icon by type, ports and actions as this graph's configuration makes them. */
export function facesOf(
  ports: Record<string, NodePorts>,
  types: NodeType[],
): (node: GraphNode) => NodeFace | undefined {
  const byKey = new Map(types.map((t) => [`${t.type}@${t.version}`, t]));
  return (node) => {
    const type = byKey.get(`${node.type}@${node.version}`);
    const mine = ports[node.id];
    return type && mine ? { title: type.title, icon: type.icon, ...mine } : undefined;
  };
}

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function isIds(value: unknown): value is string[] {
  return (
    Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string" && ID.test(one))
  );
}

/** Ids in words where the project knows a name; of a list without names, how many; the rest shortened. */
export function shown(value: unknown, names: Names): string {
  if (value === null || value === undefined || value === "") return "not set";
  if (typeof value === "string") return names[value] ?? value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (isIds(value)) {
    const named = value.map((id) => names[id] ?? "");
    return named.every(Boolean) ? named.join(", ") : String(value.length);
  }
  const text = JSON.stringify(value);
  return text === "{}" ? "{ } (empty)" : text;
}

function word(value: unknown, otherwise: string): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : otherwise;
}

/** "Mondays at 09:00", "every 50 new ground truth", "item created, once". */
export function triggerWords(trigger: Pick<TriggerRow, "kind" | "spec" | "mode">): string {
  const spec = trigger.spec;
  switch (trigger.kind) {
    case "cron":
      return clockWords(word(spec["cron"], ""), word(spec["timezone"], ""));
    case "every_n":
      return `every ${word(spec["n"], "?")} new ${word(spec["count"], "events").replaceAll("_", " ")}`;
    case "event": {
      const actions = Array.isArray(spec["actions"]) ? (spec["actions"] as string[]) : ["created"];
      const resource = word(spec["resource"], "Item").replace(/(?<=.)[A-Z]/g, " $&");
      const given = resource === "Item Status" && actions.includes("assigned");
      const plain = given ? actions.filter((one) => one !== "assigned") : actions;
      const said = [
        ...(plain.length ? [`${resource} ${plain.join(" or ")}`.replaceAll("_", " ").toLowerCase()] : []),
        ...(given ? ["item given to a task"] : []),
      ].join(" or ");
      return `${said}${trigger.mode === "once" ? ", once" : ""}`;
    }
    case "measure":
      return `on ${word(spec["measure"], "a figure").replaceAll("_", " ")}`;
    case "webhook":
      return "signed message";
    default:
      return "by hand";
  }
}

/** Saves the draft, or with no body only reads it. A save by a page that goes outlives it, unless it is too large for that. */
export async function saveDraft(id: string, body: SaveBody | null, last: boolean): Promise<Stored> {
  const path = `/api/v1/pipelines/${id}/`;
  const keepalive = last && JSON.stringify(body).length < 60_000;
  const detail = body
    ? await api.patch<PipelineDetail>(path, body, { keepalive })
    : await api.get<PipelineDetail>(path);
  return { graph: detail.graph, version: detail.draft_version };
}

export const checkGraph = (id: string, graph: Graph, signal?: AbortSignal) =>
  api.post<{ problems: Problem[]; ports: Record<string, NodePorts> }>(
    `/api/v1/pipelines/${id}/validate/`,
    { graph },
    signal ? { signal } : {},
  );
