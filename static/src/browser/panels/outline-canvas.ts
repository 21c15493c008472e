/** Outlines on a small canvas over a thumbnail: every shape in its label's colour with a dark seam, a model's dashed. */
import type { Outline, OutlineShape } from "../state/outlines.ts";
import type { Label } from "../types.ts";

export interface OutlineLook {
  color: (label: string) => string;
  /** Whether shapes of the label are drawn. */
  shown: (label: string) => boolean;
  skeleton: (label: string) => Label["skeleton"];
  units: number;
}
/** Where the picture lies in the tile, CSS pixels: it is fitted in, centred. */
export interface Fit {
  x: number;
  y: number;
  scale: number;
}

/** Types that bound an area: their paths are closed. */
const AREAS: ReadonlySet<string> = new Set(["box", "polygon", "mask", "ellipse"]);
const SEAM = "#000000b3";
const DOT = 2.5;

/** Of a picture of `size` in a tile of `room`; scale is CSS pixels a unit. */
export function fitOf(room: readonly [number, number], size: readonly [number, number], units: number): Fit {
  const [width, height] = size;
  const pixels = Math.min(room[0] / width, room[1] / height);
  return {
    x: (room[0] - width * pixels) / 2,
    y: (room[1] - height * pixels) / 2,
    scale: (pixels * Math.max(width, height)) / units,
  };
}

export function drawOutlines(
  canvas: HTMLCanvasElement,
  room: readonly [number, number],
  size: readonly [number, number],
  outline: Outline,
  look: OutlineLook,
): void {
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  canvas.width = Math.max(1, Math.round(room[0] * ratio));
  canvas.height = Math.max(1, Math.round(room[1] * ratio));
  const ctx = canvas.getContext("2d");
  if (!ctx || !size[0] || !size[1]) return;
  const fit = fitOf(room, size, look.units);
  ctx.setTransform(ratio, 0, 0, ratio, fit.x * ratio, fit.y * ratio);
  ctx.lineJoin = "round";
  for (const shape of outline.shapes) if (look.shown(shape.label)) drawShape(ctx, shape, fit.scale, look);
}

function drawShape(
  ctx: CanvasRenderingContext2D,
  shape: OutlineShape,
  scale: number,
  look: OutlineLook,
): void {
  const color = look.color(shape.label);
  const lines = shape.type === "skeleton" ? bones(shape, look.skeleton(shape.label)) : shape.paths;
  const path = new Path2D();
  for (const line of lines) if (line.length > 2) trace(path, line, scale, AREAS.has(shape.type));
  ctx.setLineDash([]);
  ctx.strokeStyle = SEAM;
  ctx.lineWidth = 3;
  ctx.stroke(path);
  if (shape.model) ctx.setLineDash([4, 3]);
  ctx.strokeStyle = color;
  ctx.lineWidth = 1.5;
  ctx.stroke(path);
  if (AREAS.has(shape.type)) {
    ctx.globalAlpha = 0.14;
    ctx.fillStyle = color;
    ctx.fill(path, "evenodd");
    ctx.globalAlpha = 1;
  }
  for (const [x, y] of dots(shape)) drawDot(ctx, x * scale, y * scale, color);
}

function trace(path: Path2D, line: readonly number[], scale: number, closed: boolean): void {
  path.moveTo((line[0] ?? 0) * scale, (line[1] ?? 0) * scale);
  for (let at = 2; at + 1 < line.length; at += 2)
    path.lineTo((line[at] ?? 0) * scale, (line[at + 1] ?? 0) * scale);
  if (closed) path.closePath();
}

/** The lines between a skeleton's labelled keypoints. */
export function bones(shape: OutlineShape, template: Label["skeleton"]): number[][] {
  return (template?.edges ?? []).flatMap(([from, to]) => {
    const [a, b] = [shape.paths[from], shape.paths[to]];
    return a?.length === 2 && b?.length === 2 ? [[...a, ...b]] : [];
  });
}

/** Points, keypoints, and whatever is so small that it fell into one. */
function dots(shape: OutlineShape): [number, number][] {
  return shape.paths.flatMap((path) =>
    path.length === 2 ? ([[path[0] ?? 0, path[1] ?? 0]] as [number, number][]) : [],
  );
}

function drawDot(ctx: CanvasRenderingContext2D, x: number, y: number, color: string): void {
  ctx.beginPath();
  ctx.arc(x, y, DOT, 0, 2 * Math.PI);
  ctx.setLineDash([]);
  ctx.strokeStyle = SEAM;
  ctx.lineWidth = 2;
  ctx.stroke();
  ctx.fillStyle = color;
  ctx.fill();
}
