/**
 * Titles, icons, ports and actions of the draft's nodes. Ports may depend on a node's configuration, which only the server
 * can tell (the checks bring them): kept by type and configuration, so that undo, copies and pastes know them at once. Until
 * then a node has the ports it had, or those its type declares.
 */
import { Cell } from "../../lib/store";
import type { NodePorts, NodeType } from "../io/api";
import type { Graph, GraphNode, NodeFace } from "../graph/types";

const keyOf = (node: Pick<GraphNode, "type" | "version" | "config">) =>
  `${node.type}@${node.version} ${JSON.stringify(node.config)}`;

const UNKNOWN = Symbol("a type the catalogue does not have");

export class Faces {
  /** Rings when ports became known. */
  readonly changed = new Cell(0);
  private readonly types: Map<string, NodeType>;
  private readonly ports = new Map<string, NodePorts>();
  private readonly last = new Map<string, NodePorts>();
  private readonly made = new Map<string, NodeFace>();
  /** The same by the node itself, which is never changed in place: asked hundreds of times a frame. */
  private seen = new WeakMap<GraphNode, NodeFace | typeof UNKNOWN>();

  constructor(types: readonly NodeType[]) {
    this.types = new Map(types.map((type) => [`${type.type}@${type.version}`, type]));
  }

  typeOf(node: Pick<GraphNode, "type" | "version">): NodeType | undefined {
    return this.types.get(`${node.type}@${node.version}`);
  }

  /** What the server says of the graph that was sent. */
  learn(graph: Graph, ports: Record<string, NodePorts>): void {
    let news = false;
    for (const node of graph.nodes) {
      const mine = ports[node.id];
      if (!mine) continue;
      const key = keyOf(node);
      news ||= JSON.stringify(this.ports.get(key)) !== JSON.stringify(mine);
      this.ports.set(key, mine);
      this.last.set(node.id, mine);
    }
    // Ports a node had before may have been told now, though its own did not change.
    this.seen = new WeakMap();
    if (!news) return;
    this.made.clear();
    this.changed.update((n) => n + 1);
  }

  knows(node: GraphNode): boolean {
    return this.ports.has(keyOf(node));
  }

  /** The same object as long as nothing about it changed. Undefined: the type is not in the catalogue. */
  of(node: GraphNode): NodeFace | undefined {
    const seen = this.seen.get(node);
    if (seen) return seen === UNKNOWN ? undefined : seen;
    const face = this.find(node);
    this.seen.set(node, face ?? UNKNOWN);
    return face;
  }

  private find(node: GraphNode): NodeFace | undefined {
    const type = this.typeOf(node);
    if (!type) return undefined;
    const key = `${node.id} ${keyOf(node)}`;
    const known = this.made.get(key);
    if (known) return known;
    const ports = this.ports.get(keyOf(node)) ?? this.last.get(node.id) ?? type;
    const face: NodeFace = {
      title: type.title,
      icon: type.icon,
      inputs: ports.inputs,
      outputs: ports.outputs,
      actions: ports.actions,
    };
    this.made.set(key, face);
    return face;
  }
}
