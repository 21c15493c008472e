/** Draws a laid-out graph as SVG and keeps its counters live. Read-only: the editor will stand on the same layout. */
import { iconMarkup, isIconName } from "../../ui/icons";
import {
  FOOT,
  layout,
  type Drawing,
  type PlacedChip,
  type PlacedNode,
  type PlacedPort,
  type PointXY,
} from "../graph/layout";
import { fitText, textWidth } from "../graph/geometry";
import { triggerIcon } from "../graph/trigger-form";
import type { Counts, Graph, GraphNode, NodeFace } from "../graph/types";
import { svg as s } from "./svg";
import { drawPace, drawTally, type Pace } from "./tally";
import { drawPassed, drawWay, type Way } from "./way";

export interface GraphViewOptions {
  graph: Graph;
  faceOf: (node: GraphNode) => NodeFace | undefined;
  /** Words of a trigger's chip, by trigger id. */
  triggerText?: (id: string) => string;
  onSelect?: (nodeId: string | null) => void;
}

export interface GraphView {
  element: SVGSVGElement;
  setCounts(counts: Record<string, Counts>): void;
  /** What passed each connection, by its id, written on its line; call it when the drawing stands on the page. */
  setPassed(passed: Record<string, number>): void;
  /** How fast each node is, by its id. */
  setPace(pace: Readonly<Record<string, Pace>>): void;
  /** Lets these nodes stand out; none: the marks go. */
  mark(nodes: readonly string[]): void;
  /** Lets one way through the graph stand out, and all else step back; null: none. */
  trace(way: Way | null): void;
  select(nodeId: string | null): void;
  zoom(factor: number): void;
  fit(): void;
}

/** Colour of a port type: a token name. */
export function portColor(type: string): string {
  const base = type.replace("[]", "").toLowerCase();
  return ["item", "model", "dataset", "annotation"].includes(base)
    ? `var(--port-${base})`
    : "var(--port-json)";
}

/** Shape of a port type, so that colour is never alone: circle item, diamond model, square dataset, hexagon annotations, triangle the rest. */
function portShape(port: PlacedPort): SVGElement {
  const color = portColor(port.port.type);
  const style = { fill: port.connected ? color : "var(--surface)", stroke: color, "stroke-width": 1.8 };
  const { x, y } = port;
  switch (port.port.type.replace("[]", "")) {
    case "Item":
      return s("circle", { cx: x, cy: y, r: 5, ...style });
    case "Model":
      return s("path", { d: `M${x} ${y - 6}l6 6l-6 6l-6 -6z`, ...style });
    case "Dataset":
      return s("rect", { x: x - 5, y: y - 5, width: 10, height: 10, rx: 1.5, ...style });
    case "Annotation":
      return s("path", { d: `M${x - 6} ${y}l3 -5h6l3 5l-3 5h-6z`, ...style });
    default:
      return s("path", { d: `M${x} ${y - 5.5}l6 10.5h-12z`, ...style });
  }
}

/** A port with its name; an output whose name would run into the input of its row keeps it for the tooltip. */
function drawPort(port: PlacedPort, placed: PlacedNode): SVGElement[] {
  const shape = portShape(port);
  const parts = [shape];
  const name = port.port.title || port.port.name;
  shape.append(s("title", {}, `${name}: ${port.port.type}`));
  const out = port.side === "out";
  const beside = placed.ports.find((p) => p.side === "in" && p.y === port.y);
  const other = beside ? textWidth(beside.port.title || beside.port.name) : 0;
  if (out && beside && (beside.variable || other + textWidth(name) > placed.box.width - 36)) return parts;
  // A name leaves its variable at least so much.
  const chip = port.variable ? Math.min(textWidth(`$${port.variable}`) + 10, 62) : 0;
  const words = fitText(name, placed.box.width - 22 - (chip ? chip + 8 : 0));
  const text = s("text", { class: "pt", x: port.x + (out ? -11 : 11), y: port.y + 4 }, words);
  if (out) text.setAttribute("text-anchor", "end");
  parts.push(text);
  if (port.variable) parts.push(variableChip(port, words, placed.box.width));
  return parts;
}

function variableChip(port: PlacedPort, name: string, nodeWidth: number): SVGElement {
  const start = port.x + 17 + textWidth(name);
  const room = port.x + nodeWidth - 7 - start;
  const label = fitText(`$${port.variable ?? ""}`, room - 9);
  const width = Math.min(room, textWidth(label) + 9);
  return s(
    "g",
    { class: "vp" },
    s("title", {}, `variable ${port.variable ?? ""}`),
    s("rect", { x: start, y: port.y - 8, width, height: 16, rx: 4 }),
    s("text", { x: start + 4, y: port.y + 4 }, label),
  );
}

function drawNode(placed: PlacedNode, select: () => void): SVGElement {
  const { box, node, face } = placed;
  const group = s("g", {
    class: "nd",
    tabindex: 0,
    role: "button",
    "data-node": node.id,
    "aria-label": `${node.name}, ${face.title}`,
  });
  const icon = s("g", { class: "ni", transform: `translate(${box.x + 10} ${box.y + 11}) scale(.667)` });
  icon.innerHTML = iconMarkup(isIconName(face.icon) ? face.icon : "box");
  const footY = box.y + box.height - FOOT;
  const name = fitText(node.name, box.width - 32 - 8, 13, true);
  group.append(
    s("rect", { class: "bd", x: box.x, y: box.y, width: box.width, height: box.height, rx: 8 }),
    icon,
    s("text", { class: "nm", x: box.x + 32, y: box.y + 17 }, name),
    s("text", { class: "ty", x: box.x + 32, y: box.y + 32 }, fitText(face.title, box.width - 32 - 26)),
    s("circle", { class: "state", cx: box.x + box.width - 14, cy: box.y + 26, r: 5 }),
    s("path", { class: "sep", d: `M${box.x + 1} ${footY}h${box.width - 2}` }),
    s("g", { class: "counts", transform: `translate(${box.x} ${footY + 18})` }),
    s("text", { class: "pace", x: box.x + box.width - 4, y: box.y + box.height + 13, "text-anchor": "end" }),
    ...placed.ports.flatMap((port) => drawPort(port, placed)),
  );
  if (name !== node.name) group.prepend(s("title", {}, node.name));
  group.addEventListener("click", (event) => {
    event.stopPropagation();
    select();
  });
  group.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      select();
    }
  });
  return group;
}

function drawChip(chip: PlacedChip): SVGElement {
  const group = s(
    "g",
    { class: chip.loose ? "chip dim" : "chip", transform: `translate(${chip.x} ${chip.y})` },
    s("rect", { width: chip.width, height: chip.height, rx: 9, stroke: portColor(chip.type) }),
    s("text", { x: chip.width / 2, y: 13, "text-anchor": "middle" }, chip.text),
  );
  if (chip.loose) group.prepend(s("title", {}, `${chip.text}: no connection takes it, the cycle ends here`));
  return group;
}

function arrow(id: string, color: string): SVGElement {
  const marker = s("marker", {
    id,
    viewBox: "0 0 8 8",
    refX: 6,
    refY: 4,
    markerWidth: 7,
    markerHeight: 7,
    orient: "auto",
  });
  marker.append(s("path", { d: "M0 0l8 4l-8 4z", fill: color }));
  return marker;
}

function drawTriggers(graph: Graph, drawing: Drawing, words: (id: string) => string): SVGElement[] {
  const seen = new Map<string, number>();
  return (graph.triggers ?? []).flatMap((trigger) => {
    const placed = drawing.nodes.find((n) => n.node.id === trigger.node);
    if (!placed) return [];
    const stacked = seen.get(trigger.node) ?? 0;
    seen.set(trigger.node, stacked + 1);
    const text = words(trigger.id);
    const width = textWidth(text) + 36;
    const icon = s("g", { class: "ti", transform: "translate(8 3) scale(.58)" });
    icon.innerHTML = iconMarkup(triggerIcon(trigger.kind));
    const at = `translate(${placed.box.x + 4} ${placed.box.y - 28 - stacked * 24})`;
    return [
      s(
        "g",
        { class: trigger.enabled === false ? "tg off" : "tg", transform: at },
        s("rect", { width, height: 20, rx: 10 }),
        icon,
        s("text", { x: 25, y: 14 }, text),
      ),
    ];
  });
}

export function createGraphView(options: GraphViewOptions): GraphView {
  const drawing = layout(options.graph, options.faceOf);
  const element = s("svg", {
    class: "graph",
    role: "group",
    "aria-label": `Graph: ${drawing.nodes.length} nodes, ${drawing.connections.length} connections`,
  }) as SVGSVGElement;
  const defs = s("defs");
  const types = [...new Set(drawing.connections.map((c) => c.type))];
  types.forEach((type, i) => defs.append(arrow(`arrow-${i}`, portColor(type))));
  const lines = s("g", { class: "lines" });
  const liveLines = new Map<string, SVGElement[]>();
  const byConnection = new Map<string, SVGPathElement>();
  const numbersAt = new Map<string, PointXY>();
  for (const line of drawing.connections) {
    const path = s("path", {
      class: "e",
      d: line.path,
      stroke: portColor(line.type),
      "marker-end": `url(#arrow-${types.indexOf(line.type)})`,
    });
    lines.append(path);
    if (line.connection.id) byConnection.set(line.connection.id, path as SVGPathElement);
    if (line.connection.id && line.numberAt) numbersAt.set(line.connection.id, line.numberAt);
    const target = line.connection.target.node;
    liveLines.set(target, [...(liveLines.get(target) ?? []), path]);
  }
  if (drawing.feedback) {
    const { path, variable, label } = drawing.feedback;
    const words = `variable ${variable}: read by the next batch`;
    lines.append(
      s("path", { class: "fb", d: path }),
      s("rect", {
        class: "fb-back",
        x: label.x - textWidth(words) / 2 - 4,
        y: label.y - 9,
        width: textWidth(words) + 8,
        height: 18,
      }),
      s("text", { class: "fb-text", x: label.x, y: label.y + 4, "text-anchor": "middle" }, words),
    );
  }
  const groups = new Map<string, SVGElement>();
  const nodes = s("g", { class: "nodes" });
  const select = (id: string | null) => {
    for (const [key, group] of groups) group.classList.toggle("sel", key === id);
    options.onSelect?.(id);
  };
  for (const placed of drawing.nodes) {
    const group = drawNode(placed, () => select(placed.node.id));
    groups.set(placed.node.id, group);
    nodes.append(group);
  }
  const chips = s("g", { class: "chips" }, ...drawing.chips.map(drawChip));
  const triggers = s(
    "g",
    { class: "triggers" },
    ...drawTriggers(options.graph, drawing, options.triggerText ?? ((id) => id)),
  );
  element.append(defs, lines, nodes, chips, triggers);
  element.addEventListener("click", () => select(null));

  const view = new ZoomPan(element, drawing.bounds);
  const setCounts = (counts: Record<string, Counts>) => {
    for (const placed of drawing.nodes) {
      const group = groups.get(placed.node.id);
      if (!group) continue;
      const mine = counts[placed.node.id] ?? {};
      const working = (mine.running ?? 0) + (mine.ready ?? 0);
      group.classList.toggle("run", working > 0);
      group.classList.toggle("wait", working === 0 && (mine.waiting ?? 0) > 0);
      const holder = group.querySelector(".counts");
      if (holder) drawTally(holder, mine, placed.box.width);
      for (const line of liveLines.get(placed.node.id) ?? []) line.classList.toggle("live", working > 0);
    }
  };
  setCounts({});
  const boxes = new Map(drawing.nodes.map((placed) => [placed.node.id, placed.box]));
  const passed = s("g", { class: "passed" });
  chips.after(passed);
  return {
    element,
    setCounts,
    setPassed: (counts) => drawPassed(passed, byConnection, numbersAt, counts),
    setPace: (pace) => {
      for (const [id, group] of groups) {
        const holder = group.querySelector(".pace");
        if (holder) drawPace(holder, pace[id]);
      }
    },
    mark: (chosen) => {
      for (const [id, group] of groups) group.classList.toggle("marked", chosen.includes(id));
    },
    trace: (way) => drawWay(element, { groups, lines: byConnection, boxes }, way),
    select,
    zoom: (factor) => view.zoom(factor),
    fit: () => view.fit(),
  };
}

type Bounds = Drawing["bounds"];

/** The bounds, with room around them where the page has more than they need at their own size. */
export function fitted(bounds: Bounds, width: number, height: number): Bounds {
  const grow = Math.max(1, Math.min(width / bounds.width, height / bounds.height));
  const [w, h] = [bounds.width * grow, bounds.height * grow];
  return { x: bounds.x - (w - bounds.width) / 2, y: bounds.y - (h - bounds.height) / 2, width: w, height: h };
}

/** Zoom at the pointer with the wheel, pan by dragging the ground; the view box is the only state. */
class ZoomPan {
  private box: Bounds;
  private widest: number;
  private asFitted = true;

  constructor(
    private readonly svg: SVGSVGElement,
    private readonly bounds: Bounds,
  ) {
    this.box = { ...bounds };
    this.widest = bounds.width * 3;
    svg.setAttribute("preserveAspectRatio", "xMidYMid meet");
    this.apply();
    // How much room there is shows when the drawing is on the page, or the page unfolds.
    new ResizeObserver(() => this.asFitted && this.fit()).observe(svg);
    svg.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    svg.addEventListener("pointerdown", (event) => this.onDown(event));
  }

  /** Everything in sight, and nothing larger than it is drawn. */
  fit(): void {
    this.asFitted = true;
    this.box = fitted(this.bounds, this.svg.clientWidth, this.svg.clientHeight);
    this.widest = Math.max(this.bounds.width * 3, this.box.width);
    this.apply();
  }

  zoom(factor: number, at?: { x: number; y: number }): void {
    const centre = at ?? { x: this.box.x + this.box.width / 2, y: this.box.y + this.box.height / 2 };
    const width = Math.min(Math.max(this.box.width / factor, 200), this.widest);
    const scale = width / this.box.width;
    this.asFitted = false;
    this.box = {
      x: centre.x - (centre.x - this.box.x) * scale,
      y: centre.y - (centre.y - this.box.y) * scale,
      width,
      height: this.box.height * scale,
    };
    this.apply();
  }

  private apply(): void {
    const { x, y, width, height } = this.box;
    this.svg.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
  }

  private toGraph(event: MouseEvent): { x: number; y: number } {
    const matrix = this.svg.getScreenCTM();
    if (!matrix) return { x: 0, y: 0 };
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    return { x: point.x, y: point.y };
  }

  private onWheel(event: WheelEvent): void {
    event.preventDefault();
    this.zoom(event.deltaY < 0 ? 1.12 : 1 / 1.12, this.toGraph(event));
  }

  private onDown(event: PointerEvent): void {
    if (event.button !== 0 || (event.target as Element).closest(".nd")) return;
    const start = this.toGraph(event);
    const move = (next: PointerEvent) => {
      const here = this.toGraph(next);
      this.asFitted = false;
      this.box = { ...this.box, x: this.box.x + start.x - here.x, y: this.box.y + start.y - here.y };
      this.apply();
    };
    const up = () => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", up);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", up);
  }
}
