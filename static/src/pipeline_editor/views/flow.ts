/** The draft as the canvas library wants it: nodes and edges that stay the same objects while nothing about them changed. */
import type { Edge, Node, NodeChange, EdgeChange } from "@xyflow/react";
import { Position } from "@xyflow/react";
import { Cell } from "../../lib/store";
import { unknownFace } from "../graph/layout";
import { heightOf, inHandle, outHandle, outRows, rowY, WIDTH } from "../graph/geometry";
import type { Counts, GraphConnection, GraphGroup, GraphNode, GraphNote, NodeFace } from "../graph/types";
import { move, snapped } from "../state/acts";
import { keyOf, type GraphDocument, type Thing } from "../state/document";
import type { Faces } from "../state/faces";

export interface StepData extends Record<string, unknown> {
  node: GraphNode;
  face: NodeFace;
  known: boolean;
  problem: "error" | "warning" | null;
  marked: boolean;
  triggers: { id: string; text: string; kind: string; enabled: boolean }[];
  connected: ReadonlySet<string>;
  counts: Counts | null;
}
export type StepNode = Node<StepData, "step">;
export type NoteNode = Node<{ note: GraphNote }, "note">;
export type FrameNode = Node<{ group: GraphGroup }, "frame">;
export type FlowNode = StepNode | NoteNode | FrameNode;
export interface LinkData extends Record<string, unknown> {
  type: string;
  action: string | null;
  conditional: boolean;
  problem: boolean;
}
export type FlowEdge = Edge<LinkData, "link">;

const PORT = 14;
const PAD = 16;
const FRAME_HEAD = 30;

export interface FlowWords {
  trigger: (id: string) => string;
}

export class FlowModel {
  readonly nodes = new Cell<FlowNode[]>([]);
  readonly edges = new Cell<FlowEdge[]>([]);
  readonly selection = new Cell<ReadonlySet<string>>(new Set());
  /** Keys of things with a problem. */
  private problems = new Map<string, "error" | "warning">();
  private marked: ReadonlySet<string> = new Set();
  private counts: Record<string, Counts> | null = null;
  private made = new Map<string, { deps: unknown[]; node: FlowNode }>();
  private madeEdges = new Map<string, { deps: unknown[]; edge: FlowEdge }>();
  private sets = new Map<string, ReadonlySet<string>>();
  private dragged: Map<string, { x: number; y: number }> | null = null;

  constructor(
    private readonly doc: GraphDocument,
    private readonly faces: Faces,
    private readonly words: FlowWords,
  ) {
    doc.store.subscribe(() => this.refresh());
    faces.changed.subscribe(() => this.refresh());
    this.selection.subscribe(() => this.refresh());
  }

  setProblems(problems: Map<string, "error" | "warning">): void {
    this.problems = problems;
    this.refresh();
  }
  /** Nodes to stand out, such as the readers of a variable. */
  mark(keys: ReadonlySet<string>): void {
    this.marked = keys;
    this.refresh();
  }
  setCounts(counts: Record<string, Counts> | null): void {
    this.counts = counts;
    this.refresh();
  }
  select(keys: Iterable<string>): void {
    this.selection.set(new Set(keys));
  }
  /** A plain click on one of several chosen things leaves it chosen alone; the canvas itself does nothing then. */
  clicked(key: string, adds: boolean): void {
    if (!adds && this.selection.value.size > 1) this.select([key]);
  }
  selectAll(): void {
    this.select(this.doc.store.all().flatMap((one) => (/^[noc]/.test(one.id) ? [one.id] : [])));
  }

  /** What the canvas reports: places while dragging, and what is chosen. Sizes are ours. */
  onNodesChange = (changes: NodeChange<FlowNode>[]): void => {
    this.choose(changes);
    const moved = new Set<string>();
    for (const change of changes) {
      if (change.type !== "position" || !change.position) continue;
      this.dragged ??= new Map();
      for (const key of this.shift(change.id, change.position)) moved.add(key);
    }
    if (moved.size) this.drag(moved);
  };
  onEdgesChange = (changes: EdgeChange<FlowEdge>[]): void => this.choose(changes);

  private choose(changes: (NodeChange<FlowNode> | EdgeChange<FlowEdge>)[]): void {
    const chosen = new Set(this.selection.value);
    let news = false;
    for (const change of changes)
      if (change.type === "select" && chosen.has(change.id) !== change.selected) {
        news = true;
        if (change.selected) chosen.add(change.id);
        else chosen.delete(change.id);
      }
    if (news) this.selection.set(chosen);
  }

  /** Under the hand only places change, and only of these: every frame draws them anew, the rest stays as it is. */
  private drag(moved: ReadonlySet<string>): void {
    const nodes = this.nodes.value.map((node) => {
      if (!moved.has(node.id)) return node;
      const position = this.positionOf(node.id) ?? node.position;
      return { ...node, position };
    });
    const frames = new Map(
      this.doc
        .values("group")
        .filter((group) => group.nodes.some((id) => moved.has(keyOf("node", id))))
        .flatMap((group) => this.frame(group))
        .map((frame) => [frame.id, frame]),
    );
    this.nodes.set(frames.size ? nodes.map((node) => frames.get(node.id) ?? node) : nodes);
  }

  /** What moves along: of a frame, its nodes. */
  private shift(key: string, to: { x: number; y: number }): string[] {
    const one = this.doc.store.get(key);
    if (one?.kind !== "group") {
      this.dragged?.set(key, to);
      return [key];
    }
    const now = this.nodes.value.find((node) => node.id === key)?.position;
    if (!now) return [];
    const along = one.value.nodes
      .map((id) => keyOf("node", id))
      .filter((member) => this.doc.store.has(member) && !this.selection.value.has(member));
    for (const member of along) {
      const spot = this.positionOf(member);
      if (spot) this.dragged?.set(member, { x: spot.x + to.x - now.x, y: spot.y + to.y - now.y });
    }
    return along;
  }

  private positionOf(key: string): { x: number; y: number } | null {
    const one = this.doc.store.get(key);
    const own = one?.kind === "node" || one?.kind === "note" ? one.value.position : null;
    return this.dragged?.get(key) ?? own;
  }

  /** The drag is over: the places become the draft's. */
  dropped = (): void => {
    const { dragged } = this;
    this.dragged = null;
    if (!dragged) return;
    const to = new Map([...dragged].map(([key, spot]) => [key, snapped(spot)]));
    move(this.doc, to);
    this.refresh();
  };

  refresh(): void {
    const things = this.doc.store.all();
    const connected = this.connections();
    const triggers = this.triggers();
    const steps: FlowNode[] = [];
    const edges: FlowEdge[] = [];
    for (const one of things) {
      if (one.kind === "node") steps.push(this.step(one.value, connected, triggers));
      else if (one.kind === "note") steps.push(this.note(one.value));
      else if (one.kind === "connection") edges.push(this.edge(one.value));
    }
    const frames = this.doc.values("group").flatMap((group) => this.frame(group));
    this.nodes.set([...frames, ...steps]);
    this.edges.set(edges);
  }

  private remembered(key: string, deps: unknown[], make: () => FlowNode): FlowNode {
    const known = this.made.get(key);
    if (known && equal(known.deps, deps)) return known.node;
    const node = make();
    this.made.set(key, { deps, node });
    return node;
  }

  private step(
    node: GraphNode,
    connected: Map<string, ReadonlySet<string>>,
    triggers: Map<string, StepData["triggers"]>,
  ): FlowNode {
    const key = keyOf("node", node.id);
    const known = this.faces.of(node);
    const face = known ?? this.strange(node);
    const spot = this.positionOf(key) ?? node.position;
    const mine = triggers.get(node.id) ?? NONE;
    const ports = connected.get(node.id) ?? EMPTY;
    const problem = this.problems.get(key) ?? null;
    const counts = this.counts ? (this.counts[node.id] ?? {}) : null;
    const selected = this.selection.value.has(key);
    const marked = this.marked.has(key);
    const deps = [node, face, spot.x, spot.y, JSON.stringify(mine), ports, problem, counts, selected, marked];
    return this.remembered(key, deps, () => {
      const height = heightOf(face) + (counts ? 26 : 0);
      return {
        id: key,
        type: "step",
        position: spot,
        width: WIDTH,
        height,
        measured: { width: WIDTH, height },
        handles: handlesOf(face),
        selected,
        ariaLabel: `${node.name}, ${face.title}${problem ? ", has a problem" : ""}`,
        data: {
          node,
          face,
          known: known !== undefined,
          problem,
          marked,
          triggers: mine,
          connected: ports,
          counts,
        },
      };
    });
  }

  /** The face of an unknown type, the same object while the graph around it is the same. */
  private strange(node: GraphNode): NodeFace {
    const face = unknownFace(node, this.doc.graph());
    const text = JSON.stringify(face);
    const known = this.strangers.get(node.id);
    if (known?.text === text) return known.face;
    this.strangers.set(node.id, { text, face });
    return face;
  }
  private readonly strangers = new Map<string, { text: string; face: NodeFace }>();

  private note(note: GraphNote): FlowNode {
    const key = keyOf("note", note.id);
    const spot = this.positionOf(key) ?? note.position;
    const selected = this.selection.value.has(key);
    const size = { width: note.size.x, height: note.size.y };
    return this.remembered(key, [note, spot.x, spot.y, selected], () => ({
      id: key,
      type: "note",
      position: spot,
      ...size,
      measured: size,
      selected,
      ariaLabel: `Comment: ${note.text || "empty"}`,
      data: { note },
    }));
  }

  private frame(group: GraphGroup): FlowNode[] {
    const key = keyOf("group", group.id);
    const boxes = group.nodes.flatMap((id) => {
      const node = this.doc.get("node", id);
      const spot = node && this.positionOf(keyOf("node", id));
      return node && spot ? [{ ...spot, height: heightOf(this.faces.of(node) ?? this.strange(node)) }] : [];
    });
    if (!boxes.length) return [];
    const x = Math.min(...boxes.map((b) => b.x)) - PAD;
    const y = Math.min(...boxes.map((b) => b.y)) - PAD - FRAME_HEAD;
    const width = Math.max(...boxes.map((b) => b.x)) + WIDTH + PAD - x;
    const height = Math.max(...boxes.map((b) => b.y + b.height)) + PAD - y;
    const selected = this.selection.value.has(key);
    return [
      this.remembered(key, [group, x, y, width, height, selected], () => ({
        id: key,
        type: "frame",
        position: { x, y },
        width,
        height,
        measured: { width, height },
        zIndex: -1,
        selected,
        dragHandle: ".frame-head",
        ariaLabel: `Group ${group.name}`,
        data: { group },
      })),
    ];
  }

  private edge(one: GraphConnection & { id: string }): FlowEdge {
    const key = keyOf("connection", one.id);
    const source = this.doc.get("node", one.source.node);
    const target = this.doc.get("node", one.target.node);
    const type = source && this.faces.of(source)?.outputs.find((p) => p.name === one.source.port)?.type;
    const selected = this.selection.value.has(key);
    const problem = this.problems.has(key);
    const deps = [one, type, selected, problem, source?.name, target?.name];
    const known = this.madeEdges.get(key);
    if (known && equal(known.deps, deps)) return known.edge;
    const action = one.action ? `, when ${one.action}` : "";
    const edge: FlowEdge = {
      id: key,
      type: "link",
      source: keyOf("node", one.source.node),
      target: keyOf("node", one.target.node),
      sourceHandle: outHandle(one.source.port, one.action),
      targetHandle: inHandle(one.target.port),
      selected,
      ariaLabel: `From ${source?.name ?? "?"} ${one.source.port}${action} to ${target?.name ?? "?"} ${one.target.port}`,
      data: { type: type ?? "Json", action: one.action, conditional: isConditional(one.condition), problem },
    };
    this.madeEdges.set(key, { deps, edge });
    return edge;
  }

  /** The handles in use, by node. */
  private connections(): Map<string, ReadonlySet<string>> {
    const found = new Map<string, Set<string>>();
    const add = (node: string, handle: string) => {
      const mine = found.get(node) ?? new Set();
      found.set(node, mine.add(handle));
    };
    for (const one of this.doc.values("connection")) {
      add(one.source.node, outHandle(one.source.port, one.action));
      add(one.target.node, inHandle(one.target.port));
    }
    for (const [id, set] of found) {
      const known = this.sets.get(id);
      if (known && known.size === set.size && [...set].every((one) => known.has(one)))
        found.set(id, known as Set<string>);
    }
    this.sets = found;
    return found;
  }

  private triggers(): Map<string, StepData["triggers"]> {
    const found = new Map<string, StepData["triggers"]>();
    for (const trigger of this.doc.values("trigger")) {
      const mine = found.get(trigger.node) ?? [];
      const { id, kind, enabled } = trigger;
      mine.push({ id, kind, text: this.words.trigger(id), enabled: enabled !== false });
      found.set(trigger.node, mine);
    }
    return found;
  }
}

const NONE: StepData["triggers"] = [];
const EMPTY: ReadonlySet<string> = new Set();

export function isConditional(condition: string | undefined): boolean {
  return !["", "{}", "null"].includes((condition ?? "").trim());
}

function equal(a: unknown[], b: unknown[]): boolean {
  return a.length === b.length && a.every((one, i) => Object.is(one, b[i]));
}

function handlesOf(face: NodeFace): NonNullable<FlowNode["handles"]> {
  const place = (x: number, row: number) => ({ x, y: rowY(row) - PORT / 2, width: PORT, height: PORT });
  return [
    ...face.inputs.map((port, row) => ({
      id: inHandle(port.name),
      type: "target" as const,
      position: Position.Left,
      ...place(-PORT / 2, row),
    })),
    ...outRows(face).map((out, row) => ({
      id: out.id,
      type: "source" as const,
      position: Position.Right,
      ...place(WIDTH - PORT / 2, row),
    })),
  ];
}

/** Which thing a handle of the canvas means. */
export function readOut(handle: string | null | undefined): { port: string; action: string | null } | null {
  const found = /^out (.*?)(?: : (.*))?$/.exec(handle ?? "");
  return found ? { port: found[1] ?? "", action: found[2] ?? null } : null;
}
export function readIn(handle: string | null | undefined): string | null {
  return handle?.startsWith("in ") ? handle.slice(3) : null;
}
export function isThing(value: Thing | undefined): value is Thing {
  return value !== undefined;
}
