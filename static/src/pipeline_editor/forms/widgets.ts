/**
 * Controls for what node schemas ask for beyond plain values, found by their hints: `x-entity` (dataset, model, ontology, person, pipeline),
 * `x-variable` (a variable's name), `x-widget: "filter"` (a query over items), and lists of small objects as rows.
 */
import { h, replace, uid } from "../../lib/dom";
import type { Control, ControlContext, Widget } from "../../ui/form";
import { icon } from "../../ui/icons";
import { createPicker, type PickItem } from "../../ui/picker";
import { isObject, propertiesOf, titleOf, typeOf, type Json, type JsonSchema } from "../../ui/schema";
import type { GraphVariable } from "../graph/types";
import { entities, type Picked } from "./entities";
import { filterField } from "./filter-field";

export interface WidgetContext {
  projectId: string;
  variables: () => GraphVariable[];
  dataset: () => string | null;
}

const KINDS: Record<string, Picked> = {
  dataset: "Dataset",
  model: "Model",
  ontology: "Ontology",
  person: "Person",
  pipeline: "Pipeline",
};

/** Controls by property name, for those that need one of these. */
export function widgetsFor(schema: JsonSchema, context: WidgetContext): Record<string, Widget> {
  const found: Record<string, Widget> = {};
  for (const [name, inner] of propertiesOf(schema)) {
    const widget = widgetOf(inner, context);
    if (widget) found[name] = widget;
  }
  return found;
}

function widgetOf(schema: JsonSchema, context: WidgetContext): Widget | null {
  const kind = KINDS[String(schema["x-entity"])];
  if (typeof schema["x-variable"] === "string") return (at) => variableControl(at, context);
  if (schema["x-widget"] === "filter") return (at) => filterControl(at, context);
  if (kind && typeOf(schema) === "string") return (at) => entityControl(at, kind, context);
  if (schema["x-people"] === true) return (at) => peopleControl(at, context);
  if (schema["x-widget"] === "python") return codeControl;
  if (kind && typeOf(schema) === "object") return (at) => sharesControl(at, kind, context);
  if (typeOf(schema) === "array" && schema.items && typeOf(schema.items) === "object") return rowsControl;
  return null;
}

function variableControl({ id, value, disabled, changed }: ControlContext, context: WidgetContext): Control {
  const names = context.variables().map((variable) => variable.name);
  if (typeof value === "string" && value && !names.includes(value)) names.push(value);
  const element = h(
    "select",
    { class: "select", id, disabled, onchange: changed },
    h("option", { value: "" }, names.length ? "Choose…" : "There are no variables yet"),
    names.map((name) => h("option", { value: name }, name)),
  );
  element.value = typeof value === "string" ? value : "";
  return {
    element,
    read: () => element.value || undefined,
    write: (next) => {
      element.value = typeof next === "string" ? next : "";
    },
  };
}

function filterControl({ schema, value, changed }: ControlContext, context: WidgetContext): Control {
  const field = filterField({
    label: schema.title ?? "Filter",
    value,
    envelope: false,
    dataset: context.dataset,
    changed,
  });
  field.element.classList.add("stack");
  return {
    element: field.element,
    read: () => field.value() as Json,
    write: () => undefined,
  };
}

function entityControl({ id, schema, value, changed }: ControlContext, kind: Picked, context: WidgetContext) {
  const { find, named } = entities(context.projectId, kind);
  const picker = createPicker<PickItem>({
    label: schema.title ?? kind,
    id,
    load: find,
    optional: true,
    value: typeof value === "string" && value ? { id: value, name: value } : null,
    onChange: changed,
  });
  const show = async (id_: Json) => {
    if (typeof id_ !== "string" || !id_) return picker.set(null);
    picker.set({ id: id_, name: (await named([id_])).get(id_) ?? id_ });
  };
  void show(value);
  return {
    element: picker.element,
    input: picker.input,
    read: () => picker.value()?.id ?? "",
    write: (next: Json) => void show(next),
  };
}

/** A list of people's ids. */
function peopleControl(at: ControlContext, context: WidgetContext): Control {
  const shares = sharesControl({ ...at, value: oneEach(at.value) }, "Person", context);
  shares.element.classList.add("without-shares");
  return {
    ...shares,
    read: () => Object.keys(shares.read() as Record<string, number>),
    write: (next) => shares.write(oneEach(next)),
  };
}

function oneEach(ids: Json): Json {
  return Object.fromEntries((Array.isArray(ids) ? ids : []).map((id) => [id as string, 1]));
}

const codeControl: Widget = ({ id, value, disabled, changed }) => {
  const element = h("textarea", {
    class: "textarea code-box",
    id,
    disabled,
    rows: 16,
    spellcheck: "false",
    wrap: "off",
    value: typeof value === "string" ? value : "",
    oninput: changed,
  });
  return {
    element,
    read: () => element.value,
    write: (next) => {
      element.value = typeof next === "string" ? next : "";
    },
  };
};

/** Who has which share: {"<id>": 2, …}. */
function sharesControl(
  { schema, value, changed }: ControlContext,
  kind: Picked,
  context: WidgetContext,
): Control {
  const { find, named } = entities(context.projectId, kind);
  let shares: Record<string, number> = {};
  const list = h("ul", { class: "shares" });
  const picker = createPicker<PickItem>({
    label: `Add to ${schema.title ?? "shares"}`,
    placeholder: "Add a person…",
    load: async (text) => (await find(text)).filter((item) => !(item.id in shares)),
    onChange: (item) => {
      if (!item) return;
      shares[item.id] = 1;
      picker.set(null);
      void draw();
      changed();
    },
  });
  const draw = async () => {
    const names = await named(Object.keys(shares));
    replace(
      list,
      Object.entries(shares).map(([id, share]) => {
        const name = names.get(id) ?? id;
        return h(
          "li",
          { class: "row" },
          h("span", { class: "clip" }, name),
          h("input", {
            class: "input share",
            type: "number",
            min: 1,
            max: 1000,
            "aria-label": `Share of ${name}`,
            value: share,
            onchange: (event) => {
              shares[id] = Math.max(1, Math.round(Number((event.target as HTMLInputElement).value) || 1));
              changed();
            },
          }),
          h(
            "button",
            {
              class: "btn btn-ghost btn-square btn-sm",
              type: "button",
              "aria-label": `Remove ${name}`,
              onclick: () => {
                delete shares[id];
                void draw();
                changed();
              },
            },
            icon("close"),
          ),
        );
      }),
    );
  };
  const write = (next: Json) => {
    shares = isObject(next) ? { ...(next as Record<string, number>) } : {};
    void draw();
  };
  write(value);
  return {
    element: h("div", { class: "stack" }, list, picker.element),
    input: picker.input,
    read: () => ({ ...shares }),
    write,
  };
}

/** A list of objects with plain values: a line each. */
const rowsControl: Widget = ({ schema, value, disabled, changed }) => {
  const columns = propertiesOf(schema.items ?? {});
  let rows: Record<string, Json>[] = [];
  const body = h("tbody");
  const cell = (row: Record<string, Json>, i: number, name: string, inner: JsonSchema) => {
    const type = typeOf(inner);
    const numeric = type === "number" || type === "integer";
    return h(
      "td",
      {},
      h("input", {
        class: type === "boolean" ? "checkbox" : "input",
        type: type === "boolean" ? "checkbox" : "text",
        inputmode: numeric ? "decimal" : undefined,
        "aria-label": `${titleOf(name, inner)} ${i + 1}`,
        disabled,
        checked: row[name] === true,
        value: typeof row[name] === "object" ? "" : String(row[name] ?? ""),
        oninput: (event) => {
          const input = event.target as HTMLInputElement;
          row[name] = type === "boolean" ? input.checked : numeric ? numberOf(input.value) : input.value;
          changed();
        },
      }),
    );
  };
  const draw = () =>
    replace(
      body,
      rows.map((row, i) =>
        h(
          "tr",
          {},
          columns.map(([name, inner]) => cell(row, i, name, inner)),
          h(
            "td",
            {},
            h(
              "button",
              {
                class: "btn btn-ghost btn-square btn-sm",
                type: "button",
                "aria-label": `Remove line ${i + 1}`,
                onclick: () => {
                  rows.splice(i, 1);
                  draw();
                  changed();
                },
              },
              icon("close"),
            ),
          ),
        ),
      ),
    );
  const write = (next: Json) => {
    rows = Array.isArray(next) ? next.filter(isObject).map((row) => ({ ...row })) : [];
    draw();
  };
  write(value);
  const add = () => {
    rows.push(Object.fromEntries(columns.map(([name, inner]) => [name, inner.default ?? emptyOf(inner)])));
    draw();
    changed();
  };
  return {
    element: h(
      "div",
      { class: "stack", id: uid("rows") },
      h(
        "table",
        { class: "rows-table" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            columns.map(([name, inner]) => h("th", {}, titleOf(name, inner))),
            h("td", {}),
          ),
        ),
        body,
      ),
      h(
        "button",
        { class: "btn btn-ghost btn-sm", type: "button", disabled, onclick: add },
        icon("plus"),
        "Add",
      ),
    ),
    read: () => rows.map((row) => ({ ...row })),
    write,
  };
};

function numberOf(text: string): Json {
  const number = Number(text);
  return text.trim() === "" || !Number.isFinite(number) ? text : number;
}

function emptyOf(schema: JsonSchema): Json {
  const type = typeOf(schema);
  return type === "boolean" ? false : type === "number" || type === "integer" ? 0 : "";
}
