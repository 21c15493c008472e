/** The loop in eight numbers, read off a pipeline's graph and counters. Pure. */
import type { Counts, Graph } from "./types";

export interface LoopFigures {
  pool: number;
  predicted: number;
  predicting: number;
  toLabel: number;
  inReview: number;
  split: number;
  training: number;
  evaluating: number;
  failed: number;
}

const open = (c: Counts | undefined) => (c?.ready ?? 0) + (c?.running ?? 0) + (c?.waiting ?? 0);

/** Sums the counters of each kind of node; a graph may have several of a kind, or none. */
export function loopFigures(graph: Graph, counts: Record<string, Counts>): LoopFigures {
  const of = (type: string) => graph.nodes.filter((n) => n.type === type).map((n) => counts[n.id]);
  const sum = (type: string, read: (c: Counts | undefined) => number) =>
    of(type).reduce((total, c) => total + read(c), 0);
  const selects = graph.nodes.some((n) => n.type === "select");
  return {
    pool: selects ? sum("select", open) : sum("predict", (c) => (c?.ready ?? 0) + (c?.running ?? 0)),
    predicted: sum("predict", (c) => c?.done ?? 0),
    predicting: sum("predict", (c) => (c?.ready ?? 0) + (c?.running ?? 0)),
    toLabel: sum("annotation_task", open),
    inReview: sum("qa_task", open),
    split: sum("data_split", (c) => c?.done ?? 0),
    training: sum("train", open),
    evaluating: sum("evaluate", open) + sum("compare", open),
    failed: graph.nodes.reduce((total, n) => total + (counts[n.id]?.failed ?? 0), 0),
  };
}
