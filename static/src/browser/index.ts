/**
 * The dataset browser: filter, facets, grid, selection, drawer.
 *
 *   const browser = createBrowser(element, { project, dataset, labels, may });
 *   browser.refresh()      what is shown may have changed
 */
import "./browser.css";
import { h, replace } from "../lib/dom.ts";
import { feed } from "../lib/feed.ts";
import { count, plural } from "../lib/format.ts";
import { isAbort, messageOf } from "../lib/http.ts";
import { PASS } from "../lib/keys.ts";
import { errorState } from "../ui/empty.ts";
import { icon } from "../ui/icons.ts";
import { announce } from "../ui/live.ts";
import { kbd } from "../ui/status.ts";
import { createGrid } from "./grid/grid.ts";
import { datasetApi } from "./io/api.ts";
import { createBulkBar } from "./panels/bulk.ts";
import { createDrawer } from "./panels/drawer.ts";
import { nothingFound, nothingYet } from "./panels/empty.ts";
import { createFacetPanel } from "./panels/facets.ts";
import { createOutlineLayer } from "./panels/outline-layer.ts";
import { createTileDrawer } from "./panels/tile.ts";
import {
  buildFilter,
  FilterError,
  fromParams,
  noneTicked,
  SORTS,
  sortOf,
  spotOf,
  tickedCount,
  toggled,
  toParams,
  withSpot,
  type Asked,
  type Spot,
} from "./query/filter.ts";
import { bindKeys } from "./shortcuts.ts";
import { Selection } from "./state/selection.ts";
import { RowWindow } from "./state/window.ts";
import type { Filter, Item, JsonObject, Label, Which } from "./types.ts";

export interface BrowserOptions {
  project: string;
  dataset: { id: string; name: string };
  labels: () => Label[];
  may: (action: string) => boolean;
  /** Goes to the upload tab: the first act in an empty dataset. */
  upload: () => void;
  onTotal?: (total: number) => void;
  /** Makes a task of what is chosen; left out where the person may not. */
  createTask?: () => void;
}
/** What is selected, or all that the filter finds, as a filter and in words. */
export interface Chosen {
  filter: JsonObject;
  words: string;
}
export interface Browser {
  element: HTMLElement;
  chosen: () => Chosen;
  refresh: () => void;
  /** The panel became visible: sizes are known now. */
  shown: () => void;
}

const PAGE = 120;
const SIZE_KEY = "alp.browser.size";
const LIVE = [
  "item.created",
  "item.updated",
  "item.deleted",
  "item.approved",
  "annotation.saved",
  "task.item_status",
];

export function createBrowser(options: BrowserOptions): Browser {
  const calls = datasetApi(options.dataset.id);
  const selection = new Selection();
  let asked: Asked = fromParams(new URLSearchParams(window.location.search));
  let filter: Filter = { $and: [] };
  let spot = spotOf(new URLSearchParams(window.location.search));
  let active: string | null = null;
  let took = 0;
  let outlinedPages = "";
  const mayEdit = options.may("dataset.edit");

  const color = (name: string) => options.labels().find((label) => label.name === name)?.color;
  const rows = new RowWindow<Item>({
    pageSize: PAGE,
    load: async ({ page, after, count: wanted, signal }) => {
      const started = performance.now();
      const got = await calls.query(
        { filter, sort: sortOf(asked), page, pageSize: PAGE, after, count: wanted },
        signal,
      );
      took = performance.now() - started;
      return { items: got.items, total: got.totalItemsCount, next: got.next };
    },
    onError: (error) => {
      if (!isAbort(error)) failed(error);
    },
  });

  // ---- parts

  const box = h("input", {
    class: "filter-input mono",
    type: "text",
    placeholder: 'Part of a name, or a JSON filter such as {"metadata.user.camera": "front"}',
    "aria-label": "Filter",
    spellcheck: "false",
    autocomplete: "off",
    value: asked.text,
  });
  const boxError = h("p", { class: "filter-error", role: "alert", id: "filter-error" });
  const boxWrap = h("div", { class: "filter-box" }, icon("filter"), box, kbd("/"));
  const hiddenBox = h("input", { type: "checkbox", class: "checkbox checkbox-xs", checked: asked.hidden });
  const number = h("div", { class: "grid-count", role: "status" });
  const clearButton = h(
    "button",
    { type: "button", class: "btn btn-ghost btn-sm", onclick: () => clearFilter() },
    icon("close", "sm"),
    "Clear filter",
  );
  const sortSelect = h(
    "select",
    { class: "select select-sm", "aria-label": "Order" },
    SORTS.map(([name], index) =>
      h("option", { value: String(index), selected: index === asked.order }, name),
    ),
  );
  const size = h("input", {
    type: "range",
    class: "range range-xs",
    min: 84,
    max: 320,
    step: 4,
    value: localStorage.getItem(SIZE_KEY) ?? "150",
    "aria-label": "Size of pictures",
  });
  const facetPanel = createFacetPanel({
    ticked: () => asked.ticked,
    toggle: (name, value) => ask({ ...asked, ticked: toggled(asked.ticked, name, value) }),
    color,
  });
  const outlines = createOutlineLayer({
    load: calls.outlines,
    labels: options.labels,
    redraw: () => grid.update(),
  });
  const drawTile = createTileDrawer({
    color,
    toggle: (item) => selection.toggle(item.id),
    outline: outlines.of,
    look: outlines.look,
  });
  const grid = createGrid<Item>({
    label: `Images of ${options.dataset.name}`,
    total: () => rows.total,
    item: (index) => rows.get(index),
    id: (item) => item.id,
    draw: drawTile,
    selected: (item) => selection.has(item.id),
    active: () => active,
    onRange: (from, to) => {
      void rows.ensure(from, to);
      const pages = `${Math.floor(from / PAGE)} ${Math.ceil(to / PAGE)}`;
      if (pages !== outlinedPages) outlines.want(loaded(from, to));
      outlinedPages = pages;
    },
    onPress: (index, item, event) => {
      const toggle = event.ctrlKey || event.metaKey;
      if (event.shiftKey || toggle || !selection.empty)
        selection.press(
          index,
          item.id,
          { shift: event.shiftKey, toggle: toggle || !event.shiftKey },
          (at) => rows.get(at)?.id,
        );
      activate(item);
    },
    onOpen: (index, item) => window.location.assign(studioUrl(item, index)),
  });
  const message = h("div", { class: "grid-message" });
  const drawer = createDrawer({
    project: options.project,
    labels: options.labels,
    color,
    may: options.may,
    changed: (item) => rows.put(item),
    studioUrl: (item) => studioUrl(item, rows.indexOf(item.id)),
    step,
    close: () => activate(null),
  });
  const bar = createBulkBar({
    project: options.project,
    dataset: options.dataset,
    calls,
    may: options.may,
    total: () => rows.total,
    selected: () => selection.count(rows.total),
    which,
    filter: asFilter,
    selectAll: () => selection.selectAll(),
    clear: () => selection.clear(),
    changed: () => refresh(),
    ...(options.createTask && { createTask: options.createTask }),
  });
  const element = h(
    "div",
    { class: "browser" },
    h("div", { class: "filter-line" }, boxWrap, boxError),
    facetPanel.element,
    h(
      "section",
      { class: "grid-pane" },
      h(
        "div",
        { class: "grid-head" },
        number,
        clearButton,
        h("span", { class: "spacer" }),
        outlines.toggle,
        h("label", { class: "row hint" }, hiddenBox, "hidden files"),
        sortSelect,
        icon("grid", "sm"),
        size,
      ),
      outlines.legend,
      grid.element,
      message,
      bar.element,
    ),
    drawer.element,
  );

  // ---- what is asked

  function ask(next: Asked): void {
    try {
      filter = buildFilter(next);
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      problem(error.message);
      return;
    }
    problem("");
    asked = next;
    const params = toParams(asked).toString();
    history.replaceState(
      history.state,
      "",
      `${window.location.pathname}${params ? `?${params}` : ""}${window.location.hash}`,
    );
    facetPanel.update();
    selection.clear();
    void reset();
  }

  function studioUrl(item: Item, at: number): string {
    const base = `/p/${options.project}/data/${options.dataset.id}/studio/`;
    return `${base}?${withSpot(asked, { item: item.id, at: Math.max(0, at) })}`;
  }

  /** Back from the studio: the image that was looked at there is the current one. */
  async function goToSpot({ item, at }: Spot): Promise<void> {
    await rows.ensure(at, at + 1);
    const index = rows.indexOf(item);
    const found = rows.get(index);
    if (index < 0 || !found) return;
    activate(found);
    grid.scrollTo(index);
    grid.focus();
  }

  function clearFilter(): void {
    box.value = "";
    ask({ ...asked, text: "", ticked: noneTicked() });
  }

  function problem(text: string): void {
    boxError.textContent = text;
    boxWrap.classList.toggle("wrong", text !== "");
    box.setAttribute("aria-invalid", String(text !== ""));
  }

  function failed(error: unknown): void {
    const text = messageOf(error);
    if (asked.text.trim()) problem(text);
    else {
      replace(
        message,
        errorState(error, () => void reset()),
      );
      message.hidden = false;
    }
  }

  async function reset(): Promise<void> {
    grid.element.classList.add("stale");
    await rows.reset();
    grid.element.classList.remove("stale");
    grid.toTop();
    if (spot) await goToSpot(spot);
    spot = null;
  }

  function which(): Which {
    const { all, ids } = selection.state.value;
    return all ? { filter: { filter: asFilter() } } : { ids: [...ids] };
  }

  /** The selection as a filter: what a pipeline, a job or a link can take. */
  function asFilter(): JsonObject {
    const { all, ids } = selection.state.value;
    if (!all) return { id: { $in: [...ids] } };
    return ids.size ? { $and: [filter, { id: { $nin: [...ids] } }] } : filter;
  }

  function chosen(): Chosen {
    const n = selection.count(rows.total);
    return n
      ? { filter: asFilter(), words: `${plural(n, "selected image")}` }
      : { filter, words: `${plural(rows.total, "image")} of the filter` };
  }

  // ---- drawing

  function draw(): void {
    const total = rows.total;
    const narrowed = tickedCount(asked.ticked) > 0 || asked.text.trim() !== "";
    replace(
      number,
      h("b", null, count(total)),
      h("span", { class: "hint" }, ` ${total === 1 ? "image" : "images"} · ${(took / 1000).toFixed(2)} s`),
    );
    clearButton.hidden = !narrowed;
    message.hidden = total > 0 || rows.loading;
    grid.element.classList.toggle("empty-grid", total === 0);
    if (total === 0)
      replace(message, narrowed ? nothingFound(clearFilter) : nothingYet(mayEdit ? options.upload : null));
    options.onTotal?.(total);
    outlines.want(inSight());
    grid.update();
    bar.update();
    if (active) {
      const at = rows.indexOf(active);
      const item = at >= 0 ? rows.get(at) : undefined;
      if (item) drawer.show(item);
    }
  }

  /** The loaded ones of whole pages that hold these rows: outlines come with a page, not with a row. */
  function loaded(from: number, to: number): Item[] {
    const found: Item[] = [];
    const last = Math.min(Math.ceil(to / PAGE) * PAGE, rows.total);
    for (let index = Math.floor(from / PAGE) * PAGE; index < last; index++) {
      const item = rows.get(index);
      if (item) found.push(item);
    }
    return found;
  }

  function inSight(): Item[] {
    const { from, to } = grid.range();
    return loaded(from, Math.max(to, from + 1));
  }

  function activate(item: Item | null): void {
    active = item?.id ?? null;
    element.classList.toggle("with-drawer", item !== null);
    drawer.show(item);
    grid.update();
    if (item) announce(item.name);
  }

  function openActive(event: KeyboardEvent): unknown {
    const index = active ? rows.indexOf(active) : -1;
    const item = rows.get(index);
    const elsewhere =
      event.target instanceof Element && event.target.closest("a, button, input, select, textarea");
    if (!item || elsewhere) return PASS;
    window.location.assign(studioUrl(item, index));
    return undefined;
  }

  function step(by: 1 | -1): void {
    move(by > 0 ? "arrowright" : "arrowleft", false);
  }

  function move(key: string, extend: boolean): void {
    if (!rows.total) return;
    const from = active ? rows.indexOf(active) : -1;
    const to = from < 0 ? 0 : grid.neighbour(from, key);
    void rows.ensure(to, to + 1).then(() => {
      const item = rows.get(to);
      if (!item) return;
      if (extend) selection.press(to, item.id, { shift: true }, (at) => rows.get(at)?.id);
      activate(item);
      grid.scrollTo(to);
    });
  }

  function refresh(): void {
    const { from, to } = grid.range();
    void rows.refresh(from, Math.max(from, to - 1)).catch((error: unknown) => {
      if (!isAbort(error)) failed(error);
    });
    void loadFacets();
  }

  async function loadFacets(): Promise<void> {
    try {
      facetPanel.show(await calls.facets());
    } catch (error) {
      if (!isAbort(error)) replace(facetPanel.element, errorState(error, loadFacets));
    }
  }

  // ---- listening

  sortSelect.addEventListener("change", () => {
    ask({ ...asked, order: Number(sortSelect.value) });
  });
  hiddenBox.addEventListener("change", () => ask({ ...asked, hidden: hiddenBox.checked }));
  let typing = 0;
  box.addEventListener("input", () => {
    window.clearTimeout(typing);
    typing = window.setTimeout(() => ask({ ...asked, text: box.value }), 250);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    window.clearTimeout(typing);
    if (event.key === "Escape") box.value = "";
    ask({ ...asked, text: box.value });
    grid.focus();
  });
  size.addEventListener("input", () => {
    localStorage.setItem(SIZE_KEY, size.value);
    grid.setSize(Number(size.value));
  });
  rows.onChange(draw);
  selection.state.subscribe(() => {
    grid.update();
    bar.update();
  });
  const here = () => element.isConnected && element.offsetParent !== null;
  bindKeys({
    here,
    active: () => active !== null,
    chosen: () => !selection.empty,
    mayDelete: () => mayEdit,
    filter: () => box.focus(),
    outlines: () => outlines.flip(),
    selectAll: () => selection.selectAll(),
    open: openActive,
    toggle: () => active && selection.toggle(active),
    leave: () => (selection.empty ? activate(null) : selection.clear()),
    remove: () => bar.remove(),
    move,
  });
  feed.watch(
    LIVE,
    (events) => {
      const about = events.filter(
        (event) => event.type === "task.item_status" || event.data["dataset"] === options.dataset.id,
      );
      if (events.length && !about.length) return;
      refresh();
    },
    700,
  );

  filter = buildFilter(safe(asked));
  grid.setSize(Number(size.value));
  void reset();
  void loadFacets();
  return { element, chosen, refresh, shown: () => grid.update() };
}

/** An address may carry a half-typed JSON filter: it is shown, not applied. */
function safe(asked: Asked): Asked {
  try {
    buildFilter(asked);
    return asked;
  } catch {
    return { ...asked, text: "" };
  }
}
