import { boxFromCorners, type BoxXYXY, type Viewport, type XY } from "../../lib/geometry.ts";
import { workerCutOut, type CutOut } from "../cut/index.ts";
import type { StagePointer } from "../render/types.ts";
import type { MaskGeometry } from "../shapes/_rle.ts";
import type { Modifiers } from "../shapes/_shape.ts";
import { polygonOf } from "../smart/logits.ts";
import { DrawTool, KEYS_HINT } from "./_draw.ts";
import { commitMask } from "./_paint.ts";
import { drawBadge, drawFrame, drawPrompt } from "./_prompts.ts";
import { maskIn, regionOf, saidOf, type Stroke } from "./_region.ts";
import { addShapes, SLIP, type Command } from "./_tool.ts";

/** Half the width of a line drawn over the object, in screen pixels. */
const STROKE_REACH = 4;
/** An answer sooner needs no words. */
const SLOW_MS = 400;

/** A box round an object becomes its mask by its colours, without a model; lines drawn over it put it right. */
class CutoutTool extends DrawTool {
  readonly id = "cutout";
  readonly title = "Cut out by colour";
  readonly icon = "target";
  readonly keys = ["shift+w"];
  readonly makes = ["mask", "polygon"];
  readonly order = 33;
  readonly options = ["underlying"] as const;
  private box: BoxXYXY | null = null;
  private strokes: readonly Stroke[] = [];
  private found: MaskGeometry | null = null;
  /** Where the box, or a line, was begun with the pointer down. */
  private start: XY | null = null;
  /** The first corner, set by a key. */
  private corner: XY | null = null;
  private line: { points: XY[]; wanted: boolean } | null = null;
  private polygon = false;
  private busySince = 0;
  /** Answers to what was dropped or asked anew are nobody's. */
  private turn = 0;
  private readonly inWorker: CutOut = workerCutOut();

  protected override reset(): void {
    this.turn += 1;
    this.busySince = 0;
    this.box = this.found = this.start = this.corner = this.line = null;
    this.strokes = [];
    super.reset();
    this.tell();
  }
  relabelled(): void {
    this.show();
  }
  protected press(at: XY, { held }: StagePointer): void {
    if (!this.mayDraw()) return;
    if (this.box) this.line = { points: [at], wanted: !held.alt };
    else this.start = at;
  }
  protected override secondary(at: XY): void {
    if (this.box) this.add({ points: [at], wanted: false, radius: this.reach() });
  }
  protected place(at: XY, held: Modifiers): void {
    if (this.box) this.add({ points: [at], wanted: !(held.alt || held.shift), radius: this.reach() });
    else if (this.corner) this.frame(boxFromCorners(this.corner, at));
    else if (this.mayDraw()) this.corner = at;
    this.tell();
  }
  protected hover(at: XY, _held: Modifiers, event?: StagePointer): void {
    if (this.line && event) this.line.points.push(...event.trail.map((point) => this.inside(point)));
    const from = this.start ?? this.corner;
    if (from) this.ctx.stage.preview([this.shown("box", { xyxy: boxFromCorners(from, at), angle: 0 })]);
    this.ctx.stage.redraw();
  }
  up(event: StagePointer): void {
    const at = this.inside(event.image);
    if (this.line) this.add({ ...this.line, radius: this.reach() });
    else if (this.start && this.screenDistance(this.start, at) >= SLIP)
      this.frame(boxFromCorners(this.start, at));
    else if (this.start) this.show();
    this.line = this.start = null;
  }
  doubleClick(): void {
    this.finish();
  }
  override command(command: Command, held: Modifiers): boolean {
    if (command !== "draw.switch") return super.command(command, held);
    this.polygon = !this.polygon;
    this.ctx.announce(this.asPolygon() ? "Makes polygons" : "Makes masks");
    this.show();
    return true;
  }

  protected override finish(): boolean {
    if (!this.box) return false;
    if (this.found) this.keep(this.found);
    else if (this.busySince) this.ctx.announce("It is still being cut out.");
    return true;
  }
  protected override back(): boolean {
    if (!this.box) return this.abort();
    if (!this.strokes.length) {
      this.reset();
      return true;
    }
    this.strokes = this.strokes.slice(0, -1);
    void this.cut();
    return true;
  }
  protected override abort(): boolean {
    if (!this.box && !this.corner && !this.start) return false;
    this.reset();
    return true;
  }

  // ---- what is cut

  private reach(): number {
    return this.ctx.stage.viewport.value.imageLength(STROKE_REACH);
  }
  private frame(box: BoxXYXY): void {
    this.corner = null;
    if (box[2] - box[0] < 1 || box[3] - box[1] < 1) return;
    this.box = box;
    void this.cut();
  }
  private add(stroke: Stroke): void {
    this.strokes = [...this.strokes, stroke];
    void this.cut();
  }
  private async cut(): Promise<void> {
    const { box, ctx } = this;
    const turn = (this.turn += 1);
    const patch = ctx.pixels();
    const region = box && patch && regionOf(patch, box, ctx.size());
    if (!box || !region) {
      ctx.announce("The picture's pixels have not come yet: try again in a moment.");
      return;
    }
    this.busySince = Date.now();
    this.show();
    try {
      const inside = await (ctx.cutOut ?? this.inWorker)(region.pixels, saidOf(region, box, this.strokes));
      if (turn !== this.turn) return;
      this.found = inside && maskIn(region, inside, ctx.size());
      if (!this.found) ctx.announce("Nothing stands out there: draw over the object, or take another box.");
    } catch (error) {
      if (turn === this.turn) ctx.announce(error instanceof Error ? error.message : String(error));
    }
    if (turn !== this.turn) return;
    this.busySince = 0;
    this.show();
  }

  // ---- what comes of it

  private asPolygon(): boolean {
    const may = (type: string) => this.ctx.allowed?.includes(type) ?? true;
    return !may("mask") || (this.polygon && may("polygon"));
  }
  private tolerance(): number {
    return Math.max(0.75, this.ctx.stage.viewport.value.imageLength(0.75));
  }
  private keep(mask: MaskGeometry): void {
    const label = this.ctx.label();
    const polygon = this.asPolygon() ? polygonOf(mask, this.tolerance()) : null;
    if (this.asPolygon() && !polygon) {
      this.ctx.announce("It is too small for a polygon.");
      return;
    }
    const made = polygon
      ? addShapes(this.ctx, [{ type: "polygon", label, geometry: polygon }], "Cut out") !== undefined
      : commitMask(this.ctx, null, mask, "Cut out", true);
    if (made) this.ctx.announce(`${label}: ${polygon ? "polygon" : "mask"}`);
    this.reset();
  }

  // ---- what is shown

  private show(): void {
    const { found } = this;
    const polygon = found && this.asPolygon() ? polygonOf(found, this.tolerance()) : null;
    const shape = polygon ? this.shown("polygon", polygon) : found && this.shown("mask", found);
    this.ctx.stage.preview(shape ? [shape] : []);
    this.ctx.stage.redraw();
    this.tell();
  }
  private tell(): void {
    if (!this.box)
      this.hint.set(`Drag a box round an object: its colours find its edge. ${KEYS_HINT} a corner`);
    else
      this.hint.set(
        `Draw over what belongs to it; right click or Alt: not this (Space, Shift Space). Enter keeps it as ${this.asPolygon() ? "polygon" : "mask"}, Shift M switches, Backspace takes the last back, Esc drops it`,
      );
  }
  protected override paint(context: CanvasRenderingContext2D, viewport: Viewport): void {
    super.paint(context, viewport);
    if (this.box) drawFrame(context, viewport.screenBox(this.box));
    for (const { points, wanted } of this.strokes)
      drawPrompt(context, viewport.screenXY(points[0] as XY), wanted);
    if (this.line) drawLine(context, viewport, this.line.points);
    if (this.busySince && Date.now() - this.busySince > SLOW_MS)
      drawBadge(context, "Cutting it out…", this.ctx.stage.element.clientWidth);
  }
}

function drawLine(context: CanvasRenderingContext2D, viewport: Viewport, points: readonly XY[]): void {
  context.save();
  context.lineWidth = 2 * STROKE_REACH;
  context.lineCap = context.lineJoin = "round";
  context.strokeStyle = "#1f7a4dcc";
  context.beginPath();
  for (const [i, point] of points.entries()) {
    const [x, y] = viewport.screenXY(point);
    if (i) context.lineTo(x, y);
    else context.moveTo(x, y);
  }
  context.stroke();
  context.restore();
}
export default (): CutoutTool => new CutoutTool();
