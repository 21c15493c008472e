/** The draft's variables: made, named, typed, described, valued, removed; who reads them; their history. */
import { h, replace, type Child } from "../../lib/dom";
import { plural } from "../../lib/format";
import { api, messageOf } from "../../lib/http";
import { confirmDialog, openDialog } from "../../ui/dialog";
import { icon } from "../../ui/icons";
import { toast } from "../../ui/toast";
import { PORT_TYPES } from "../graph/ports";
import { someDataset, someModel, widgetFor } from "../graph/readers";
import type { GraphVariable } from "../graph/types";
import { loadVariables, shown, type Variable, type VariableChange } from "../io/api";
import { readersOf, remove, renameVariable } from "../state/acts";
import type { ThingOf } from "../state/document";
import type { PanelContext } from "./context";
import { drawHistory } from "./history";
import { portMark } from "./marks";
import { valueField, type ValueField } from "./value-field";

export function variableList(context: PanelContext): HTMLElement {
  const all = context.doc.all("variable");
  return h(
    "div",
    {},
    all.length
      ? h(
          "ul",
          { class: "variable-list" },
          all.map((one) => variableLine(one, context)),
        )
      : h(
          "p",
          { class: "muted" },
          "No variables yet. A variable gives one value to many nodes, and can be changed while the pipeline runs.",
        ),
    h(
      "button",
      { class: "btn btn-ghost", type: "button", onclick: () => void newVariable(context, {}) },
      icon("plus"),
      "Add a variable",
    ),
  );
}

function variableLine(one: ThingOf<"variable">, context: PanelContext): HTMLElement {
  const { name, type, value } = one.value;
  const readers = readersOf(context.doc, name);
  const mark = () => context.mark(readers);
  const unmark = () => context.mark([]);
  return h(
    "li",
    { onpointerenter: mark, onpointerleave: unmark, onfocusin: mark, onfocusout: unmark },
    h(
      "button",
      { type: "button", title: "Change", onclick: () => void openVariable(one, context) },
      portMark(type),
      h("span", { class: "clip" }, name),
      h("span", { class: "clip soft" }, shown(value, context.names())),
    ),
    h(
      "button",
      {
        class: "btn btn-ghost btn-sm",
        type: "button",
        title: "Choose the nodes that read or set it",
        disabled: readers.length === 0,
        onclick: () => context.select(readers.map((id) => `n:${id}`)),
      },
      plural(readers.length, "node"),
    ),
  );
}

interface Fields {
  body: HTMLElement;
  read: () => GraphVariable;
}

/** Name, type, value and description; a new type makes a new control for the value. */
function fields(given: Partial<GraphVariable>, context: PanelContext, more: Child = null): Fields {
  const name = h("input", { class: "input", "aria-label": "Name", value: given.name ?? "", maxlength: 100 });
  const type = h(
    "select",
    { class: "select", "aria-label": "Type", value: given.type ?? "Json" },
    PORT_TYPES.map((one) => h("option", { value: one }, one)),
  );
  const description = h("input", {
    class: "input",
    "aria-label": "Description",
    value: given.description ?? "",
  });
  const holder = h("div", {});
  let field: ValueField;
  const draw = (value: unknown) => {
    const known = typeof value === "string" ? context.names()[value] : undefined;
    field = valueField({
      projectId: context.projectId,
      type: type.value,
      label: /filter|subset/i.test(name.value) ? `${name.value} value` : "Value",
      value,
      name: known ?? "",
      dataset: () => someDataset(context.doc.values("variable")),
      widget: widgetFor(
        context.doc.values("node"),
        (node) => context.faces.of(node)?.inputs ?? [],
        given.name ?? "",
      ),
      model: () => someModel(context.doc.values("variable")),
    });
    replace(holder, field.element);
  };
  draw(given.value);
  type.addEventListener("change", () => draw(null));
  name.addEventListener("change", () => {
    if (type.value === "Json" && given.value === undefined) draw(null);
  });
  const line = (label: string, control: HTMLElement) =>
    h("div", { class: "field" }, h("span", { class: "label" }, label), control);
  return {
    body: h(
      "div",
      { class: "stack" },
      line("Name", name),
      line("Type", type),
      line("Value", holder),
      line("Description", description),
      more,
    ),
    read: () => ({
      name: name.value.trim(),
      type: type.value,
      value: emptied(field.value(), type.value),
      description: description.value,
    }),
  };
}

/** An empty text box of a new variable means that it has no value yet. */
function emptied(value: unknown, type: string): unknown {
  return value === "" && type !== "String" ? null : value;
}

/** Asks for a new variable; its name, or null when given up. */
export function newVariable(context: PanelContext, given: Partial<GraphVariable>): Promise<string | null> {
  return new Promise((resolve) => {
    let made: string | null = null;
    const form = fields(given, context);
    const dialog = openDialog({
      title: "New variable",
      body: form.body,
      actions: [
        { label: "Cancel" },
        {
          label: "Add",
          primary: true,
          run: () => {
            try {
              const value = form.read();
              if (!value.name) throw new Error("A variable needs a name.");
              if (context.doc.variable(value.name))
                throw new Error(`There is a variable "${value.name}" already.`);
              context.doc.put("variable", value, { label: `Add ${value.name}` }, context.doc.variableKey());
              made = value.name;
              return true;
            } catch (error) {
              dialog.setError(messageOf(error));
              return false;
            }
          },
        },
      ],
      onClose: () => resolve(made),
    });
  });
}

export async function openVariable(one: ThingOf<"variable">, context: PanelContext): Promise<void> {
  const row = await rowOf(one.value.name, context);
  const history = h("div", {}, h("p", { class: "muted" }, "Loading its history…"));
  const known = row ? { ...one.value, value: row.value } : one.value;
  const form = fields(known, context, row ? [h("h3", {}, "History"), history] : null);
  const dialog = openDialog({
    title: one.value.name,
    wide: one.value.type === "Json",
    body: form.body,
    actions: [
      {
        label: "Remove",
        danger: true,
        run: () => removeVariable(one, context),
      },
      { label: "Cancel" },
      {
        label: "Save",
        primary: true,
        run: async () => {
          try {
            await change(one, form.read(), row, context);
            return true;
          } catch (error) {
            dialog.setError(messageOf(error));
            return false;
          }
        },
      },
    ],
  });
  if (!row) return;
  const nodeName = (id: string) => context.doc.get("node", id)?.name ?? id;
  const revert = async (past: VariableChange) => {
    await setValue(row, past.old, context);
    dialog.close();
  };
  const { projectId } = context;
  void drawHistory(history, { projectId, variable: row, names: context.names(), nodeName, revert });
}

/** The stored row, if the server has one: a new variable may still be on its way. */
async function rowOf(name: string, context: PanelContext): Promise<Variable | null> {
  await context.draft.flush().catch(() => undefined);
  const page = await loadVariables(context.pipelineId);
  return page.items.find((row) => row.name === name) ?? null;
}

async function change(
  one: ThingOf<"variable">,
  wanted: GraphVariable,
  row: Variable | null,
  context: PanelContext,
): Promise<void> {
  const { doc } = context;
  const fault = renameVariable(doc, one.id, wanted.name);
  if (fault) throw new Error(fault);
  const now = doc.store.get(one.id);
  if (now?.kind !== "variable") return;
  const retyped = now.value.type !== wanted.type;
  const next = { ...now.value, type: wanted.type, description: wanted.description };
  if (retyped || !row) next.value = wanted.value;
  if (JSON.stringify(next) !== JSON.stringify(now.value))
    doc.put("variable", next, { label: `Change ${wanted.name}` }, one.id);
  if (row && !retyped && JSON.stringify(wanted.value) !== JSON.stringify(row.value))
    await setValue(row, wanted.value, context);
}

/** Values live beside the graph: a change is used at once by every node that reads it, and has its own history. */
async function setValue(row: Variable, value: unknown, context: PanelContext): Promise<void> {
  await api.patch(`/api/v1/variables/${row.id}/`, { value, version: row.version });
  toast("It is set; nodes read it from now on.", { kind: "ok" });
  await context.reload();
}

async function removeVariable(one: ThingOf<"variable">, context: PanelContext): Promise<boolean> {
  const readers = readersOf(context.doc, one.value.name);
  if (readers.length) {
    const names = readers.map((id) => context.doc.get("node", id)?.name ?? id);
    const sure = await confirmDialog({
      title: `Remove ${one.value.name}?`,
      text: `${plural(readers.length, "node reads", "nodes read")} or set it and will have a problem: ${names.join(", ")}.`,
      confirm: "Remove",
      danger: true,
    });
    if (!sure) return false;
  }
  remove(context.doc, [one.id]);
  return true;
}
