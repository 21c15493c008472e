/** A node of the pipeline on the canvas. */
import { Handle, Position, type NodeProps } from "@xyflow/react";
import { memo } from "react";
import { compact } from "../../lib/format";
import { inHandle, outRows, rowY, type OutRow } from "../graph/geometry";
import { portName } from "../graph/ports";
import type { Counts, PortInfo } from "../graph/types";
import { Mark, PortShape } from "./marks";
import type { StepData, StepNode } from "./flow";

interface InputProps {
  port: PortInfo;
  row: number;
  /** An output stands in the same row. */
  beside: boolean;
  data: StepData;
}

function Input({ port, row, beside, data }: InputProps) {
  const source = data.node.inputs[port.name];
  const wired = data.connected.has(inHandle(port.name));
  const triggered = port.type === "Item" && data.triggers.length > 0;
  const loose = port.required !== false && !wired && !source && !triggered;
  const classes = ["step-in", loose && "loose", beside && "beside"].filter(Boolean).join(" ");
  return (
    <>
      <div className={classes} style={{ top: rowY(row) - 11 }}>
        <span className="clip" title={port.doc ?? portName(port)}>
          {portName(port)}
        </span>
        {source?.variable ? (
          <span className="chip-var" title={`variable ${source.variable}`}>
            ${source.variable}
          </span>
        ) : source ? (
          <span className="chip-var fixed" title="a fixed value">
            {short(source.fixed)}
          </span>
        ) : null}
      </div>
      <Handle
        id={inHandle(port.name)}
        type="target"
        position={Position.Left}
        className="port"
        style={{ top: rowY(row) }}
        title={`${portName(port)}: ${port.type}`}
        data-port={`in ${port.name}`}
      >
        <PortShape type={port.type} filled={wired} />
      </Handle>
    </>
  );
}

function short(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value ?? null);
  return text.length > 12 ? `${text.slice(0, 11)}…` : text;
}

function Output({ out, row, wired }: { out: OutRow; row: number; wired: boolean }) {
  const name = out.action ?? portName(out.port);
  const words = out.action ? `${portName(out.port)} when ${out.action}` : `${name}: ${out.port.type}, always`;
  return (
    <>
      <div className={out.action ? "step-out action" : "step-out"} style={{ top: rowY(row) - 11 }}>
        <span className="clip">{name}</span>
      </div>
      <Handle
        id={out.id}
        type="source"
        position={Position.Right}
        className="port"
        style={{ top: rowY(row) }}
        title={words}
        data-port={out.id}
      >
        <PortShape type={out.port.type} filled={wired} />
      </Handle>
    </>
  );
}

function Figures({ counts }: { counts: Counts }) {
  const working = (counts.running ?? 0) + (counts.ready ?? 0);
  const waiting = counts.waiting ?? 0;
  return (
    <div className="step-counts">
      <span className={working ? "run" : waiting ? "wait" : ""}>
        {working || !waiting ? `▸ ${compact(working)}` : `◷ ${compact(waiting)}`}
      </span>
      <span className={counts.done ? "ok" : ""}>✓ {compact(counts.done ?? 0)}</span>
      <span className={counts.failed ? "bad" : ""}>✕ {compact(counts.failed ?? 0)}</span>
    </div>
  );
}

export const Step = memo(function Step({ data, selected }: NodeProps<StepNode>) {
  const { node, face, problem } = data;
  const outs = outRows(face);
  const classes = ["step", selected && "sel", problem && `has-${problem}`, data.marked && "marked"];
  return (
    <div className={classes.filter(Boolean).join(" ")} data-node={node.id}>
      {data.triggers.length > 0 && (
        <div className="step-triggers">
          {data.triggers.map((trigger) => (
            <span key={trigger.id} className={trigger.enabled ? "trigger-chip" : "trigger-chip off"}>
              <Mark name={trigger.kind === "cron" ? "clock" : "zap"} />
              {trigger.text}
            </span>
          ))}
        </div>
      )}
      <div className="step-head">
        <Mark name={data.known ? face.icon : "help"} />
        <div>
          <b className="clip">{node.name}</b>
          <span className="clip">{face.title}</span>
        </div>
        {problem && <Mark name={problem === "error" ? "alert" : "warning"} className="mark" />}
      </div>
      {face.inputs.map((port, row) => (
        <Input key={port.name} port={port} row={row} beside={row < outs.length} data={data} />
      ))}
      {outs.map((out, row) => (
        <Output key={out.id} out={out} row={row} wired={data.connected.has(out.id)} />
      ))}
      {data.counts && <Figures counts={data.counts} />}
    </div>
  );
});
