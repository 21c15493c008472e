/** Snapping to the vertices and outlines of what is on the picture. Any type that traces an outline can be snapped to. */
import type { BoxXYXY, WH, XY } from "../../lib/geometry.ts";
import type { TypeOf } from "../render/types.ts";
import { snap, type Snap } from "../shapes/_edit.ts";
import type { Annotation } from "../shapes/_shape.ts";
import { clampXY, type ToolContext } from "./_tool.ts";

/** How near snaps, in screen pixels. */
export const SNAP_REACH = 8;

interface Outline {
  readonly box: BoxXYXY | null;
  /** Traced when first asked for. */
  lines: readonly (readonly XY[])[] | null;
}

/** A canvas path that only remembers its corners. Curves count by their ends, ellipses not at all. */
class Recorder implements CanvasPath {
  readonly lines: XY[][] = [];
  moveTo(x: number, y: number): void {
    this.lines.push([[x, y]]);
  }
  lineTo(x: number, y: number): void {
    const line = this.lines.at(-1);
    if (line) line.push([x, y]);
    else this.moveTo(x, y);
  }
  closePath(): void {
    const [first] = this.lines.at(-1) ?? [];
    if (first) this.lineTo(...first);
  }
  rect(x: number, y: number, w: number, h: number): void {
    this.lines.push([
      [x, y],
      [x + w, y],
      [x + w, y + h],
      [x, y + h],
      [x, y],
    ]);
  }
  roundRect(x: number, y: number, w: number, h: number): void {
    this.rect(x, y, w, h);
  }
  bezierCurveTo(_ax: number, _ay: number, _bx: number, _by: number, x: number, y: number): void {
    this.lineTo(x, y);
  }
  quadraticCurveTo(_ax: number, _ay: number, x: number, y: number): void {
    this.lineTo(x, y);
  }
  arcTo(x: number, y: number): void {
    this.lineTo(x, y);
  }
  arc(): void {
    // No corner to snap to.
  }
  ellipse(): void {
    // No corner to snap to.
  }
}

const outlines = new WeakMap<Annotation, Outline>();

function outlineOf(one: Annotation, typeOf: TypeOf, size: WH): Outline {
  const known = outlines.get(one);
  if (known) return known;
  const outline: Outline = { box: typeOf(one.type)?.bounds(one.geometry, size) ?? null, lines: null };
  outlines.set(one, outline);
  return outline;
}

function linesOf(one: Annotation, outline: Outline, typeOf: TypeOf): readonly (readonly XY[])[] {
  if (outline.lines) return outline.lines;
  const recorder = new Recorder();
  typeOf(one.type)?.trace(one.geometry, recorder);
  outline.lines = recorder.lines;
  return recorder.lines;
}

/** The nearest vertex within `reach` image pixels of `at`, else the nearest place on an outline, else null. */
export function snapped(
  at: XY,
  list: readonly Annotation[],
  typeOf: TypeOf,
  size: WH,
  reach: number,
): Snap | null {
  const lines = list.flatMap((one) => {
    const outline = outlineOf(one, typeOf, size);
    return outline.box && near(outline.box, at, reach) ? linesOf(one, outline, typeOf) : [];
  });
  return lines.length ? snap(at, lines, reach, false) : null;
}
/** The same among everything shown in the studio but `except`; null while snapping is off. */
export function snapIn(ctx: ToolContext, at: XY, reach: number, except?: string): XY | null {
  if (!ctx.snap.value) return null;
  const shown = ctx.document.store.all().filter(({ id }) => id !== except && !ctx.hidden.value.has(id));
  const found = snapped(at, shown, ctx.typeOf, ctx.size(), ctx.stage.viewport.value.imageLength(reach));
  return found && clampXY(found.at, ctx.size());
}

function near([x1, y1, x2, y2]: BoxXYXY, [x, y]: XY, reach: number): boolean {
  return x >= x1 - reach && x <= x2 + reach && y >= y1 - reach && y <= y2 + reach;
}
