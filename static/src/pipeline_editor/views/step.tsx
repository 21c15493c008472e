/** A node of the pipeline on the canvas. */
import { Handle, Position, type NodeProps } from "@xyflow/react";
import { memo } from "react";
import { compact } from "../../lib/format";
import { fitText, inHandle, outRows, rowY, textWidth, WIDTH, type OutRow } from "../graph/geometry";
import { portName } from "../graph/ports";
import { triggerIcon } from "../graph/trigger-form";
import type { Counts, PortInfo } from "../graph/types";
import { Mark, portShape } from "./marks";
import { useFar } from "./distance";
import { useWhole } from "./rest";
import type { StepData, StepNode } from "./flow";

interface InputProps {
  port: PortInfo;
  row: number;
  /** Pixels the row has for it: an output may stand beside it. */
  room: number;
  data: StepData;
}

function Input({ port, row, room, data }: InputProps) {
  const source = data.node.inputs[port.name];
  const wired = data.connected.has(inHandle(port.name));
  const triggered = port.type === "Item" && data.triggers.length > 0;
  const loose = port.required !== false && !wired && !source && !triggered;
  const classes = ["step-in", loose && "loose"].filter(Boolean).join(" ");
  const from = source?.variable ? `$${source.variable}` : source ? plain(source.fixed) : "";
  const [name, chip] = share(portName(port), from, room);
  return (
    <>
      <div className={classes} style={{ top: rowY(row) - 11 }}>
        <span title={port.doc ?? portName(port)}>{name}</span>
        {source?.variable ? (
          <span className="chip-var" title={`variable ${source.variable}`}>
            {chip}
          </span>
        ) : source ? (
          <span className="chip-var fixed" title="a fixed value">
            {chip}
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
      />
    </>
  );
}

/** Pixels of a row between its two margins, those an output's words may have, and those of a chip around its words. */
const ROOM = WIDTH - 24;
const OUT_ROOM = 104;
const CHIP = 10;
const GAP = 6;

/** An output's words, and the pixels they take with what is around them. */
function outWords({ port, action }: OutRow): [string, number] {
  const around = action === null ? 0 : 16;
  const words = fitText(action ?? portName(port), OUT_ROOM - around);
  return [words, textWidth(words) + around];
}

/**
 * What two texts show side by side in so many pixels. Cut by their letters: a box that hides its overflow is one more thing
 * to composite, for every label there is.
 */
function share(name: string, chip: string, room: number): [string, string] {
  if (!chip) return [fitText(name, room), ""];
  const left = room - GAP - CHIP;
  const first = fitText(name, Math.max(left / 2, left - textWidth(chip)));
  return [first, fitText(chip, left - textWidth(first))];
}

function plain(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

function Output({ out, row }: { out: OutRow; row: number }) {
  const name = out.action ?? portName(out.port);
  const [shown] = outWords(out);
  const words = out.action ? `${portName(out.port)} when ${out.action}` : `${name}: ${out.port.type}, always`;
  return (
    <>
      <div className={out.action ? "step-out action" : "step-out"} style={{ top: rowY(row) - 11 }}>
        <span title={name}>{shown}</span>
      </div>
      <Handle
        id={out.id}
        type="source"
        position={Position.Right}
        className="port"
        style={{ top: rowY(row) }}
        title={words}
        data-port={out.id}
      />
    </>
  );
}

/** The shapes of all ports in one drawing; what takes the pointer lies above them. */
function Ports({ data, outs }: { data: StepData; outs: OutRow[] }) {
  const { face, connected } = data;
  return (
    <svg className="step-ports" width={WIDTH} height={1} aria-hidden="true">
      {face.inputs.map((port, row) =>
        portShape(port.type, connected.has(inHandle(port.name)), 0, rowY(row), inHandle(port.name)),
      )}
      {outs.map((out, row) => portShape(out.port.type, connected.has(out.id), WIDTH, rowY(row), out.id))}
    </svg>
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
  const far = useFar();
  const whole = useWhole(far);
  if (far) return <FarStep data={data} selected={selected} />;
  return whole ? (
    <NearStep data={data} selected={selected} />
  ) : (
    <PassingStep data={data} selected={selected} />
  );
});

interface StepProps {
  data: StepData;
  selected: boolean;
}

/** Two lines of a node's width. */
const FAR_ROOM = 1.8 * (WIDTH - 34);
/** Beside the icon, and the mark of a problem. */
const HEAD_ROOM = WIDTH - 66;

/** From far away: what it is called, and whether it has a problem. */
function FarStep({ data, selected }: StepProps) {
  const { node, problem } = data;
  const classes = ["step far", selected && "sel", problem && `has-${problem}`, data.marked && "marked"];
  return (
    <div className={classes.filter(Boolean).join(" ")} data-node={node.id}>
      <div className="step-head">
        <b title={node.name}>{fitText(node.name, FAR_ROOM, 30, true)}</b>
      </div>
    </div>
  );
}

function classesOf({ data, selected }: StepProps): string {
  const { problem, marked } = data;
  return ["step", selected && "sel", problem && `has-${problem}`, marked && "marked"]
    .filter(Boolean)
    .join(" ");
}

function Head({ data }: { data: StepData }) {
  const { node, face, problem } = data;
  return (
    <div className="step-head">
      <Mark name={data.known ? face.icon : "help"} />
      <div>
        <b title={node.name}>{fitText(node.name, HEAD_ROOM, 13, true)}</b>
        <span>{fitText(face.title, HEAD_ROOM)}</span>
      </div>
      {problem && <Mark name={problem === "error" ? "alert" : "warning"} className="mark" />}
    </div>
  );
}

/** While it passes by: its name, and where its ports are, which the library measures for its connections. */
function PassingStep({ data, selected }: StepProps) {
  const handle = (id: string, side: "source" | "target", row: number) => {
    const at = side === "source" ? "right" : "left";
    return (
      <div
        key={id}
        className={`react-flow__handle react-flow__handle-${at} port ${side}`}
        data-handleid={id}
        data-handlepos={at}
        style={{ top: rowY(row) }}
      />
    );
  };
  return (
    <div className={classesOf({ data, selected })} data-node={data.node.id}>
      <Head data={data} />
      {data.face.inputs.map((port, row) => handle(inHandle(port.name), "target", row))}
      {outRows(data.face).map((out, row) => handle(out.id, "source", row))}
    </div>
  );
}

function NearStep({ data, selected }: StepProps) {
  const { node, face } = data;
  const outs = outRows(face);
  const room = (row: number) => {
    const beside = outs[row];
    return beside ? ROOM - outWords(beside)[1] - 2 * GAP : ROOM;
  };
  return (
    <div className={classesOf({ data, selected })} data-node={node.id}>
      {data.triggers.length > 0 && (
        <div className="step-triggers">
          {data.triggers.map((trigger) => (
            <span key={trigger.id} className={trigger.enabled ? "trigger-chip" : "trigger-chip off"}>
              <Mark name={triggerIcon(trigger.kind)} />
              {trigger.text}
            </span>
          ))}
        </div>
      )}
      <Head data={data} />
      <Ports data={data} outs={outs} />
      {face.inputs.map((port, row) => (
        <Input key={port.name} port={port} row={row} room={room(row)} data={data} />
      ))}
      {outs.map((out, row) => (
        <Output key={out.id} out={out} row={row} />
      ))}
      {data.counts && <Figures counts={data.counts} />}
    </div>
  );
}
