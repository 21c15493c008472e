/** The graph as the API sends it, and what the node catalogue says of its nodes. No DOM. */

/** Where an input comes from when no connection feeds it: a variable's name, or a value. */
export interface InputSource {
  variable?: string;
  fixed?: unknown;
}

export interface GraphNode {
  id: string;
  type: string;
  version: number;
  name: string;
  config: Record<string, unknown>;
  inputs: Record<string, InputSource>;
  position: { x: number; y: number };
}

export interface GraphConnection {
  id?: string;
  source: { node: string; port: string };
  target: { node: string; port: string };
  action: string | null;
  condition?: string;
}

export interface GraphTrigger {
  id: string;
  node: string;
  kind: string;
  enabled?: boolean;
  mode?: string;
  overlap?: string;
  spec: Record<string, unknown>;
}

export interface GraphVariable {
  name: string;
  type: string;
  value?: unknown;
  description?: string;
}

/** A comment on the drawing. */
export interface GraphNote {
  id: string;
  text: string;
  position: { x: number; y: number };
  size: { x: number; y: number };
}

/** Nodes that belong together on the drawing. */
export interface GraphGroup {
  id: string;
  name: string;
  nodes: string[];
}

export interface Graph {
  nodes: GraphNode[];
  connections: GraphConnection[];
  triggers?: GraphTrigger[];
  variables?: GraphVariable[];
  notes?: GraphNote[];
  groups?: GraphGroup[];
}

export interface PortInfo {
  name: string;
  type: string;
  title?: string;
  required?: boolean;
  doc?: string;
  /** A control other than the type's own. */
  widget?: string;
}

/** What drawing needs of a node type; ports and actions are those of the node's own configuration. */
export interface NodeFace {
  title: string;
  icon: string;
  inputs: PortInfo[];
  outputs: PortInfo[];
  actions: Record<string, string[]>;
}

/** Executions of a node by status. */
export interface Counts {
  ready?: number;
  running?: number;
  waiting?: number;
  done?: number;
  failed?: number;
}
