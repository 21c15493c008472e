/** The panel of a node: name, settings from its schema, inputs, outputs with what they lead to, problems, docs. */
import { h, marked, replace, type Child } from "../../lib/dom";
import { createForm } from "../../ui/form";
import { icon, isIconName } from "../../ui/icons";
import { propertiesOf, type Json, type JsonSchema } from "../../ui/schema";
import { outRows } from "../graph/geometry";
import { portName } from "../graph/ports";
import type { GraphNode } from "../graph/types";
import type { NodeType } from "../io/api";
import { patchNode, remove } from "../state/acts";
import { keyOf } from "../state/document";
import type { PanelContext } from "./context";
import { datasetNear, inputsOf } from "./inputs";
import { portMark } from "./marks";
import { problemLines } from "./problems";
import { triggersOf } from "./triggers";
import { codeOpener } from "./code-opener";
import { widgetsFor } from "./widgets";

export interface Panel {
  element: HTMLElement;
  /** The draft or what is known of it changed. */
  update: () => void;
}

export function nodePanel(id: string, context: PanelContext): Panel {
  const head = h("header", {});
  const body = h("div", { class: "side-body" });
  const [settings, problems, inputs, outputs, triggers] = [0, 1, 2, 3, 4].map(() => h("div", {}));
  const docs = h("div", {});
  let typing = false;
  const name = h("input", {
    class: "input node-name",
    "aria-label": "Name of the node",
    maxlength: 200,
    oninput: () => (typing = true),
    onblur: () => {
      typing = false;
      update();
    },
    onchange: () => {
      typing = false;
      const wanted = name.value.trim();
      if (wanted) patchNode(context.doc, id, { name: wanted }, "Rename");
      else update();
    },
  });
  let config = "";
  const node = () => context.doc.get("node", id);

  const update = () => {
    const one = node();
    if (!one) return;
    const type = context.faces.typeOf(one);
    // Only a name being typed is left alone: one that has the focus follows what others made of it.
    if (!typing) name.value = one.name;
    // A form under one's hands is not drawn anew; undo and others' changes are.
    const now =
      JSON.stringify(one.config) + JSON.stringify(context.doc.values("variable").map((v) => v.name));
    if (now !== config && !(config && settings?.contains(document.activeElement)))
      replace(
        settings as HTMLElement,
        settingsOf(one, type, context, (text) => (config = text)),
      );
    config = now;
    replace(problems as HTMLElement, problemsOf(one, context));
    if (!inputs?.contains(document.activeElement)) drawInputs();
    replace(outputs as HTMLElement, outputsOf(one, context));
    if (!triggers?.contains(document.activeElement))
      replace(triggers as HTMLElement, triggersOf(one, context));
  };
  const drawInputs = () => {
    const one = node();
    if (one) replace(inputs as HTMLElement, h("h3", {}, "Inputs"), inputsOf(one, context, drawInputs));
  };
  // What was held back while a control had the focus is caught up with once it is gone.
  body.addEventListener("focusout", (event) => {
    const next = event.relatedTarget;
    if (!(next instanceof Node) || !body.contains(next)) setTimeout(update);
  });
  body.addEventListener("change", (event) => {
    const at = event.target as Node;
    setTimeout(() => {
      if (inputs?.contains(at)) drawInputs();
    });
  });

  const one = node();
  const type = one && context.faces.typeOf(one);
  replace(
    head,
    icon(type && isIconName(type.icon) ? type.icon : "box"),
    h("div", { class: "side-title" }, name, h("span", { class: "hint" }, type?.title ?? one?.type)),
    h(
      "button",
      {
        class: "btn btn-ghost btn-square",
        type: "button",
        title: "Delete this node (Del)",
        "aria-label": "Delete this node",
        onclick: () => remove(context.doc, [keyOf("node", id)]),
      },
      icon("trash"),
    ),
  );
  replace(docs, docsOf(type));
  body.append(...([problems, settings, inputs, outputs, triggers, docs] as HTMLElement[]));
  update();
  return { element: h("div", { class: "node-panel" }, head, body), update };
}

function settingsOf(
  node: GraphNode,
  type: NodeType | undefined,
  context: PanelContext,
  seen: (text: string) => void,
): Child {
  if (!type) return h("p", { class: "notice warn" }, "This installation does not know this node type.");
  const schema = type.config_schema;
  if (!propertiesOf(schema).length) return null;
  const variables = () => context.doc.values("variable");
  const form = createForm({
    schema,
    value: node.config as Json,
    rows: true,
    widgets: widgetsFor(schema, {
      projectId: context.projectId,
      variables,
      dataset: () => datasetNear(context.doc.get("node", node.id) ?? node, context),
    }),
    onChange: (value, _, path) => {
      const now = context.doc.get("node", node.id);
      if (!now) return;
      const config = changed(schema, now.config, value, path, context);
      seen(JSON.stringify(config) + JSON.stringify(variables().map((v) => v.name)));
      patchNode(context.doc, node.id, { config }, `Set ${path.replaceAll("_", " ")}`);
    },
  });
  form.element.setAttribute("aria-label", "Settings");
  const opener = node.type === "code" ? codeOpener(node, type, context) : null;
  return [h("h3", {}, "Settings"), opener, form.element];
}

/** The configuration with one setting changed: what nobody set stays out, so a type's defaults go on holding. */
function changed(
  schema: JsonSchema,
  config: Record<string, unknown>,
  value: Record<string, Json>,
  path: string,
  context: PanelContext,
): Record<string, unknown> {
  const key = path.split(".")[0] ?? path;
  const next = { ...config, [key]: value[key] };
  if (value[key] === undefined) delete next[key];
  // A node that names a variable declares its type beside it.
  const named = schema.properties?.[key]?.["x-variable"];
  const type = typeof named === "string" ? context.doc.variable(`${value[key] as string}`)?.value.type : null;
  if (type && schema.properties?.["type"]?.enum?.includes(type)) next["type"] = type;
  return next;
}

function problemsOf(node: GraphNode, context: PanelContext): Child {
  const mine = context.checks.problems.value.filter((one) => one.node === node.id);
  return mine.length ? problemLines(mine, context, false) : null;
}

function outputsOf(node: GraphNode, context: PanelContext): Child {
  const face = context.faces.of(node);
  if (!face?.outputs.length) return null;
  const { doc } = context;
  return [
    h("h3", {}, "Outputs"),
    outRows(face).map(({ port, action }) => {
      const leaving = doc
        .values("connection")
        .filter(
          (one) => one.source.node === node.id && one.source.port === port.name && one.action === action,
        );
      const words = action ?? portName(port);
      return h(
        "div",
        { class: ["output-line", action && "action"] },
        portMark(port.type),
        h(
          "span",
          { class: "clip", title: action ? `${portName(port)}, when ${action}` : `${words}, always` },
          words,
        ),
        h(
          "span",
          { class: "clip soft" },
          leaving.map((one) => doc.get("node", one.target.node)?.name ?? one.target.node).join(", "),
        ),
        h(
          "button",
          {
            class: "btn btn-ghost btn-sm",
            type: "button",
            "aria-label": `Connect ${words}`,
            onclick: () => context.connectFrom({ node: node.id, port: port.name, action }),
          },
          "Connect…",
        ),
      );
    }),
  ];
}

function docsOf(type: NodeType | undefined): Child {
  if (!type) return null;
  const ports = [...type.inputs, ...type.outputs].filter((port) => port.doc);
  return h(
    "details",
    { class: "node-docs", open: true },
    h("summary", {}, "About this node"),
    type.doc ? h("p", { class: "soft" }, marked(type.doc)) : null,
    ports.length
      ? h(
          "dl",
          { class: "pairs" },
          ports.flatMap((port) => [h("dt", {}, portName(port)), h("dd", {}, marked(port.doc))]),
        )
      : null,
    type.requires.length
      ? [
          h("p", { class: "soft" }, "Before it starts it needs:"),
          h(
            "ul",
            { class: "bullets" },
            type.requires.map((one) => h("li", {}, one)),
          ),
        ]
      : null,
  );
}
