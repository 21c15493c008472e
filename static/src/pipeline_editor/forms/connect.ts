/** Connecting by keyboard: from an output to an input, what does not fit listed with its reason. */
import { h, replace } from "../../lib/dom";
import { openDialog } from "../../ui/dialog";
import { icon } from "../../ui/icons";
import { outRows } from "../graph/geometry";
import { portName } from "../graph/ports";
import type { GraphDocument } from "../state/document";
import type { Faces } from "../state/faces";
import { targetsOf, type From, type To } from "../state/acts";
import { portMark } from "./marks";

export interface ConnectOptions {
  doc: GraphDocument;
  faces: Faces;
  node: string;
  from: From | null;
  connect: (from: From, to: To) => void;
}

export function connectDialog({ doc, faces, node, from, connect }: ConnectOptions): void {
  const one = doc.get("node", node);
  const face = one && faces.of(one);
  if (!one || !face?.outputs.length) return;
  const rows = outRows(face);
  const output = h(
    "select",
    { class: "select", "aria-label": "Output" },
    rows.map(({ id, port, action }) =>
      h("option", { value: id }, action ? `${portName(port)}, when ${action}` : `${portName(port)}, always`),
    ),
  );
  const chosen = rows.find((row) => row.port.name === from?.port && row.action === from.action) ?? rows[0];
  output.value = chosen?.id ?? "";
  const search = h("input", {
    class: "input",
    type: "search",
    "aria-label": "Find an input",
    placeholder: "Part of a node's or an input's name",
    autofocus: true,
  });
  const list = h("div", { class: "connect-list", role: "group", "aria-label": "Inputs" });
  const draw = () => {
    const row = rows.find((each) => each.id === output.value);
    if (!row) return;
    const start: From = { node, port: row.port.name, action: row.action };
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const targets = targetsOf(doc, faces, start)
      .filter(({ node: target, port }) => {
        const all = `${target.name} ${portName(port)}`.toLowerCase();
        return words.every((word) => all.includes(word));
      })
      .sort((a, b) => Number(a.fault !== null) - Number(b.fault !== null));
    replace(
      list,
      targets.map(({ node: target, port, fault }) =>
        h(
          "button",
          {
            class: "menu-item",
            type: "button",
            "aria-disabled": fault ? "true" : undefined,
            onclick: () => {
              if (fault) {
                dialog.setError(fault);
                return;
              }
              connect(start, { node: target.id, port: port.name });
              dialog.close();
            },
          },
          portMark(port.type),
          h("span", { class: "clip" }, `${target.name}: ${portName(port)}`),
          fault ? h("span", { class: "side hint clip" }, fault) : null,
        ),
      ),
      targets.length ? null : h("p", { class: "muted" }, "No input is called so."),
    );
  };
  output.addEventListener("change", draw);
  search.addEventListener("input", draw);
  search.addEventListener("keydown", (event) => {
    const first = list.querySelector<HTMLButtonElement>("button");
    if (event.key === "Enter") {
      event.preventDefault();
      first?.click();
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      first?.focus();
    }
  });
  list.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const all = [...list.querySelectorAll<HTMLElement>("button")];
    const at = all.indexOf(document.activeElement as HTMLElement) + (event.key === "ArrowDown" ? 1 : -1);
    if (at < 0) search.focus();
    else all[Math.min(at, all.length - 1)]?.focus();
  });
  const dialog = openDialog({
    title: `Connect ${one.name}`,
    body: h(
      "div",
      { class: "stack" },
      h("label", { class: "field" }, h("span", { class: "label" }, "From"), output),
      h("label", { class: "field" }, h("span", { class: "label" }, icon("arrow-right", "sm"), " To"), search),
      list,
    ),
  });
  draw();
}
