/**
 * Acts that make other shapes of the selected ones: cut, join, convert, simplify, fill. The maths is shapes/'s; here it
 * becomes one step of undo. An annotation keeps its type, so a new type is a new annotation in its place.
 */
import type { XY } from "../../lib/geometry.ts";
import { converted, outlineOf, ringsToMask } from "../shapes/_convert.ts";
import { joined, parts, simplify, simplifyRings, sliced } from "../shapes/_edit.ts";
import { bitmapOf, fillHoles, maskOf } from "../shapes/_bitmap.ts";
import { combineMasks, type MaskGeometry } from "../shapes/_rle.ts";
import type { Annotation } from "../shapes/_shape.ts";
import type { Rings } from "../shapes/_values.ts";
import { exchange, partsOf } from "./acts.ts";
import {
  changeShapes,
  counted,
  editable,
  previewChanges,
  taken,
  told,
  type AnnotationParts,
  type AnnotationPatch,
  type ToolContext,
} from "./_tool.ts";

type Target = "box" | "polygon" | "mask";

/** Screen pixels that simplifying may move a line by. */
const SIMPLIFY_PX = 1.5;
const LINES = new Set(["polygon", "polyline"]);
/** More are simplified by their key, without a picture of it before. */
const MANY = 500;

function withOutline(ctx: ToolContext, act: string): { one: Annotation; rings: Rings }[] {
  const found = editable(ctx).flatMap((one) => {
    const rings = outlineOf(one.type, one.geometry);
    return rings ? [{ one, rings }] : [];
  });
  if (!found.length) ctx.announce(`Select boxes, polygons, ellipses or masks to ${act}.`);
  return found;
}
/** Like another, with a geometry of its own. */
function like(one: Annotation, type: string, geometry: unknown): AnnotationParts {
  return { ...partsOf(one), type, geometry };
}

function typesOf(list: readonly { readonly type: string }[]): string[] {
  return list.map(({ type }) => type);
}

/** Cuts every selected shape that the line goes through; the pieces keep what was said of the whole. */
export function sliceSelected(ctx: ToolContext, line: readonly XY[]): boolean {
  const cut: { one: Annotation; pieces: AnnotationParts[] }[] = [];
  for (const { one, rings } of withOutline(ctx, "cut")) {
    const regions = sliced(rings, line);
    if (regions.length < 2) continue;
    const pieces = regions.flatMap((region) => {
      if (one.type !== "mask") return [like(one, "polygon", { rings: region })];
      const mask = ringsToMask(region, ctx.size());
      return mask ? [like(one, "mask", mask)] : [];
    });
    if (pieces.length > 1) cut.push({ one, pieces });
  }
  if (!cut.length) {
    ctx.announce("The line cuts nothing in two: lead it through a selected shape, from side to side.");
    return false;
  }
  const whole = cut.map(({ one }) => one);
  const pieces = cut.flatMap((each) => each.pieces);
  if (!taken(ctx, typesOf(pieces), typesOf(whole))) return false;
  const made = exchange(ctx, whole, pieces, `Cut ${counted(ctx, whole)}`);
  ctx.announce(`Cut into ${made.length} pieces`);
  return true;
}

/** One shape that covers what the selected ones cover: a mask if one of them is, else a polygon. The first one's label stays. */
export function joinSelected(ctx: ToolContext): boolean {
  const list = withOutline(ctx, "join");
  const [first, ...rest] = list;
  if (!first) return false;
  if (!rest.length) {
    ctx.announce("Joining takes two or more.");
    return false;
  }
  const whole = list.map(({ one }) => one);
  const type = whole.some((one) => one.type === "mask") ? "mask" : "polygon";
  if (!taken(ctx, [type], typesOf(whole))) return false;
  const geometry = type === "mask" ? unionOf(ctx, whole) : { rings: joined(list.map(({ rings }) => rings)) };
  if (!geometry) return false;
  exchange(ctx, whole, [like(first.one, type, geometry)], `Join ${counted(ctx, whole)}`);
  ctx.announce(`${counted(ctx, whole)} joined`);
  return true;
}
function unionOf(ctx: ToolContext, list: readonly Annotation[]): MaskGeometry | null {
  return (
    told(ctx, () =>
      list
        .map(({ type, geometry }) => converted(type, geometry, "mask", ctx.size()) as MaskGeometry)
        .reduce((all, mask) => combineMasks(all, mask, "union") ?? all),
    ) ?? null
  );
}

export function convertSelected(ctx: ToolContext, target: Target): boolean {
  const list = withOutline(ctx, "convert").flatMap(({ one }) => (one.type === target ? [] : [one]));
  if (!list.length || !taken(ctx, [target])) return false;
  const tolerance = ctx.stage.viewport.value.imageLength(SIMPLIFY_PX);
  return (
    told(ctx, () => {
      const made = list.map((one) =>
        like(one, target, converted(one.type, one.geometry, target, ctx.size(), Math.min(1, tolerance))),
      );
      exchange(ctx, list, made, `Convert ${counted(ctx, list)} to ${target}`);
      ctx.announce(`${counted(ctx, list)} converted to ${target}`);
      return true;
    }) ?? false
  );
}

/** Polygons of several parts become one polygon a part, each with its holes. */
export function splitSelected(ctx: ToolContext): boolean {
  const list = editable(ctx).filter(
    ({ type, geometry }) => type === "polygon" && parts((geometry as { rings: Rings }).rings).length > 1,
  );
  if (!list.length) {
    ctx.announce("Select a polygon of several parts.");
    return false;
  }
  const pieces = list.flatMap((one) =>
    parts((one.geometry as { rings: Rings }).rings).map((rings) => like(one, "polygon", { rings })),
  );
  return exchange(ctx, list, pieces, `Split ${counted(ctx, list)}`).length > 0;
}

/** Fewer points in the selected polygons and lines, none moved further than `tolerance` image pixels. */
export function simplified(ctx: ToolContext, tolerance: number): Map<string, AnnotationPatch> {
  const patches = new Map<string, AnnotationPatch>();
  for (const { id, type, geometry } of editable(ctx)) {
    if (type === "polygon") {
      const { rings } = geometry as { rings: Rings };
      patches.set(id, { geometry: { rings: simplifyRings(rings, tolerance) } });
    } else if (type === "polyline") {
      const { points } = geometry as { points: readonly XY[] };
      patches.set(id, { geometry: { points: simplify(points, tolerance, false) } });
    }
  }
  return patches;
}
/** Whether something is selected that can be simplified. */
export function simplifiable(ctx: ToolContext): boolean {
  const [first, ...more] = editable(ctx);
  return first !== undefined && more.length < MANY && [first, ...more].some(({ type }) => LINES.has(type));
}
/** Shows what simplifying would leave, for a slider; `null` ends the showing. */
export function previewSimplified(ctx: ToolContext, tolerance: number | null): void {
  previewChanges(ctx, tolerance === null ? null : simplified(ctx, tolerance));
}
export function simplifySelected(
  ctx: ToolContext,
  tolerance = ctx.stage.viewport.value.imageLength(SIMPLIFY_PX),
): boolean {
  const patches = simplified(ctx, tolerance);
  const list = [...patches.keys()].flatMap((id) => ctx.document.store.get(id) ?? []);
  if (!list.length) {
    ctx.announce("Select polygons or lines to simplify.");
    return false;
  }
  const before = points(list.map(({ geometry }) => geometry));
  const left = points([...patches.values()].map(({ geometry }) => geometry));
  if (left === before) {
    ctx.announce(`${before} points: nothing to leave out at this zoom.`);
    return false;
  }
  const done = changeShapes(ctx, patches, `Simplify ${counted(ctx, list)}`);
  if (done) ctx.announce(`${before} points, now ${left}`);
  return done;
}
function points(geometries: readonly unknown[]): number {
  return geometries.reduce<number>((sum, geometry) => {
    const { rings, points: line } = geometry as { rings?: Rings; points?: readonly XY[] };
    return sum + (line?.length ?? rings?.reduce((n, ring) => n + ring.length, 0) ?? 0);
  }, 0);
}

/** Holes of masks are covered; of polygons, the rings inside others go. */
export function fillHolesSelected(ctx: ToolContext): boolean {
  const patches = new Map<string, AnnotationPatch>();
  for (const { id, type, geometry } of editable(ctx)) {
    if (type === "mask") {
      const bitmap = bitmapOf(geometry as MaskGeometry);
      const mask = fillHoles(bitmap) ? maskOf(bitmap) : null;
      if (mask) patches.set(id, { geometry: mask });
    } else if (type === "polygon") {
      const { rings } = geometry as { rings: Rings };
      const outer = parts(rings).flatMap(([ring]) => (ring ? [ring] : []));
      // A part inside a hole would become a hole itself: joined, it is covered.
      if (outer.length < rings.length)
        patches.set(id, { geometry: { rings: joined(outer.map((ring) => [ring])) } });
    }
  }
  const list = [...patches.keys()].flatMap((id) => ctx.document.store.get(id) ?? []);
  if (!list.length) {
    ctx.announce("There are no holes in what is selected.");
    return false;
  }
  return changeShapes(ctx, patches, `Fill holes of ${counted(ctx, list)}`);
}
