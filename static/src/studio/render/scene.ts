/**
 * The annotations as they lie on the picture: kept beside a store by its change sets, never read from it whole again.
 * Knows what is above what, and what is at a place.
 */
import type { BoxXYXY, WH, XY } from "../../lib/geometry.ts";
import type { Change, Store, Unsubscribe } from "../../lib/store.ts";
import type { Annotation, Handle, ShapeType, SkeletonTemplate } from "../shapes/_shape.ts";
import { boxesTouch, SpatialIndex } from "./spatial.ts";
import { isShown } from "./style.ts";
import type { SceneView, TemplateOf, TypeOf } from "./types.ts";

/** An annotation with a place on the picture. */
export interface Placed {
  readonly annotation: Annotation;
  readonly type: ShapeType;
  readonly box: BoxXYXY;
  readonly z: number;
  /** Counts up as annotations come: of two with the same z, the later lies above. */
  readonly seq: number;
  /** Of its label, if that is a skeleton's. */
  readonly template: SkeletonTemplate | undefined;
}
export interface HandleHit {
  readonly annotation: Annotation;
  readonly handle: Handle;
}
/** What changed, as boxes in image pixels; null = everything may have. */
export type Touched = readonly BoxXYXY[] | null;

const below = (a: Placed, b: Placed) => a.z - b.z || a.seq - b.seq;
const zOf = ({ metadata: { z } }: Annotation) => (typeof z === "number" && Number.isFinite(z) ? z : 0);
/** With more changes at once, all is drawn anew. */
export const MANY = 64;

export class Scene {
  private readonly index = new SpatialIndex<Placed>();
  private readonly places = new Map<string, Placed>();
  private readonly seqs = new Map<string, number>();
  private sorted: Placed[] | null = null;
  private count = 0;
  private templateOf: TemplateOf = () => null;
  private size: WH = [0, 0];
  private store: Store<Annotation> | null = null;
  private detach: Unsubscribe = () => undefined;

  constructor(
    private readonly typeOf: TypeOf,
    private readonly onTouched: (touched: Touched) => void,
  ) {}

  bind(store: Store<Annotation> | null): void {
    this.detach();
    this.store = store;
    this.detach = store ? store.subscribe((set) => this.take(set.changes)) : () => undefined;
    this.reload();
  }
  /** Bounds depend on the size of the picture, so all are taken anew. */
  resize(size: WH): void {
    if (size[0] === this.size[0] && size[1] === this.size[1]) return;
    this.size = size;
    this.reload();
  }
  templates(of: TemplateOf): void {
    this.templateOf = of;
    this.reload();
  }
  templateFor(label: string): SkeletonTemplate | undefined {
    return this.templateOf(label) ?? undefined;
  }
  get imageSize(): WH {
    return this.size;
  }

  get empty(): boolean {
    return this.places.size === 0;
  }
  get(id: string): Placed | undefined {
    return this.places.get(id);
  }
  /** Lowest first. */
  all(): readonly Placed[] {
    return (this.sorted ??= [...this.places.values()].sort(below));
  }
  /** All whose box touches `box`, lowest first. */
  near(box: BoxXYXY): Placed[] {
    const found = this.index.query(box);
    return found.length > this.places.size / 2
      ? this.all().filter((placed) => found.length === this.places.size || boxesTouch(placed.box, box))
      : found.sort(below);
  }

  /** What is at a place of the image within so many image pixels, topmost first; hidden ones are not there. */
  at([x, y]: XY, tolerance: number, view: SceneView): Placed[] {
    return this.near([x - tolerance, y - tolerance, x + tolerance, y + tolerance])
      .filter(
        ({ annotation, type, template }) =>
          isShown(annotation, view) && type.hit(annotation.geometry, [x, y], tolerance, template),
      )
      .reverse();
  }

  /** The nearest handle of these annotations within the tolerance; a ghost (a place for a new vertex) only if no other. */
  handleAt(at: XY, tolerance: number, zoom: number, ids: Iterable<string>): HandleHit | null {
    let best: HandleHit | null = null;
    let least = Infinity;
    for (const id of ids) {
      const placed = this.places.get(id);
      if (!placed) continue;
      for (const handle of placed.type.handles(placed.annotation.geometry, zoom)) {
        const away = Math.hypot(handle.at[0] - at[0], handle.at[1] - at[1]);
        const rank = handle.kind === "ghost" ? away + tolerance : away;
        if (away <= tolerance && rank < least)
          [best, least] = [{ annotation: placed.annotation, handle }, rank];
      }
    }
    return best;
  }

  private reload(): void {
    this.index.clear();
    this.places.clear();
    this.seqs.clear();
    this.sorted = null;
    this.count = 0;
    for (const annotation of this.store?.all() ?? []) this.place(annotation);
    this.onTouched(null);
  }

  private take(changes: readonly Change<Annotation>[]): void {
    const boxes: BoxXYXY[] = [];
    if (changes.length > MANY) this.sorted = null;
    for (const { id, after } of changes) {
      const before = this.places.get(id);
      if (before) boxes.push(before.box);
      if (after) {
        const placed = this.place(after);
        if (placed) boxes.push(placed.box);
      } else this.drop(id, true);
    }
    this.onTouched(boxes.length > MANY ? null : boxes);
  }

  private place(annotation: Annotation): Placed | null {
    const { id } = annotation;
    const type = this.typeOf(annotation.type);
    const box = type?.bounds(annotation.geometry, this.size);
    if (!type || !box) {
      this.drop(id, false);
      return null;
    }
    let seq = this.seqs.get(id);
    if (seq === undefined) this.seqs.set(id, (seq = this.count++));
    const template = this.templateFor(annotation.label);
    const placed: Placed = { annotation, type, box, z: zOf(annotation), seq, template };
    const before = this.places.get(id);
    this.places.set(id, placed);
    this.index.put(id, box, placed);
    // What moved keeps its place in the order: the list is searched, not sorted.
    if (this.sorted && before?.z === placed.z) this.sorted[this.sorted.indexOf(before)] = placed;
    else this.sorted = null;
    return placed;
  }

  private drop(id: string, forget: boolean): void {
    if (this.places.delete(id)) this.sorted = null;
    this.index.remove(id);
    if (forget) this.seqs.delete(id);
  }
}
