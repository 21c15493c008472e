/**
 * What a tool is and what it may touch. A tool is a small state chart in one file `<name>.tool.ts` beside this one;
 * `index.ts` finds it. Tools speak image pixels; what the keyboard asks of them comes as commands by name, so that keys
 * can be rebound without a tool knowing.
 */
import { clamp, type BoxXYXY, type Viewport, type WH, type XY } from "../../lib/geometry.ts";
import type { Cell, Store, Unsubscribe } from "../../lib/store.ts";
import type { CutOut } from "../cut/index.ts";
import type { BrushLayer } from "../render/brush.ts";
import type { Patch } from "../render/patch.ts";
import type { HandleHit } from "../render/scene.ts";
import type { Nib } from "../render/spans.ts";
import type { OverlayDraw, PointerHandlers, Preview, StagePointer, TypeOf } from "../render/types.ts";
import { rounded } from "../shapes/_values.ts";
import type { Segmenter, SmartPicture } from "../smart/segmenter.ts";
import { ShapeInvalid, type Annotation, type Modifiers, type SkeletonTemplate } from "../shapes/_shape.ts";

/** What tools use of the stage (render/). */
export interface ToolStage {
  readonly element: HTMLElement;
  readonly viewport: Cell<Viewport>;
  readonly cursor: Cell<XY | null>;
  pointer: PointerHandlers | null;
  /** Topmost first. */
  pick(screen: XY): Annotation[];
  pickHandle(screen: XY): HandleHit | null;
  preview(list: readonly Preview[]): void;
  /** A mask while it is painted; `id`: the annotation it stands for meanwhile. */
  paint(layer: BrushLayer | null, color?: string, id?: string | null): void;
  overlay(draw: OverlayDraw): Unsubscribe;
  redraw(): void;
  /** Makes a box of the image fill what is to be seen. */
  zoomTo(box: BoxXYXY): void;
  /** A part of the picture by itself, `side` pixels on its longest side. */
  cutOut(box: BoxXYXY, side: number): Promise<HTMLCanvasElement>;
}

/** What makes a new annotation; the document gives it its id, its author and revision 0. */
export type AnnotationParts = Pick<Annotation, "type" | "label" | "geometry"> &
  Partial<Pick<Annotation, "attributes" | "metadata">>;
/** An annotation keeps its type: another type is another annotation. */
export type AnnotationPatch = Partial<Pick<Annotation, "label" | "geometry" | "attributes" | "metadata">>;
/** What tools use of the document (state/). */
export interface ToolDocument {
  readonly store: Store<Annotation>;
  readonly selection: Cell<ReadonlySet<string>>;
  add(parts: AnnotationParts): Annotation;
  change(ids: readonly string[], patch: AnnotationPatch, label: string): void;
  remove(ids: readonly string[], label: string): void;
}

/** Masks from clicks, and the picture they are about. */
export interface SmartHelp {
  readonly segmenter: Pick<Segmenter, "state" | "look" | "mask">;
  /** The picture on the screen; null while there is none. */
  picture(): SmartPicture | null;
}

export interface ToolContext {
  readonly stage: ToolStage;
  readonly document: ToolDocument;
  readonly typeOf: TypeOf;
  /** Of the picture, in pixels. */
  size(): WH;
  /** The label that new shapes get; "" when none is chosen. */
  label(): string;
  color(label: string): string;
  template(label: string): SkeletonTemplate | null;
  /** The picture's pixels, of a huge one what is in sight, for tools that look at them; null while they have not come. */
  pixels(): Patch | null;
  /** Undefined on a page that has no model: its tool says so. */
  readonly smart?: SmartHelp;
  /** How objects are cut out by colour; undefined: in a worker. */
  readonly cutOut?: CutOut;
  /** Annotation types the task allows; undefined: all. A tool that can make several keeps to them. */
  readonly allowed?: readonly string[];
  /** Whether polygons snap to what is there. */
  readonly snap: Cell<boolean>;
  readonly hidden: Cell<ReadonlySet<string>>;
  /** Whether it is drawn now: not hidden, and no suggestion less sure than asked for. */
  shown(one: Annotation): boolean;
  readonly locked: Cell<ReadonlySet<string>>;
  readonly hover: Cell<string | null>;
  /** Diameter of the brush, in image pixels. */
  readonly brush: Cell<number>;
  readonly nib: Cell<Nib>;
  /** How far a colour may be from the one clicked to be flooded, 0 to 255. */
  readonly tolerance: Cell<number>;
  /** Whether painting takes pixels away from the masks below. */
  readonly removeUnderlying: Cell<boolean>;
  /** Whether nothing may be edited now: someone else's item, a look at an earlier version. */
  readOnly(): boolean;
  /** Tells people, by screen reader and on the foot line. */
  /** Says it to ears and, for a while, on the foot line; with `shown` other words stand there ("": the tool's hint). */
  announce(text: string, shown?: string): void;
}

/** What keys ask of the tool in hand. */
export type Command =
  | "draw.left"
  | "draw.right"
  | "draw.up"
  | "draw.down"
  | "draw.place"
  | "draw.finish"
  | "draw.back"
  | "draw.cancel"
  | "draw.occluded"
  | "draw.skip"
  | "draw.switch"
  | "draw.closer"
  | "draw.larger"
  | "draw.smaller";

/** What a person may set of a tool, shown while it is in hand. */
export type ToolOption = "size" | "nib" | "tolerance" | "underlying" | "simplify";

export interface Tool {
  readonly id: string;
  readonly title: string;
  /** A name of `ui/icons.ts`. */
  readonly icon: string;
  /** Keys it has unless a person rebinds them. */
  readonly keys: readonly string[];
  /** Annotation types it makes or edits; a task that allows none of them does not show it. Empty: always there. */
  readonly makes: readonly string[];
  /** Place in the tool bar. */
  readonly order: number;
  readonly cursor: string;
  readonly options?: readonly ToolOption[];
  /** One line: what to do next, by mouse and by keys. */
  readonly hint: Cell<string>;
  activate(ctx: ToolContext): void;
  /** Commits what is finished, drops what is not. */
  deactivate(): void;
  /** Another picture is shown, whether or not the tool is in hand; called before `activate`. */
  pictured?(ctx: ToolContext): void;
  /** Another label is in hand now. */
  relabelled?(): void;
  /** Commits what waits (a nudge), so that undo, leaving the page and the like find everything in the document. */
  settle?(): void;
  down?(event: StagePointer): void;
  move?(event: StagePointer): void;
  up?(event: StagePointer): void;
  cancel?(): void;
  doubleClick?(event: StagePointer): void;
  /** Whether the tool had a use for it. */
  command?(command: Command, held: Modifiers): boolean;
}

export const NOTHING_HELD: Modifiers = { shift: false, alt: false, ctrl: false };
/** A drag shorter than this, in screen pixels, is a click; a shape smaller than this is a slip of the hand. */
export const SLIP = 3;

export function clampXY([x, y]: XY, [width, height]: WH): XY {
  return [clamp(x, 0, width), clamp(y, 0, height)];
}

export function zOf({ metadata: { z } }: Annotation): number {
  return Number(z) || 0;
}

/** A type's name inside a sentence: "box", "3 boxes". */
export function counted(ctx: ToolContext, list: readonly Annotation[]): string {
  const types = new Set(list.map(({ type }) => type));
  const only = types.size === 1 ? [...types][0] : undefined;
  const word = (only && ctx.typeOf(only)?.title.toLowerCase()) || "object";
  return list.length === 1 ? word : `${list.length} ${severalOf(word)}`;
}
function severalOf(word: string): string {
  return /(s|x|sh|ch)$/.test(word) ? `${word}es` : `${word}s`;
}

/**
 * Whether the task takes what an act would make of these types; says so where it does not, since the server would refuse
 * it. A shape of somebody else's that has the type already may keep it.
 */
export function taken(ctx: ToolContext, made: Iterable<string>, had: Iterable<string> = []): boolean {
  const may = ctx.allowed && new Set([...ctx.allowed, ...had]);
  const not = may && [...made].find((type) => !may.has(type));
  if (not === undefined) return true;
  const word = ctx.typeOf(not)?.title.toLowerCase() ?? not;
  ctx.announce(`This task takes no ${severalOf(word)}: that would make one.`);
  return false;
}

/** One step of undo whatever it takes; the name is what people read beside "Undo". */
export function oneStep<R>(ctx: ToolContext, label: string, work: () => R): R {
  return ctx.document.store.batch(work, { label });
}

/** Runs something that may find a shape impossible; then says why and answers undefined. */
export function told<R>(ctx: ToolContext, work: () => R): R | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ShapeInvalid)) throw error;
    ctx.announce(error.message);
    return undefined;
  }
}

/** As it is saved, so that what is shown is what is kept; throws ShapeInvalid. A mask is whole numbers already. */
function normal(ctx: ToolContext, type: string, geometry: unknown): unknown {
  const valid = ctx.typeOf(type)?.validate(geometry, ctx.size()) ?? geometry;
  return type === "mask" ? valid : rounded(valid);
}

/** Adds shapes as one step, on top of what is there, and selects them. Says why and adds nothing if one is impossible. */
export function addShapes(
  ctx: ToolContext,
  parts: readonly AnnotationParts[],
  verb: string,
): Annotation[] | undefined {
  return told(ctx, () => {
    const top = ctx.document.store.all().reduce((z, one) => Math.max(z, zOf(one)), 0);
    const valid = parts.map((part) => ({
      ...part,
      geometry: normal(ctx, part.type, part.geometry),
      metadata: { ...part.metadata, ...(top > 0 ? { z: top } : {}) },
    }));
    const name = counted(ctx, valid as unknown as Annotation[]);
    const made = oneStep(ctx, `${verb} ${name}`, () => valid.map((part) => ctx.document.add(part)));
    ctx.document.selection.set(new Set(made.map(({ id }) => id)));
    return made;
  });
}

/** Gives several annotations new geometry (or more) as one step. Says why and changes nothing if one is impossible. */
export function changeShapes(
  ctx: ToolContext,
  patches: ReadonlyMap<string, AnnotationPatch>,
  label: string,
): boolean {
  const done = told(ctx, () => {
    const valid = [...patches].map(([id, patch]) => {
      const type = ctx.document.store.get(id)?.type ?? "";
      return [
        id,
        "geometry" in patch ? { ...patch, geometry: normal(ctx, type, patch.geometry) } : patch,
      ] as const;
    });
    oneStep(ctx, label, () => {
      for (const [id, patch] of valid)
        if (ctx.document.store.has(id)) ctx.document.change([id], patch, label);
    });
    return true;
  });
  return done ?? false;
}

/** Shows what a change would make of shapes, without making it; null ends the showing. */
export function previewChanges(ctx: ToolContext, patches: ReadonlyMap<string, AnnotationPatch> | null): void {
  ctx.stage.preview(
    [...(patches ?? [])].flatMap(([id, { geometry }]) => {
      const one = ctx.document.store.get(id);
      return one ? [{ id, geometry, type: one.type, label: one.label, color: ctx.color(one.label) }] : [];
    }),
  );
}

/** Held in its place: it is not moved as a whole, though its outline may be edited. */
export function isPinned({ metadata: { pinned } }: Pick<Annotation, "metadata">): boolean {
  return pinned === true;
}

/** What is selected and may be moved as a whole: editable, seen (nobody moves blindly), and not pinned. */
export function movable(ctx: ToolContext): Annotation[] {
  return editable(ctx).filter((one) => ctx.shown(one) && !isPinned(one));
}

/** What is selected and may be edited: there, and not locked. */
export function editable(ctx: ToolContext): Annotation[] {
  if (ctx.readOnly()) return [];
  const { store, selection } = ctx.document;
  return [...selection.value].flatMap((id) => {
    const one = store.get(id);
    return one && !ctx.locked.value.has(id) ? [one] : [];
  });
}
