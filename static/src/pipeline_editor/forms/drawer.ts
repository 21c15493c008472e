/** The drawer below the canvas: variables, problems, triggers, revisions. */
import { h, replace, type Child } from "../../lib/dom";
import { createTabs } from "../../ui/tabs";
import { icon } from "../../ui/icons";
import type { PanelContext } from "./context";
import { problemLines } from "./problems";
import { drawRevisions } from "./revisions";
import { triggerList } from "./triggers";
import { variableList } from "./variables";

export interface Drawer {
  element: HTMLElement;
  update: () => void;
  show: (tab: "variables" | "problems" | "triggers") => void;
  published: () => void;
}

export function createDrawer(context: PanelContext): Drawer {
  const [variables, problems, triggers] = [h("div", {}), h("div", {}), h("div", {})];
  const revisions = h("div", {});
  const tabs = createTabs({
    label: "Of the whole pipeline",
    hash: false,
    tabs: [
      { id: "variables", title: "Variables", panel: () => variables },
      { id: "problems", title: "Problems", panel: () => problems },
      { id: "triggers", title: "Triggers", panel: () => triggers },
      { id: "revisions", title: "Revisions", panel: () => revisions },
    ],
    onShow: (id) => {
      if (id === "revisions") void drawRevisions(revisions, context);
    },
  });
  const body = h("div", { class: "drawer-body" }, tabs.panels);
  const toggle = h(
    "button",
    {
      class: "btn btn-ghost btn-square",
      type: "button",
      "aria-expanded": "true",
      "aria-label": "The drawer",
      onclick: () => open(body.hidden === true),
    },
    icon("chevron-down"),
  );
  const open = (yes: boolean) => {
    body.hidden = !yes;
    toggle.setAttribute("aria-expanded", String(yes));
    replace(toggle, icon(yes ? "chevron-down" : "chevron-up"));
  };
  // Tabs of a closed drawer open it.
  tabs.element.addEventListener("click", () => open(true));
  const element = h(
    "section",
    { class: "editor-drawer", "aria-label": "Variables, problems and triggers" },
    h("header", {}, tabs.element, toggle),
    body,
  );
  const drawn = new Map<HTMLElement, string>();
  /** Draws a tab anew if what it shows is another. What stays keeps its buttons: a click that is under way meets them. */
  const redraw = (host: HTMLElement, shows: unknown, make: () => Child): boolean => {
    const now = JSON.stringify(shows);
    if (drawn.get(host) === now) return false;
    drawn.set(host, now);
    const had = host.contains(document.activeElement);
    replace(host, make());
    return had;
  };
  const update = () => {
    const found = context.checks.problems.value;
    const graph = context.doc.graph();
    const nodes = graph.nodes.map((node) => [node.id, node.name, node.inputs, node.config["variable"]]);
    const names = context.names();
    tabs.setCount("variables", graph.variables?.length ?? 0);
    tabs.setCount("problems", found.length);
    tabs.setCount("triggers", graph.triggers?.length ?? 0);
    const had = [
      redraw(variables, [graph.variables, nodes, names], () => variableList(context)),
      redraw(triggers, [graph.triggers, graph.variables, nodes, names], () => triggerList(context)),
      redraw(problems, [found, nodes], () =>
        found.length
          ? problemLines(found, context)
          : h("p", { class: "muted" }, icon("check", "sm"), " Nothing is wrong with this graph."),
      ),
    ];
    // What had the focus was drawn anew: the keyboard stays in the drawer.
    if (had.includes(true)) tabs.element.querySelector<HTMLElement>("[aria-selected=true]")?.focus();
  };
  return {
    element,
    update,
    show: (tab) => {
      tabs.show(tab);
      open(true);
    },
    published: () => {
      if (tabs.current() === "revisions") void drawRevisions(revisions, context);
    },
  };
}
