/** The pipeline surface: today the run view; the editor grows here. */
export { createGraphView, type GraphView, type GraphViewOptions } from "./canvas/drawing";
export type {
  Counts,
  Graph,
  GraphNode,
  GraphTrigger,
  GraphVariable,
  NodeFace,
  PortInfo,
} from "./graph/types";
