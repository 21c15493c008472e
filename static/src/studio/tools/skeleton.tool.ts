import type { Viewport, XY } from "../../lib/geometry.ts";
import type { Annotation, Modifiers, SkeletonTemplate } from "../shapes/_shape.ts";
import { withKeypoint, type Keypoint, type SkeletonGeometry, type Visibility } from "../shapes/skeleton.ts";
import { DrawTool } from "./_draw.ts";
import { drawWord } from "./_prompts.ts";
import { changeShapes, editable, type Command, type ToolContext } from "./_tool.ts";

const LEFT_OUT = 0;
const OCCLUDED = 1;
const VISIBLE = 2;

/** Places the keypoints of the label's template one by one, in its order. */
class SkeletonTool extends DrawTool {
  readonly id = "skeleton";
  readonly title = "Skeleton";
  readonly icon = "skeleton";
  readonly keys = ["shift+k"];
  readonly makes = ["skeleton"];
  readonly order = 55;
  private placed: Keypoint[] = [];
  /** A skeleton that was selected when the tool was taken up: its missing keypoints are placed first. */
  private resumed: string | null = null;

  override activate(ctx: ToolContext): void {
    const [one, more] = editable(ctx);
    this.resumed = one?.type === "skeleton" && !more ? one.id : null;
    super.activate(ctx);
  }

  /** Other keypoints: from the beginning. */
  relabelled(): void {
    this.reset();
  }
  protected override reset(): void {
    this.placed = [];
    super.reset();
    this.tell();
  }
  protected press(at: XY): void {
    this.set(at, VISIBLE);
  }
  protected place(at: XY): void {
    this.set(at, VISIBLE);
  }
  protected override secondary(at: XY): void {
    this.set(at, OCCLUDED);
  }
  protected hover(at: XY): void {
    const template = this.template();
    if (template) this.show(template, at);
    this.ctx.stage.redraw();
  }
  override command(command: Command, held: Modifiers): boolean {
    if (command === "draw.occluded") {
      const at = this.cross ?? this.ctx.stage.cursor.value;
      if (at) this.set(this.inside(at), OCCLUDED);
      return true;
    }
    if (command === "draw.skip") {
      this.set([0, 0], LEFT_OUT);
      return true;
    }
    return super.command(command, held);
  }
  protected override finish(): boolean {
    const template = this.template();
    if (!template || !this.placed.some(([, , v]) => v !== LEFT_OUT)) return false;
    this.complete(template);
    return true;
  }
  protected override back(): boolean {
    if (!this.placed.length) return false;
    this.placed = this.placed.slice(0, -1);
    this.tell();
    return true;
  }
  protected override abort(): boolean {
    if (this.missing()) this.resumed = null;
    else if (!this.placed.length) return false;
    this.reset();
    return true;
  }

  /** The next keypoint that the resumed skeleton lacks. */
  private missing(): { one: Annotation; index: number; name: string } | null {
    const one = this.resumed ? this.ctx.document.store.get(this.resumed) : undefined;
    const names = one && this.ctx.template(one.label)?.names;
    if (!one || !names) return null;
    const index = (one.geometry as SkeletonGeometry).keypoints.findIndex(([, , v]) => v === LEFT_OUT);
    return index < 0 ? null : { one, index, name: names[index] ?? `keypoint ${index + 1}` };
  }
  private supply(
    { one, index, name }: NonNullable<ReturnType<SkeletonTool["missing"]>>,
    at: XY,
    v: Visibility,
  ) {
    // Skipping one leaves the rest out as well: they come in order.
    if (v === LEFT_OUT) this.resumed = null;
    else {
      const geometry = withKeypoint(one.geometry as SkeletonGeometry, index, at, v);
      changeShapes(this.ctx, new Map([[one.id, { geometry }]]), `Place ${name} of skeleton`);
    }
    this.reset();
  }
  private template(): SkeletonTemplate | null {
    const template = this.ctx.template(this.ctx.label());
    return template?.names.length ? template : null;
  }
  private set([x, y]: XY, v: Visibility): void {
    const missing = this.missing();
    if (missing) {
      this.supply(missing, [x, y], v);
      return;
    }
    if (!this.placed.length && !this.mayDraw()) return;
    const template = this.template();
    if (!template) {
      this.ctx.announce(`${this.ctx.label()} has no skeleton. Choose a label that has one, or give it one.`);
      return;
    }
    this.placed = [...this.placed, [x, y, v]];
    if (this.placed.length >= template.names.length) this.complete(template);
    else {
      this.tell();
      this.show(template, null);
    }
  }
  private complete(template: SkeletonTemplate): void {
    if (!this.placed.some(([, , v]) => v !== LEFT_OUT)) {
      this.ctx.announce("Every keypoint was skipped: nothing to keep.");
      this.reset();
      return;
    }
    this.commit("skeleton", this.filled(template, null));
  }
  private filled({ names }: SkeletonTemplate, at: XY | null) {
    const next: Keypoint[] = at ? [[at[0], at[1], VISIBLE]] : [];
    const keypoints = names.map((_, i) => [...this.placed, ...next][i] ?? ([0, 0, LEFT_OUT] as Keypoint));
    return { keypoints };
  }
  private show(template: SkeletonTemplate, at: XY | null): void {
    if (this.placed.length) this.ctx.stage.preview([this.shown("skeleton", this.filled(template, at))]);
  }
  /** What the next click places, beside the pointer: eyes stay on the picture. */
  protected override paint(context: CanvasRenderingContext2D, viewport: Viewport): void {
    super.paint(context, viewport);
    const at = this.cross ?? this.ctx.stage.cursor.value;
    const name = this.missing()?.name ?? this.template()?.names[this.placed.length];
    if (at && name) drawWord(context, name, viewport.screenXY(at), this.ctx.stage.element.clientWidth);
  }
  private tell(): void {
    const missing = this.missing();
    if (missing) {
      this.hint.set(
        `${missing.name} is missing: click or arrows and Space. Right click or Q occluded, Esc leaves it`,
      );
      return;
    }
    const template = this.template();
    if (!template) {
      this.hint.set("Choose a label that has a skeleton");
      return;
    }
    const at = this.placed.length;
    this.hint.set(
      `${template.names[at] ?? ""} (${at + 1} of ${template.names.length}): click or arrows and Space. ` +
        "Right click or Q occluded, S skips, Backspace goes back, Enter leaves the rest out",
    );
  }
}
export default (): SkeletonTool => new SkeletonTool();
