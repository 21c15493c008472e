/** The grid of thumbnails: thousands of items, some dozens of elements. Tiles are moved, not made, while scrolling. */
import { h } from "../../lib/dom.ts";
import { GAP, layout, neighbour, place, visible, type GridLayout } from "./layout.ts";

export interface GridOptions<T> {
  label: string;
  total: () => number;
  item: (index: number) => T | undefined;
  id: (item: T) => string;
  /** Fills a tile with an item, or with a placeholder for one that is not there yet. */
  draw: (tile: HTMLElement, item: T | undefined) => void;
  selected: (item: T) => boolean;
  active: () => string | null;
  /** Rows in sight changed. */
  onRange: (from: number, to: number) => void;
  onPress: (index: number, item: T, event: MouseEvent) => void;
  onOpen: (index: number, item: T) => void;
}

export interface Grid {
  element: HTMLElement;
  /** Draws anew: after data, selection or size changed. */
  update: () => void;
  setSize: (wish: number) => void;
  scrollTo: (index: number) => void;
  toTop: () => void;
  range: () => { from: number; to: number };
  /** The row an arrow leads to from `index`. */
  neighbour: (index: number, key: string) => number;
  focus: () => void;
}

export function createGrid<T>(options: GridOptions<T>): Grid {
  const canvas = h("div", {
    class: "grid-canvas",
    role: "listbox",
    "aria-label": options.label,
    "aria-multiselectable": "true",
    tabIndex: 0,
  });
  const element = h("div", { class: "grid-scroll" }, canvas);
  const tiles = new Map<number, HTMLElement>();
  const spare: HTMLElement[] = [];
  let wish = 160;
  let shape: GridLayout = layout(800, 0, wish);
  let range = { from: 0, to: 0 };
  let frame = 0;

  function measure(): void {
    const style = getComputedStyle(element);
    const width = element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    shape = layout(Math.max(width, 60), options.total(), wish);
    canvas.style.height = `${shape.height}px`;
    element.style.setProperty("--tile-height", `${shape.rowHeight - GAP}px`);
    element.style.setProperty("--tile-width", `${shape.tileWidth}px`);
  }

  function tileFor(index: number): HTMLElement {
    let tile = tiles.get(index);
    if (tile) return tile;
    tile = spare.pop() ?? h("div", { class: "tile", role: "option" });
    tile.dataset["index"] = String(index);
    tile.id = `tile-${index}`;
    const { x, y } = place(shape, index);
    tile.style.transform = `translate(${x}px, ${y}px)`;
    tiles.set(index, tile);
    if (!tile.isConnected) canvas.append(tile);
    tile.hidden = false;
    return tile;
  }

  function release(keep: (index: number) => boolean): void {
    for (const [index, tile] of tiles) {
      if (keep(index)) continue;
      tiles.delete(index);
      tile.hidden = true;
      tile.removeAttribute("id");
      spare.push(tile);
    }
  }

  function paint(): void {
    const total = options.total();
    range = visible(shape, element.scrollTop, element.clientHeight, total);
    release((index) => index >= range.from && index < range.to);
    const active = options.active();
    let activeId: string | null = null;
    for (let index = range.from; index < range.to; index++) {
      const tile = tileFor(index);
      const item = options.item(index);
      options.draw(tile, item);
      const chosen = item !== undefined && options.selected(item);
      const isActive = item !== undefined && options.id(item) === active;
      tile.setAttribute("aria-selected", String(chosen));
      tile.classList.toggle("active", isActive);
      if (isActive) activeId = tile.id;
    }
    if (activeId) canvas.setAttribute("aria-activedescendant", activeId);
    else canvas.removeAttribute("aria-activedescendant");
    options.onRange(range.from, range.to);
  }

  function update(): void {
    measure();
    release(() => false);
    paint();
  }

  function later(): void {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      paint();
    });
  }

  element.addEventListener("scroll", later, { passive: true });
  new ResizeObserver(() => update()).observe(element);
  canvas.addEventListener("click", (event) => {
    const found = hit(event);
    if (found) options.onPress(found.index, found.item, event);
  });
  canvas.addEventListener("dblclick", (event) => {
    const found = hit(event);
    if (found) options.onOpen(found.index, found.item);
  });
  canvas.addEventListener("mousedown", (event) => {
    if (event.shiftKey) event.preventDefault();
  });

  function hit(event: MouseEvent): { index: number; item: T } | null {
    const tile = event.target instanceof Element ? event.target.closest<HTMLElement>(".tile") : null;
    const index = Number(tile?.dataset["index"] ?? NaN);
    const item = Number.isNaN(index) ? undefined : options.item(index);
    return item === undefined ? null : { index, item };
  }

  return {
    element,
    update,
    setSize: (size) => {
      const middle = options.total() ? range.from : 0;
      wish = size;
      update();
      element.scrollTop = Math.max(0, place(shape, middle).y);
    },
    scrollTo: (index) => {
      const { y } = place(shape, index);
      const bottom = y + shape.rowHeight;
      if (y < element.scrollTop) element.scrollTop = y;
      else if (bottom > element.scrollTop + element.clientHeight)
        element.scrollTop = bottom - element.clientHeight;
      paint();
    },
    toTop: () => {
      element.scrollTop = 0;
    },
    range: () => range,
    neighbour: (index, key) =>
      neighbour(
        shape,
        index,
        key,
        options.total(),
        Math.max(1, Math.floor(element.clientHeight / shape.rowHeight)),
      ),
    focus: () => canvas.focus({ preventScroll: true }),
  };
}
