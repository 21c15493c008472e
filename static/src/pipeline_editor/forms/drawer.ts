/** The drawer below the canvas: variables, problems, triggers, revisions. */
import { h, replace } from "../../lib/dom";
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
  let drawn = "";
  const update = () => {
    const found = context.checks.problems.value;
    const graph = context.doc.graph();
    const now = JSON.stringify([
      graph.variables,
      graph.triggers,
      graph.nodes.map((node) => [node.id, node.name, node.inputs, node.config["variable"]]),
      found,
      context.names(),
    ]);
    if (now === drawn) return;
    drawn = now;
    tabs.setCount("variables", graph.variables?.length ?? 0);
    tabs.setCount("problems", found.length);
    tabs.setCount("triggers", graph.triggers?.length ?? 0);
    const had = body.contains(document.activeElement);
    replace(variables, variableList(context));
    replace(triggers, triggerList(context));
    replace(
      problems,
      found.length
        ? problemLines(found, context)
        : h("p", { class: "muted" }, icon("check", "sm"), " Nothing is wrong with this graph."),
    );
    // What had the focus was drawn anew: the keyboard stays in the drawer.
    if (had) tabs.element.querySelector<HTMLElement>("[aria-selected=true]")?.focus();
  };
  return {
    element,
    update,
    show: (tab) => {
      tabs.show(tab);
      open(true);
    },
  };
}
