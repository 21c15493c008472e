/** What lies over the still shapes: those under the cursor, selected or in work, with handles, names and the crosshair. */
import type { BoxXYXY, Viewport, WH, XY } from "../../lib/geometry.ts";
import type { Annotation, Handle, ShapeType, SkeletonTemplate } from "../shapes/_shape.ts";
import type { BrushLayer } from "./brush.ts";
import { anchor, CHIP_HEIGHT, Chips, confidence, widthOf, type Chip } from "./chips.ts";
import { drawHandle, type Painter } from "./draw.ts";
import type { Placed, Scene } from "./scene.ts";
import { boxesTouch } from "./spatial.ts";
import { drawn } from "./still.ts";
import { isModels, isShown, type Stylist } from "./style.ts";
import type { OverlayDraw, Preview, SceneView, TypeOf } from "./types.ts";

/** Of more, the still layer shows which are selected. */
export const LIVE_SELECTED_UP_TO = 200;
export const GRAB = 9;
/** More live shapes at once go without their measures. */
const MEASURED_UP_TO = 6;

export interface Stroke {
  readonly layer: BrushLayer;
  readonly color: string;
  readonly id: string | null;
}

export class TopLayer {
  readonly chips = new Chips();
  previews: readonly Preview[] = [];
  stroke: Stroke | null = null;
  readonly overlays = new Set<OverlayDraw>();

  constructor(
    private readonly scene: Scene,
    private readonly painter: Painter,
    private readonly stylist: Stylist,
    private readonly typeOf: TypeOf,
  ) {}

  /** Ids that something else stands for meanwhile. */
  replaced(): Set<string> {
    const ids = new Set<string>();
    for (const { id } of this.previews) if (id !== undefined) ids.add(id);
    if (this.stroke?.id) ids.add(this.stroke.id);
    return ids;
  }

  /** `ctx` is cleared and in CSS pixels of the screen. */
  draw(
    ctx: CanvasRenderingContext2D,
    view: SceneView,
    viewport: Viewport,
    screen: WH,
    ratio: number,
    cursor: XY | null,
    crosshair: boolean,
  ): void {
    const replaced = this.replaced();
    const live = this.live(view, replaced, viewport.imageBox([0, 0, ...screen]));
    const named = new Set(live.map(({ annotation }) => annotation.id));
    this.inImage(ctx, viewport, ratio, () => {
      for (const placed of live) {
        const style = this.stylist.active(placed.annotation, placed.seq, view);
        this.painter.shape(ctx, drawn(placed), style, viewport, ratio);
      }
      for (const preview of this.previews) this.drawPreview(ctx, preview, view, viewport, ratio);
    });
    this.drawStroke(ctx, view, viewport, screen, ratio);
    if (view.labelsShown) this.chips.draw(ctx, viewport, (id) => replaced.has(id) || named.has(id), ratio);
    if (crosshair && cursor) drawCrosshair(ctx, viewport.screenXY(cursor), screen);
    for (const { annotation, seq } of live)
      this.drawHandles(ctx, annotation, this.stylist.color(annotation, seq, view), view, viewport, cursor);
    for (const placed of live) {
      const chip = this.chipOf(placed, view);
      this.chips.one(ctx, chip, this.besideHandles(chip, placed, view, viewport), ratio, screen);
    }
    if (this.previews.length <= MEASURED_UP_TO)
      for (const preview of this.previews) this.drawMeasure(ctx, preview, viewport, screen, ratio);
    for (const draw of this.overlays) {
      ctx.save();
      draw(ctx, viewport);
      ctx.restore();
    }
  }

  /** A person's: the label; a model's: with its confidence; a single selected one: with its measure. */
  chipOf({ annotation, type, seq }: Placed, view: SceneView): Chip {
    const { model, id } = annotation;
    const label = view.names?.get(annotation.label) ?? annotation.label;
    const color = this.stylist.color(annotation, seq, view);
    if (model && isModels(annotation))
      return { text: `${annotation.label} ${confidence(model.confidence)}`, color, dashed: true };
    const alone = view.selected.size === 1 && view.selected.has(id);
    const measure = alone ? ` · ${type.describe(annotation.geometry, this.scene.imageSize)}` : "";
    return { text: label + measure, color, dashed: false };
  }

  /** Where a name stands: above a handle it would cover (that which rotates). */
  private besideHandles(chip: Chip, { annotation, box }: Placed, view: SceneView, viewport: Viewport): XY {
    const [x, y] = anchor(viewport, box);
    if (!this.hasHandles(annotation, view)) return [x, y];
    const taken: BoxXYXY = [x - GRAB, y - GRAB, x + widthOf(chip) + GRAB, y + CHIP_HEIGHT];
    const type = this.typeOf(annotation.type) as ShapeType;
    const covered = type
      .handles(annotation.geometry, viewport.scale)
      .filter(({ kind }) => kind === "rotate")
      .map(({ at }) => viewport.screenXY(at))
      .filter(([hx, hy]) => boxesTouch(taken, [hx, hy, hx, hy]));
    return covered.reduce(([, top], [, hy]) => [x, Math.min(top, hy - GRAB - CHIP_HEIGHT)], [x, y] as XY);
  }

  /** The selected ones and the one under the cursor, as far as they are in sight. */
  private live(view: SceneView, replaced: ReadonlySet<string>, seen: BoxXYXY): Placed[] {
    const ids = new Set(view.selected.size <= LIVE_SELECTED_UP_TO ? view.selected : []);
    if (view.hover !== null) ids.add(view.hover);
    const live: Placed[] = [];
    for (const id of ids) {
      const placed = replaced.has(id) ? undefined : this.scene.get(id);
      if (placed && isShown(placed.annotation, view) && boxesTouch(placed.box, seen)) live.push(placed);
    }
    return live.sort((a, b) => a.z - b.z || a.seq - b.seq);
  }

  private inImage(ctx: CanvasRenderingContext2D, viewport: Viewport, ratio: number, draw: () => void): void {
    const [a, b, c, d, e, f] = viewport.matrix();
    ctx.save();
    ctx.lineJoin = "round";
    ctx.setTransform(a * ratio, b * ratio, c * ratio, d * ratio, e * ratio, f * ratio);
    draw();
    ctx.restore();
  }

  private drawStroke(
    ctx: CanvasRenderingContext2D,
    view: SceneView,
    viewport: Viewport,
    screen: WH,
    ratio: number,
  ): void {
    if (!this.stroke) return;
    ctx.save();
    ctx.globalAlpha = Math.max(view.opacity, 0.45);
    this.stroke.layer.paintIn(this.stroke.color);
    this.stroke.layer.draw(ctx, viewport, screen, ratio);
    ctx.restore();
  }

  private drawPreview(
    ctx: CanvasRenderingContext2D,
    { type: name, geometry, color, id, label, dashed = false, ...more }: Preview,
    view: SceneView,
    viewport: Viewport,
    ratio: number,
  ): void {
    const type = this.typeOf(name);
    const box = type?.bounds(geometry, this.scene.imageSize);
    if (!type || !box) return;
    const style = { color, dashed, fill: view.opacity * 0.7, outline: true, width: 2.6 };
    const template = more.template ?? this.templateOf(id, label);
    this.painter.shape(ctx, { type, geometry, box, template }, style, viewport, ratio);
  }

  private templateOf(id: string | undefined, label = ""): SkeletonTemplate | undefined {
    return (id !== undefined && this.scene.get(id)?.template) || this.scene.templateFor(label);
  }

  private drawMeasure(
    ctx: CanvasRenderingContext2D,
    { type: name, geometry, color, label, id }: Preview,
    viewport: Viewport,
    screen: WH,
    ratio: number,
  ): void {
    const type = this.typeOf(name);
    const box = type?.bounds(geometry, this.scene.imageSize);
    if (!type || !box) return;
    for (const handle of id !== undefined && this.previews.length === 1
      ? type.handles(geometry, viewport.scale)
      : [])
      if (handle.kind !== "ghost") drawHandle(ctx, handle, viewport, color);
    const measure = type.describe(geometry, this.scene.imageSize);
    const text = label ? `${label} · ${measure}` : measure;
    this.chips.one(ctx, { text, color, dashed: false }, anchor(viewport, box), ratio, screen);
  }

  private hasHandles({ id }: Annotation, view: SceneView): boolean {
    return view.selected.has(id) && view.selected.size === 1 && !view.locked.has(id);
  }
  private drawHandles(
    ctx: CanvasRenderingContext2D,
    annotation: Annotation,
    color: string,
    view: SceneView,
    viewport: Viewport,
    cursor: XY | null,
  ): void {
    const { geometry } = annotation;
    if (!this.hasHandles(annotation, view)) return;
    const type = this.typeOf(annotation.type) as ShapeType;
    const near = (handle: Handle) =>
      cursor !== null &&
      Math.hypot(handle.at[0] - cursor[0], handle.at[1] - cursor[1]) * viewport.scale <= GRAB;
    for (const handle of type.handles(geometry, viewport.scale))
      if (handle.kind !== "ghost" || near(handle)) drawHandle(ctx, handle, viewport, color);
  }
}

function drawCrosshair(ctx: CanvasRenderingContext2D, [x, y]: XY, [width, height]: WH): void {
  ctx.save();
  ctx.lineWidth = 1;
  for (const [color, offset] of [
    ["#000000b0", 0],
    ["#ffffffb0", 4],
  ] as const) {
    ctx.setLineDash([4, 4]);
    ctx.lineDashOffset = offset;
    ctx.strokeStyle = color;
    ctx.beginPath();
    ctx.moveTo(0, Math.round(y) + 0.5);
    ctx.lineTo(width, Math.round(y) + 0.5);
    ctx.moveTo(Math.round(x) + 0.5, 0);
    ctx.lineTo(Math.round(x) + 0.5, height);
    ctx.stroke();
  }
  ctx.restore();
}
