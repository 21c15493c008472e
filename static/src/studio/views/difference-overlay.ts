/** Two states of an item on the picture: what was, dashed, and what is, with a line of its tone. */
import type { Viewport } from "../../lib/geometry.ts";
import { Painter } from "../render/draw.ts";
import type { Annotation } from "../shapes/_shape.ts";
import type { ToolContext } from "../tools/_tool.ts";

export type Tone = "ok" | "warn" | "bad" | "run";
export interface Stroke {
  readonly one: Annotation;
  readonly tone: Tone;
  readonly dashed: boolean;
  /** In screen pixels; 3 where it is not said. */
  readonly width?: number;
}

const OTHERWISE: Record<Tone, string> = { ok: "#2f9e62", warn: "#d28a14", bad: "#d9453c", run: "#1c93b3" };

export class DifferenceOverlay {
  private readonly painter = new Painter();

  constructor(private readonly ctx: ToolContext) {}

  draw(canvas: CanvasRenderingContext2D, viewport: Viewport, strokes: readonly Stroke[]): void {
    const css = getComputedStyle(document.documentElement);
    const ratio = canvas.getTransform().a;
    const [a, b, c, d, e, f] = viewport.matrix();
    canvas.setTransform(a * ratio, b * ratio, c * ratio, d * ratio, e * ratio, f * ratio);
    for (const { one, tone, dashed, width = 3 } of strokes) {
      const type = this.ctx.typeOf(one.type);
      const box = type?.bounds(one.geometry, this.ctx.size());
      if (!type || !box) continue;
      const color = css.getPropertyValue(`--${tone}-mark`).trim() || OTHERWISE[tone];
      const style = { color, dashed, fill: 0.12, outline: true, width };
      const template = this.ctx.template(one.label) ?? undefined;
      this.painter.shape(canvas, { type, geometry: one.geometry, box, template }, style, viewport, ratio);
    }
  }
}
