/**
 * How near one looks. From far away, in a large graph, a node is a box with its name and the connections are lines of one
 * drawing: ports and words would be too small to see or to take, and thousands of them too many for a frame.
 */
import { getSmoothStepPath, Position, useStore, ViewportPortal } from "@xyflow/react";
import { createContext, memo, useContext, useRef, type MouseEvent } from "react";
import { portColor } from "../canvas/drawing";
import type { FlowEdge, FlowNode } from "./flow";

const FAR_ZOOM = 0.4;
/** Smaller graphs show all of themselves at every zoom. */
const MANY = 80;

export const FarContext = createContext(false);

export function useFar(): boolean {
  return useContext(FarContext);
}

/** Whether a graph of so many nodes is looked at from far away; asked inside the flow's provider. */
export function useDistance(nodes: number): boolean {
  return useStore((state) => state.transform[2] < FAR_ZOOM) && nodes > MANY;
}

type Handle = NonNullable<FlowNode["handles"]>[number];

function middleOf(
  node: FlowNode | undefined,
  id: string | null | undefined,
): { x: number; y: number } | null {
  const handle = node?.handles?.find((one: Handle) => one.id === id);
  if (!node || !handle) return null;
  const [x, y] = [(handle.width ?? 0) / 2, (handle.height ?? 0) / 2];
  return { x: node.position.x + handle.x + x, y: node.position.y + handle.y + y };
}

/** The line between two ports, as near as far. */
export function linePath(from: { x: number; y: number }, to: { x: number; y: number }) {
  return getSmoothStepPath({
    sourceX: from.x,
    sourceY: from.y,
    sourcePosition: Position.Right,
    targetX: to.x,
    targetY: to.y,
    targetPosition: Position.Left,
    borderRadius: 9,
    offset: 18,
  });
}

interface FarLinkProps {
  id: string;
  path: string;
  color: string;
  selected: boolean;
  choose: (id: string, more: boolean) => void;
}

const FarLink = memo(function FarLink({ id, path, color, selected, choose }: FarLinkProps) {
  const clicked = (event: MouseEvent) => choose(id, event.shiftKey || event.ctrlKey || event.metaKey);
  return <path className={selected ? "sel" : ""} d={path} stroke={color} onClick={clicked} />;
});

interface FarLinksProps {
  nodes: readonly FlowNode[];
  edges: readonly FlowEdge[];
  choose: (id: string, more: boolean) => void;
}

/** Every connection in one drawing. */
export const FarLinks = memo(function FarLinks({ nodes, edges, choose }: FarLinksProps) {
  const known = useRef(new Map<string, { ends: string; path: string }>());
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const lines = edges.flatMap((edge) => {
    const from = middleOf(byId.get(edge.source), edge.sourceHandle);
    const to = middleOf(byId.get(edge.target), edge.targetHandle);
    if (!from || !to) return [];
    const ends = `${from.x} ${from.y} ${to.x} ${to.y}`;
    let line = known.current.get(edge.id);
    if (line?.ends !== ends) {
      line = { ends, path: linePath(from, to)[0] };
      known.current.set(edge.id, line);
    }
    const color = edge.data?.problem ? "var(--bad-mark)" : portColor(edge.data?.type ?? "Json");
    return [
      <FarLink
        key={edge.id}
        id={edge.id}
        path={line.path}
        color={color}
        selected={edge.selected === true}
        choose={choose}
      />,
    ];
  });
  return (
    <ViewportPortal>
      <svg className="far-links" width="1" height="1" aria-hidden="true">
        {lines}
      </svg>
    </ViewportPortal>
  );
});
