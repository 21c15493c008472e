/**
 * Acts over the selection: one key or button, one step of undo, a name people understand. Locked shapes are left alone
 * unless forced. Each answers whether it did something; what it could not do it says.
 */
import type { Annotation } from "../shapes/_shape.ts";
import { around, movedWithin } from "./_move.ts";
import {
  addShapes,
  changeShapes,
  counted,
  editable,
  isPinned,
  oneStep,
  zOf,
  type AnnotationParts,
  type AnnotationPatch,
  type ToolContext,
} from "./_tool.ts";

/** Screen pixels by which a copy lies beside its original. */
const BESIDE = 12;

/** What acts work on; says why when it is nothing. */
function chosen(ctx: ToolContext): Annotation[] {
  const list = editable(ctx);
  if (!list.length)
    ctx.announce(ctx.document.selection.value.size ? "Locked: unlock it first." : "Select something first.");
  return list;
}
function selected(ctx: ToolContext): Annotation[] {
  const { store, selection } = ctx.document;
  return [...selection.value].flatMap((id) => store.get(id) ?? []);
}
function select(ctx: ToolContext, list: readonly Annotation[]): void {
  ctx.document.selection.set(new Set(list.map(({ id }) => id)));
}

// ---- selection

/** What is seen, has a place and is not locked. */
function selectable(ctx: ToolContext): Annotation[] {
  return removable(ctx).filter(({ type }) => type !== "class");
}
function removable(ctx: ToolContext): Annotation[] {
  return ctx.document.store.all().filter((one) => ctx.shown(one) && !ctx.locked.value.has(one.id));
}
export function selectAll(ctx: ToolContext): boolean {
  const all = selectable(ctx);
  select(ctx, all);
  ctx.announce(all.length ? `${counted(ctx, all)} selected` : "There is nothing to select.");
  return all.length > 0;
}
/** All that have a label of those selected, or where none is, the label in hand. */
export function selectLike(ctx: ToolContext): boolean {
  const chosen = new Set(selected(ctx).map(({ label }) => label));
  const labels = chosen.size ? chosen : new Set([ctx.label()]);
  const names = [...labels].join(", ");
  const all = selectable(ctx).filter(({ label }) => labels.has(label));
  if (all.length) select(ctx, all);
  ctx.announce(all.length ? `${counted(ctx, all)} selected: ${names}` : `There is no ${names} to select.`);
  return all.length > 0;
}
export function selectNone(ctx: ToolContext): boolean {
  if (!ctx.document.selection.value.size) return false;
  ctx.document.selection.set(new Set());
  return true;
}

// ---- removing

/** `force` takes locked ones too. */
export function removeSelected(ctx: ToolContext, force = false): boolean {
  const list = force ? selected(ctx) : chosen(ctx);
  if (!list.length) return false;
  const words = `Delete ${counted(ctx, list)}`;
  ctx.document.remove(
    list.map(({ id }) => id),
    words,
  );
  selectNone(ctx);
  ctx.announce(`${counted(ctx, list)} deleted`);
  return true;
}
/** What deleting all takes, and what it leaves: what is locked or not seen now. */
export function removedByAll(ctx: ToolContext): { goes: Annotation[]; stays: Annotation[] } {
  const goes = removable(ctx);
  const gone = new Set(goes);
  return { goes, stays: ctx.document.store.all().filter((one) => !gone.has(one)) };
}
export function removeAll(ctx: ToolContext): boolean {
  const list = removedByAll(ctx).goes;
  if (!list.length) return false;
  ctx.document.remove(
    list.map(({ id }) => id),
    `Delete all: ${counted(ctx, list)}`,
  );
  selectNone(ctx);
  return true;
}

// ---- copies

export function partsOf({ type, label, geometry, attributes, metadata }: Annotation): AnnotationParts {
  return { type, label, geometry, attributes, metadata };
}
/** Copies that were grouped form a group of their own. */
function regrouped(parts: readonly AnnotationParts[]): AnnotationParts[] {
  const names = new Map<unknown, string>();
  return parts.map((part) => {
    const group = part.metadata?.["group"];
    if (!group) return part;
    const name = names.get(group) ?? newGroup();
    names.set(group, name);
    return { ...part, metadata: { ...part.metadata, group: name } };
  });
}
export function newGroup(): string {
  return Math.random().toString(36).slice(2, 8);
}
/** The same shapes a little to the right and down; to the left or up where the picture ends. */
function beside(ctx: ToolContext, list: readonly Annotation[]): AnnotationParts[] {
  const by = Math.max(1, Math.round(ctx.stage.viewport.value.imageLength(BESIDE)));
  const [x1, y1, x2, y2] = around(list, ctx);
  const [width, height] = ctx.size();
  const dx = x2 + by <= width || x1 < by ? by : -by;
  const dy = y2 + by <= height || y1 < by ? by : -by;
  const moved = movedWithin(ctx, list, dx, dy);
  return list.map((one) => ({
    ...partsOf(one),
    geometry: moved?.get(one.id)?.geometry ?? one.geometry,
  }));
}
export function duplicate(ctx: ToolContext): boolean {
  const list = selected(ctx);
  if (!list.length) {
    ctx.announce("Select something first.");
    return false;
  }
  return addShapes(ctx, regrouped(beside(ctx, list)), "Duplicate") !== undefined;
}

/** For the next picture: its copies, to be added there. */
export function propagated(ctx: ToolContext): AnnotationParts[] {
  const list = selected(ctx);
  if (!list.length) ctx.announce("Select what goes on to the next picture first.");
  return regrouped(list.map(partsOf));
}
/**
 * Adds shapes made for another picture: moved inside this one where they do not fit. Those of a type that this task does
 * not take stay behind, and it is said how many.
 */
export function adopt(ctx: ToolContext, parts: readonly AnnotationParts[], verb: string): boolean {
  const size = ctx.size();
  const wanted = parts.filter(({ type }) => ctx.allowed?.includes(type) ?? true);
  const fitting = regrouped(wanted).flatMap((part) => {
    const shape = ctx.typeOf(part.type);
    if (!shape) return [];
    const box = shape.bounds(part.geometry, size);
    if (!box) return [part];
    const back = (low: number, high: number, length: number) =>
      high > length ? Math.max(-low, length - high) : 0;
    const [dx, dy] = [back(box[0], box[2], size[0]), back(box[1], box[3], size[1])];
    return [dx || dy ? { ...part, geometry: shape.moved(part.geometry, dx, dy, size) } : part];
  });
  const done = fitting.length > 0 && addShapes(ctx, fitting, verb) !== undefined;
  const left = parts.filter((part) => !wanted.includes(part));
  if (left.length)
    ctx.announce(
      `Left out, because this task does not take it: ${counted(ctx, left as unknown as Annotation[])}.`,
    );
  return done;
}

// ---- order, groups, what is said of them

function metadata(
  ctx: ToolContext,
  list: readonly Annotation[],
  part: (one: Annotation) => Record<string, unknown>,
  label: string,
): boolean {
  const patches = list.map(({ id, ...one }): [string, AnnotationPatch] => {
    const merged = { ...one.metadata, ...part({ id, ...one }) };
    return [
      id,
      { metadata: Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined)) },
    ];
  });
  return list.length > 0 && changeShapes(ctx, new Map(patches), label);
}
function range(values: readonly number[]): [number, number] {
  return [
    values.reduce((a, b) => Math.min(a, b), Infinity),
    values.reduce((a, b) => Math.max(a, b), -Infinity),
  ];
}

/** Above or below everything, or one step. */
export function reorder(ctx: ToolContext, to: "front" | "back" | "forward" | "backward"): boolean {
  const list = chosen(ctx);
  const words = { front: "to the front", back: "to the back", forward: "forward", backward: "backward" };
  const others = ctx.document.store.all().filter(({ id }) => !ctx.document.selection.value.has(id));
  const [low, high] = range([0, ...others.map(zOf)]);
  const [lowest, highest] = range(list.map(zOf));
  // Several keep their order among themselves.
  const by = { front: high + 1 - lowest, back: low - 1 - highest, forward: 1, backward: -1 }[to];
  return metadata(ctx, list, (one) => ({ z: zOf(one) + by }), `Move ${counted(ctx, list)} ${words[to]}`);
}
/** Groups what is selected; what is one group already is taken apart. */
export function group(ctx: ToolContext): boolean {
  const list = chosen(ctx);
  const names = new Set(list.map((one) => one.metadata["group"]));
  if (list.length && names.size === 1 && !names.has(undefined)) return ungroup(ctx);
  if (list.length < 2) {
    if (list.length) ctx.announce("A group takes two or more.");
    return false;
  }
  const name = newGroup();
  return metadata(ctx, list, () => ({ group: name }), `Group ${counted(ctx, list)}`);
}
export function ungroup(ctx: ToolContext): boolean {
  const list = chosen(ctx).filter((one) => one.metadata["group"]);
  return metadata(ctx, list, () => ({ group: undefined }), `Ungroup ${counted(ctx, list)}`);
}
export function toggleOccluded(ctx: ToolContext): boolean {
  const list = chosen(ctx);
  const occluded = !list.every((one) => one.metadata["occluded"]);
  const part = () => ({ occluded: occluded || undefined });
  return metadata(ctx, list, part, `Mark ${counted(ctx, list)} ${occluded ? "occluded" : "visible"}`);
}
export function togglePinned(ctx: ToolContext): boolean {
  const list = chosen(ctx);
  const pinned = !list.every(isPinned);
  const part = () => ({ pinned: pinned || undefined });
  const done = metadata(ctx, list, part, `${pinned ? "Pin" : "Unpin"} ${counted(ctx, list)}`);
  if (done) ctx.announce(`${counted(ctx, list)} ${pinned ? "pinned: stays in its place" : "unpinned"}`);
  return done;
}
export function setLabel(ctx: ToolContext, label: string): boolean {
  const list = chosen(ctx).filter((one) => one.label !== label);
  if (!list.length) return false;
  ctx.document.change(
    list.map(({ id }) => id),
    { label },
    `Label ${counted(ctx, list)} ${label}`,
  );
  ctx.announce(`${counted(ctx, list)}: ${label}`);
  return true;
}
/** One attribute of everything selected; undefined takes it away. */
export function setAttribute(ctx: ToolContext, name: string, value: unknown): boolean {
  const list = chosen(ctx);
  const patches = list.map(({ id, attributes }): [string, AnnotationPatch] => {
    const { [name]: _, ...rest } = attributes;
    return [id, { attributes: value === undefined ? rest : { ...rest, [name]: value } }];
  });
  return list.length > 0 && changeShapes(ctx, new Map(patches), `Set ${name} of ${counted(ctx, list)}`);
}

// ---- the view

/** Brings what is selected as near as there is room. */
export function zoomToSelected(ctx: ToolContext): boolean {
  const list = selected(ctx).filter(({ type, geometry }) => ctx.typeOf(type)?.bounds(geometry, ctx.size()));
  if (list.length) ctx.stage.zoomTo(around(list, ctx));
  else ctx.announce("Select something first.");
  return list.length > 0;
}

// ---- lock and hide: how one looks at them, not what they are

/** On for all of them, or off where all are on already; answers which. */
export function flip(
  ids: readonly string[],
  cell: { value: ReadonlySet<string>; set(value: ReadonlySet<string>): void },
): boolean {
  const next = new Set(cell.value);
  const on = !ids.every((id) => next.has(id));
  for (const id of ids) {
    if (on) next.add(id);
    else next.delete(id);
  }
  cell.set(next);
  return on;
}
export function toggleLock(ctx: ToolContext): boolean {
  const list = selected(ctx);
  if (!list.length) return false;
  const on = flip(
    list.map(({ id }) => id),
    ctx.locked,
  );
  ctx.announce(`${counted(ctx, list)} ${on ? "locked" : "unlocked"}`);
  return true;
}
export function toggleHide(ctx: ToolContext): boolean {
  const list = selected(ctx);
  if (!list.length) return false;
  const on = flip(
    list.map(({ id }) => id),
    ctx.hidden,
  );
  ctx.announce(`${counted(ctx, list)} ${on ? "hidden" : "shown"}`);
  return true;
}
export function toggleLockAll(ctx: ToolContext): boolean {
  const all = ctx.document.store.all().map(({ id }) => id);
  if (!all.length) return false;
  // Any lock at all is taken off first: the way out is one key.
  if (ctx.locked.value.size) ctx.locked.set(new Set());
  else ctx.locked.set(new Set(all));
  ctx.announce(ctx.locked.value.size ? "All locked" : "All unlocked");
  return true;
}
export function toggleHideAll(ctx: ToolContext): boolean {
  const all = ctx.document.store.all().map(({ id }) => id);
  if (!all.length) return false;
  if (ctx.hidden.value.size) ctx.hidden.set(new Set());
  else ctx.hidden.set(new Set(all));
  ctx.announce(ctx.hidden.value.size ? "All hidden" : "All shown");
  return true;
}

/** Replaces shapes by others as one step and selects the new ones. Used by cutting, joining and converting. */
export function exchange(
  ctx: ToolContext,
  old: readonly Annotation[],
  parts: readonly AnnotationParts[],
  label: string,
): Annotation[] {
  const made = oneStep(ctx, label, () => {
    ctx.document.remove(
      old.map(({ id }) => id),
      label,
    );
    return parts.map((part) => ctx.document.add(part));
  });
  select(ctx, made);
  return made;
}
