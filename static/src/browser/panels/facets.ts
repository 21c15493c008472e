/** The left column: values of each facet with how many items have them. */
import { h, replace, swatch } from "../../lib/dom.ts";
import { count } from "../../lib/format.ts";
import { icon } from "../../ui/icons.ts";
import { skeletonLines } from "../../ui/empty.ts";
import { STATUS_WORDS, type FacetName, type Ticked } from "../query/filter.ts";
import type { Facet, Facets } from "../types.ts";

const TITLES: Record<FacetName, string> = {
  status: "Status",
  label: "Label",
  subset: "Subset",
  tag: "Tag",
  folder: "Folder",
};
const ORDER: FacetName[] = ["status", "label", "subset", "tag", "folder"];
const SHOWN = 12;

export interface FacetPanelOptions {
  ticked: () => Ticked;
  toggle: (name: FacetName, value: string) => void;
  color: (label: string) => string | undefined;
}
export interface FacetPanel {
  element: HTMLElement;
  show: (facets: Facets) => void;
  update: () => void;
}

export function createFacetPanel(options: FacetPanelOptions): FacetPanel {
  const element = h("div", { class: "facets", role: "group", "aria-label": "Filter by" }, skeletonLines(12));
  const closed = new Set<FacetName>();
  const open = new Set<FacetName>();
  let known: Facets | null = null;

  function word(name: FacetName, value: string): string {
    if (name === "status") return STATUS_WORDS[value] ?? value;
    if (name === "subset") return value || "none";
    return value;
  }

  function row(name: FacetName, facet: Facet, most: number): HTMLElement {
    const color = name === "label" ? options.color(facet.value) : undefined;
    return h(
      "label",
      { class: ["facet-row", facet.count === 0 && "none"] },
      h("input", {
        type: "checkbox",
        class: "checkbox checkbox-xs",
        checked: options.ticked()[name].includes(facet.value),
        onchange: () => options.toggle(name, facet.value),
      }),
      color ? swatch(color) : null,
      h(
        "span",
        { class: ["clip", name === "folder" && "mono"], title: facet.value },
        word(name, facet.value),
      ),
      h("span", { class: "n" }, count(facet.count)),
      h("i", { class: "facet-bar", style: { width: `${most ? (facet.count / most) * 100 : 0}%` } }),
    );
  }

  function section(name: FacetName, facets: Facet[]): HTMLElement | null {
    const ticked = options.ticked()[name];
    const gone = ticked.filter((value) => !facets.some((facet) => facet.value === value));
    const all = [...facets, ...gone.map((value) => ({ value, count: 0 }))];
    if (!all.length) return null;
    const most = Math.max(...all.map((facet) => facet.count));
    const shown = open.has(name) ? all : all.slice(0, SHOWN);
    const isClosed = closed.has(name);
    return h(
      "section",
      { class: "facet" },
      h(
        "button",
        {
          type: "button",
          class: "facet-title",
          "aria-expanded": String(!isClosed),
          onclick: () => {
            if (!closed.delete(name)) closed.add(name);
            update();
          },
        },
        icon(isClosed ? "chevron-right" : "chevron-down", "sm"),
        TITLES[name],
        ticked.length ? h("span", { class: "n" }, String(ticked.length)) : null,
      ),
      isClosed ? null : shown.map((facet) => row(name, facet, most)),
      !isClosed && all.length > shown.length
        ? h(
            "button",
            {
              type: "button",
              class: "facet-more",
              onclick: () => {
                open.add(name);
                update();
              },
            },
            `${count(all.length - shown.length)} more`,
          )
        : null,
    );
  }

  function update(): void {
    if (!known) return;
    const facets = known;
    replace(
      element,
      ORDER.map((name) => section(name, facets[name])),
    );
  }

  return {
    element,
    show: (facets) => {
      known = facets;
      update();
    },
    update,
  };
}
