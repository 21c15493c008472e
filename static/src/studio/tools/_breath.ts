/** Presses of an arrow key in one breath are one step of undo: what they make is shown at once, and kept when it ends. */
import type { XY } from "../../lib/geometry.ts";
import type { Annotation } from "../shapes/_shape.ts";
import { changeShapes, previewChanges, type AnnotationPatch, type ToolContext } from "./_tool.ts";

/** So long after the last press the breath ends. */
const BREATH_MS = 400;

/** What presses add up to: a move, or the pull of one handle. */
export interface Push {
  /** Another name ends the breath. */
  readonly name: string;
  readonly ids: readonly string[];
  make(list: readonly Annotation[], by: XY): Map<string, AnnotationPatch> | null;
  /** The step of undo. */
  words(list: readonly Annotation[]): string;
}

export class Breath {
  private now: { push: Push; by: XY; timer: ReturnType<typeof setTimeout> } | null = null;

  constructor(private readonly ctx: ToolContext) {}

  add(push: Push, [x, y]: XY): void {
    if (this.now && this.now.push.name !== push.name) this.settle();
    const before = this.now;
    if (before) clearTimeout(before.timer);
    const by: XY = [(before?.by[0] ?? 0) + x, (before?.by[1] ?? 0) + y];
    this.now = { push, by, timer: setTimeout(() => this.settle(), BREATH_MS) };
    previewChanges(this.ctx, push.make(this.list(push), by));
  }
  /** Keeps what was pushed; answers whether anything was. */
  settle(): boolean {
    const { now } = this;
    if (!now) return false;
    this.now = null;
    clearTimeout(now.timer);
    const list = this.list(now.push);
    const patches = now.push.make(list, now.by);
    previewChanges(this.ctx, null);
    return patches !== null && changeShapes(this.ctx, patches, now.push.words(list));
  }
  /** Ends it when something else is selected. */
  keepFor(ids: ReadonlySet<string>): void {
    if (this.now && !this.now.push.ids.every((id) => ids.has(id))) this.settle();
  }
  /** What is shown meanwhile. */
  changes(): Map<string, AnnotationPatch> | null {
    return this.now && this.now.push.make(this.list(this.now.push), this.now.by);
  }

  private list({ ids }: Push): Annotation[] {
    return ids.flatMap((id) => this.ctx.document.store.get(id) ?? []);
  }
}
