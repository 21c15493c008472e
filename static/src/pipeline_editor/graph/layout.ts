/**
 * Where everything of a graph lies: node boxes, port rows, connection paths, chips. Pure; units are graph pixels, origin top-left.
 */
import { textWidth } from "./geometry";
import type { Graph, GraphConnection, GraphNode, NodeFace, PortInfo } from "./types";

export const NODE_WIDTH = 176;
export const HEAD = 40;
export const ROW = 19;
export const FOOT = 28;
const STUB = 14;
const RADIUS = 8;
const CHIP_HEIGHT = 18;
const CHIP_GAP = 21;

export interface PointXY {
  x: number;
  y: number;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface PlacedPort extends PointXY {
  port: PortInfo;
  side: "in" | "out";
  connected: boolean;
  variable: string | null;
}

export interface PlacedNode {
  node: GraphNode;
  face: NodeFace;
  box: Box;
  ports: PlacedPort[];
}

export interface PlacedChip extends Box {
  text: string;
  type: string;
  /** An action no connection takes: executions that end here leave the graph. */
  loose: boolean;
}

export interface PlacedConnection {
  connection: GraphConnection;
  type: string;
  path: string;
  /** Of lines that run side by side into one port: where the number of this one ends, left of its chip. */
  numberAt?: PointXY;
}

export interface Drawing {
  nodes: PlacedNode[];
  connections: PlacedConnection[];
  chips: PlacedChip[];
  /** From the node that sets a variable back to a node that reads it: where the loop closes. */
  feedback: { path: string; variable: string; label: PointXY } | null;
  bounds: Box;
}

/** The face of a node whose type the catalogue does not know (an older installation, a removed plug-in). */
export function unknownFace(node: GraphNode, graph: Graph): NodeFace {
  const ports = (names: Iterable<string>) => [...new Set(names)].map((name) => ({ name, type: "Json" }));
  return {
    title: `unknown type ${node.type}`,
    icon: "help",
    inputs: ports([
      ...graph.connections.filter((c) => c.target.node === node.id).map((c) => c.target.port),
      ...Object.keys(node.inputs),
    ]),
    outputs: ports(graph.connections.filter((c) => c.source.node === node.id).map((c) => c.source.port)),
    actions: {},
  };
}

export function layout(graph: Graph, faceOf: (node: GraphNode) => NodeFace | undefined): Drawing {
  const nodes = graph.nodes.map((node) => placeNode(node, faceOf(node) ?? unknownFace(node, graph), graph));
  const byId = new Map(nodes.map((placed) => [placed.node.id, placed]));
  const connections: PlacedConnection[] = [];
  const chips: PlacedChip[] = [];
  for (const group of parallels(graph.connections)) placeGroup(group, byId, nodes, connections, chips);
  for (const placed of nodes) chips.push(...looseEnds(placed, graph));
  const feedback = placeFeedback(nodes);
  return { nodes, connections, chips, feedback, bounds: boundsOf(nodes, feedback !== null) };
}

function placeNode(node: GraphNode, face: NodeFace, graph: Graph): PlacedNode {
  const rows = Math.max(face.inputs.length, face.outputs.length, 1);
  const box = { x: node.position.x, y: node.position.y, width: NODE_WIDTH, height: HEAD + rows * ROW + FOOT };
  const ports: PlacedPort[] = [];
  const place = (port: PortInfo, row: number, side: "in" | "out") =>
    ports.push({
      port,
      side,
      x: side === "in" ? box.x : box.x + box.width,
      y: box.y + HEAD + row * ROW + ROW / 2,
      connected: graph.connections.some((c) =>
        side === "in"
          ? c.target.node === node.id && c.target.port === port.name
          : c.source.node === node.id && c.source.port === port.name,
      ),
      variable: side === "in" ? (node.inputs[port.name]?.variable ?? null) : null,
    });
  face.inputs.forEach((port, row) => place(port, row, "in"));
  face.outputs.forEach((port, row) => place(port, row, "out"));
  return { node, face, box, ports };
}

/** Connections between the same two ports, drawn as one bundle with a chip an action. */
function parallels(connections: GraphConnection[]): GraphConnection[][] {
  const groups = new Map<string, GraphConnection[]>();
  for (const connection of connections) {
    const key = JSON.stringify([connection.source, connection.target]);
    groups.set(key, [...(groups.get(key) ?? []), connection]);
  }
  return [...groups.values()];
}

function placeGroup(
  group: GraphConnection[],
  byId: Map<string, PlacedNode>,
  nodes: PlacedNode[],
  connections: PlacedConnection[],
  chips: PlacedChip[],
): void {
  const first = group[0];
  if (!first) return;
  const from = byId.get(first.source.node);
  const to = byId.get(first.target.node);
  const out = from?.ports.find((p) => p.side === "out" && p.port.name === first.source.port);
  const into = to?.ports.find((p) => p.side === "in" && p.port.name === first.target.port);
  if (!from || !to || !out || !into) return;
  group.forEach((connection, index) => {
    const offset = (index - (group.length - 1) / 2) * CHIP_GAP;
    const route = routePoints(out, into, from, to, nodes, offset);
    const placed: PlacedConnection = { connection, type: out.port.type, path: rounded(route) };
    connections.push(placed);
    if (!connection.action) return;
    const chip = chipAt(connection.action, out.port.type, labelPoint(route, offset));
    chips.push(chip);
    if (group.length > 1) placed.numberAt = { x: chip.x - 3, y: chip.y + CHIP_HEIGHT / 2 + 4 };
  });
}

/** Corner points of a connection: straight ahead where it can be, else through the gutter between the rows of nodes. */
export function routePoints(
  out: PointXY,
  into: PointXY,
  from: PlacedNode,
  to: PlacedNode,
  nodes: PlacedNode[],
  offset = 0,
): PointXY[] {
  const end = { x: into.x - 7, y: into.y };
  if (into.x - out.x >= 2 * STUB) {
    if (offset === 0 && Math.abs(out.y - into.y) < 1) return [out, end];
    if (offset !== 0) {
      const y = (Math.abs(out.y - into.y) < 1 ? out.y : (out.y + into.y) / 2) + offset;
      return [
        out,
        { x: out.x + 8, y: out.y },
        { x: out.x + 8, y },
        { x: end.x - 10, y },
        { x: end.x - 10, y: into.y },
        end,
      ];
    }
    const far = into.x - out.x > NODE_WIDTH;
    const x = far ? out.x + 22 : (out.x + into.x) / 2;
    return [out, { x, y: out.y }, { x, y: into.y }, end];
  }
  const gutter = gutterY(from, to, nodes) + offset;
  const right = out.x + STUB;
  const left = into.x - STUB - 10;
  return [
    out,
    { x: right, y: out.y },
    { x: right, y: gutter },
    { x: left, y: gutter },
    { x: left, y: into.y },
    end,
  ];
}

/** A free height between two nodes of different rows, or below everything. */
function gutterY(from: PlacedNode, to: PlacedNode, nodes: PlacedNode[]): number {
  const [upper, lower] = from.box.y <= to.box.y ? [from.box, to.box] : [to.box, from.box];
  const bottom = upper.y + upper.height;
  if (bottom + 12 <= lower.y) return lower.y - Math.min(18, (lower.y - bottom) / 2);
  return Math.max(...nodes.map((n) => n.box.y + n.box.height)) + 24;
}

/** The middle of the longest level stretch: where a chip disturbs least. */
function labelPoint(route: PointXY[], offset: number): PointXY {
  let best: { length: number; at: PointXY } | null = null;
  for (let i = 1; i < route.length; i++) {
    const a = route[i - 1];
    const b = route[i];
    if (!a || !b || Math.abs(a.y - b.y) > 0.5) continue;
    const length = Math.abs(a.x - b.x);
    if (!best || length > best.length) best = { length, at: { x: (a.x + b.x) / 2, y: a.y } };
  }
  return best?.at ?? { x: route[0]?.x ?? 0, y: (route[0]?.y ?? 0) + offset };
}

export function chipWidth(text: string): number {
  return Math.round(textWidth(text)) + 16;
}

function chipAt(text: string, type: string, at: PointXY, loose = false): PlacedChip {
  const width = chipWidth(text);
  return { text, type, loose, x: at.x - width / 2, y: at.y - CHIP_HEIGHT / 2, width, height: CHIP_HEIGHT };
}

function looseEnds(placed: PlacedNode, graph: Graph): PlacedChip[] {
  const chips: PlacedChip[] = [];
  for (const port of placed.ports.filter((p) => p.side === "out")) {
    const taken = new Set(
      graph.connections
        .filter((c) => c.source.node === placed.node.id && c.source.port === port.port.name)
        .map((c) => c.action),
    );
    if (taken.has(null)) continue; // a connection without an action takes every action
    const loose = (placed.face.actions[port.port.name] ?? []).filter((action) => !taken.has(action));
    loose.forEach((action, index) => {
      const y = port.y + CHIP_GAP * (index + 1);
      chips.push(chipAt(action, port.port.type, { x: port.x + 12 + chipWidth(action) / 2, y }, true));
    });
  }
  return chips;
}

function placeFeedback(nodes: PlacedNode[]): Drawing["feedback"] {
  for (const setter of nodes.filter((n) => n.node.type === "update_variable")) {
    const variable = setter.face.inputs[0]?.name;
    const reader = nodes
      .filter((n) => n.ports.some((p) => p.variable === variable) && n.node.id !== setter.node.id)
      .sort((a, b) => a.box.y - b.box.y || a.box.x - b.box.x)[0];
    const port = reader?.ports.find((p) => p.variable === variable);
    if (!variable || !reader || !port) continue;
    const bottom = Math.max(...nodes.map((n) => n.box.y + n.box.height)) + 26;
    const left = Math.min(...nodes.map((n) => n.box.x)) - 14;
    const above = reader.box.y + reader.box.height + 20;
    const x = setter.box.x + setter.box.width / 2;
    const route = [
      { x, y: setter.box.y + setter.box.height },
      { x, y: bottom },
      { x: left, y: bottom },
      { x: left, y: above },
      { x: port.x - STUB, y: above },
      { x: port.x - STUB, y: port.y },
      { x: port.x - 7, y: port.y },
    ];
    return { path: rounded(route), variable, label: { x: (x + left) / 2, y: bottom } };
  }
  return null;
}

/** An SVG path along corner points, the corners rounded as far as the stretches allow. */
export function rounded(route: PointXY[], radius = RADIUS): string {
  const points = route.filter((p, i) => i === 0 || p.x !== route[i - 1]?.x || p.y !== route[i - 1]?.y);
  const start = points[0];
  if (!start) return "";
  let path = `M${start.x} ${start.y}`;
  for (let i = 1; i < points.length; i++) {
    const [before, here, after] = [points[i - 1], points[i], points[i + 1]];
    if (!before || !here) break;
    if (!after) {
      path += `L${here.x} ${here.y}`;
      break;
    }
    const r = Math.min(radius, distance(before, here) / 2, distance(here, after) / 2);
    const a = towards(here, before, r);
    const b = towards(here, after, r);
    path += `L${a.x} ${a.y}Q${here.x} ${here.y} ${b.x} ${b.y}`;
  }
  return path;
}

function distance(a: PointXY, b: PointXY): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function towards(from: PointXY, to: PointXY, by: number): PointXY {
  const d = distance(from, to) || 1;
  return { x: from.x + ((to.x - from.x) / d) * by, y: from.y + ((to.y - from.y) / d) * by };
}

function boundsOf(nodes: PlacedNode[], feedback: boolean): Box {
  if (nodes.length === 0) return { x: 0, y: 0, width: 1, height: 1 };
  const x = Math.min(...nodes.map((n) => n.box.x)) - 28;
  const y = Math.min(...nodes.map((n) => n.box.y)) - 40;
  const right = Math.max(...nodes.map((n) => n.box.x + n.box.width)) + 84;
  const bottom = Math.max(...nodes.map((n) => n.box.y + n.box.height)) + (feedback ? 44 : 28);
  return { x, y, width: right - x, height: bottom - y };
}
