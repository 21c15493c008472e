/**
 * Select and edit. Click selects (again: what lies below), Ctrl adds, dragging on nothing is a rubber band; dragging a
 * shape moves all that is selected, a handle reshapes it. By keys: Tab goes from shape to shape, arrows nudge, "." steps
 * through the handles so that arrows move one vertex or edge.
 */
import { boxFromCorners, type BoxXYXY, type Viewport, type XY } from "../../lib/geometry.ts";
import { Cell, type Unsubscribe } from "../../lib/store.ts";
import type { Preview, StagePointer } from "../render/types.ts";
import type { Annotation, Modifiers } from "../shapes/_shape.ts";
import { dropVertex, Grip, handleWords, toggleKeypoint, type Gripped } from "./_grip.ts";
import { movedWithin } from "./_move.ts";
import { beyond, inOrder } from "./_order.ts";
import { SNAP_REACH, snapIn } from "./_snap.ts";
import {
  changeShapes,
  clampXY,
  counted,
  editable,
  movable,
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
  | { at: "band"; from: StagePointer; add: boolean; screen: BoxXYXY | null };

const NUDGES: Partial<Record<Command, XY>> = {
  "draw.left": [-1, 0],
  "draw.right": [1, 0],
  "draw.up": [0, -1],
  "draw.down": [0, 1],
};
/** Nudges in one breath are one step of undo. */
const BREATH_MS = 400;

const HINT =
  "Click selects, Ctrl adds, drag on nothing for a frame. Tab next, arrows nudge (Shift 10), . steps through handles";

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
  private nudge: { dx: number; dy: number; ids: string[]; timer: ReturnType<typeof setTimeout> } | null =
    null;
  private grip!: Grip;

  activate(ctx: ToolContext): void {
    this.ctx = ctx;
    this.grip = new Grip(ctx);
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
    this.grip.release();
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
      const handle = this.handleAt(event.screen);
      ctx.hover.set(under);
      const moves = under !== null && movable(ctx).some(({ id }) => id === under);
      ctx.stage.element.style.cursor = handle?.handle.cursor ?? (moves ? "move" : this.cursor);
      return;
    }
    if (state.at === "band") {
      state.screen = boxFromCorners(state.from.screen, event.screen);
      ctx.stage.redraw();
      return;
    }
    const patches = this.patches(event);
    ctx.stage.preview(patches ? this.previews(patches) : []);
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
      else if (patches)
        changeShapes(
          this.ctx,
          patches,
          state.at === "move" ? `Move ${counted(this.ctx, state.list)}` : handleWords(this.ctx, state),
        );
    }
    this.cancel();
  }

  cancel(): void {
    this.state = { at: "rest" };
    this.ctx.stage.preview([]);
  }

  doubleClick(event: StagePointer): void {
    const [top] = this.under(event.screen);
    if (top) this.ctx.document.selection.set(new Set([top.id]));
  }

  // ---- keys

  command(command: Command, held: Modifiers): boolean {
    const by = NUDGES[command];
    if (by) return this.pushed(by, held.shift ? 10 : 1);
    if (command !== "draw.cancel") return false;
    if (this.state.at !== "rest") {
      this.cancel();
      return true;
    }
    if (this.grip.release()) {
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
    const { cursor, viewport } = this.ctx.stage;
    const under = cursor.value && this.handleAt(viewport.value.screenXY(cursor.value));
    const gripped = this.grip.held() ?? under;
    return gripped ? toggleKeypoint(this.ctx, gripped) : false;
  }

  settle(): void {
    const { nudge } = this;
    if (!nudge) return;
    this.nudge = null;
    clearTimeout(nudge.timer);
    const list = nudge.ids.flatMap((id) => this.ctx.document.store.get(id) ?? []);
    const patches = movedWithin(this.ctx, list, nudge.dx, nudge.dy);
    this.ctx.stage.preview([]);
    if (patches) changeShapes(this.ctx, patches, `Move ${counted(this.ctx, list)}`);
  }

  private pushed([x, y]: XY, step: number): boolean {
    const held = this.grip.held();
    if (held) {
      this.grip.push(held, [x * step, y * step]);
      return true;
    }
    const list = movable(this.ctx);
    if (!list.length) return this.staysInPlace();
    const before = this.nudge;
    if (before) clearTimeout(before.timer);
    const timer = setTimeout(() => this.settle(), BREATH_MS);
    const [dx, dy] = [(before?.dx ?? 0) + x * step, (before?.dy ?? 0) + y * step];
    this.nudge = { dx, dy, ids: list.map(({ id }) => id), timer };
    const patches = movedWithin(this.ctx, list, dx, dy);
    this.ctx.stage.preview(patches ? this.previews(patches) : []);
    return true;
  }

  /** Whether something is selected that only its pin keeps from moving; it is said. */
  private staysInPlace(): boolean {
    const pinned = editable(this.ctx);
    if (pinned.length) this.ctx.announce(`Pinned: the ${counted(this.ctx, pinned)} stays in its place.`);
    return pinned.length > 0;
  }

  // ---- inside

  private handleAt(screen: XY): Gripped | null {
    const hit = this.ctx.readOnly() ? null : this.ctx.stage.pickHandle(screen);
    return hit && !this.ctx.locked.value.has(hit.annotation.id) ? hit : null;
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
  private previews(patches: ReadonlyMap<string, AnnotationPatch>): Preview[] {
    return [...patches].flatMap(([id, patch]) => {
      const one = this.ctx.document.store.get(id);
      if (!one) return [];
      const { type, label } = one;
      return [{ type, label, id, geometry: patch.geometry, color: this.ctx.color(label) }];
    });
  }
  private chosen(ids: ReadonlySet<string>): void {
    if (this.nudge && !this.nudge.ids.every((id) => ids.has(id))) this.settle();
    if (!this.grip.keepFor(ids)) this.hint.set(HINT);
  }

  private paint(context: CanvasRenderingContext2D, viewport: Viewport): void {
    const held = this.grip.held();
    if (held) {
      const [x, y] = viewport.screenXY(held.handle.at);
      context.strokeStyle = "#ffffff";
      context.lineWidth = 3;
      context.strokeRect(x - 8, y - 8, 16, 16);
      context.strokeStyle = "#000000";
      context.lineWidth = 1;
      context.strokeRect(x - 8, y - 8, 16, 16);
    }
    if (this.state.at !== "band" || !this.state.screen) return;
    const [x1, y1, x2, y2] = this.state.screen;
    context.beginPath();
    context.rect(x1, y1, x2 - x1, y2 - y1);
    context.fillStyle = "#ffffff22";
    context.fill();
    context.setLineDash([4, 3]);
    context.lineWidth = 1.5;
    context.strokeStyle = "#ffffff";
    context.stroke();
  }
}

function away(a: StagePointer, b: StagePointer): number {
  return Math.hypot(b.screen[0] - a.screen[0], b.screen[1] - a.screen[1]);
}

export default (): SelectTool => new SelectTool();
