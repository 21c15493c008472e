/** The whole picture in a corner, with the part in sight; shown while not all is in sight. A press goes there. */
import { h } from "../../lib/dom.ts";
import { boxIntersection, Viewport, type WH, type XY } from "../../lib/geometry.ts";
import type { ImageSource } from "./types.ts";

const SIDE = 148;

export class Minimap {
  readonly element = h("canvas", { class: "stage-minimap", "aria-hidden": "true", hidden: true });
  private readonly thumb = document.createElement("canvas");
  private source: ImageSource | null = null;
  private small = new Viewport();
  private size: WH = [0, 0];

  constructor(private readonly goTo: (image: XY) => void) {
    const go = (event: PointerEvent) => {
      event.stopPropagation();
      if (event.type === "pointermove" && !(event.buttons & 1)) return;
      if (event.type === "pointerdown") this.element.setPointerCapture(event.pointerId);
      const box = this.element.getBoundingClientRect();
      this.goTo(this.small.imageXY([event.clientX - box.left, event.clientY - box.top]));
    };
    this.element.addEventListener("pointerdown", go);
    this.element.addEventListener("pointermove", go);
    for (const type of ["wheel", "dblclick"]) this.element.addEventListener(type, (e) => e.stopPropagation());
  }

  show(source: ImageSource | null): void {
    this.source = source;
    this.size = [0, 0];
  }

  draw(view: Viewport, screen: WH, ratio: number, wanted: boolean): void {
    const { source } = this;
    const whole = source && view.screenBox([0, 0, ...source.size]);
    const outside =
      whole && (whole[0] < -1 || whole[1] < -1 || whole[2] > screen[0] + 1 || whole[3] > screen[1] + 1);
    this.element.hidden = !wanted || !outside;
    if (!source || this.element.hidden) return;
    this.fitTo(source, view.turns, ratio);
    const ctx = this.element.getContext("2d");
    if (!ctx) return;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.drawImage(this.thumb, 0, 0);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    const seen = boxIntersection(view.imageBox([0, 0, ...screen]), [0, 0, ...source.size]);
    ctx.fillStyle = "#0006";
    if (!seen) {
      ctx.fillRect(0, 0, ...this.size);
      return;
    }
    const [x1, y1, x2, y2] = this.small.screenBox(seen);
    ctx.beginPath();
    ctx.rect(0, 0, ...this.size);
    ctx.rect(x1, y1, x2 - x1, y2 - y1);
    ctx.fill("evenodd");
    ctx.lineWidth = 1.5;
    ctx.strokeStyle = "#fff";
    ctx.strokeRect(x1, y1, Math.max(x2 - x1, 2), Math.max(y2 - y1, 2));
  }

  /** The picture small, painted again only when it, its turn or the screen's fineness changes. */
  private fitTo(source: ImageSource, turns: number, ratio: number): void {
    const scale = SIDE / Math.max(...source.size);
    const [w, h] = source.size.map((side) => Math.max(8, Math.round(side * scale))) as [number, number];
    const size: WH = turns % 2 ? [h, w] : [w, h];
    const same = this.size[0] === size[0] && this.size[1] === size[1] && this.small.turns === turns;
    const pixels = size.map((side) => Math.round(side * ratio)) as [number, number];
    if (same && this.element.width === pixels[0]) return;
    this.size = size;
    this.small = new Viewport(scale, [0, 0], { turns, minScale: 0 }).centred(source.size, size);
    for (const canvas of [this.thumb, this.element]) [canvas.width, canvas.height] = pixels;
    [this.element.style.width, this.element.style.height] = [`${size[0]}px`, `${size[1]}px`];
    const ctx = this.thumb.getContext("2d");
    if (!ctx) return;
    ctx.scale(ratio, ratio);
    source.draw(ctx, this.small, size, true);
  }
}
