/**
 * Tabs over panels that are made when first shown. The chosen one stands in the address (#people), so it can be linked.
 *
 *   const tabs = createTabs({ label: "Settings", tabs: [{ id: "people", title: "People", panel: () => peoplePanel() }] });
 *   header.append(tabs.element);   main.append(tabs.panels);
 */
import { append, h, replace } from "../lib/dom.ts";
import { count } from "../lib/format.ts";

export interface TabSpec {
  id: string;
  title: string;
  count?: number;
  panel: () => HTMLElement;
}
export interface TabsOptions {
  label: string;
  tabs: TabSpec[];
  /** Keep the choice in the address. Default true. */
  hash?: boolean;
  onShow?: (id: string) => void;
}
export interface Tabs {
  element: HTMLElement;
  panels: HTMLElement;
  show: (id: string) => void;
  current: () => string;
  setCount: (id: string, n: number | null) => void;
}

export function createTabs(options: TabsOptions): Tabs {
  const useHash = options.hash ?? true;
  const element = h("div", { class: "tabs", role: "tablist", "aria-label": options.label });
  const panels = h("div");
  const made = new Map<string, HTMLElement>();
  const buttons = new Map<string, HTMLButtonElement>();
  let current = "";

  for (const tab of options.tabs) {
    const button = h(
      "button",
      { type: "button", class: "tab", role: "tab", id: `tab-${tab.id}`, "aria-controls": `panel-${tab.id}` },
      tab.title,
      h("span", { class: "n" }, tab.count === undefined ? null : count(tab.count)),
    );
    button.addEventListener("click", () => show(tab.id));
    buttons.set(tab.id, button);
    element.append(button);
  }

  function panelOf(tab: TabSpec): HTMLElement {
    const made_ = made.get(tab.id);
    if (made_) return made_;
    const panel = h(
      "div",
      { role: "tabpanel", id: `panel-${tab.id}`, "aria-labelledby": `tab-${tab.id}`, tabIndex: 0 },
      tab.panel(),
    );
    made.set(tab.id, panel);
    append(panels, [panel]);
    return panel;
  }

  function show(id: string): void {
    const tab = options.tabs.find((one) => one.id === id) ?? options.tabs[0];
    if (!tab || tab.id === current) return;
    current = tab.id;
    const shown = panelOf(tab);
    for (const panel of made.values()) panel.hidden = panel !== shown;
    for (const [key, button] of buttons) {
      button.setAttribute("aria-selected", String(key === tab.id));
      button.tabIndex = key === tab.id ? 0 : -1;
    }
    if (useHash && window.location.hash !== `#${tab.id}`)
      history.replaceState(history.state, "", `#${tab.id}`);
    options.onShow?.(tab.id);
  }

  element.addEventListener("keydown", (event) => {
    const ids = options.tabs.map((tab) => tab.id);
    const at = ids.indexOf(current);
    const to =
      event.key === "ArrowRight"
        ? at + 1
        : event.key === "ArrowLeft"
          ? at - 1
          : event.key === "Home"
            ? 0
            : event.key === "End"
              ? -1
              : null;
    if (to === null) return;
    event.preventDefault();
    const id = ids[(to + ids.length) % ids.length] ?? "";
    show(id);
    buttons.get(id)?.focus();
  });
  if (useHash) window.addEventListener("hashchange", () => show(window.location.hash.slice(1)));
  show(useHash ? window.location.hash.slice(1) : "");

  return {
    element,
    panels,
    show,
    current: () => current,
    setCount: (id, n) => {
      const slot = buttons.get(id)?.querySelector(".n");
      if (slot) replace(slot, n === null ? null : count(n));
    },
  };
}
