/** What the panels lean on: the draft, what is known of it, and the acts that need more than the draft. */
import type { Names, Problem } from "../io/api";
import type { Checks } from "../state/checks";
import type { Draft } from "../state/draft";
import type { GraphDocument } from "../state/document";
import type { Faces } from "../state/faces";
import type { Measure } from "../graph/measure-form";
import type { From } from "../state/acts";

export interface PanelContext {
  projectId: string;
  pipelineId: string;
  doc: GraphDocument;
  faces: Faces;
  /** The figures that triggers may watch. */
  measures: readonly Measure[];
  draft: Draft;
  checks: Checks;
  names: () => Names;
  select: (keys: Iterable<string>) => void;
  /** Shows and chooses a thing. */
  show: (key: string) => void;
  /** Marks nodes on the canvas; none: the marks go. */
  mark: (nodes: readonly string[]) => void;
  connectFrom: (from: From) => void;
  /** The variables or the names behind their values changed on the server. */
  reload: () => Promise<void>;
}

/** The key of what a problem points at, if it points at something on the canvas. */
export function keyOfProblem(problem: Problem): string | null {
  if (problem.node) return `n:${problem.node}`;
  return problem.connection ? `c:${problem.connection}` : null;
}
