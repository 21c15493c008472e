/**
 * Two people changed one annotation: both versions side by side, on the part of the picture they are about. Nothing was
 * overwritten; M keeps mine, T takes theirs.
 */
import { h, replace, type Child } from "../../lib/dom.ts";
import { Viewport, type BoxXYXY, type WH } from "../../lib/geometry.ts";
import type { Unsubscribe } from "../../lib/store.ts";
import { openDialog, type DialogHandle } from "../../ui/dialog.ts";
import { timeAgo } from "../../ui/time.ts";
import type { Conflict } from "../io/edits.ts";
import { Painter } from "../render/draw.ts";
import type { ImageSource } from "../render/types.ts";
import type { Annotation } from "../shapes/_shape.ts";
import type { Document } from "../state/document.ts";
import type { Numbers } from "../state/numbers.ts";
import type { ToolContext } from "../tools/_tool.ts";
import { mineOrTheirs, onMineOrTheirs } from "./dialogs.ts";
import "./conflict.css";

export interface ConflictOptions {
  readonly document: Document;
  readonly ctx: ToolContext;
  readonly numbers: Numbers;
  /** The picture on the screen. */
  readonly picture: () => ImageSource | null;
  /** Who saved an item last, and when. */
  readonly saver?: (item: string) => Promise<{ name: string; at: string } | null>;
}

const VIEW: WH = [300, 220];
/** Of the picture around what differs, as a share of its size. */
const AROUND = 0.35;

/** Asks about every conflict of the item on the screen, one after the other; answers how to stop. */
export function askConflicts(options: ConflictOptions): Unsubscribe {
  const { document } = options;
  let asked: { id: string; dialog: DialogHandle } | null = null;
  /** Closed without an answer: asked again with the next save, which says that it waits. */
  const later = new Set<string>();
  const look = () => {
    const here = document.conflicts.value.filter(({ item }) => item === document.item);
    if (asked && !here.some(({ annotation }) => annotation === asked?.id)) asked.dialog.close();
    const first = here.find(({ annotation }) => !later.has(annotation));
    if (asked || !first) return;
    const { annotation: id } = first;
    asked = {
      id,
      dialog: openConflict(first, options, () => {
        asked = null;
        if (document.conflicts.value.some(({ annotation }) => annotation === id)) later.add(id);
        look();
      }),
    };
  };
  const offs = [
    document.conflicts.subscribe(look),
    document.saved.subscribe(() => {
      later.clear();
      look();
    }),
  ];
  return () => offs.forEach((off) => off());
}

/** `done` is called once it is closed, answered or not. */
export function openConflict(conflict: Conflict, options: ConflictOptions, done: () => void): DialogHandle {
  const { document, numbers } = options;
  const { annotation, mine, theirs } = conflict;
  const choose = (side: "mine" | "theirs") => () => document.resolve(annotation, side);
  const box = sharedBox(mine, theirs, options.ctx);
  const label = (mine ?? theirs)?.label ?? "";
  const who = h("span", { class: "hint clip" }, "On the server");
  // Words come when they come: the choice does not wait for them.
  void options.saver?.(conflict.item).then(
    (saver) => saver && replace(who, saver.name, ", ", timeAgo(saver.at)),
    () => undefined,
  );
  const dialog = openDialog({
    title: `Someone else changed ${label || "this object"} #${numbers.of(annotation)} too`,
    wide: true,
    body: [
      h(
        "p",
        null,
        "Nothing was overwritten. Choose which version stays; the other one is kept in the history.",
      ),
      h(
        "div",
        { class: "conflict-sides" },
        side("Mine", h("span", { class: "hint clip" }, "You, in this browser"), mine, box, options),
        side("Theirs", who, theirs, box, options),
      ),
      mineOrTheirs(),
    ],
    actions: [
      { label: "Take theirs", run: choose("theirs") },
      { label: "Keep mine", primary: true, run: choose("mine") },
    ],
    onClose: done,
  });
  onMineOrTheirs(dialog.element, (side) => {
    void choose(side)().then(
      () => dialog.close(),
      (error: unknown) => dialog.setError(error instanceof Error ? error.message : String(error)),
    );
  });
  return dialog;
}

/** What both are about, with some of the picture around; null for a class of the whole picture. */
export function sharedBox(a: Annotation | null, b: Annotation | null, ctx: ToolContext): BoxXYXY | null {
  const list = [a, b].flatMap((one) => {
    const found = one && ctx.typeOf(one.type)?.bounds(one.geometry, ctx.size());
    return found ? [found] : [];
  });
  if (!list.length) return null;
  const [x1, y1] = [Math.min(...list.map((box) => box[0])), Math.min(...list.map((box) => box[1]))];
  const [x2, y2] = [Math.max(...list.map((box) => box[2])), Math.max(...list.map((box) => box[3]))];
  const margin = Math.max(16, AROUND * Math.max(x2 - x1, y2 - y1));
  return [x1 - margin, y1 - margin, x2 + margin, y2 + margin];
}

function side(
  title: string,
  who: HTMLElement,
  one: Annotation | null,
  box: BoxXYXY | null,
  options: ConflictOptions,
): HTMLElement {
  const { ctx } = options;
  const measure = one ? (ctx.typeOf(one.type)?.describe(one.geometry, ctx.size()) ?? "") : "";
  return h(
    "section",
    { class: "conflict-side", "aria-label": title },
    h("header", { class: "row" }, h("h3", null, title), who),
    box && canvas(one, box, options),
    one
      ? h("p", null, h("b", null, one.label || "no label"), " ", h("span", { class: "hint" }, measure))
      : h("p", null, h("b", null, "Removed")),
    one && answers(one),
  );
}
function answers({ attributes }: Annotation): Child {
  const entries = Object.entries(attributes);
  if (!entries.length) return null;
  const text = (value: unknown) => (Array.isArray(value) ? value.join(", ") : String(value));
  return h(
    "dl",
    { class: "facts" },
    entries.map(([key, value]) => [h("dt", null, key), h("dd", null, text(value))]),
  );
}

function canvas(one: Annotation | null, box: BoxXYXY, { ctx, picture }: ConflictOptions): HTMLCanvasElement {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = VIEW;
  const element = h("canvas", {
    class: "conflict-canvas",
    width: Math.round(width * ratio),
    height: Math.round(height * ratio),
  });
  const draw = element.getContext("2d");
  if (!draw) return element;
  const scale = Math.min(width / (box[2] - box[0]), height / (box[3] - box[1]));
  const offset = [(width - scale * (box[0] + box[2])) / 2, (height - scale * (box[1] + box[3])) / 2] as const;
  const viewport = new Viewport(scale, offset, { minScale: 0 });
  draw.setTransform(ratio, 0, 0, ratio, 0, 0);
  picture()?.draw(draw, viewport, VIEW, false);
  const type = one && ctx.typeOf(one.type);
  const bounds = one && type?.bounds(one.geometry, ctx.size());
  if (!one || !type || !bounds) return element;
  const [a, b, c, d, e, f] = viewport.matrix();
  draw.setTransform(a * ratio, b * ratio, c * ratio, d * ratio, e * ratio, f * ratio);
  const style = { color: ctx.color(one.label), dashed: false, fill: 0.2, outline: true, width: 2.6 };
  const template = ctx.template(one.label) ?? undefined;
  new Painter().shape(draw, { type, geometry: one.geometry, box: bounds, template }, style, viewport, ratio);
  return element;
}
