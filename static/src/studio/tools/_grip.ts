/** Editing by handles: what moving one is called, taking a vertex out, and the handle that the keyboard holds. */
import type { XY } from "../../lib/geometry.ts";
import { withoutPoint, withoutVertex } from "../shapes/_edit.ts";
import { ShapeInvalid, type Annotation, type Handle } from "../shapes/_shape.ts";
import type { Ring, Rings } from "../shapes/_values.ts";
import { vertexOf } from "../shapes/_vertices.ts";
import { withKeypoint, type SkeletonGeometry } from "../shapes/skeleton.ts";
import { changeShapes, clampXY, counted, editable, NOTHING_HELD, told, type ToolContext } from "./_tool.ts";

export interface Gripped {
  readonly annotation: Annotation;
  readonly handle: Handle;
}

/** "Move vertex of polygon" */
export function handleWords(ctx: ToolContext, { annotation, handle }: Gripped): string {
  const name = counted(ctx, [annotation]);
  const words = {
    corner: `Resize ${name}`,
    edge: `Resize ${name}`,
    rotate: `Rotate ${name}`,
    vertex: `Move ${annotation.type === "skeleton" ? "keypoint" : "vertex"} of ${name}`,
    ghost: `Add vertex to ${name}`,
  };
  return words[handle.kind];
}

/** The geometry without the vertex its handle names; throws where too little would be left. */
function thinned({ type, geometry }: Annotation, handle: string): unknown {
  if (type === "skeleton") return withKeypoint(geometry as SkeletonGeometry, Number(handle), [0, 0], 0);
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
/** Takes a vertex out; a keypoint is then not labelled. */
export function dropVertex(ctx: ToolContext, { annotation, handle }: Gripped): void {
  const part = annotation.type === "skeleton" ? "keypoint" : "vertex";
  told(ctx, () => {
    const geometry = thinned(annotation, handle.id);
    const label = `Delete ${part} of ${counted(ctx, [annotation])}`;
    changeShapes(ctx, new Map([[annotation.id, { geometry }]]), label);
  });
}
/** The name of a keypoint, from its label's template; null for a handle of another type. */
export function keypointName(ctx: ToolContext, { annotation, handle }: Gripped): string | null {
  if (annotation.type !== "skeleton") return null;
  const at = Number(handle.id);
  return ctx.template(annotation.label)?.names[at] ?? `keypoint ${at + 1}`;
}
/** A keypoint that was visible is occluded now, and the other way round; false when it is no keypoint. */
export function toggleKeypoint(ctx: ToolContext, gripped: Gripped): boolean {
  const { annotation, handle } = gripped;
  if (annotation.type !== "skeleton") return false;
  const skeleton = annotation.geometry as SkeletonGeometry;
  const [x, y, v] = skeleton.keypoints[Number(handle.id)] ?? [0, 0, 0];
  if (!v) return false;
  const word = v === 2 ? "occluded" : "visible";
  const geometry = withKeypoint(skeleton, Number(handle.id), [x, y], v === 2 ? 1 : 2);
  const name = keypointName(ctx, gripped) ?? "";
  changeShapes(ctx, new Map([[annotation.id, { geometry }]]), `Mark ${name} ${word}`);
  ctx.announce(`${name} ${word}`);
  return true;
}

/** The handle that arrows move. */
export class Grip {
  private at: { id: string; handle: string } | null = null;

  constructor(private readonly ctx: ToolContext) {}

  /** What is held, as it is now; null when nothing is, or it is gone. */
  held(): Gripped | null {
    const annotation = this.at && this.ctx.document.store.get(this.at.id);
    if (!annotation || this.ctx.readOnly() || this.ctx.locked.value.has(annotation.id)) return null;
    const handle = this.handlesOf(annotation).find(({ id }) => id === this.at?.handle);
    return handle ? { annotation, handle } : null;
  }
  release(): boolean {
    const was = this.at !== null;
    this.at = null;
    return was;
  }
  /** Lets go unless the one selected shape is still the one held. */
  keepFor(ids: ReadonlySet<string>): boolean {
    if (this.at && !(ids.size === 1 && ids.has(this.at.id))) this.at = null;
    return this.at !== null;
  }

  /** Goes to the next or previous handle of the one selected shape; null when there is none. */
  step(by: 1 | -1): Handle | null {
    const [one, more] = editable(this.ctx);
    const handles = one && !more ? this.handlesOf(one) : [];
    if (!one || !handles.length) return null;
    const now = handles.findIndex(({ id }) => this.at?.id === one.id && id === this.at.handle);
    const from = now < 0 && by < 0 ? 0 : now;
    const next = handles[(from + by + handles.length) % handles.length] as Handle;
    this.at = { id: one.id, handle: next.id };
    const words = { ghost: "middle of an edge: moving it adds a vertex", rotate: "rotation" } as const;
    const plain = next.kind in words ? words[next.kind as keyof typeof words] : `${next.kind} ${next.id}`;
    this.ctx.announce(`Handle: ${keypointName(this.ctx, { annotation: one, handle: next }) ?? plain}`);
    return next;
  }

  push(gripped: Gripped, [dx, dy]: XY): void {
    const { annotation, handle } = gripped;
    const shape = this.ctx.typeOf(annotation.type);
    if (!shape) return;
    const size = this.ctx.size();
    const wanted: XY = [handle.at[0] + dx, handle.at[1] + dy];
    const to = handle.kind === "rotate" ? wanted : clampXY(wanted, size);
    const geometry = shape.dragged(annotation.geometry, handle.id, to, NOTHING_HELD, size);
    changeShapes(this.ctx, new Map([[annotation.id, { geometry }]]), handleWords(this.ctx, gripped));
    // The ghost became the vertex after it.
    if (handle.kind === "ghost" && this.at)
      this.at.handle = handle.id.replace(/(\d+)\+$/, (_, n: string) => `${Number(n) + 1}`);
  }

  private handlesOf(one: Annotation): Handle[] {
    return this.ctx.typeOf(one.type)?.handles(one.geometry, this.ctx.stage.viewport.value.scale) ?? [];
  }
}
