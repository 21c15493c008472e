/** The panel of a connection: when it is taken (an action, a filter of items), and taking it away. */
import { h, replace } from "../../lib/dom";
import { icon } from "../../ui/icons";
import { connectionFault, patchConnection, remove } from "../state/acts";
import { keyOf } from "../state/document";
import type { GraphConnection } from "../graph/types";
import type { PanelContext } from "./context";
import { filterField } from "./filter-field";
import { datasetNear } from "./inputs";
import type { Panel } from "./node-panel";
import { problemLines } from "./problems";
import { toast } from "../../ui/toast";

export function connectionPanel(id: string, context: PanelContext): Panel {
  const { doc, faces } = context;
  const body = h("div", { class: "side-body" });
  const title = h("h2", {}, "Connection");
  const problems = h("div", {});
  const action = h("select", { class: "select", "aria-label": "Taken when" });
  const condition = h("div", {});
  let drawn: string | null = null;

  const update = () => {
    const one = doc.get("connection", id);
    if (!one) return;
    const source = doc.get("node", one.source.node);
    const face = source && faces.of(source);
    replace(title, connectionWords(one, context));
    const mine = context.checks.problems.value.filter((problem) => problem.connection === id);
    replace(problems, mine.length ? problemLines(mine, context, false) : null);
    drawActions(action, one.action, face?.actions[one.source.port] ?? []);
    const text = one.condition ?? "";
    if (drawn === text || condition.contains(document.activeElement)) return;
    drawn = text;
    const isItem = face?.outputs.find((port) => port.name === one.source.port)?.type === "Item";
    const seen = (written: string) => (drawn = written);
    replace(condition, isItem || hasCondition(text) ? conditionField(id, text, context, seen) : null);
  };
  action.addEventListener("change", () => {
    const one = doc.get("connection", id);
    if (!one) return;
    const wanted = action.value || null;
    const from = { ...one.source, action: wanted };
    const fault = wanted === one.action ? null : connectionFault(doc, faces, from, one.target);
    if (fault) {
      toast(fault, { kind: "bad" });
      update();
    } else patchConnection(doc, id, { action: wanted });
  });
  body.append(
    problems,
    h("div", { class: "form rows" }, h("label", { class: "field" }, h("span", {}, "Taken when"), action)),
    condition,
  );
  update();
  const head = h(
    "header",
    {},
    icon("arrow-right"),
    h("div", { class: "side-title" }, title),
    h(
      "button",
      {
        class: "btn btn-ghost btn-square",
        type: "button",
        title: "Delete this connection (Del)",
        "aria-label": "Delete this connection",
        onclick: () => remove(doc, [keyOf("connection", id)]),
      },
      icon("trash"),
    ),
  );
  return { element: h("div", { class: "node-panel" }, head, body), update };
}

function connectionWords(one: GraphConnection, { doc }: PanelContext): string {
  const name = (id: string) => doc.get("node", id)?.name ?? id;
  return `${name(one.source.node)} → ${name(one.target.node)}`;
}

/** The actions the output has; one it has no more stays to be seen. */
function drawActions(select: HTMLSelectElement, now: string | null, actions: string[]): void {
  const names = now === null || actions.includes(now) ? actions : [...actions, now];
  replace(
    select,
    h("option", { value: "" }, "always"),
    names.map((name) => h("option", { value: name }, name)),
  );
  select.value = now ?? "";
}

function hasCondition(text: string): boolean {
  return !["", "{}", "null"].includes(text.trim());
}

function conditionField(id: string, text: string, context: PanelContext, seen: (text: string) => void) {
  let value: unknown = {};
  try {
    value = JSON.parse(text || "{}");
  } catch {
    // What is stored is no JSON: the field starts anew, and the problem says so until it is changed.
  }
  const field = filterField({
    label: "Only items that match",
    value,
    envelope: false,
    dataset: () => {
      const one = context.doc.get("connection", id);
      const source = one && context.doc.get("node", one.source.node);
      return source ? datasetNear(source, context) : null;
    },
    changed: () => {
      try {
        const written = JSON.stringify(field.value());
        seen(written);
        patchConnection(context.doc, id, { condition: written });
      } catch (error) {
        toast(error instanceof Error ? error.message : String(error), { kind: "bad" });
      }
    },
  });
  return [h("h3", {}, "Only items that match"), field.element];
}
