/** From the data to the pipelines: snapshot -> training -> evaluation -> verdict -> what uses it; each node a link. */
import { h } from "../../lib/dom.ts";
import { metric, plural } from "../../lib/format.ts";
import { headlineOf } from "../../lib/headline.ts";
import { icon, type IconName } from "../../ui/icons.ts";
import { comparisonUrl, modelUrl, projectId } from "./parts.ts";
import type { Lineage, Model, ModelUse } from "./types.ts";

export interface GraphNode {
  id: string;
  column: number;
  icon: IconName;
  title: string;
  note: string;
  href: string;
  current?: boolean;
}
export interface Graph {
  nodes: GraphNode[];
  edges: [from: string, to: string][];
}
const WIDTH = 196;
const HEIGHT = 52;
const GAP_X = 44;
const GAP_Y = 12;
const COLUMNS = ["Data", "Training", "Evaluation", "Verdict", "Used by"];

/** What is drawn, without a place yet: nodes of five columns and what follows from what. */
export function graphOf(model: Model, lineage: Lineage, uses: readonly ModelUse[]): Graph {
  const graph: Graph = { nodes: [], edges: [] };
  const add: Add = (node, ...after) => {
    graph.nodes.push(node);
    graph.edges.push(...after.map((from): [string, string] => [from, node.id]));
  };
  const sources = sourcesOf(model, lineage, add);
  const words = model.train_count ? plural(model.train_count, "label") : model.adapter;
  add(
    {
      id: "model",
      column: 1,
      icon: "train",
      title: model.name,
      note: words,
      href: "#training",
      current: true,
    },
    ...sources,
  );
  const judged = addEvaluations(lineage, add);
  addVerdicts(lineage, judged, add);
  const last = lineage.came_of.promotions[0]?.id ?? "model";
  for (const use of uses) {
    const note = [...use.variables, ...use.nodes].join(", ");
    const href = `/p/${projectId()}/pipelines/${use.pipeline.id}/`;
    add({ id: use.pipeline.id, column: 4, icon: "pipelines", title: use.pipeline.name, note, href }, last);
  }
  for (const one of lineage.came_of.descendants) {
    const href = modelUrl(one.id);
    add({ id: one.id, column: 4, icon: "branch", title: one.name, note: "made from it", href }, "model");
  }
  return graph;
}

type Add = (node: GraphNode, ...after: string[]) => void;

/** Returns what a verdict follows from: the newest evaluation, else the version. */
function addEvaluations({ came_of: { evaluations } }: Lineage, add: Add): string {
  for (const row of evaluations) {
    const { name, value } = headlineOf(row.summary);
    const figure = row.status === "done" && value !== null ? `${name} ${metric(value)}` : row.status;
    const title = `Test set version ${row.test_set_version.number}`;
    add({ id: row.id, column: 2, icon: "target", title, note: figure, href: "#evaluation" }, "model");
  }
  return evaluations[0]?.id ?? "model";
}

function addVerdicts({ came_of: { comparisons, promotions } }: Lineage, judged: string, add: Add): void {
  for (const row of comparisons) {
    const won = (row.verdict === "update model") === (row.as === "candidate");
    const note = `against ${row.other?.name ?? "a version that is gone"}`;
    const href = comparisonUrl(row.id);
    add({ id: row.id, column: 3, icon: "scale", title: won ? "Won" : "Lost", note, href }, judged);
  }
  for (const row of promotions) {
    const after = comparisons.some((one) => one.id === row.comparison) ? row.comparison : null;
    const title = row.kind === "rollback" ? "Best again" : "Promoted";
    const href = row.comparison ? comparisonUrl(row.comparison) : "#log";
    add(
      { id: row.id, column: 3, icon: "check", title, note: row.reason || "by hand", href },
      after ?? judged,
    );
  }
}

/** The first column; returns its ids. */
function sourcesOf(model: Model, lineage: Lineage, add: (node: GraphNode) => void): string[] {
  const { train, validation, test } = lineage.summary;
  const ids: string[] = [];
  const source = (node: Omit<GraphNode, "column">) => {
    add({ ...node, column: 0 });
    ids.push(node.id);
  };
  if (lineage.dataset) {
    const parts = [train && `${train.items} train`, validation && `${validation.items} validation`];
    source({
      id: "data",
      icon: "data",
      title: lineage.dataset.name,
      note: parts.filter(Boolean).join(", ") || "its classes",
      href: `/p/${projectId()}/data/${lineage.dataset.id}/`,
    });
  }
  if (lineage.base_model)
    source({
      id: "base",
      icon: "box",
      title: lineage.base_model.name,
      note: "base",
      href: modelUrl(lineage.base_model.id),
    });
  if (!ids.length || (model.imported_as && !lineage.base_model))
    source({
      id: "origin",
      icon: "box",
      title: model.imported_as ?? model.adapter,
      note: "origin",
      href: "#log",
    });
  if (test?.number && lineage.dataset)
    source({
      id: "test",
      icon: "target",
      title: `Test set version ${test.number}`,
      note: plural(test.items, "picture"),
      href: `/p/${projectId()}/data/${lineage.dataset.id}/`,
    });
  return ids;
}

export function lineageGraph(graph: Graph): HTMLElement {
  const rows = COLUMNS.map((_, at) => graph.nodes.filter((node) => node.column === at));
  const most = Math.max(1, ...rows.map((column) => column.length));
  const height = most * (HEIGHT + GAP_Y) - GAP_Y;
  const place = new Map<string, [x: number, y: number]>();
  rows.forEach((column, at) => {
    const start = (height - (column.length * (HEIGHT + GAP_Y) - GAP_Y)) / 2;
    column.forEach((node, row) => place.set(node.id, [at * (WIDTH + GAP_X), start + row * (HEIGHT + GAP_Y)]));
  });
  const width = COLUMNS.length * (WIDTH + GAP_X) - GAP_X;
  const board = h("div", { class: "lineage-board" }, edges(graph, place, width, height), nodes(graph, place));
  board.style.width = `${width}px`;
  board.style.height = `${height}px`;
  const head = h(
    "div",
    { class: "lineage-head", "aria-hidden": "true" },
    COLUMNS.map((title) => h("span", null, title)),
  );
  head.style.width = `${width}px`;
  return h(
    "div",
    { class: "lineage-graph", role: "group", "aria-label": "From data to use", tabIndex: 0 },
    head,
    board,
  );
}

function nodes(graph: Graph, place: Map<string, [number, number]>): HTMLElement[] {
  return graph.nodes.map((node) => {
    const [x, y] = place.get(node.id) ?? [0, 0];
    const link = h(
      "a",
      {
        href: node.href,
        class: ["lineage-node", node.current && "current"],
        title: `${node.title}: ${node.note}`,
        "aria-label": `${COLUMNS[node.column] ?? ""}: ${node.title}, ${node.note}`,
      },
      icon(node.icon, "sm"),
      h("span", { class: "clip" }, node.title),
      h("small", { class: "clip" }, node.note),
    );
    link.style.left = `${x}px`;
    link.style.top = `${y}px`;
    return link;
  });
}

function edges(
  graph: Graph,
  place: Map<string, [number, number]>,
  width: number,
  height: number,
): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("aria-hidden", "true");
  for (const [from, to] of graph.edges) {
    const [x1, y1] = place.get(from) ?? [0, 0];
    const [x2, y2] = place.get(to) ?? [0, 0];
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", x1 === x2 ? downwards(x1, y1, y2) : across(x1, y1, x2, y2));
    svg.append(path);
  }
  return svg;
}

/** From the right side of one to the left of another, the bend just before it. */
function across(x1: number, y1: number, x2: number, y2: number): string {
  const [startX, startY, endY] = [x1 + WIDTH, y1 + HEIGHT / 2, y2 + HEIGHT / 2];
  const bend = x2 - GAP_X / 2;
  return `M${startX},${startY}L${x2 - GAP_X},${startY}C${bend},${startY} ${bend},${endY} ${x2},${endY}`;
}

/** To what follows in the same column. */
function downwards(x: number, y1: number, y2: number): string {
  return `M${x + WIDTH / 2},${y1 + HEIGHT}L${x + WIDTH / 2},${y2}`;
}
