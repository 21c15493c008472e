/** A connection on the canvas: a line in the colour of its type, with a mark where it carries a condition. */
import { BaseEdge, EdgeLabelRenderer, type EdgeProps } from "@xyflow/react";
import { memo } from "react";
import { portColor } from "../canvas/drawing";
import { linePath } from "./distance";
import { Mark } from "./marks";
import type { FlowEdge } from "./flow";

export const Link = memo(function Link(props: EdgeProps<FlowEdge>) {
  const { data, selected } = props;
  const [path, x, y] = linePath(
    { x: props.sourceX - 6, y: props.sourceY },
    { x: props.targetX + 2, y: props.targetY },
  );
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
