/**
 * Select and edit. Click selects (again: what lies below), Ctrl adds, dragging on nothing is a rubber band; dragging a
 * shape moves all that is selected, a handle reshapes it, the frame around several resizes them as one. By keys: Tab goes
 * from shape to shape, arrows nudge, "." steps through the handles so that arrows move one vertex or edge.
 */
import { boxFromCorners, type BoxXYXY, type Viewport, type XY } from "../../lib/geometry.ts";
import { Cell, type Unsubscribe } from "../../lib/store.ts";
import type { StagePointer } from "../render/types.ts";
import type { Annotation, Handle, Modifiers } from "../shapes/_shape.ts";
import { Breath, type Push } from "./_breath.ts";
import { drawDirection, startAt } from "./direction.ts";
import {
  drawBand,
  drawFrame,
  frameHandleAt,
  frameHandles,
  frameOf,
  resized,
  withChanges,
  type Frame,
} from "./_frame.ts";
import { dropVertex, Grip, handleWords, keypointName, toggleKeypoint, type Gripped } from "./_grip.ts";
import { movedWithin } from "./_move.ts";
import { beyond, inOrder } from "./_order.ts";
import { drawWord } from "./_prompts.ts";
import { SNAP_REACH, snapIn } from "./_snap.ts";
import {
  changeShapes,
  clampXY,
  counted,
  editable,
  isPinned,
  movable,
  NOTHING_HELD,
  previewChanges,
  SLIP,
  type AnnotationPatch,
  type Command,
  type Tool,
  type ToolContext,
} from "./_tool.ts";

type State =
  | { at: "rest" }
  | { at: "move"; from: StagePointer; list: Annotation[]; under: Annotation[]; fresh: boolean }
  | ({ at: "handle"; from: StagePointer } & Gripped)
  | { at: "frame"; from: StagePointer; frame: Frame; handle: Handle }
  | { at: "band"; from: StagePointer; add: boolean; screen: BoxXYXY | null };

const NUDGES: Partial<Record<Command, XY>> = {
  "draw.left": [-1, 0],
  "draw.right": [1, 0],
  "draw.up": [0, -1],
  "draw.down": [0, 1],
};
const HINT =
  "Click selects, Ctrl adds, drag on nothing for a frame. Tab next, arrows nudge (Shift 10), “.” steps through handles";
const SEVERAL =
  "Drag moves them, the frame's handles resize them as one (Shift keeps proportions). “.” steps through them";

export class SelectTool implements Tool {
  readonly id = "select";
  readonly title = "Select";
  readonly icon = "pointer";
  readonly keys = ["v"];
  readonly makes = [];
  readonly order = 0;
  readonly options = ["simplify"] as const;
  readonly cursor = "default";
  readonly hint = new Cell(HINT);
  private ctx!: ToolContext;
  private state: State = { at: "rest" };
  private offs: Unsubscribe[] = [];
  /** What the drag makes of the shapes so far. */
  private latest: Map<string, AnnotationPatch> | null = null;
  private breath!: Breath;
  private grip!: Grip;
  /** The handle of the frame around several that arrows pull. */
  private pulled: string | null = null;

  activate(ctx: ToolContext): void {
    this.ctx = ctx;
    this.grip = new Grip(ctx);
    this.breath = new Breath(ctx);
    this.offs = [
      ctx.stage.overlay((context, viewport) => this.paint(context, viewport)),
      ctx.document.selection.subscribe((ids) => this.chosen(ids)),
    ];
  }
  deactivate(): void {
    this.settle();
    this.cancel();
    for (const off of this.offs) off();
    this.ctx.hover.set(null);
    this.letGo();
  }

  // ---- pointer

  down(event: StagePointer): void {
    this.settle();
    const hit = this.handleAt(event.screen);
    if (event.button === 2 && hit) toggleKeypoint(this.ctx, hit);
    if (event.button !== 0) return;
    if (hit) {
      if (event.held.alt && hit.handle.kind === "vertex") dropVertex(this.ctx, hit);
      else this.state = { at: "handle", from: event, ...hit };
      return;
    }
    const pull = this.frameAt(event.screen);
    if (pull) {
      this.state = { at: "frame", from: event, ...pull };
      return;
    }
    const under = this.under(event.screen);
    const [top] = under;
    if (!top) {
      this.state = { at: "band", from: event, add: event.held.ctrl || event.held.shift, screen: null };
      return;
    }
    const { selection } = this.ctx.document;
    if (event.held.ctrl || event.held.shift) {
      this.toggle(top);
      return;
    }
    const fresh = !under.some(({ id }) => selection.value.has(id));
    if (fresh) selection.set(this.withMates(top));
    this.state = { at: "move", from: event, list: movable(this.ctx), under, fresh };
  }

  move(event: StagePointer): void {
    const { state, ctx } = this;
    if (state.at === "rest") {
      const under = this.under(event.screen)[0]?.id ?? null;
      const handle = (this.handleAt(event.screen) ?? this.frameAt(event.screen))?.handle;
      ctx.hover.set(under);
      const moves = under !== null && movable(ctx).some(({ id }) => id === under);
      ctx.stage.element.style.cursor = handle?.cursor ?? (moves ? "move" : this.cursor);
      return;
    }
    if (state.at === "band") {
      state.screen = boxFromCorners(state.from.screen, event.screen);
      ctx.stage.redraw();
      return;
    }
    this.latest = this.patches(event);
    previewChanges(ctx, this.latest);
  }

  up(event: StagePointer): void {
    const { state } = this;
    const slip = state.at !== "rest" && away(state.from, event) < SLIP;
    if (state.at === "band") this.endBand(state.from, event, state.add, slip);
    else if (state.at === "move" && slip && !state.fresh) this.clicked(state.under);
    else if (state.at === "handle" && slip) this.clicked(this.under(event.screen));
    else if (state.at !== "rest" && !slip) {
      const patches = this.patches(event);
      if (state.at === "move" && !state.list.length) this.staysInPlace();
      else if (patches) changeShapes(this.ctx, patches, this.words());
    }
    this.cancel();
  }

  cancel(): void {
    this.state = { at: "rest" };
    this.latest = null;
    previewChanges(this.ctx, null);
  }

  doubleClick(event: StagePointer): void {
    const [top] = this.under(event.screen);
    if (top) this.ctx.document.selection.set(new Set([top.id]));
  }

  // ---- keys

  command(command: Command, held: Modifiers): boolean {
    const by = NUDGES[command];
    if (by) return this.pushed(by, held);
    if (command !== "draw.cancel") return false;
    if (this.state.at !== "rest") {
      this.cancel();
      return true;
    }
    if (this.letGo()) {
      this.chosen(this.ctx.document.selection.value);
      this.ctx.stage.redraw();
      return true;
    }
    return false;
  }

  /** Selects the next or previous shape, from left to right and top to bottom; false past the last one. */
  cycle(step: 1 | -1): boolean {
    this.settle();
    const order = inOrder(this.ctx);
    const { selection } = this.ctx.document;
    const next = beyond(order, selection.value, step);
    if (!next) return false;
    const { one, at } = next;
    selection.set(new Set([one.id]));
    const measure = this.ctx.typeOf(one.type)?.describe(one.geometry, this.ctx.size()) ?? "";
    this.ctx.announce(`${one.label || one.type}, ${at + 1} of ${order.length}: ${measure}`);
    return true;
  }

  /** The next or previous handle of the one selected shape becomes what arrows move. */
  stepHandle(step: 1 | -1): boolean {
    this.settle();
    const frame = frameOf(this.ctx);
    if (frame) return this.stepFrame(frame, step);
    const handle = this.grip.step(step);
    if (!handle) return false;
    this.hint.set(`Arrows move the ${handle.kind} (Shift 10), Delete removes a vertex, . next, Esc lets go`);
    this.ctx.stage.redraw();
    return true;
  }

  /** Deletes the vertex that the keyboard holds; false when it holds none. */
  deleteHandle(): boolean {
    const held = this.grip.held();
    if (held?.handle.kind !== "vertex") return false;
    dropVertex(this.ctx, held);
    return true;
  }
  /** The keypoint that the keyboard holds, or the pointer is over, becomes occluded or visible; false when there is none. */
  toggleKeypoint(): boolean {
    const gripped = this.meant();
    return gripped ? toggleKeypoint(this.ctx, gripped) : false;
  }
  /** The vertex that the keyboard holds, or the pointer is over, becomes the first of its ring or line. */
  startHere(): boolean {
    const gripped = this.meant();
    if (!startAt(this.ctx, gripped)) return false;
    this.grip.release(); // the vertices have other numbers now
    this.ctx.stage.redraw();
    return true;
  }
  /** The handle that the keyboard holds, or else the one under the pointer. */
  private meant(): Gripped | null {
    const { cursor, viewport } = this.ctx.stage;
    const under = cursor.value && this.handleAt(viewport.value.screenXY(cursor.value));
    return this.grip.held() ?? under;
  }

  settle(): void {
    this.breath.settle();
  }

  private pushed([x, y]: XY, held: Modifiers): boolean {
    const step = held.shift ? 10 : 1;
    const by: XY = [x * step, y * step];
    const gripped = this.grip.held();
    if (gripped) {
      this.grip.push(gripped, by);
      return true;
    }
    const frame = this.pulled === null ? null : frameOf(this.ctx);
    if (frame && this.pulled !== null) {
      this.breath.add(this.pull(this.pulled, frame, held.ctrl), by);
      return true;
    }
    const list = movable(this.ctx);
    if (!list.length) return this.staysInPlace();
    this.breath.add(
      {
        name: "move",
        ids: list.map(({ id }) => id),
        make: (now, way) => movedWithin(this.ctx, now, ...way),
        words: (now) => `Move ${counted(this.ctx, now)}`,
      },
      by,
    );
    return true;
  }
  /** Arrows with Ctrl keep the proportions: Shift means ten pixels at once. */
  private pull(handle: string, frame: Frame, shift: boolean): Push {
    const { ctx } = this;
    return {
      name: `${handle}${shift ? " in proportion" : ""}`,
      ids: frame.list.map(({ id }) => id),
      make: (_list, way) => resized(ctx, frame, handle, way, { ...NOTHING_HELD, shift }),
      words: (now) => `Resize ${counted(ctx, now)}`,
    };
  }
  private stepFrame(frame: Frame, step: 1 | -1): boolean {
    const handles = frameHandles(frame, 1);
    const now = handles.findIndex(({ id }) => id === this.pulled);
    const from = now < 0 && step < 0 ? 0 : now;
    const next = handles[(from + step + handles.length) % handles.length];
    if (!next) return false;
    this.pulled = next.id;
    const name = counted(this.ctx, frame.list);
    this.ctx.announce(`Handle: ${next.kind} ${next.id} of ${name}`);
    this.hint.set(`Arrows resize ${name} as one (Shift 10, Ctrl keeps proportions), . next, Esc lets go`);
    this.ctx.stage.redraw();
    return true;
  }
  private letGo(): boolean {
    const was = this.grip.release() || this.pulled !== null;
    this.pulled = null;
    return was;
  }

  /** Whether something is selected that only its pin keeps from moving; it is said. */
  private staysInPlace(): boolean {
    const pinned = editable(this.ctx).filter(isPinned);
    if (pinned.length) this.ctx.announce(`Pinned: the ${counted(this.ctx, pinned)} stays in its place.`);
    return pinned.length > 0;
  }

  // ---- inside

  private handleAt(screen: XY): Gripped | null {
    const hit = this.ctx.readOnly() ? null : this.ctx.stage.pickHandle(screen);
    return hit && !this.ctx.locked.value.has(hit.annotation.id) ? hit : null;
  }
  private frameAt(screen: XY): { frame: Frame; handle: Handle } | null {
    const frame = frameOf(this.ctx);
    const handle = frame && frameHandleAt(frame, screen, this.ctx.stage.viewport.value);
    return handle ? { frame, handle } : null;
  }
  private under(screen: XY): Annotation[] {
    const { hidden, locked, stage } = this.ctx;
    return stage.pick(screen).filter(({ id }) => !hidden.value.has(id) && !locked.value.has(id));
  }
  /** Itself, and those of its group. */
  private withMates(one: Annotation): ReadonlySet<string> {
    const { group } = one.metadata;
    const mates = group
      ? this.ctx.document.store
          .all()
          .filter(({ metadata, id }) => metadata["group"] === group && id !== one.id)
      : [];
    return new Set([one.id, ...mates.map(({ id }) => id)]);
  }
  private toggle(one: Annotation): void {
    const { selection } = this.ctx.document;
    const ids = new Set(selection.value);
    const on = !ids.has(one.id);
    for (const id of this.withMates(one)) {
      if (on) ids.add(id);
      else ids.delete(id);
    }
    selection.set(ids);
  }
  /** A click on what was selected already selects what lies below it; on one of several, that one. */
  private clicked(under: readonly Annotation[]): void {
    const { selection } = this.ctx.document;
    const at = under.findIndex(({ id }) => selection.value.has(id));
    const first = under[at];
    if (!first) return;
    const mates = this.withMates(first);
    const alone = selection.value.size === mates.size && [...mates].every((id) => selection.value.has(id));
    const next = alone ? (under[(at + 1) % under.length] as Annotation) : first;
    selection.set(this.withMates(next));
  }
  private endBand(from: StagePointer, to: StagePointer, add: boolean, slip: boolean): void {
    const { document, hidden, locked, typeOf } = this.ctx;
    const before = add ? [...document.selection.value] : [];
    if (slip) {
      document.selection.set(new Set(before));
      return;
    }
    const frame = boxFromCorners(from.screen, to.screen);
    const [x1, y1, x2, y2] = this.ctx.stage.viewport.value.imageBox(frame);
    const size = this.ctx.size();
    const caught = document.store.all().filter((one) => {
      if (hidden.value.has(one.id) || locked.value.has(one.id)) return false;
      const box = typeOf(one.type)?.bounds(one.geometry, size);
      return box && box[0] <= x2 && box[2] >= x1 && box[1] <= y2 && box[3] >= y1;
    });
    document.selection.set(new Set([...before, ...caught.map(({ id }) => id)]));
    this.ctx.announce(caught.length ? `${counted(this.ctx, caught)} selected` : "Nothing there");
  }

  private patches(event: StagePointer): Map<string, AnnotationPatch> | null {
    const { state, ctx } = this;
    if (state.at === "move") {
      const [dx, dy] = [event.image[0] - state.from.image[0], event.image[1] - state.from.image[1]];
      return movedWithin(ctx, state.list, dx, dy);
    }
    if (state.at === "frame") {
      const by: XY = [event.image[0] - state.from.image[0], event.image[1] - state.from.image[1]];
      return resized(ctx, state.frame, state.handle.id, by, event.held);
    }
    if (state.at !== "handle") return null;
    const shape = ctx.typeOf(state.annotation.type);
    if (!shape) return null;
    const size = ctx.size();
    const at = this.handlePlace(state, event);
    const geometry = shape.dragged(state.annotation.geometry, state.handle.id, at, event.held, size);
    return new Map([[state.annotation.id, { geometry }]]);
  }
  /** Vertices snap to what is there unless Ctrl is held. */
  private handlePlace(state: Extract<State, { at: "handle" }>, { image, held }: StagePointer): XY {
    const { kind } = state.handle;
    if (kind === "rotate") return image;
    const vertex = kind === "vertex" || kind === "ghost";
    const to = vertex && !held.ctrl ? snapIn(this.ctx, image, SNAP_REACH, state.annotation.id) : null;
    return to ?? clampXY(image, this.ctx.size());
  }
  /** What the drag is called that ends. */
  private words(): string {
    const { state, ctx } = this;
    if (state.at === "handle") return handleWords(ctx, state);
    if (state.at === "frame") return `Resize ${counted(ctx, state.frame.list)}`;
    return state.at === "move" ? `Move ${counted(ctx, state.list)}` : "";
  }
  private chosen(ids: ReadonlySet<string>): void {
    this.breath.keepFor(ids);
    this.pulled = null;
    if (!this.grip.keepFor(ids)) this.hint.set(ids.size > 1 ? SEVERAL : HINT);
  }

  /** Around several that are selected, as they are shown now: under the hand, or still. */
  private shownFrame(): Frame | null {
    const frame = this.state.at === "band" ? null : frameOf(this.ctx);
    return frame && withChanges(this.ctx, frame, this.latest ?? this.breath.changes());
  }
  private paint(context: CanvasRenderingContext2D, viewport: Viewport): void {
    this.paintDirection(context, viewport);
    this.paintKeypoint(context, viewport);
    const frame = this.shownFrame();
    if (frame) drawFrame(context, viewport, frame);
    const handles = frame && frameHandles(frame, viewport.scale);
    const held = this.grip.held()?.handle ?? handles?.find(({ id }) => id === this.pulled);
    if (held) drawHeld(context, viewport.screenXY(held.at));
    if (this.state.at !== "band" || !this.state.screen) return;
    drawBand(context, this.state.screen);
  }
  /** Which keypoint is held or under the pointer: on a body of seventeen one would have to guess. */
  private paintKeypoint(context: CanvasRenderingContext2D, viewport: Viewport): void {
    const { state, ctx } = this;
    if (state.at !== "rest" && state.at !== "handle") return;
    const { cursor, element } = ctx.stage;
    const under = cursor.value && ctx.stage.pickHandle(viewport.screenXY(cursor.value));
    const gripped = state.at === "handle" ? state : (this.grip.held() ?? under);
    const name = gripped && keypointName(ctx, gripped);
    if (!name) return;
    const at = (state.at === "handle" && cursor.value) || gripped.handle.at;
    drawWord(context, name, viewport.screenXY(at), element.clientWidth);
  }
  /** Of the one line that is selected, as it is shown now. */
  private paintDirection(context: CanvasRenderingContext2D, viewport: Viewport): void {
    if (this.ctx.document.selection.value.size !== 1) return;
    const [one] = editable(this.ctx);
    if (!one) return;
    const patch = (this.latest ?? this.breath.changes())?.get(one.id);
    drawDirection(context, viewport, { type: one.type, geometry: patch?.geometry ?? one.geometry });
  }
}

/** The handle that the keyboard holds. */
function drawHeld(context: CanvasRenderingContext2D, [x, y]: XY): void {
  context.strokeStyle = "#ffffff";
  context.lineWidth = 3;
  context.strokeRect(x - 8, y - 8, 16, 16);
  context.strokeStyle = "#000000";
  context.lineWidth = 1;
  context.strokeRect(x - 8, y - 8, 16, 16);
}
function away(a: StagePointer, b: StagePointer): number {
  return Math.hypot(b.screen[0] - a.screen[0], b.screen[1] - a.screen[1]);
}

export default (): SelectTool => new SelectTool();
