/** The palette at the left: drag a node onto the canvas, or press Enter to put it into the middle. */
import { h, replace } from "../../lib/dom";
import { icon, isIconName } from "../../ui/icons";
import type { NodeType } from "../io/api";
import { NODE_MIME } from "../views/mime";
import { paletteGroups } from "./groups";

export interface Palette {
  element: HTMLElement;
  focus: () => void;
}

export function createPalette(types: readonly NodeType[], add: (type: NodeType) => void): Palette {
  const search = h("input", {
    class: "input",
    type: "search",
    "aria-label": "Find a node",
    placeholder: "Find a node  /",
    autocomplete: "off",
  });
  const list = h("div", { class: "palette-list" });
  const draw = () => {
    const groups = paletteGroups(types, search.value);
    replace(
      list,
      groups.length
        ? groups.map(([category, members]) =>
            h(
              "section",
              { "aria-label": category },
              h("h3", {}, category),
              members.map((type) => entry(type, add)),
            ),
          )
        : h("p", { class: "muted" }, "No node is called so."),
    );
  };
  const entries = () => [...list.querySelectorAll<HTMLElement>("button")];
  search.addEventListener("input", draw);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === "ArrowDown") {
      event.preventDefault();
      const first = entries()[0];
      if (event.key === "Enter") first?.click();
      else first?.focus();
    } else if (event.key === "Escape" && search.value) {
      event.stopPropagation();
      search.value = "";
      draw();
    }
  });
  list.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const all = entries();
    const at = all.indexOf(document.activeElement as HTMLElement) + (event.key === "ArrowDown" ? 1 : -1);
    if (at < 0) search.focus();
    else all[Math.min(at, all.length - 1)]?.focus();
  });
  draw();
  return {
    element: h("nav", { class: "palette", "aria-label": "Nodes" }, search, list),
    focus: () => {
      search.focus();
      search.select();
    },
  };
}

function entry(type: NodeType, add: (type: NodeType) => void): HTMLElement {
  const words = type.doc ? `${type.title}: ${type.doc}` : type.title;
  return h(
    "button",
    {
      class: "palette-entry",
      type: "button",
      draggable: "true",
      title: words,
      dataset: { type: type.type },
      onclick: () => add(type),
      ondragstart: (event) => {
        event.dataTransfer?.setData(NODE_MIME, `${type.type}@${type.version}`);
        if (event.dataTransfer) event.dataTransfer.effectAllowed = "copy";
      },
    },
    icon(isIconName(type.icon) ? type.icon : "box"),
    h("span", { class: "palette-name" }, type.title),
  );
}
