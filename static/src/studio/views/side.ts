/** The right side: panels above the tabs, the tabs, panels below them. What stands here is named in app/panels.ts. */
import { h } from "../../lib/dom.ts";
import { createTabs } from "../../ui/tabs.ts";
import type { Panel, PanelSpec, StudioContext } from "../context.ts";

export class Side {
  readonly element = h("aside", { class: "studio-panel", "aria-label": "About this item" });
  private readonly showTab: (id: string) => void;

  constructor(studio: StudioContext, specs: readonly PanelSpec[]) {
    const here = specs.filter(({ when }) => when?.(studio) ?? true);
    const at = (place: PanelSpec["place"]) => here.filter((spec) => spec.place === place);
    const made = new Map(here.filter(({ place }) => inSide(place)).map((spec) => [spec, spec.make(studio)]));
    const part = (spec: PanelSpec) => partOf(spec, made.get(spec) as Panel);
    const tabs = at("tab");
    this.element.append(...at("above").map((spec) => part(spec)));
    this.showTab = () => undefined;
    if (tabs.length) {
      const row = createTabs({
        label: "Panels",
        hash: false,
        tabs: tabs.map((spec) => ({
          id: spec.id,
          title: spec.title,
          panel: () => (made.get(spec) as Panel).element,
        })),
      });
      this.showTab = row.show;
      for (const spec of tabs) made.get(spec)?.count?.subscribe((n) => row.setCount(spec.id, n || null));
      row.element.classList.add("side-tabs");
      row.panels.classList.add("side-tab");
      this.element.append(row.element, row.panels);
    }
    this.element.append(...at("below").map((spec) => part(spec)));
  }

  show(id: string): void {
    this.showTab(id);
  }
}

/** The panels that stand over the picture. */
export function onDesk(studio: StudioContext, specs: readonly PanelSpec[]): HTMLElement[] {
  const here = specs.filter(({ place, when }) => place === "desk" && (when?.(studio) ?? true));
  return here.map((spec) => spec.make(studio).element);
}

function inSide(place: PanelSpec["place"]): boolean {
  return place === "above" || place === "tab" || place === "below";
}

function partOf(spec: PanelSpec, panel: Panel): HTMLElement {
  const { element, visible } = panel;
  const part = h("section", { class: "panel-part", "aria-label": spec.title }, element);
  visible?.subscribe((shown) => (part.hidden = !shown));
  return part;
}
