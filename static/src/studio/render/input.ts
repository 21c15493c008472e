/** Pointers on the stage: wheel, middle button and Space are its own (zoom, pan); all else is the active tool's. */
import type { XY } from "../../lib/geometry.ts";
import type { PointerHandlers, StagePointer } from "./types.ts";

/** What the pointers move. */
export interface Steered {
  readonly element: HTMLElement;
  tool(): PointerHandlers | null;
  imageXY(screen: XY): XY;
  pan(dx: number, dy: number): void;
  zoom(factor: number, anchor: XY): void;
  fit(): void;
  pointAt(screen: XY | null): void;
}

const NAMES = { mouse: "mouse", pen: "pen", touch: "touch" } as const;
/** A wheel that counts lines or pages, in pixels. */
const WHEEL_UNITS = [1, 16, 400] as const;

export class StageInput {
  private space = false;
  private pan: { id: number; at: XY } | null = null;
  private held: number | null = null;
  /** Two fingers: where each is. */
  private readonly fingers = new Map<number, XY>();

  constructor(private readonly stage: Steered) {
    const { element } = stage;
    const on = <K extends keyof HTMLElementEventMap>(type: K, act: (event: HTMLElementEventMap[K]) => void) =>
      element.addEventListener(type, act, { passive: false });
    on("wheel", (event) => this.wheel(event));
    on("pointerdown", (event) => this.down(event));
    on("pointermove", (event) => this.move(event));
    on("pointerup", (event) => this.up(event));
    on("pointercancel", (event) => this.lost(event));
    on("pointerleave", () => {
      if (this.held === null) stage.pointAt(null);
    });
    on("dblclick", (event) => {
      const tool = stage.tool();
      if (tool?.doubleClick) tool.doubleClick(this.told(event as PointerEvent));
      else if (!tool) stage.fit();
    });
    on("contextmenu", (event) => event.preventDefault());
    // Middle click would paste or scroll.
    on("auxclick", (event) => event.preventDefault());
    document.addEventListener("keydown", this.keydown);
    document.addEventListener("keyup", this.keyup);
    window.addEventListener("blur", this.blur);
  }

  dispose(): void {
    document.removeEventListener("keydown", this.keydown);
    document.removeEventListener("keyup", this.keyup);
    window.removeEventListener("blur", this.blur);
  }

  // Not prevented: with a cross that is steered by keys, Space is the tool's.
  private readonly keydown = (event: KeyboardEvent) => {
    if (event.key !== " " || event.ctrlKey || event.altKey || event.metaKey) return;
    if (!event.defaultPrevented && !this.typing(event)) this.hold(true);
  };
  private readonly keyup = (event: KeyboardEvent) => {
    if (event.key === " ") this.hold(false);
  };
  private readonly blur = () => this.hold(false);
  private hold(space: boolean): void {
    this.space = space;
    this.stage.element.classList.toggle("holding", space);
  }
  /** Space also presses buttons and is typed. */
  private typing(event: KeyboardEvent): boolean {
    const target = event.target instanceof Element ? event.target : null;
    if (!target || target === document.body || this.stage.element.contains(target)) return false;
    return target.closest("input, textarea, select, button, a, summary, [contenteditable], [role]") !== null;
  }

  private local(event: MouseEvent): XY {
    const box = this.stage.element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }
  private told(event: PointerEvent): StagePointer {
    const screen = this.local(event);
    const image = this.stage.imageXY(screen);
    const passed = event.type === "pointermove" ? (event.getCoalescedEvents?.() ?? []) : [];
    return {
      screen,
      image,
      trail: passed.length > 1 ? passed.map((one) => this.stage.imageXY(this.local(one))) : [image],
      button: event.button,
      held: { shift: event.shiftKey, alt: event.altKey, ctrl: event.ctrlKey || event.metaKey },
      pressure: event.pressure ?? 0.5,
      type: NAMES[event.pointerType as keyof typeof NAMES] ?? "mouse",
    };
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const unit = WHEEL_UNITS[event.deltaMode] ?? 1;
    if (event.shiftKey && !event.ctrlKey) {
      // A browser may have turned the wheel sideways already.
      this.stage.pan(-(event.deltaX || event.deltaY) * unit, 0);
      return;
    }
    // A pinch on a trackpad comes as a wheel with Ctrl, in small steps.
    const rate = event.ctrlKey ? 0.01 : 0.0018;
    this.stage.zoom(Math.exp(-event.deltaY * unit * rate), this.local(event));
  }

  private down(event: PointerEvent): void {
    const at = this.local(event);
    if (event.pointerType === "touch") {
      this.fingers.set(event.pointerId, at);
      if (this.fingers.size === 2) this.letGo();
      if (this.fingers.size > 1) return;
    }
    if (this.held !== null || this.pan) return;
    capture(this.stage.element, event.pointerId);
    if (event.button === 1 || this.space || !this.stage.tool()) {
      event.preventDefault();
      this.pan = { id: event.pointerId, at };
      this.stage.element.classList.add("panning");
      return;
    }
    this.held = event.pointerId;
    this.stage.pointAt(at);
    this.stage.tool()?.down?.(this.told(event));
  }

  private move(event: PointerEvent): void {
    const at = this.local(event);
    if (this.fingers.size === 2 && this.fingers.has(event.pointerId)) {
      this.pinch(event.pointerId, at);
      return;
    }
    if (this.pan?.id === event.pointerId) {
      this.stage.pan(at[0] - this.pan.at[0], at[1] - this.pan.at[1]);
      this.pan.at = at;
      return;
    }
    if (this.held !== null && this.held !== event.pointerId) return;
    this.stage.pointAt(at);
    this.stage.tool()?.move?.(this.told(event));
  }

  private up(event: PointerEvent): void {
    this.fingers.delete(event.pointerId);
    if (this.pan?.id === event.pointerId) this.endPan();
    if (this.held !== event.pointerId) return;
    this.held = null;
    this.stage.tool()?.up?.(this.told(event));
  }
  private lost(event: PointerEvent): void {
    this.fingers.delete(event.pointerId);
    if (this.pan?.id === event.pointerId) this.endPan();
    if (this.held === event.pointerId) this.letGo();
  }
  private letGo(): void {
    if (this.held === null) return;
    this.held = null;
    this.stage.tool()?.cancel?.();
  }
  private endPan(): void {
    this.pan = null;
    this.stage.element.classList.remove("panning");
  }

  /** Two fingers pan by their middle and zoom by their distance. */
  private pinch(id: number, at: XY): void {
    const other = [...this.fingers].find(([key]) => key !== id)?.[1] as XY;
    const before = this.fingers.get(id) as XY;
    this.fingers.set(id, at);
    this.stage.pan((at[0] - before[0]) / 2, (at[1] - before[1]) / 2);
    const spread = (one: XY) => Math.max(1, Math.hypot(one[0] - other[0], one[1] - other[1]));
    this.stage.zoom(spread(at) / spread(before), [(at[0] + other[0]) / 2, (at[1] + other[1]) / 2]);
  }
}

function capture(element: HTMLElement, id: number): void {
  try {
    element.setPointerCapture(id);
  } catch {
    // A pointer made by a script is none the browser knows.
  }
}
