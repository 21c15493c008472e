/** The graph as the API sends it, and what the node catalogue says of its nodes. No DOM. */

export interface GraphNode {
  id: string;
  type: string;
  version: number;
  name: string;
  config: Record<string, unknown>;
  inputs: Record<string, { variable?: string; value?: unknown }>;
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
  spec: Record<string, unknown>;
}

export interface GraphVariable {
  name: string;
  type: string;
  value?: unknown;
  description?: string;
}

export interface Graph {
  nodes: GraphNode[];
  connections: GraphConnection[];
  triggers?: GraphTrigger[];
  variables?: GraphVariable[];
}

export interface PortInfo {
  name: string;
  type: string;
  title?: string;
  required?: boolean;
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
