/**
 * The picture on its desk: drawn on a canvas through one `Viewport`, which alone converts between image and screen.
 * Wheel zooms at the cursor, dragging pans; small pictures are enlarged with their pixels kept sharp.
 */
import { h, setStyle } from "../../lib/dom.ts";
import { Viewport, type WH, type XY } from "../../lib/geometry.ts";
import { Cell } from "../../lib/store.ts";
import { BitmapSource } from "./source.ts";

export interface Frame {
  color: string;
  dashed: boolean;
  text: string;
}

const MARGIN = 34;
/** A 32-pixel thumbnail is recognised better at 512 than at a screen full of squares. */
const LARGEST_FIT = 16;
/** Room that the line at the top of the desk takes. */
const TOP_LINE = 40;

export class Picture {
  readonly element: HTMLElement;
  readonly viewport = new Cell(new Viewport());
  /** Image pixel under the cursor. */
  readonly cursor = new Cell<XY | null>(null);
  private readonly canvas = h("canvas", { class: "picture", role: "img" });
  private readonly chip = h("div", { class: "picture-chip" });
  private readonly message = h("div", { class: "picture-message", role: "status" });
  private image: HTMLImageElement | null = null;
  private source: BitmapSource | null = null;
  private frame: Frame | null = null;
  private size: WH = [0, 0];
  private fitting = true;
  private topLine = false;
  private pending = 0;
  private drag: { id: number; at: XY } | null = null;

  constructor() {
    this.element = h("div", { class: "desk", "aria-label": "Picture" }, this.canvas, this.chip, this.message);
    new ResizeObserver(() => this.resized()).observe(this.element);
    this.element.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.element.addEventListener("pointerdown", (event) => this.grab(event));
    this.element.addEventListener("pointermove", (event) => this.move(event));
    this.element.addEventListener("pointerleave", () => this.cursor.set(null));
    for (const end of ["pointerup", "pointercancel"] as const)
      this.element.addEventListener(end, () => this.drop());
    this.element.addEventListener("dblclick", () => this.fit());
    this.viewport.subscribe(() => this.redraw());
  }

  show(image: HTMLImageElement | null, name: string): void {
    const fresh = image !== this.image;
    if (fresh) {
      this.source?.dispose();
      this.source = image && new BitmapSource(image);
      if (this.source) this.source.onReady = () => this.redraw();
    }
    this.image = image;
    this.canvas.setAttribute("aria-label", name);
    this.say(null);
    if (fresh) this.fit();
    else this.redraw();
  }
  /** Words instead of a picture. */
  say(text: string | null): void {
    this.message.textContent = text ?? "";
    this.message.hidden = text === null;
  }
  /** Whether a line of words lies over the top of the desk, so that the picture keeps clear of it. */
  keepClear(topLine: boolean): void {
    if (topLine === this.topLine) return;
    this.topLine = topLine;
    if (this.fitting) this.fit();
  }
  mark(frame: Frame | null): void {
    this.frame = frame;
    this.redraw();
  }
  fit(): void {
    this.fitting = true;
    const top = this.topLine ? TOP_LINE : 0;
    const [width, height] = this.size;
    const fitted = new Viewport(1, [0, 0]).fitted(
      this.imageSize(),
      [width, height - top],
      MARGIN,
      LARGEST_FIT,
    );
    this.viewport.set(fitted.panned(0, top));
    this.redraw();
  }
  oneToOne(): void {
    const [width, height] = this.imageSize();
    this.fitting = false;
    this.viewport.set(new Viewport(1, [(this.size[0] - width) / 2, (this.size[1] - height) / 2]));
  }
  zoom(factor: number, anchorXY: XY = [this.size[0] / 2, this.size[1] / 2]): void {
    this.fitting = false;
    this.viewport.set(this.viewport.value.zoomed(factor, anchorXY));
  }
  imageSize(): WH {
    return this.source?.size ?? [0, 0];
  }

  private local(event: MouseEvent): XY {
    const box = this.element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }
  private wheel(event: WheelEvent): void {
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0018)), this.local(event));
  }
  private grab(event: PointerEvent): void {
    if (event.button > 1) return;
    this.drag = { id: event.pointerId, at: this.local(event) };
    this.element.setPointerCapture(event.pointerId);
    this.element.classList.add("panning");
  }
  private move(event: PointerEvent): void {
    const here = this.local(event);
    this.cursor.set(this.viewport.value.imageXY(here));
    if (!this.drag || this.drag.id !== event.pointerId) return;
    this.fitting = false;
    this.viewport.set(this.viewport.value.panned(here[0] - this.drag.at[0], here[1] - this.drag.at[1]));
    this.drag.at = here;
  }
  private drop(): void {
    this.drag = null;
    this.element.classList.remove("panning");
  }

  private resized(): void {
    const { clientWidth, clientHeight } = this.element;
    this.size = [clientWidth, clientHeight];
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(clientWidth * ratio);
    this.canvas.height = Math.round(clientHeight * ratio);
    if (this.fitting) this.fit();
    else this.redraw();
  }

  private redraw(): void {
    if (this.pending) return;
    this.pending = requestAnimationFrame(() => {
      this.pending = 0;
      this.draw();
    });
  }

  private draw(): void {
    const context = this.canvas.getContext("2d");
    if (!context) return;
    const ratio = window.devicePixelRatio || 1;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, ...this.size);
    this.chip.hidden = true;
    if (!this.source) return;
    const view = this.viewport.value;
    const [width, height] = this.imageSize();
    const [x1, y1, x2, y2] = view.screenBox([0, 0, width, height]);
    this.source.draw(context, view, this.size, false);
    if (this.frame) this.drawFrame(context, this.frame, x1, y1, x2, y2);
  }

  private drawFrame(
    context: CanvasRenderingContext2D,
    frame: Frame,
    x1: number,
    y1: number,
    x2: number,
    y2: number,
  ): void {
    const gap = 5;
    const box = [x1 - gap, y1 - gap, x2 - x1 + 2 * gap, y2 - y1 + 2 * gap] as const;
    context.setLineDash([]);
    context.lineWidth = 4.5;
    context.strokeStyle = getComputedStyle(this.element).getPropertyValue("--halo") || "#000000a6";
    context.strokeRect(...box);
    context.setLineDash(frame.dashed ? [7, 5] : []);
    context.lineWidth = 2;
    context.strokeStyle = frame.color;
    context.strokeRect(...box);
    context.setLineDash([]);
    this.chip.hidden = false;
    this.chip.textContent = frame.text;
    this.chip.classList.toggle("dashed", frame.dashed);
    const left = Math.max(4, Math.min(box[0] - 1, this.size[0] - 120));
    const top = Math.max(4, box[1] - 27);
    setStyle(this.chip, {
      transform: `translate(${Math.round(left)}px, ${Math.round(top)}px)`,
      "--chip": frame.color,
    });
  }
}
