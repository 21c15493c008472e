/** One thumbnail: picture, name, what people and models said. Redrawn only when its item changed. */
import { h, replace, swatch } from "../../lib/dom.ts";
import { count, metric, plural } from "../../lib/format.ts";
import { icon } from "../../ui/icons.ts";
import type { Outline } from "../state/outlines.ts";
import type { Item, ItemLabel } from "../types.ts";
import { drawOutlines, type OutlineLook } from "./outline-canvas.ts";

const PIXELATED_BELOW = 96;

export interface TileContext {
  color: (label: string) => string | undefined;
  toggle: (item: Item) => void;
  /** What is drawn over the picture; undefined: nothing, or nothing yet. */
  outline: (item: Item) => Outline | undefined;
  /** How; another object when something about it changed. */
  look: () => OutlineLook;
}

export function createTileDrawer(context: TileContext): (tile: HTMLElement, item: Item | undefined) => void {
  const drawn = new WeakMap<HTMLElement, Item | null>();
  const outlined = outlinePainter(context);
  return (tile, item) => {
    draw(tile, item);
    if (item) outlined(tile, item);
  };

  function draw(tile: HTMLElement, item: Item | undefined): void {
    if (drawn.get(tile) === (item ?? null) && tile.firstChild) return;
    drawn.set(tile, item ?? null);
    tile.classList.toggle("loading", !item);
    if (!item) {
      tile.removeAttribute("title");
      replace(tile, h("div", { class: "tile-picture" }), h("div", { class: "tile-caption" }));
      return;
    }
    tile.title = item.filename;
    tile.setAttribute("aria-label", item.name);
    replace(tile, picture(item), check(item), marks(item, context), caption(item));
  }

  function check(item: Item): HTMLElement {
    return h(
      "span",
      {
        class: "tile-check",
        "aria-hidden": "true",
        onclick: (event) => {
          event.stopPropagation();
          context.toggle(item);
        },
      },
      icon("check", "sm"),
    );
  }
}

function picture(item: Item): HTMLElement {
  const { width = 0, height = 0 } = item.metadata.system;
  const small = Math.max(width, height) < PIXELATED_BELOW;
  const image = h("img", {
    src: item.thumbnail ?? "",
    alt: "",
    loading: "lazy",
    decoding: "async",
    draggable: "false",
    class: small ? "pixelated" : "",
    onerror: (event) => (event.target as HTMLElement).classList.add("broken"),
  });
  return h("div", { class: "tile-picture" }, image);
}

/** Draws a tile's outlines, again only where they, their look or the tile's size are others. */
function outlinePainter(context: TileContext): (tile: HTMLElement, item: Item) => void {
  const painted = new WeakMap<HTMLElement, string>();
  const numbers = new WeakMap<object, number>();
  let last = 0;
  const numberOf = (thing: object) => numbers.get(thing) ?? (numbers.set(thing, ++last), last);
  return (tile, item) => {
    const host = tile.querySelector<HTMLElement>(".tile-picture");
    if (!host) return;
    const outline = context.outline(item);
    const old = host.querySelector("canvas");
    if (!outline?.shapes.length) {
      old?.remove();
      return;
    }
    const { width = 0, height = 0 } = item.metadata.system;
    const look = context.look();
    const room = [host.clientWidth, host.clientHeight] as const;
    const stamp = `${numberOf(outline)} ${numberOf(look)} ${room.join(" ")}`;
    if (old && painted.get(old) === stamp) return;
    const canvas = old ?? h("canvas", { class: "tile-outlines", "aria-hidden": "true" });
    if (!old) host.append(canvas);
    painted.set(canvas, stamp);
    drawOutlines(canvas, room, [width, height], outline, look);
  };
}

/** Classes as chips, and how much is drawn. A person's label is solid, a model's dashed; approved ones carry a tick. */
function marks(item: Item, context: TileContext): HTMLElement | null {
  if (!item.labels.length) return null;
  const { classes, shapes } = summed(item.labels);
  const shown = classes.slice(0, 2);
  return h(
    "div",
    { class: "tile-marks" },
    shown.map((one) =>
      h(
        "span",
        { class: ["tile-label", one.model && "by-model"] },
        swatch(context.color(one.label) ?? "var(--text-3)"),
        h("span", { class: "clip" }, one.label),
        one.model && one.confidence !== null ? h("span", null, metric(one.confidence, 2)) : null,
        one.approved ? icon("check", "sm") : null,
      ),
    ),
    classes.length > shown.length
      ? h("span", { class: "tile-label" }, `+${classes.length - shown.length}`)
      : null,
    shapes.length
      ? h(
          "span",
          {
            class: ["tile-label", shapes.every(({ model }) => model) && "by-model"],
            title: countWords(shapes),
          },
          icon("tag", "sm"),
          count(shapes.length),
          shapes.every(({ approved }) => approved) ? icon("check", "sm") : null,
        )
      : null,
  );
}

/** Classes of the whole picture, each once, and what has a place on it. */
export function summed(labels: readonly ItemLabel[]): { classes: ItemLabel[]; shapes: ItemLabel[] } {
  const classes = new Map<string, ItemLabel>();
  const shapes: ItemLabel[] = [];
  for (const one of labels) {
    if (one.type !== "class") shapes.push(one);
    else if (!classes.has(one.label)) classes.set(one.label, one);
  }
  return { classes: [...classes.values()], shapes };
}

/** "3 objects: 2 owl, 1 wren". */
function countWords(shapes: readonly ItemLabel[]): string {
  const counts = new Map<string, number>();
  for (const { label } of shapes) counts.set(label, (counts.get(label) ?? 0) + 1);
  const parts = [...counts].map(([label, n]) => `${count(n)} ${label}`);
  return `${plural(shapes.length, "object")}: ${parts.join(", ")}`;
}

function caption(item: Item): HTMLElement {
  return h(
    "div",
    { class: "tile-caption" },
    h("span", { class: "mono clip" }, item.name),
    item.changedSinceApproval
      ? h("span", { class: "tile-flag warn", title: "Changed since approval" }, icon("warning", "sm"))
      : null,
    item.subset ? h("span", { class: "tile-subset", title: `Subset ${item.subset}` }, item.subset) : null,
  );
}
