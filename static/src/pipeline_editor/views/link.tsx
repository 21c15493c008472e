/** A connection on the canvas: a line in the colour of its type, with a mark where it carries a condition. */
import { BaseEdge, EdgeLabelRenderer, getSmoothStepPath, type EdgeProps } from "@xyflow/react";
import { memo } from "react";
import { portColor } from "../canvas/drawing";
import { Mark } from "./marks";
import type { FlowEdge } from "./flow";

export const Link = memo(function Link(props: EdgeProps<FlowEdge>) {
  const { data, selected } = props;
  const [path, x, y] = getSmoothStepPath({
    sourceX: props.sourceX - 6,
    sourceY: props.sourceY,
    sourcePosition: props.sourcePosition,
    targetX: props.targetX + 2,
    targetY: props.targetY,
    targetPosition: props.targetPosition,
    borderRadius: 9,
    offset: 18,
  });
  const color = data?.problem ? "var(--bad-mark)" : portColor(data?.type ?? "Json");
  return (
    <>
      <BaseEdge
        path={path}
        interactionWidth={18}
        className={selected ? "link sel" : "link"}
        style={{ stroke: color }}
      />
      {data?.conditional && (
        <EdgeLabelRenderer>
          <span
            className="link-condition"
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)`, borderColor: color }}
            title="Only items that match this connection's condition"
          >
            <Mark name="filter" />
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
});
