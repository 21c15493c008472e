/** What a person can do to a draft, each one command of the undo log. Pure: no DOM, no network. */
import type { Links, Placed, Positions } from "../graph/arrange";
import { heightOf, WIDTH } from "../graph/geometry";
import { portName, whyNot } from "../graph/ports";
import { readersAmong } from "../graph/readers";
import type {
  GraphConnection,
  GraphNode,
  GraphTrigger,
  InputSource,
  NodeFace,
  PortInfo,
} from "../graph/types";
import type { NodeType } from "../io/api";
import { keyOf, thing, type GraphDocument, type Thing } from "./document";
import type { Faces } from "./faces";

export interface Spot {
  x: number;
  y: number;
}
export interface From {
  node: string;
  port: string;
  action: string | null;
}
export interface To {
  node: string;
  port: string;
}

/** An id that says what it is and is free: "train", "train_2". */
export function freeId(
  doc: GraphDocument,
  kind: "node" | "trigger" | "note" | "group",
  wish: string,
): string {
  const base =
    wish
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "_")
      .replace(/^_+|_+$/g, "")
      .slice(0, 60) || kind;
  let id = base;
  for (let n = 2; doc.get(kind, id); n++) id = `${base}_${n}`;
  return id;
}

/** "Train", "Train 2": names tell nodes apart in lists. */
export function freeName(doc: GraphDocument, wish: string): string {
  const taken = new Set(doc.values("node").map((node) => node.name));
  let name = wish;
  for (let n = 2; taken.has(name); n++) name = `${wish} ${n}`;
  return name;
}

export function addNode(doc: GraphDocument, type: NodeType, at: Spot): GraphNode {
  const node: GraphNode = {
    id: freeId(doc, "node", type.type),
    type: type.type,
    version: type.version,
    name: freeName(doc, type.title),
    config: {},
    inputs: {},
    position: snapped(at),
  };
  doc.put("node", node, { label: `Add ${type.title}` });
  return node;
}

export function snapped(at: Spot): Spot {
  return { x: Math.round(at.x / 10) * 10, y: Math.round(at.y / 10) * 10 };
}

export function patchNode(doc: GraphDocument, id: string, part: Partial<GraphNode>, label: string): void {
  const node = doc.get("node", id);
  if (node) doc.put("node", { ...node, ...part }, { label });
}

/** Null: nothing feeds the input but a connection or the trigger. */
export function setInput(doc: GraphDocument, id: string, port: string, source: InputSource | null): void {
  const node = doc.get("node", id);
  if (!node) return;
  const inputs = { ...node.inputs };
  if (source) inputs[port] = source;
  else delete inputs[port];
  doc.put("node", { ...node, inputs }, { label: `Set ${port}` });
}

/** New places of nodes and notes by key. */
export function move(doc: GraphDocument, to: Positions, label = "Move"): void {
  const moved: Thing[] = [];
  for (const [key, position] of to) {
    const one = doc.store.get(key);
    if (one?.kind === "node") moved.push(thing("node", { ...one.value, position }));
    else if (one?.kind === "note") moved.push(thing("note", { ...one.value, position }));
  }
  doc.store.put(moved, { label });
}

/** The ends of a connection in words, or why there is none. */
function ends(doc: GraphDocument, faces: Faces, from: From, to: To) {
  const [source, target] = [doc.get("node", from.node), doc.get("node", to.node)];
  const [out, into] = [source && faces.of(source), target && faces.of(target)];
  const given = out?.outputs.find((port) => port.name === from.port);
  const taken = into?.inputs.find((port) => port.name === to.port);
  return source && target && given && taken ? { source, target, given, taken } : null;
}

/** Why this connection cannot be, in words; null when it can. */
export function connectionFault(doc: GraphDocument, faces: Faces, from: From, to: To): string | null {
  const found = ends(doc, faces, from, to);
  if (!found) return "One of the two ends does not exist.";
  const { source, target, given, taken } = found;
  const misfit = whyNot({ node: source.name, port: given }, { node: target.name, port: taken });
  if (misfit) return misfit;
  const there = doc.values("connection").some((one) => sameEnds(one, from, to));
  return there ? `${source.name} and "${portName(taken)}" of ${target.name} are connected already.` : null;
}

function sameEnds(one: GraphConnection, from: From, to: To): boolean {
  return (
    one.source.node === from.node &&
    one.source.port === from.port &&
    one.action === from.action &&
    one.target.node === to.node &&
    one.target.port === to.port
  );
}

/** Connects, and takes away the variable or value the input had. The sentence why not, or null. */
export function connect(doc: GraphDocument, faces: Faces, from: From, to: To): string | null {
  const fault = connectionFault(doc, faces, from, to);
  if (fault) return fault;
  doc.store.batch(
    () => {
      const connection = {
        id: connectionId(doc, from, to),
        source: { node: from.node, port: from.port },
        target: { node: to.node, port: to.port },
        action: from.action,
        condition: "{}",
      };
      doc.put("connection", connection, {});
      const target = doc.get("node", to.node);
      if (target && to.port in target.inputs) setInput(doc, to.node, to.port, null);
    },
    { label: "Connect" },
  );
  return null;
}

function connectionId(doc: GraphDocument, from: From, to: To): string {
  const action = from.action ? `.${from.action}` : "";
  const base = `${from.node}.${from.port}${action}-${to.node}.${to.port}`.replace(/\s+/g, "_");
  let id = base;
  for (let n = 2; doc.get("connection", id); n++) id = `${base}~${n}`;
  return id;
}

export function patchConnection(
  doc: GraphDocument,
  id: string,
  part: Partial<Pick<GraphConnection, "action" | "condition">>,
): void {
  const one = doc.get("connection", id);
  if (one) doc.put("connection", { ...one, ...part }, { label: "Change connection" });
}

/** Removes things by key; with a node go its connections, its triggers and its place in groups. */
export function remove(doc: GraphDocument, keys: Iterable<string>): void {
  const gone = new Set(keys);
  const nodes = new Set([...gone].filter((key) => key.startsWith("n:")).map((key) => key.slice(2)));
  for (const { id, value } of doc.all("connection"))
    if (nodes.has(value.source.node) || nodes.has(value.target.node)) gone.add(id);
  for (const { id, value } of doc.all("trigger")) if (nodes.has(value.node)) gone.add(id);
  doc.store.batch(
    () => {
      doc.store.remove([...gone]);
      for (const { value } of doc.all("group")) {
        const left = value.nodes.filter((id) => !nodes.has(id));
        if (left.length === value.nodes.length) continue;
        if (left.length) doc.put("group", { ...value, nodes: left }, {});
        else doc.store.remove(keyOf("group", value.id));
      }
    },
    { label: gone.size > 1 ? `Delete ${gone.size} things` : "Delete" },
  );
}

export function addNote(doc: GraphDocument, at: Spot): string {
  const id = freeId(doc, "note", "note");
  doc.put("note", { id, text: "", position: snapped(at), size: { x: 200, y: 80 } }, { label: "Add comment" });
  return keyOf("note", id);
}

export function group(doc: GraphDocument, nodes: readonly string[], name = "Group"): string {
  const id = freeId(doc, "group", "group");
  doc.store.batch(
    () => {
      const taken = new Set(nodes);
      for (const { value } of doc.all("group")) {
        const left = value.nodes.filter((one) => !taken.has(one));
        if (left.length) doc.put("group", { ...value, nodes: left }, {});
        else doc.store.remove(keyOf("group", value.id));
      }
      doc.put("group", { id, name, nodes: [...nodes] }, {});
    },
    { label: "Group" },
  );
  return keyOf("group", id);
}

export function putTrigger(doc: GraphDocument, trigger: GraphTrigger): void {
  doc.put("trigger", trigger, { label: doc.get("trigger", trigger.id) ? "Change trigger" : "Add trigger" });
}

/** Renames in every place that names it: inputs, settings, triggers. */
export function renameVariable(doc: GraphDocument, key: string, name: string): string | null {
  const one = doc.store.get(key);
  if (one?.kind !== "variable") return "There is no such variable.";
  if (!name) return "A variable needs a name.";
  if (doc.variable(name) && doc.variable(name)?.id !== key) return `There is a variable "${name}" already.`;
  const old = one.value.name;
  if (old === name) return null;
  doc.store.batch(
    () => {
      doc.put("variable", { ...one.value, name }, {}, key);
      for (const node of doc.values("node")) renameIn(doc, node, old, name);
      for (const trigger of doc.values("trigger")) {
        const spec = Object.fromEntries(
          Object.entries(trigger.spec).map(([k, v]) => [k, isReading(v, old) ? { variable: name } : v]),
        );
        if (JSON.stringify(spec) !== JSON.stringify(trigger.spec))
          doc.put("trigger", { ...trigger, spec }, {});
      }
    },
    { label: `Rename ${old}` },
  );
  return null;
}

function isReading(value: unknown, name: string): boolean {
  return typeof value === "object" && value !== null && "variable" in value && value.variable === name;
}

function renameIn(doc: GraphDocument, node: GraphNode, old: string, name: string): void {
  const reads = Object.values(node.inputs).some((source) => source.variable === old);
  const sets = node.config["variable"] === old;
  if (!reads && !sets) return;
  const inputs = Object.fromEntries(
    Object.entries(node.inputs).map(([port, source]) => [
      port,
      source.variable === old ? { variable: name } : source,
    ]),
  );
  const config = sets ? { ...node.config, variable: name } : node.config;
  doc.put("node", { ...node, inputs, config }, {});
  // A node that sets a variable has ports of its name.
  if (!sets) return;
  for (const one of doc.values("connection")) {
    const source = one.source.node === node.id && one.source.port === old;
    const target = one.target.node === node.id && one.target.port === old;
    if (!source && !target) continue;
    doc.put(
      "connection",
      {
        ...one,
        source: source ? { ...one.source, port: name } : one.source,
        target: target ? { ...one.target, port: name } : one.target,
      },
      {},
    );
  }
}

/** Ids of the nodes that read or set a variable. */
export function readersOf(doc: GraphDocument, name: string): string[] {
  return readersAmong(doc.values("node"), name);
}

const PLAIN: NodeFace = { title: "", icon: "help", inputs: [], outputs: [], actions: {} };

/** Boxes of nodes (all, or these keys), and the connections between nodes, for arranging. */
export function boxes(doc: GraphDocument, faces: Faces, keys?: ReadonlySet<string>): Placed[] {
  return doc
    .all("node")
    .filter((one) => !keys || keys.has(one.id))
    .map(({ id, value }) => ({
      id,
      ...value.position,
      width: WIDTH,
      height: heightOf(faces.of(value) ?? PLAIN),
    }));
}

export function links(doc: GraphDocument): Links {
  return doc
    .values("connection")
    .map((one) => [keyOf("node", one.source.node), keyOf("node", one.target.node)] as const);
}

/** Inputs of other nodes this output fits, and those it does not with the reason. */
export function targetsOf(
  doc: GraphDocument,
  faces: Faces,
  from: From,
): { node: GraphNode; port: PortInfo; fault: string | null }[] {
  return doc.values("node").flatMap((node) =>
    (faces.of(node)?.inputs ?? []).map((port) => ({
      node,
      port,
      fault: connectionFault(doc, faces, from, { node: node.id, port: port.name }),
    })),
  );
}
