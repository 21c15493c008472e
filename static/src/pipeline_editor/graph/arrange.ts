/**
 * Places for nodes: in layers from left to right (auto-layout), in line, at equal distances. Pure; graph pixels.
 *
 * Layers are longest paths once the connections that close a loop are left out; within a layer nodes are put in the
 * order of what they are connected to (barycentres, a few sweeps), and parts that are not connected lie below each other.
 */
export interface Placed {
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
}
export type Links = readonly (readonly [string, string])[];
export type Positions = Map<string, { x: number; y: number }>;

const GAP_X = 96;
const GAP_Y = 44;
const SWEEPS = 6;

export function autoLayout(nodes: readonly Placed[], links: Links, origin = { x: 0, y: 0 }): Positions {
  const found: Positions = new Map();
  let top = origin.y;
  for (const part of parts(nodes, links)) {
    const inside = new Set(part.map((node) => node.id));
    const own = links.filter(([a, b]) => inside.has(a) && inside.has(b) && a !== b);
    const layers = order(layered(part, forward(part, own)), own);
    let x = origin.x;
    const tall = Math.max(...layers.map(heightOf));
    for (const layer of layers) {
      let y = top + (tall - heightOf(layer)) / 2;
      for (const node of layer) {
        found.set(node.id, { x: Math.round(x / 10) * 10, y: Math.round(y / 10) * 10 });
        y += node.height + GAP_Y;
      }
      x += Math.max(...layer.map((node) => node.width)) + GAP_X;
    }
    top += tall + 2 * GAP_Y;
  }
  return found;
}

function heightOf(layer: readonly Placed[]): number {
  return layer.reduce((sum, node) => sum + node.height, 0) + GAP_Y * (layer.length - 1);
}

/** Connected parts, in the order of their first node. */
function parts(nodes: readonly Placed[], links: Links): Placed[][] {
  const root = new Map(nodes.map((node) => [node.id, node.id]));
  const find = (id: string): string => {
    let at = id;
    while (root.get(at) !== at) at = root.get(at) ?? at;
    root.set(id, at);
    return at;
  };
  for (const [a, b] of links) if (root.has(a) && root.has(b)) root.set(find(b), find(a));
  const found = new Map<string, Placed[]>();
  for (const node of nodes) found.set(find(node.id), [...(found.get(find(node.id)) ?? []), node]);
  return [...found.values()];
}

/** The links without those that close a loop (depth first, in the nodes' order). */
function forward(nodes: readonly Placed[], links: Links): Links {
  const out = new Map<string, string[]>();
  for (const [a, b] of links) out.set(a, [...(out.get(a) ?? []), b]);
  const state = new Map<string, "open" | "done">();
  const back = new Set<string>();
  const visit = (start: string) => {
    const stack: [string, number][] = [[start, 0]];
    state.set(start, "open");
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const next = out.get(top[0])?.[top[1]++];
      if (next === undefined) {
        state.set(top[0], "done");
        stack.pop();
      } else if (state.get(next) === "open") back.add(`${top[0]}>${next}`);
      else if (!state.has(next)) {
        state.set(next, "open");
        stack.push([next, 0]);
      }
    }
  };
  const entered = new Set(links.map(([, b]) => b));
  for (const node of [...nodes.filter((n) => !entered.has(n.id)), ...nodes])
    if (!state.has(node.id)) visit(node.id);
  return links.filter(([a, b]) => !back.has(`${a}>${b}`));
}

function layered(nodes: readonly Placed[], links: Links): Placed[][] {
  const rank = new Map(nodes.map((node) => [node.id, 0]));
  for (let moved = true; moved;) {
    moved = false;
    for (const [a, b] of links) {
      const wanted = (rank.get(a) ?? 0) + 1;
      if ((rank.get(b) ?? 0) < wanted) {
        rank.set(b, wanted);
        moved = true;
      }
    }
  }
  const layers: Placed[][] = [];
  for (const node of nodes) (layers[rank.get(node.id) ?? 0] ??= []).push(node);
  return layers.filter((layer) => layer.length > 0);
}

/** Fewer crossings: each layer by the mean place of its neighbours, down and up again. */
function order(layers: Placed[][], links: Links): Placed[][] {
  const place = new Map<string, number>();
  const number_ = (layer: Placed[]) => layer.forEach((node, i) => place.set(node.id, i / layer.length));
  layers.forEach(number_);
  const near = new Map<string, string[]>();
  for (const [a, b] of links) {
    near.set(a, [...(near.get(a) ?? []), b]);
    near.set(b, [...(near.get(b) ?? []), a]);
  }
  const mean = (node: Placed) => {
    const all = near.get(node.id) ?? [];
    return all.length
      ? all.reduce((sum, id) => sum + (place.get(id) ?? 0), 0) / all.length
      : (place.get(node.id) ?? 0);
  };
  for (let sweep = 0; sweep < SWEEPS; sweep++)
    for (const layer of sweep % 2 ? [...layers].reverse() : layers) {
      const by = new Map(layer.map((node) => [node.id, mean(node)]));
      layer.sort((a, b) => (by.get(a.id) ?? 0) - (by.get(b.id) ?? 0));
      number_(layer);
    }
  return layers;
}

export type Edge = "left" | "centre" | "right" | "top" | "middle" | "bottom";

export function align(nodes: readonly Placed[], edge: Edge): Positions {
  const left = Math.min(...nodes.map((n) => n.x));
  const right = Math.max(...nodes.map((n) => n.x + n.width));
  const top = Math.min(...nodes.map((n) => n.y));
  const bottom = Math.max(...nodes.map((n) => n.y + n.height));
  const place: Record<Edge, (n: Placed) => { x: number; y: number }> = {
    left: (n) => ({ x: left, y: n.y }),
    centre: (n) => ({ x: (left + right - n.width) / 2, y: n.y }),
    right: (n) => ({ x: right - n.width, y: n.y }),
    top: (n) => ({ x: n.x, y: top }),
    middle: (n) => ({ x: n.x, y: (top + bottom - n.height) / 2 }),
    bottom: (n) => ({ x: n.x, y: bottom - n.height }),
  };
  return new Map(nodes.map((node) => [node.id, place[edge](node)]));
}

/** Equal gaps between neighbours; the two outermost stay. */
export function distribute(nodes: readonly Placed[], axis: "x" | "y"): Positions {
  const size = axis === "x" ? "width" : "height";
  const sorted = [...nodes].sort((a, b) => a[axis] - b[axis]);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (!first || !last || sorted.length < 3) return new Map();
  const span = last[axis] + last[size] - first[axis];
  const gap = (span - sorted.reduce((sum, n) => sum + n[size], 0)) / (sorted.length - 1);
  let at = first[axis];
  return new Map(
    sorted.map((node) => {
      const spot = { x: node.x, y: node.y, [axis]: Math.round(at) };
      at += node[size] + gap;
      return [node.id, spot];
    }),
  );
}

/** Room between what is added and what stands there already. */
const APART = 20;

/** The place wanted, moved down until it meets nothing. */
export function freeBelow(
  stands: readonly Placed[],
  wanted: { x: number; y: number; width: number; height: number },
): { x: number; y: number } {
  let y = wanted.y;
  const aside = (box: Placed) => box.x < wanted.x + wanted.width && wanted.x < box.x + box.width;
  const beside = stands.filter(aside).sort((a, b) => a.y - b.y);
  for (const box of beside)
    if (box.y < y + wanted.height + APART && y < box.y + box.height + APART) y = box.y + box.height + APART;
  return { x: wanted.x, y };
}
