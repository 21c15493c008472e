/** One thumbnail: picture, name, what people and models said. Redrawn only when its item changed. */
import { h, replace, swatch } from "../../lib/dom.ts";
import { metric } from "../../lib/format.ts";
import { icon } from "../../ui/icons.ts";
import type { Item } from "../types.ts";

const PIXELATED_BELOW = 96;

export interface TileContext {
  color: (label: string) => string | undefined;
  toggle: (item: Item) => void;
}

export function createTileDrawer(context: TileContext): (tile: HTMLElement, item: Item | undefined) => void {
  const drawn = new WeakMap<HTMLElement, Item | null>();
  return (tile, item) => {
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
  };

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

/** A person's label is solid, a model's dashed; approved ones carry a tick. */
function marks(item: Item, context: TileContext): HTMLElement | null {
  if (!item.labels.length) return null;
  const shown = item.labels.slice(0, 2);
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
    item.labels.length > shown.length
      ? h("span", { class: "tile-label" }, `+${item.labels.length - shown.length}`)
      : null,
  );
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
