/**
 * Several shapes resized as one: the frame around what is selected, its handles, and what pulling one makes of the
 * shapes. The side across from the handle stays; Alt keeps the middle, and at a corner Shift keeps the proportions.
 */
import { type BoxXYXY, type Viewport, type WH, type XY } from "../../lib/geometry.ts";
import { drawHandle } from "../render/draw.ts";
import type { Annotation, Handle, Modifiers } from "../shapes/_shape.ts";
import { resizeCursor } from "../shapes/_values.ts";
import { SIDES } from "../shapes/box.ts";
import { around } from "./_move.ts";
import { movable, type AnnotationPatch, type ToolContext } from "./_tool.ts";

/** Screen pixels that the frame keeps from the shapes, so that it hides none of their edges. */
const AWAY = 8;
/** Screen pixels within which a handle is taken hold of. */
const REACH = 9;
/** The shortest side that pulling leaves, in image pixels. */
const SHORTEST = 1;

export interface Frame {
  readonly box: BoxXYXY;
  readonly list: readonly Annotation[];
}
/** What stays, and how far everything else goes from it. */
interface Stretch {
  readonly about: XY;
  readonly by: XY;
}

/** Around what of the selection may be moved; null unless several are selected, and while nothing may be edited. */
export function frameOf(ctx: ToolContext): Frame | null {
  if (ctx.document.selection.value.size < 2) return null;
  const list = movable(ctx).filter(({ type, geometry }) => ctx.typeOf(type)?.bounds(geometry, ctx.size()));
  return list.length ? { box: around(list, ctx), list } : null;
}

/** At its corners and edges, a little outside; none that would pull a side of no length. */
export function frameHandles({ box: [x1, y1, x2, y2] }: Frame, scale: number): Handle[] {
  const away = AWAY / scale;
  return Object.entries(SIDES)
    .filter(([, [sx, sy]]) => (!sx || x1 < x2) && (!sy || y1 < y2))
    .map(([id, [sx, sy]]) => ({
      id,
      at: [(x1 + x2) / 2 + sx * ((x2 - x1) / 2 + away), (y1 + y2) / 2 + sy * ((y2 - y1) / 2 + away)],
      kind: sx && sy ? "corner" : "edge",
      cursor: resizeCursor((Math.atan2(sy, sx) * 180) / Math.PI),
    }));
}
/** The handle of the frame at a place of the screen. */
export function frameHandleAt(frame: Frame, screen: XY, viewport: Viewport): Handle | null {
  const near = frameHandles(frame, viewport.scale)
    .map((handle) => {
      const [x, y] = viewport.screenXY(handle.at);
      return { handle, off: Math.hypot(x - screen[0], y - screen[1]) };
    })
    .filter(({ off }) => off <= REACH)
    .sort((a, b) => a.off - b.off);
  return near[0]?.handle ?? null;
}

/** One axis: what stays, the length before and wanted, and the longest there is room for. */
interface Pull {
  stays: number;
  before: number;
  wanted: number;
  most: number;
}
function pullOf([low, high]: XY, side: number, by: number, centred: boolean, length: number): Pull {
  const stays = centred ? (low + high) / 2 : side < 0 ? high : low;
  const edge = side < 0 ? low : high;
  const towards = (at: number) => Math.abs(at - stays);
  // What lies over the border already may stay there, but goes no further.
  const [left, right] = [towards(Math.min(0, low)), towards(Math.max(length, high))];
  const most = centred ? Math.min(left, right) : side < 0 ? left : right;
  const before = towards(edge);
  return { stays, before, wanted: (edge + by - stays) * side, most: Math.max(most, before) };
}
/** How all is stretched when the handle is pulled by (dx, dy). It never turns over, and never leaves the picture. */
export function stretchOf({ box }: Frame, id: string, by: XY, held: Modifiers, size: WH): Stretch {
  const [sx, sy] = SIDES[id] ?? [0, 0];
  const pulls = ([0, 1] as const).map((axis) => {
    const ends: XY = [box[axis], box[axis + 2] as number];
    const side = axis ? sy : sx;
    return side ? pullOf(ends, side, by[axis], held.alt, size[axis]) : null;
  });
  const factor = (pull: Pull, wanted = pull.wanted / pull.before) =>
    Math.max(Math.min(wanted, pull.most / pull.before), Math.min(1, SHORTEST / pull.before));
  const [across, down] = pulls;
  const about: XY = [across?.stays ?? box[0], down?.stays ?? box[1]];
  if (held.shift && across && down) {
    const wanted = Math.max(across.wanted / across.before, down.wanted / down.before);
    const room = Math.min(across.most / across.before, down.most / down.before);
    const one = Math.max(Math.min(wanted, room), factor(across, 0), factor(down, 0));
    return { about, by: [one, one] };
  }
  return { about, by: [across ? factor(across) : 1, down ? factor(down) : 1] };
}

/** New geometry for each shape of the frame; null when nothing changes. */
export function resized(
  ctx: ToolContext,
  frame: Frame,
  id: string,
  by: XY,
  held: Modifiers,
): Map<string, AnnotationPatch> | null {
  const size = ctx.size();
  const stretch = stretchOf(frame, id, by, held, size);
  if (stretch.by[0] === 1 && stretch.by[1] === 1) return null;
  return new Map(
    frame.list.flatMap(({ id: one, type, geometry }) => {
      const shape = ctx.typeOf(type);
      return shape
        ? [[one, { geometry: shape.stretched(geometry, stretch.about, stretch.by, size) }] as const]
        : [];
    }),
  );
}

/** The frame as it lies once the changes are made. */
export function withChanges(
  ctx: ToolContext,
  frame: Frame,
  changes: ReadonlyMap<string, AnnotationPatch> | null,
): Frame {
  if (!changes) return frame;
  const list = frame.list.map((one) => ({ ...one, ...changes.get(one.id) }));
  return { list, box: around(list, ctx) };
}

/** The frame with its handles, over the picture. */
export function drawFrame(context: CanvasRenderingContext2D, viewport: Viewport, frame: Frame): void {
  const away = AWAY / viewport.scale;
  const [x1, y1, x2, y2] = frame.box;
  const corners: XY[] = [
    [x1 - away, y1 - away],
    [x2 + away, y1 - away],
    [x2 + away, y2 + away],
    [x1 - away, y2 + away],
  ];
  context.beginPath();
  for (const corner of corners) context.lineTo(...viewport.screenXY(corner));
  context.closePath();
  context.lineWidth = 1;
  context.strokeStyle = "#000000b0";
  context.stroke();
  context.setLineDash([4, 4]);
  context.strokeStyle = "#ffffff";
  context.stroke();
  context.setLineDash([]);
  for (const handle of frameHandles(frame, viewport.scale)) drawHandle(context, handle, viewport, "#ffffff");
}

/** A frame pulled open over the picture, in screen pixels. */
export function drawBand(context: CanvasRenderingContext2D, [x1, y1, x2, y2]: BoxXYXY): void {
  context.beginPath();
  context.rect(x1, y1, x2 - x1, y2 - y1);
  context.fillStyle = "#ffffff22";
  context.fill();
  context.setLineDash([4, 3]);
  context.lineWidth = 1.5;
  context.strokeStyle = "#ffffff";
  context.stroke();
}
