/**
 * Select and edit. Click selects (again: what lies below), Ctrl adds, dragging on nothing is a rubber band; dragging a
 * shape moves all that is selected, a handle reshapes it. By keys: Tab goes from shape to shape, arrows nudge, "." steps
 * through the handles so that arrows move one vertex or edge.
 */
import { boxFromCorners, type BoxXYXY, type Viewport, type XY } from "../../lib/geometry.ts";
import { Cell, type Unsubscribe } from "../../lib/store.ts";
import type { Preview, StagePointer } from "../render/types.ts";
import { withoutPoint, withoutVertex } from "../shapes/_edit.ts";
import { ShapeInvalid, type Annotation, type Handle, type Modifiers } from "../shapes/_shape.ts";
import type { Ring, Rings } from "../shapes/_values.ts";
import { vertexOf } from "../shapes/_vertices.ts";
import { movedWithin } from "./_move.ts";
import { SNAP_REACH, snapIn } from "./_snap.ts";
import {
  changeShapes,
  clampXY,
  counted,
  editable,
  NOTHING_HELD,
  SLIP,
  told,
  type AnnotationPatch,
  type Command,
  type Tool,
  type ToolContext,
} from "./_tool.ts";

type State =
  | { at: "rest" }
  | { at: "move"; from: StagePointer; list: Annotation[]; under: Annotation[]; fresh: boolean }
  | { at: "handle"; from: StagePointer; annotation: Annotation; handle: Handle }
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
  readonly cursor = "default";
  readonly hint = new Cell(HINT);
  private ctx!: ToolContext;
  private state: State = { at: "rest" };
  private offs: Unsubscribe[] = [];
  private nudge: { dx: number; dy: number; ids: string[]; timer: ReturnType<typeof setTimeout> } | null =
    null;
  /** The handle that arrows move. */
  private grip: { id: string; handle: string } | null = null;

  activate(ctx: ToolContext): void {
    this.ctx = ctx;
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
    this.grip = null;
  }

  // ---- pointer

  down(event: StagePointer): void {
    this.settle();
    if (event.button !== 0) return;
    const hit = this.ctx.stage.pickHandle(event.screen);
    if (hit && !this.ctx.readOnly() && !this.ctx.locked.value.has(hit.annotation.id)) {
      if (event.held.alt && hit.handle.kind === "vertex") this.dropVertex(hit.annotation, hit.handle.id);
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
    this.state = { at: "move", from: event, list: editable(this.ctx), under, fresh };
  }

  move(event: StagePointer): void {
    const { state, ctx } = this;
    if (state.at === "rest") {
      const under = this.under(event.screen)[0]?.id ?? null;
      const handle = ctx.readOnly() ? null : ctx.stage.pickHandle(event.screen);
      ctx.hover.set(under);
      const movable = under !== null && ctx.document.selection.value.has(under);
      ctx.stage.element.style.cursor = handle?.handle.cursor ?? (movable ? "move" : this.cursor);
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
      if (patches)
        changeShapes(
          this.ctx,
          patches,
          state.at === "move" ? `Move ${counted(this.ctx, state.list)}` : this.handleWords(state),
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
    if (this.grip) {
      this.grip = null;
      this.chosen(this.ctx.document.selection.value);
      this.ctx.stage.preview([]);
      return true;
    }
    return false;
  }

  /** Selects the next or previous shape, from left to right and top to bottom; false past the last one. */
  cycle(step: 1 | -1): boolean {
    this.settle();
    const order = this.inOrder();
    const { selection } = this.ctx.document;
    const places = order.flatMap(({ id }, i) => (selection.value.has(id) ? [i] : []));
    const from = step > 0 ? (places.at(-1) ?? -1) : (places[0] ?? order.length);
    const next = order[from + step];
    if (!next) return false;
    selection.set(new Set([next.id]));
    const measure = this.ctx.typeOf(next.type)?.describe(next.geometry, this.ctx.size()) ?? "";
    this.ctx.announce(`${next.label || next.type}, ${from + step + 1} of ${order.length}: ${measure}`);
    return true;
  }

  /** The next or previous handle of the one selected shape becomes what arrows move. */
  stepHandle(step: 1 | -1): boolean {
    this.settle();
    const [one, more] = editable(this.ctx);
    if (!one || more) return false;
    const handles = this.handlesOf(one);
    if (!handles.length) return false;
    const at = handles.findIndex(({ id }) => this.grip?.id === one.id && id === this.grip.handle);
    const from = at < 0 && step < 0 ? 0 : at;
    const next = handles[(from + step + handles.length) % handles.length] as Handle;
    this.grip = { id: one.id, handle: next.id };
    const words = { ghost: "middle of an edge: moving it adds a vertex", rotate: "rotation" } as const;
    const what = next.kind in words ? words[next.kind as keyof typeof words] : `${next.kind} ${next.id}`;
    this.ctx.announce(`Handle: ${what}`);
    this.hint.set(`Arrows move the ${next.kind} (Shift 10), Delete removes a vertex, . next, Esc lets go`);
    this.ctx.stage.preview([]);
    return true;
  }

  /** Deletes the vertex that the keyboard holds; false when it holds none. */
  deleteHandle(): boolean {
    const held = this.held();
    if (held?.handle.kind !== "vertex") return false;
    this.dropVertex(held.annotation, held.handle.id);
    return true;
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
    const held = this.held();
    if (held) {
      this.pushHandle(held.annotation, held.handle, [x * step, y * step]);
      return true;
    }
    const list = editable(this.ctx);
    if (!list.length) return false;
    const before = this.nudge;
    if (before) clearTimeout(before.timer);
    const timer = setTimeout(() => this.settle(), BREATH_MS);
    const [dx, dy] = [(before?.dx ?? 0) + x * step, (before?.dy ?? 0) + y * step];
    this.nudge = { dx, dy, ids: list.map(({ id }) => id), timer };
    const patches = movedWithin(this.ctx, list, dx, dy);
    this.ctx.stage.preview(patches ? this.previews(patches) : []);
    return true;
  }

  private pushHandle(annotation: Annotation, handle: Handle, [dx, dy]: XY): void {
    const shape = this.ctx.typeOf(annotation.type);
    if (!shape) return;
    const size = this.ctx.size();
    const wanted: XY = [handle.at[0] + dx, handle.at[1] + dy];
    const to = handle.kind === "rotate" ? wanted : clampXY(wanted, size);
    const geometry = shape.dragged(annotation.geometry, handle.id, to, NOTHING_HELD, size);
    changeShapes(
      this.ctx,
      new Map([[annotation.id, { geometry }]]),
      this.handleWords({ annotation, handle }),
    );
    // The ghost became the vertex after it.
    if (handle.kind === "ghost" && this.grip)
      this.grip.handle = handle.id.replace(/(\d+)\+$/, (_, n: string) => `${Number(n) + 1}`);
  }

  // ---- inside

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
  private handleWords({ annotation, handle }: { annotation: Annotation; handle: Handle }): string {
    const name = counted(this.ctx, [annotation]);
    const words = {
      corner: `Resize ${name}`,
      edge: `Resize ${name}`,
      rotate: `Rotate ${name}`,
      vertex: `Move vertex of ${name}`,
      ghost: `Add vertex to ${name}`,
    };
    return words[handle.kind];
  }
  private dropVertex(annotation: Annotation, handle: string): void {
    told(this.ctx, () => {
      const geometry = thinned(annotation, handle);
      const label = `Delete vertex of ${counted(this.ctx, [annotation])}`;
      changeShapes(this.ctx, new Map([[annotation.id, { geometry }]]), label);
    });
  }

  private handlesOf(one: Annotation): Handle[] {
    return this.ctx.typeOf(one.type)?.handles(one.geometry, this.ctx.stage.viewport.value.scale) ?? [];
  }
  private held(): { annotation: Annotation; handle: Handle } | null {
    const annotation = this.grip && this.ctx.document.store.get(this.grip.id);
    if (!annotation || this.ctx.locked.value.has(annotation.id)) return null;
    const handle = this.handlesOf(annotation).find(({ id }) => id === this.grip?.handle);
    return handle ? { annotation, handle } : null;
  }
  private inOrder(): Annotation[] {
    const size = this.ctx.size();
    return this.ctx.document.store
      .all()
      .filter(({ id }) => !this.ctx.hidden.value.has(id))
      .flatMap((one) => {
        const box = this.ctx.typeOf(one.type)?.bounds(one.geometry, size);
        return box ? [{ one, box }] : [];
      })
      .sort((a, b) => a.box[1] - b.box[1] || a.box[0] - b.box[0])
      .map(({ one }) => one);
  }
  private chosen(ids: ReadonlySet<string>): void {
    if (this.nudge && !this.nudge.ids.every((id) => ids.has(id))) this.settle();
    if (this.grip && !(ids.size === 1 && ids.has(this.grip.id))) this.grip = null;
    if (!this.grip) this.hint.set(HINT);
  }

  private paint(context: CanvasRenderingContext2D, viewport: Viewport): void {
    const held = this.held();
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

/** The geometry without the vertex its handle names; throws where too little would be left. */
function thinned({ type, geometry }: Annotation, handle: string): unknown {
  const vertex = vertexOf(handle);
  const { rings, points } = geometry as { rings?: Rings; points?: Ring };
  if (vertex && rings) {
    const left = withoutVertex(rings, vertex.ring, vertex.index);
    if (left) return { rings: left };
    throw new ShapeInvalid("A polygon keeps at least 3 points. Del deletes all of it.");
  }
  if (vertex && points) {
    const left = withoutPoint(points, vertex.index);
    if (left) return { points: left };
    throw new ShapeInvalid("A line keeps at least 2 points. Del deletes all of it.");
  }
  throw new ShapeInvalid(`A ${type} has no vertices to delete.`);
}

export default (): SelectTool => new SelectTool();
