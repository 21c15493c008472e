/** Which way lines and outlines go: their first point and their direction, set and shown. */
import { distance, type Viewport, type XY } from "../../lib/geometry.ts";
import type { Annotation } from "../shapes/_shape.ts";
import type { Ring, Rings } from "../shapes/_values.ts";
import { vertexOf } from "../shapes/_vertices.ts";
import type { Gripped } from "./_grip.ts";
import { changeShapes, counted, editable, type AnnotationPatch, type ToolContext } from "./_tool.ts";

/** Of the arrow, in screen pixels; an edge shorter than four of it shows none. */
const ARROW = 7;

/** The chains of points of a polygon or polyline; null for everything else. */
function chainsOf({ type, geometry }: Pick<Annotation, "type" | "geometry">): Rings | null {
  if (type === "polygon") return (geometry as { rings: Rings }).rings;
  return type === "polyline" ? [(geometry as { points: Ring }).points] : null;
}
function geometryOf(type: string, chains: Rings): unknown {
  return type === "polygon" ? { rings: chains } : { points: chains[0] };
}

/** A ring goes the other way round from the same first point; a line begins at its other end. */
export function reversed(type: string, chains: Rings): Rings {
  const around = ([first, ...rest]: Ring): Ring => (first ? [first, ...rest.reverse()] : []);
  return chains.map((chain) => (type === "polygon" ? around(chain) : [...chain].reverse()));
}

export function reverseSelected(ctx: ToolContext): boolean {
  const patches = new Map<string, AnnotationPatch>();
  for (const one of editable(ctx)) {
    const chains = chainsOf(one);
    if (chains) patches.set(one.id, { geometry: geometryOf(one.type, reversed(one.type, chains)) });
  }
  const list = [...patches.keys()].flatMap((id) => ctx.document.store.get(id) ?? []);
  if (!list.length) {
    ctx.announce("Select lines or polygons to reverse.");
    return false;
  }
  const done = changeShapes(ctx, patches, `Reverse ${counted(ctx, list)}`);
  if (done) ctx.announce(`${counted(ctx, list)} reversed`);
  return done;
}

/** The vertex becomes the first of its ring. Of a line only an end can be: the other end turns it round. */
export function startAt(ctx: ToolContext, gripped: Gripped | null): boolean {
  const vertex = gripped && vertexOf(gripped.handle.id);
  const chains = gripped && chainsOf(gripped.annotation);
  const chain = vertex && !vertex.ghost ? chains?.[vertex.ring] : undefined;
  if (!vertex || !chains || !chain) {
    ctx.announce("Hold a vertex (.), or point at one: it becomes the first.");
    return false;
  }
  const { index } = vertex;
  if (index === 0) {
    ctx.announce("It is the first point already.");
    return false;
  }
  const { annotation } = gripped;
  const { id, type } = annotation;
  if (type === "polyline" && index < chain.length - 1) {
    ctx.announce("A line begins at one of its ends.");
    return false;
  }
  const turned =
    type === "polyline" ? [...chain].reverse() : [...chain.slice(index), ...chain.slice(0, index)];
  const geometry = geometryOf(
    type,
    chains.map((other) => (other === chain ? turned : other)),
  );
  const done = changeShapes(
    ctx,
    new Map([[id, { geometry }]]),
    `Set first point of ${counted(ctx, [annotation])}`,
  );
  if (done) ctx.announce(`Point ${index + 1} is the first now`);
  return done;
}

/** A ring around each first point, and an arrow on the edge that leaves it. */
export function drawDirection(
  context: CanvasRenderingContext2D,
  viewport: Viewport,
  shape: Pick<Annotation, "type" | "geometry">,
): void {
  for (const [first, second] of chainsOf(shape) ?? []) {
    if (!first || !second) continue;
    const [from, to] = [viewport.screenXY(first), viewport.screenXY(second)];
    context.beginPath();
    context.arc(from[0], from[1], 7, 0, 2 * Math.PI);
    twoTone(context);
    if (distance(from, to) >= 4 * ARROW) drawArrow(context, from, to);
  }
}
function drawArrow(context: CanvasRenderingContext2D, [ax, ay]: XY, [bx, by]: XY): void {
  // A third of the way: in the middle a vertex may be put.
  const [x, y] = [ax + (bx - ax) / 3, ay + (by - ay) / 3];
  const angle = Math.atan2(by - ay, bx - ax);
  const wing = (turn: number): XY => [x - ARROW * Math.cos(angle + turn), y - ARROW * Math.sin(angle + turn)];
  context.beginPath();
  context.moveTo(...wing(0.5));
  context.lineTo(x, y);
  context.lineTo(...wing(-0.5));
  twoTone(context);
}
/** Light on dark, so that it shows on any picture. */
function twoTone(context: CanvasRenderingContext2D): void {
  for (const [color, width] of [
    ["#000000a6", 3.5],
    ["#ffffff", 1.5],
  ] as const) {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.stroke();
  }
}
