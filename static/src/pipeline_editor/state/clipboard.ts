/** Nodes as text on the clipboard: copied here, pasted into any pipeline. Pure. */
import type {
  GraphConnection,
  GraphGroup,
  GraphNode,
  GraphNote,
  GraphTrigger,
  GraphVariable,
} from "../graph/types";
import { freeId, freeName, type Spot } from "./acts";
import { keyOf, type GraphDocument } from "./document";

export interface Clip {
  alp: "pipeline";
  project: string;
  nodes: GraphNode[];
  connections: GraphConnection[];
  variables: GraphVariable[];
  triggers: GraphTrigger[];
  notes: GraphNote[];
  groups: GraphGroup[];
}

/** The chosen nodes and notes, what connects and starts them, and the variables they name. Null when there is nothing to copy. */
export function copy(doc: GraphDocument, keys: ReadonlySet<string>, project: string): string | null {
  const inGroups = doc
    .values("group")
    .filter((one) => keys.has(keyOf("group", one.id)))
    .flatMap((one) => one.nodes);
  const ids = new Set(inGroups);
  for (const key of keys) if (key.startsWith("n:")) ids.add(key.slice(2));
  const nodes = doc.values("node").filter((node) => ids.has(node.id));
  const notes = doc.values("note").filter((note) => keys.has(keyOf("note", note.id)));
  if (!nodes.length && !notes.length) return null;
  const triggers = doc.values("trigger").filter((one) => ids.has(one.node));
  const named = new Set([...nodes.flatMap(variablesOf), ...triggers.flatMap(readBy)]);
  const clip: Clip = {
    alp: "pipeline",
    project,
    nodes,
    notes,
    triggers,
    connections: doc.values("connection").filter((c) => ids.has(c.source.node) && ids.has(c.target.node)),
    variables: doc.values("variable").filter((one) => named.has(one.name)),
    groups: doc.values("group").filter((one) => one.nodes.every((id) => ids.has(id))),
  };
  return JSON.stringify(clip, null, 1);
}

function variablesOf(node: GraphNode): string[] {
  const sets = node.config["variable"];
  const reads = Object.values(node.inputs).flatMap((source) => source.variable ?? []);
  return typeof sets === "string" ? [...reads, sets] : reads;
}

/** Variables a trigger's settings read, such as the dataset whose ground truth it counts. */
function readBy({ spec }: GraphTrigger): string[] {
  return Object.values(spec).flatMap((value) => {
    const name = typeof value === "object" && value !== null && "variable" in value ? value.variable : null;
    return typeof name === "string" ? [name] : [];
  });
}

/** What the text holds, or null when it is something else. */
export function parseClip(text: string): Clip | null {
  if (!text.includes('"alp"')) return null;
  try {
    const value = JSON.parse(text) as Partial<Clip> | null;
    if (value?.alp !== "pipeline" || !Array.isArray(value.nodes)) return null;
    return {
      alp: "pipeline",
      project: value.project ?? "",
      nodes: value.nodes,
      connections: value.connections ?? [],
      variables: value.variables ?? [],
      triggers: value.triggers ?? [],
      notes: value.notes ?? [],
      groups: value.groups ?? [],
    };
  } catch {
    return null;
  }
}

/** Lays the clip in with its top left corner at `at`, under new ids; the keys of what is new. */
export function paste(doc: GraphDocument, clip: Clip, at: Spot, project: string): string[] {
  const all = [...clip.nodes, ...clip.notes];
  const left = Math.min(...all.map((one) => one.position.x));
  const top = Math.min(...all.map((one) => one.position.y));
  const moved = (spot: Spot) => ({ x: spot.x - left + at.x, y: spot.y - top + at.y });
  const made: string[] = [];
  const ids = new Map<string, string>();
  doc.store.batch(
    () => {
      for (const variable of clip.variables) addVariable(doc, variable, clip.project === project);
      for (const node of clip.nodes) {
        const id = freeId(doc, "node", node.id.replace(/_\d+$/, ""));
        ids.set(node.id, id);
        doc.put("node", { ...node, id, name: freeName(doc, node.name), position: moved(node.position) }, {});
        made.push(keyOf("node", id));
      }
      for (const one of clip.connections) addConnection(doc, one, ids);
      for (const one of clip.triggers) {
        const node = ids.get(one.node);
        const id = freeId(doc, "trigger", one.id.replace(/_\d+$/, ""));
        if (node) doc.put("trigger", { ...one, id, node }, {});
      }
      for (const note of clip.notes) {
        const id = freeId(doc, "note", "note");
        doc.put("note", { ...note, id, position: moved(note.position) }, {});
        made.push(keyOf("note", id));
      }
      for (const one of clip.groups) {
        const id = freeId(doc, "group", "group");
        doc.put("group", { ...one, id, nodes: one.nodes.flatMap((n) => ids.get(n) ?? []) }, {});
      }
    },
    { label: `Paste ${all.length === 1 ? "one thing" : `${all.length} things`}` },
  );
  return made;
}

/** A variable the pasted nodes need. Datasets and models of another project mean nothing here: their value stays behind. */
function addVariable(doc: GraphDocument, variable: GraphVariable, sameProject: boolean): void {
  if (doc.variable(variable.name)) return;
  const entity = /^(Item|Dataset|Annotation|Model)/.test(variable.type);
  const value = entity && !sameProject ? null : variable.value;
  doc.put("variable", { ...variable, value }, {}, doc.variableKey());
}

function addConnection(doc: GraphDocument, one: GraphConnection, ids: Map<string, string>): void {
  const [from, to] = [ids.get(one.source.node), ids.get(one.target.node)];
  if (!from || !to) return;
  const action = one.action ? `.${one.action}` : "";
  const id = `${from}.${one.source.port}${action}-${to}.${one.target.port}`.replace(/\s+/g, "_");
  doc.put(
    "connection",
    { ...one, id, source: { ...one.source, node: from }, target: { ...one.target, node: to } },
    {},
  );
}
