/** The canvas of the editor: thin views over the flow model. */
import {
  ConnectionLineType,
  MiniMap,
  ReactFlow,
  ReactFlowProvider,
  SelectionMode,
  type Connection,
  type FinalConnectionState,
  type ReactFlowInstance,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import {
  useCallback,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
  type DragEvent,
  type MouseEvent as ReactMouseEvent,
} from "react";
import { createRoot } from "react-dom/client";
import type { Cell } from "../../lib/store";
import { portColor } from "../canvas/drawing";
import type { From, Spot, To } from "../state/acts";
import { EditorContext, type CanvasActs } from "./context";
import { FarContext, FarLinks, useDistance } from "./distance";
import { FrameView, NoteView } from "./drawn";
import { readIn, readOut, type FlowEdge, type FlowModel, type FlowNode } from "./flow";
import { Link } from "./link";
import { NODE_MIME } from "./mime";
import { ground } from "./rest";
import { Step } from "./step";

const NODE_TYPES = { step: Step, note: NoteView, frame: FrameView };
const EDGE_TYPES = { link: Link };
const MAP = { width: 132, height: 88 };
const MULTI = ["Shift", "Control", "Meta"];
const NO_EDGES: FlowEdge[] = [];
const GRID: [number, number] = [10, 10];
const PRO = { hideAttribution: false };
const FIT = { padding: 0.12, maxZoom: 1, duration: 160 };

export type Flow = ReactFlowInstance<FlowNode, FlowEdge>;
export interface CanvasOptions extends CanvasActs {
  model: FlowModel;
  /** Null when it fits, else why not. */
  fault: (from: From, to: To) => string | null;
  connect: (from: From, to: To) => void;
  refused: (why: string) => void;
  dropType: (key: string, at: Spot) => void;
  /** A connection was let go over empty ground. */
  letGo: (from: From, at: Spot, screen: Spot) => void;
  open: (key: string) => void;
  ready: (flow: Flow) => void;
}

function useCell<T>(cell: Cell<T>): T {
  return useSyncExternalStore(
    (ring) => cell.subscribe(ring),
    () => cell.value,
  );
}

function ends(connection: Pick<Connection, "source" | "target" | "sourceHandle" | "targetHandle">) {
  const out = readOut(connection.sourceHandle);
  const into = readIn(connection.targetHandle);
  if (!out || into === null) return null;
  const from: From = { node: connection.source.slice(2), ...out };
  const to: To = { node: connection.target.slice(2), port: into };
  return { from, to };
}

function pointOf(event: MouseEvent | TouchEvent): Spot {
  const point = "changedTouches" in event ? event.changedTouches[0] : event;
  return { x: point?.clientX ?? 0, y: point?.clientY ?? 0 };
}

type PortEnd = NonNullable<FinalConnectionState["fromHandle"]>;

function isGround({ x, y }: Spot): boolean {
  const target = document.elementFromPoint(x, y);
  return (
    target !== null && target.closest(".react-flow__pane") !== null && !target.closest(".react-flow__node")
  );
}

function groundOf(event: MouseEvent | TouchEvent): Element | null {
  return event.target instanceof Element ? event.target.closest(".react-flow") : null;
}

/** The ground is dragged no more. */
function letGo(): void {
  document.querySelector(".react-flow.panning")?.classList.remove("panning", "moved");
}

/** Whether a click chooses this too, or takes it out of what is chosen. */
function adds(event: ReactMouseEvent): boolean {
  return event.ctrlKey || event.metaKey || event.shiftKey;
}

/** What the canvas answers with, the same functions for good: a new one would draw every node anew. */
function handlersOf(options: CanvasOptions, flow: { current: Flow | null }) {
  /** Let go over a port that does not take it: the reason in words. */
  const misfit = (one: PortEnd, other: PortEnd) => {
    const [a, b] = one.type === "source" ? [one, other] : [other, one];
    const both = ends({
      source: a.nodeId,
      sourceHandle: a.id ?? null,
      target: b.nodeId,
      targetHandle: b.id ?? null,
    });
    const why = both && options.fault(both.from, both.to);
    options.refused(why ?? "A connection goes from an output to an input.");
  };
  return {
    onInit: (instance: Flow) => {
      flow.current = instance;
      options.ready(instance);
    },
    isValidConnection: (connection: Connection | FlowEdge) => {
      const both = ends({
        source: connection.source,
        target: connection.target,
        sourceHandle: connection.sourceHandle ?? null,
        targetHandle: connection.targetHandle ?? null,
      });
      return both !== null && options.fault(both.from, both.to) === null;
    },
    onConnect: (connection: Connection) => {
      const both = ends(connection);
      if (both) options.connect(both.from, both.to);
    },
    onConnectEnd: (event: MouseEvent | TouchEvent, state: FinalConnectionState) => {
      const { fromHandle, toHandle, isValid } = state;
      if (!fromHandle || isValid) return;
      if (toHandle) {
        misfit(fromHandle, toHandle);
        return;
      }
      const out = readOut(fromHandle.id);
      const screen = pointOf(event);
      const at = flow.current?.screenToFlowPosition(screen);
      if (out && at && isGround(screen))
        options.letGo({ node: fromHandle.nodeId.slice(2), ...out }, at, screen);
    },
    onMoveStart: (event: MouseEvent | TouchEvent | null) => {
      if (event && event.type !== "wheel") groundOf(event)?.classList.add("panning");
    },
    onMove: (event: MouseEvent | TouchEvent | null) => {
      if (!event) return;
      ground.moved();
      if (event.type !== "wheel") document.querySelector(".react-flow.panning")?.classList.add("moved");
    },
    onMoveEnd: (event: MouseEvent | TouchEvent | null) => {
      if (event) letGo();
    },
    onNodeClick: (event: ReactMouseEvent, node: FlowNode) => options.model.clicked(node.id, adds(event)),
    onEdgeClick: (event: ReactMouseEvent, edge: FlowEdge) => options.model.clicked(edge.id, adds(event)),
    onNodeDoubleClick: (_: unknown, node: FlowNode) => options.open(node.id),
    onDragOver: (event: DragEvent) => {
      if (!event.dataTransfer.types.includes(NODE_MIME)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
    },
    onDrop: (event: DragEvent) => {
      const key = event.dataTransfer.getData(NODE_MIME);
      if (!key) return;
      event.preventDefault();
      const at = flow.current?.screenToFlowPosition({ x: event.clientX, y: event.clientY });
      if (at) options.dropType(key, at);
    },
  };
}

const mapColor = (node: FlowNode) =>
  node.type === "step" ? portColor(node.data.face.outputs[0]?.type ?? "Json") : "var(--line)";

function Canvas(options: CanvasOptions) {
  const { model } = options;
  const nodes = useCell(model.nodes);
  const edges = useCell(model.edges);
  const flow = useRef<Flow | null>(null);
  const handlers = useMemo(() => handlersOf(options, flow), [options]);
  const far = useDistance(nodes.length);
  const choose = useCallback(
    (id: string, more: boolean) => model.select(more ? [...model.selection.value, id] : [id]),
    [model],
  );
  // An empty canvas stays as it is when the first node comes.
  const [begun] = useState(nodes.length > 0);

  return (
    <EditorContext.Provider value={options}>
      <FarContext.Provider value={far}>
        <ReactFlow<FlowNode, FlowEdge>
          {...handlers}
          nodes={nodes}
          edges={far ? NO_EDGES : edges}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          onNodesChange={model.onNodesChange}
          onEdgesChange={model.onEdgesChange}
          onNodeDragStop={model.dropped}
          onSelectionDragStop={model.dropped}
          connectionLineType={ConnectionLineType.SmoothStep}
          connectionRadius={22}
          selectionKeyCode="Shift"
          multiSelectionKeyCode={MULTI}
          selectionMode={SelectionMode.Partial}
          deleteKeyCode={null}
          disableKeyboardA11y
          elevateNodesOnSelect={false}
          onlyRenderVisibleElements
          zoomOnDoubleClick={false}
          minZoom={0.1}
          maxZoom={2}
          fitView={begun}
          fitViewOptions={FIT}
          snapToGrid
          snapGrid={GRID}
          proOptions={PRO}
        >
          <MiniMap
            pannable
            zoomable
            ariaLabel="Minimap"
            style={MAP}
            nodeColor={mapColor}
            maskColor="var(--scrim-soft)"
          />
          {far && <FarLinks nodes={nodes} edges={edges} choose={choose} />}
          {nodes.length === 0 && (
            <div className="canvas-empty">
              <b>Nothing here yet</b>
              <span>Drag a node here from the list at the left, or choose one there and press Enter.</span>
              <span>Nodes that were copied in another pipeline are pasted with Ctrl V.</span>
            </div>
          )}
        </ReactFlow>
      </FarContext.Provider>
    </EditorContext.Provider>
  );
}

export function mountCanvas(host: HTMLElement, options: CanvasOptions): () => void {
  const root = createRoot(host);
  // Should the hand have let go where nobody saw it, what lies over the ground goes with the next press.
  window.addEventListener("pointerdown", letGo, true);
  root.render(
    <ReactFlowProvider>
      <Canvas {...options} />
    </ReactFlowProvider>,
  );
  return () => {
    window.removeEventListener("pointerdown", letGo, true);
    root.unmount();
  };
}
export { FIT };
