/** Issues on the picture: a numbered round mark at the corner of what they are about. A click on one shows it. */
import { clamp, type BoxXYXY, type Viewport, type XY } from "../../lib/geometry.ts";
import type { Unsubscribe } from "../../lib/store.ts";
import type { Issue, Place } from "../io/issues.ts";
import type { PointerHandlers, StagePointer } from "../render/types.ts";
import type { Issues } from "../state/issues.ts";
import type { ToolContext } from "../tools/_tool.ts";

const RADIUS = 11;
const LINE = "#0b0d10";
const STEPS: Readonly<Record<string, XY>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** What an issue is about, in image pixels; null: the whole item, or something that is gone. */
export function boxOf(issue: Pick<Issue, "annotation" | "place">, ctx: ToolContext): BoxXYXY | null {
  const one = issue.annotation ? ctx.document.store.get(issue.annotation) : undefined;
  if (one) return ctx.typeOf(one.type)?.bounds(one.geometry, ctx.size()) ?? null;
  const place = issue.place as Place | null;
  return place && [place.x, place.y, place.x + (place.w ?? 0), place.y + (place.h ?? 0)];
}

function token(name: string, otherwise: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim() || otherwise;
}

/** Draws the marks; answers how to take them away. */
export function pinIssues(ctx: ToolContext, issues: Issues, onPick: (issue: Issue) => void): Unsubscribe {
  const { stage } = ctx;
  let colors = { open: "", fixed: "" };
  const pins = (viewport: Viewport) =>
    issues.unresolved().flatMap((issue) => {
      const box = boxOf(issue, ctx);
      const [, y1, x2] = box ? viewport.screenBox(box) : [];
      if (!box || x2 === undefined || y1 === undefined) return [];
      // Beside what can be taken hold of there: a point, or the corner of a box.
      const off = issue.annotation ? RADIUS : 0;
      return [{ issue, box, at: [x2 + off, y1 - off] as XY }];
    });
  const offs = [
    stage.overlay((draw, viewport) => {
      for (const { issue, box, at } of pins(viewport)) {
        const current = issue.id === issues.current.value;
        if (!issue.annotation && box[0] < box[2]) frame(draw, viewport.screenBox(box), colors.open);
        pin(draw, at, String(issue.number), issue.state === "fixed" ? colors.fixed : colors.open, current);
      }
    }),
    issues.list.subscribe(() => {
      colors = { open: token("--warn-mark", "#d28a14"), fixed: token("--ok-mark", "#2f9e62") };
      stage.redraw();
    }),
    issues.current.subscribe(() => stage.redraw()),
  ];
  const pressed = (event: PointerEvent) => {
    const { left, top } = stage.element.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    const hit = pins(stage.viewport.value)
      .reverse()
      .find(({ at }) => Math.hypot(at[0] - x, at[1] - y) <= RADIUS + 2);
    if (event.button !== 0 || !hit) return;
    event.stopPropagation();
    event.preventDefault();
    onPick(hit.issue);
  };
  stage.element.addEventListener("pointerdown", pressed, { capture: true });
  return () => {
    for (const off of offs) off();
    stage.element.removeEventListener("pointerdown", pressed, { capture: true });
  };
}

function pin(
  draw: CanvasRenderingContext2D,
  [x, y]: XY,
  text: string,
  color: string,
  current: boolean,
): void {
  draw.beginPath();
  draw.arc(x, y, RADIUS + (current ? 2 : 0), 0, 2 * Math.PI);
  draw.fillStyle = color;
  draw.fill();
  draw.lineWidth = current ? 3 : 2;
  draw.strokeStyle = current ? "#fff" : LINE;
  draw.stroke();
  draw.fillStyle = "#16120a";
  draw.font = "600 12px Inter, system-ui, sans-serif";
  draw.textAlign = "center";
  draw.textBaseline = "middle";
  draw.fillText(text, x, y + 0.5);
}
function frame(draw: CanvasRenderingContext2D, [x1, y1, x2, y2]: BoxXYXY, color: string): void {
  for (const [style, width] of [
    ["#000000a6", 4],
    [color, 2],
  ] as const) {
    draw.strokeStyle = style;
    draw.lineWidth = width;
    draw.setLineDash([3, 4]);
    draw.strokeRect(x1, y1, x2 - x1, y2 - y1);
  }
  draw.setLineDash([]);
}

/**
 * Asks for a place: a click is a point, a drag a box; arrows move the cross (from the middle of the view), Enter or Space
 * takes what is under it; Escape gives up (null). The tool in hand rests meanwhile.
 */
export function askPlace(ctx: ToolContext): Promise<Place | null> {
  const { stage } = ctx;
  const rested: PointerHandlers | null = stage.pointer;
  return new Promise((resolve) => {
    let from: XY | null = null;
    let to: XY | null = null;
    const offDraw = stage.overlay((draw, viewport) => {
      if (!from) cross(draw, viewport.screenXY(stage.cursor.value ?? middle(ctx)));
      if (from && to)
        frame(
          draw,
          viewport.screenBox([
            Math.min(from[0], to[0]),
            Math.min(from[1], to[1]),
            Math.max(from[0], to[0]),
            Math.max(from[1], to[1]),
          ]),
          token("--warn-mark", "#d28a14"),
        );
    });
    const end = (place: Place | null) => {
      offDraw();
      if (stage.pointer === asking) stage.pointer = rested;
      stage.element.removeEventListener("keydown", pressed, { capture: true });
      resolve(place);
    };
    const asking: PointerHandlers = {
      down: ({ image }: StagePointer) => (from = to = image),
      move: ({ image }: StagePointer) => {
        if (!from) return;
        to = image;
        stage.redraw();
      },
      up: ({ image }: StagePointer) => end(from && placed(ctx, from, image)),
      cancel: () => end(null),
    };
    const pressed = (event: KeyboardEvent) => {
      const step = STEPS[event.key];
      if (!step && !["Enter", " ", "Escape"].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.key === "Escape") end(null);
      else if (step) {
        const by = stage.viewport.value.imageLength(event.shiftKey ? 50 : 10);
        const [x, y] = stage.cursor.value ?? middle(ctx);
        const [width, height] = ctx.size();
        stage.cursor.set([clamp(x + step[0] * by, 0, width), clamp(y + step[1] * by, 0, height)]);
      } else {
        const at = stage.cursor.value ?? middle(ctx);
        end(placed(ctx, at, at));
      }
    };
    stage.pointer = asking;
    stage.element.addEventListener("keydown", pressed, { capture: true });
    stage.element.focus({ preventScroll: true });
    ctx.announce(
      "Click where something is wrong, or drag round it; arrows move the cross, Enter takes it, Esc gives up.",
    );
  });
}
/** Where Enter would put it. */
function cross(draw: CanvasRenderingContext2D, [x, y]: XY): void {
  for (const [style, width] of [
    ["#000000a6", 4],
    [token("--warn-mark", "#d28a14"), 2],
  ] as const) {
    draw.strokeStyle = style;
    draw.lineWidth = width;
    draw.beginPath();
    draw.moveTo(x - RADIUS, y);
    draw.lineTo(x + RADIUS, y);
    draw.moveTo(x, y - RADIUS);
    draw.lineTo(x, y + RADIUS);
    draw.stroke();
  }
}
function middle({ stage }: ToolContext): XY {
  const { clientWidth, clientHeight } = stage.element;
  return stage.viewport.value.imageXY([clientWidth / 2, clientHeight / 2]);
}
/** Inside the picture, in whole pixels; a slip of the hand is a click. */
function placed(ctx: ToolContext, a: XY, b: XY): Place {
  const size = ctx.size();
  const inside = (value: number, length: number) => Math.round(Math.min(Math.max(value, 0), length));
  const [x1, x2] = [Math.min(a[0], b[0]), Math.max(a[0], b[0])].map((x) => inside(x, size[0])) as [
    number,
    number,
  ];
  const [y1, y2] = [Math.min(a[1], b[1]), Math.max(a[1], b[1])].map((y) => inside(y, size[1])) as [
    number,
    number,
  ];
  const least = ctx.stage.viewport.value.imageLength(4);
  return x2 - x1 < least && y2 - y1 < least ? { x: x1, y: y1 } : { x: x1, y: y1, w: x2 - x1, h: y2 - y1 };
}
