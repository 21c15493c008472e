/** Where each input of a node comes from: connections, a variable, or a fixed value. */
import { h, type Child } from "../../lib/dom";
import { icon } from "../../ui/icons";
import { errorToast } from "../../ui/toast";
import { accepts, portName } from "../graph/ports";
import { someModel } from "../graph/readers";
import type { GraphNode, PortInfo } from "../graph/types";
import { remove, setInput } from "../state/acts";
import { keyOf } from "../state/document";
import type { PanelContext } from "./context";
import { portMark } from "./marks";
import { valueField } from "./value-field";
import { newVariable } from "./variables";

const NOTHING = "";
const FIXED = "fixed";
const NEW = "new";

export function inputsOf(node: GraphNode, context: PanelContext, redraw: () => void): Child {
  const ports = context.faces.of(node)?.inputs ?? [];
  if (!ports.length) return h("p", { class: "muted" }, "This node has no inputs.");
  return ports.map((port) => inputLine(node, port, context, redraw));
}

function inputLine(node: GraphNode, port: PortInfo, context: PanelContext, redraw: () => void): HTMLElement {
  const entering = context.doc
    .values("connection")
    .filter((one) => one.target.node === node.id && one.target.port === port.name);
  return h(
    "div",
    { class: "input-line", dataset: { port: port.name } },
    h(
      "div",
      { class: "input-name", title: port.doc ?? "" },
      portMark(port.type),
      h("span", { class: "clip" }, portName(port)),
      h("span", { class: "hint" }, port.type, port.required === false ? ", optional" : ""),
    ),
    entering.length
      ? entering.map((one) => {
          const from = context.doc.get("node", one.source.node)?.name ?? one.source.node;
          return h(
            "div",
            { class: "input-from" },
            h(
              "button",
              {
                class: "btn btn-ghost btn-sm",
                type: "button",
                onclick: () => context.show(keyOf("connection", one.id)),
              },
              icon("arrow-left", "sm"),
              h("span", { class: "clip" }, from, one.action ? `, when ${one.action}` : ""),
            ),
            h(
              "button",
              {
                class: "btn btn-ghost btn-square btn-sm",
                type: "button",
                "aria-label": `Remove the connection from ${from}`,
                onclick: () => remove(context.doc, [keyOf("connection", one.id)]),
              },
              icon("close"),
            ),
          );
        })
      : sourceChoice(node, port, context, redraw),
  );
}

function sourceChoice(node: GraphNode, port: PortInfo, context: PanelContext, redraw: () => void): Child {
  const source = node.inputs[port.name];
  const variables = context.doc.values("variable");
  const fitting = variables.filter((one) => accepts(port.type, one.type));
  const named = source?.variable;
  if (named && !fitting.some((one) => one.name === named))
    fitting.push({ name: named, type: "?", value: null });
  const select = h(
    "select",
    {
      class: "select",
      "aria-label": `Source of ${portName(port)}`,
      value: named ? `v ${named}` : source ? FIXED : NOTHING,
      onchange: (event) => void choose((event.target as HTMLSelectElement).value),
    },
    h("option", { value: NOTHING }, starts(node, port, context) ? "The trigger's item" : "Nothing yet"),
    h(
      "optgroup",
      { label: "Variables" },
      fitting.map((one) => h("option", { value: `v ${one.name}` }, `$${one.name}`)),
      h("option", { value: NEW }, "A new variable…"),
    ),
    h("option", { value: FIXED }, "A fixed value"),
  );
  const choose = async (value: string) => {
    if (value === NOTHING) setInput(context.doc, node.id, port.name, null);
    else if (value === FIXED) setInput(context.doc, node.id, port.name, { fixed: null });
    else if (value === NEW) {
      const name = await newVariable(context, { name: suggestion(port), type: port.type });
      if (name) setInput(context.doc, node.id, port.name, { variable: name });
      else redraw();
    } else setInput(context.doc, node.id, port.name, { variable: value.slice(2) });
  };
  return [select, source && !named ? fixedValue(node, port, source.fixed, context) : null];
}

function suggestion(port: PortInfo): string {
  const words = portName(port).replaceAll("_", " ");
  return words.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}

function starts(node: GraphNode, port: PortInfo, context: PanelContext): boolean {
  return port.type === "Item" && context.doc.values("trigger").some((one) => one.node === node.id);
}

function fixedValue(node: GraphNode, port: PortInfo, value: unknown, context: PanelContext): HTMLElement {
  const field = valueField({
    projectId: context.projectId,
    type: port.type,
    label: `Value of ${portName(port)}`,
    value,
    dataset: () => datasetNear(node, context),
    ...(port.widget && { widget: port.widget }),
    model: () => someModel(context.doc.values("variable")),
    changed: () => {
      try {
        setInput(context.doc, node.id, port.name, { fixed: field.value() });
      } catch (error) {
        errorToast(error);
      }
    },
  });
  return field.element;
}

/** The dataset a filter of this node is about: its own, else the one of a node before it. */
export function datasetNear(node: GraphNode, context: PanelContext): string | null {
  const { doc } = context;
  const seen = new Set<string>();
  let here = [node];
  while (here.length) {
    for (const one of here) {
      seen.add(one.id);
      const source = one.inputs["dataset"];
      const value = source?.variable ? doc.variable(source.variable)?.value.value : source?.fixed;
      if (typeof value === "string" && value) return value;
    }
    const ids = new Set(here.map((one) => one.id));
    const before = doc.values("connection").filter((one) => ids.has(one.target.node));
    here = before.flatMap((one) => {
      const source = doc.get("node", one.source.node);
      return source && !seen.has(source.id) ? [source] : [];
    });
  }
  return null;
}
