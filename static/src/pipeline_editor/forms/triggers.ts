/** What starts cycles at a node: events, every N, a clock, by hand. Added, changed, removed. */
import { h, type Child } from "../../lib/dom";
import { messageOf } from "../../lib/http";
import { openDialog } from "../../ui/dialog";
import { createForm, type Form, type Widget } from "../../ui/form";
import { icon } from "../../ui/icons";
import type { Json, JsonSchema } from "../../ui/schema";
import type { GraphNode, GraphTrigger } from "../graph/types";
import { triggerWords, type TriggerRow } from "../io/api";
import { freeId, putTrigger, remove } from "../state/acts";
import { keyOf } from "../state/document";
import type { PanelContext } from "./context";
import { filterField } from "./filter-field";
import { datasetNear } from "./inputs";

const KINDS: Record<string, string> = {
  event: "When something happens",
  every_n: "Every N",
  cron: "By the clock",
  manual: "By hand",
};
/** Resource → the events it has (pipelines/engine/validate.py). */
const EVENTS: Record<string, string[]> = {
  Item: ["created", "updated", "deleted"],
  Annotation: ["saved"],
  ItemStatus: ["updated"],
};
const OVERLAP: JsonSchema = {
  type: "string",
  title: "While one is open",
  enum: ["queue_one", "skip", "allow"],
  "x-enum-titles": { queue_one: "queue one", skip: "skip", allow: "start another" },
  default: "queue_one",
};
const MODE: JsonSchema = {
  type: "string",
  title: "How often",
  enum: ["once", "always"],
  "x-enum-titles": { once: "once for each item", always: "at every event" },
  default: "once",
};
const EVENT: Record<string, JsonSchema> = {
  resource: {
    type: "string",
    title: "What",
    enum: Object.keys(EVENTS),
    "x-enum-titles": { ItemStatus: "Status of an item in a task" },
    default: "Item",
  },
  actions: {
    type: "array",
    title: "Events",
    items: { type: "string", enum: ["created", "updated", "deleted", "saved"] },
    minItems: 1,
    default: ["created"],
  },
  status: {
    type: "string",
    title: "Only this status",
    description: "For ItemStatus: approved, completed …",
    default: "",
  },
  own: { type: "boolean", title: "Also what this pipeline did", default: false },
};

function schemaOf(kind: string): JsonSchema {
  const properties: Record<string, JsonSchema> =
    kind === "event"
      ? { mode: MODE, ...EVENT }
      : kind === "every_n"
        ? {
            n: { type: "integer", title: "N", minimum: 1, default: 50 },
            count: {
              type: "string",
              title: "Of",
              enum: ["ground_truth", "events"],
              "x-enum-titles": { ground_truth: "new ground truth", events: "events" },
              default: "ground_truth",
            },
            dataset: {
              type: "string",
              title: "Dataset variable",
              description: "For ground truth: whose.",
              "x-widget": "variable",
              default: "",
            },
            ...EVENT,
            overlap: OVERLAP,
          }
        : kind === "cron"
          ? {
              cron: {
                type: "string",
                title: "When",
                description: "Minute, hour, day, month, weekday, in UTC: 0 9 * * 1 is Mondays at 9.",
                minLength: 9,
                default: "0 9 * * 1",
              },
              startAt: {
                type: "string",
                title: "Not before",
                description: "A time such as 2030-01-31T08:00:00+00:00",
                default: "",
              },
              endAt: { type: "string", title: "Not after", default: "" },
              skip_unchanged: { type: "boolean", title: "Skip while nothing changed", default: true },
              overlap: OVERLAP,
            }
          : {};
  return {
    type: "object",
    properties: { ...properties, enabled: { type: "boolean", title: "On", default: true } },
  };
}

/** The trigger as the form shows it. */
export function formOf(trigger: GraphTrigger): Record<string, Json> {
  const { spec, mode, overlap, enabled } = trigger;
  const dataset = spec["dataset"];
  const variable =
    typeof dataset === "object" && dataset !== null && "variable" in dataset ? dataset.variable : "";
  return {
    ...(spec as Record<string, Json>),
    dataset: variable as Json,
    mode: mode ?? "once",
    overlap: overlap ?? "queue_one",
    enabled: enabled !== false,
  };
}

/** What the form says as a trigger of the graph; settings of another kind and empty ones are left out. */
export function triggerOf(
  old: GraphTrigger,
  kind: string,
  form: Record<string, Json>,
  filter: unknown,
): GraphTrigger {
  const spec = SPECS[kind]?.(form, old) ?? {};
  const filters = kind === "event" || kind === "every_n";
  if (filters && Object.keys(filter as object).length) spec["filter"] = filter;
  const mode = kind === "event" ? text(form["mode"]) : kind === "cron" ? "always" : "once";
  const overlap = kind === "every_n" || kind === "cron" ? text(form["overlap"]) : "allow";
  return { ...old, kind, spec, mode, overlap, enabled: form["enabled"] !== false };
}

type SpecOf = (form: Record<string, Json>, old: GraphTrigger) => Record<string, unknown>;
const SPECS: Record<string, SpecOf> = { event: eventSpec, every_n: countSpec, cron: clockSpec };

function countSpec(form: Record<string, Json>, old: GraphTrigger): Record<string, unknown> {
  const counted = { n: form["n"], count: form["count"] };
  if (form["count"] === "events") return { ...counted, ...eventSpec(form) };
  // A fixed dataset, which the form does not show, stays.
  return {
    ...counted,
    dataset: form["dataset"] ? { variable: form["dataset"] } : (old.spec["dataset"] ?? {}),
  };
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** The settings that differ from their plain value. */
function unlike(form: Record<string, Json>, plain: Record<string, Json>): Record<string, Json> {
  const found = Object.entries(plain).filter(
    ([name, value]) => form[name] !== undefined && form[name] !== value,
  );
  return Object.fromEntries(found.map(([name]) => [name, form[name] ?? null]));
}

function eventSpec(form: Record<string, Json>): Record<string, unknown> {
  const status: Record<string, Json> = form["resource"] === "ItemStatus" ? { status: "" } : {};
  return {
    resource: form["resource"],
    actions: form["actions"],
    ...unlike(form, { ...status, own: false }),
  };
}

function clockSpec(form: Record<string, Json>): Record<string, unknown> {
  return { cron: form["cron"], ...unlike(form, { startAt: "", endAt: "", skip_unchanged: true }) };
}

export function triggersOf(node: GraphNode, context: PanelContext): Child {
  const mine = context.doc.values("trigger").filter((one) => one.node === node.id);
  return [
    h("h3", {}, "Started by"),
    h(
      "div",
      { class: "trigger-lines" },
      mine.map((one) => triggerLine(one, context)),
    ),
    mine.length ? null : h("p", { class: "muted" }, "Nothing; give it a trigger to make it a start node."),
    h(
      "button",
      { class: "btn btn-ghost btn-sm", type: "button", onclick: () => openTrigger(node, null, context) },
      icon("plus"),
      "Add a trigger",
    ),
  ];
}

export function triggerText(trigger: GraphTrigger): string {
  return triggerWords(trigger as unknown as TriggerRow);
}

function triggerLine(trigger: GraphTrigger, context: PanelContext): HTMLElement {
  const node = context.doc.get("node", trigger.node);
  return h(
    "div",
    { class: "row" },
    icon(trigger.kind === "cron" ? "clock" : "zap"),
    h(
      "button",
      {
        class: "btn btn-ghost btn-sm",
        type: "button",
        title: "Change this trigger",
        onclick: () => node && openTrigger(node, trigger, context),
      },
      triggerText(trigger),
      trigger.enabled === false ? " (off)" : "",
    ),
    h(
      "button",
      {
        class: "btn btn-ghost btn-square btn-sm",
        type: "button",
        "aria-label": `Remove the trigger ${triggerText(trigger)}`,
        onclick: () => remove(context.doc, [keyOf("trigger", trigger.id)]),
      },
      icon("close"),
    ),
  );
}

/** Every trigger of the pipeline, each with its node. */
export function triggerList(context: PanelContext): HTMLElement {
  const all = context.doc.values("trigger");
  if (!all.length)
    return h(
      "p",
      { class: "muted" },
      "Nothing starts this pipeline yet: choose a node and give it a trigger.",
    );
  return h(
    "ul",
    { class: "trigger-list" },
    all.map((one) =>
      h(
        "li",
        {},
        h(
          "button",
          {
            class: "btn btn-ghost btn-sm",
            type: "button",
            onclick: () => context.show(keyOf("node", one.node)),
          },
          context.doc.get("node", one.node)?.name ?? one.node,
        ),
        triggerLine(one, context),
      ),
    ),
  );
}

function openTrigger(node: GraphNode, given: GraphTrigger | null, context: PanelContext): void {
  const id = given?.id ?? freeId(context.doc, "trigger", `${node.id}_starts`);
  const trigger: GraphTrigger = given ?? {
    id,
    node: node.id,
    kind: "event",
    spec: {},
    mode: "once",
    overlap: "allow",
    enabled: true,
  };
  const kind = h(
    "select",
    { class: "select", "aria-label": "Kind", value: trigger.kind },
    Object.entries(KINDS).map(([value, words]) => h("option", { value }, words)),
  );
  const host = h("div", {});
  let form: Form;
  const filter = filterField({
    label: "Only items that match",
    value: trigger.spec["filter"] ?? {},
    envelope: false,
    dataset: () => datasetNear(node, context),
  });
  const filterBox = h(
    "div",
    { class: "field" },
    h("span", { class: "label" }, "Only items that match"),
    filter.element,
  );
  const draw = () => {
    const same = kind.value === trigger.kind;
    form = createForm({
      schema: schemaOf(kind.value),
      value: same ? formOf(trigger) : {},
      rows: true,
      widgets: { actions: eventsWidget, dataset: datasetWidget(context) },
      onChange: () => tidy(),
    });
    host.replaceChildren(form.element);
    tidy();
  };
  /** Only what the choice so far asks for is seen. */
  const tidy = () => {
    const value = form.value();
    const counts = kind.value === "every_n" && value["count"] !== "events";
    const hide: Record<string, boolean> = {
      resource: counts,
      actions: counts,
      own: counts,
      status: counts || value["resource"] !== "ItemStatus",
      dataset: !counts,
    };
    for (const field of form.element.querySelectorAll<HTMLElement>("[data-path]"))
      field.hidden = hide[field.dataset["path"] ?? ""] ?? false;
    for (const box of form.element.querySelectorAll<HTMLElement>("[data-event]"))
      box.hidden = !(EVENTS[text(value["resource"])] ?? []).includes(box.dataset["event"] ?? "");
    filterBox.hidden = kind.value === "cron" || kind.value === "manual";
  };
  kind.addEventListener("change", draw);
  draw();
  const dialog = openDialog({
    title: given ? `Trigger of ${node.name}` : `New trigger of ${node.name}`,
    wide: true,
    body: h(
      "div",
      { class: "stack" },
      h("label", { class: "field" }, h("span", { class: "label" }, "Kind"), kind),
      host,
      filterBox,
    ),
    actions: [
      { label: "Cancel" },
      {
        label: given ? "Save" : "Add",
        primary: true,
        run: () => {
          try {
            if (!form.check()) return false;
            const value = form.value();
            if (Array.isArray(value["actions"])) {
              const has = EVENTS[text(value["resource"])] ?? [];
              value["actions"] = value["actions"].filter((one) => has.includes(String(one as string)));
              if (!value["actions"].length) value["actions"] = has.slice(0, 1);
            }
            putTrigger(context.doc, triggerOf(trigger, kind.value, value, filter.value()));
            return true;
          } catch (error) {
            dialog.setError(messageOf(error));
            return false;
          }
        },
      },
    ],
  });
}

/** A box for each event a resource may have; `tidy` shows those of the chosen one. */
const eventsWidget: Widget = ({ id, value, changed }) => {
  const had = Array.isArray(value) ? value : [];
  const boxes = [...new Set(Object.values(EVENTS).flat())].map((name) => ({
    name,
    box: h("input", { type: "checkbox", class: "checkbox", checked: had.includes(name), onchange: changed }),
  }));
  return {
    element: h(
      "div",
      { class: "stack", role: "group", id },
      boxes.map(({ name, box }) => h("label", { class: "row", dataset: { event: name } }, box, name)),
    ),
    read: () => boxes.filter(({ box }) => box.checked).map(({ name }) => name),
    write: (next) => {
      for (const { name, box } of boxes) box.checked = Array.isArray(next) && next.includes(name);
    },
  };
};

function datasetWidget(context: PanelContext): Widget {
  return ({ id, value, changed }) => {
    const names = context.doc
      .values("variable")
      .filter((one) => one.type === "Dataset")
      .map((one) => one.name);
    const element = h(
      "select",
      { class: "select", id, onchange: changed },
      h("option", { value: "" }, "Choose…"),
      names.map((name) => h("option", { value: name }, name)),
    );
    element.value = typeof value === "string" ? value : "";
    return {
      element,
      read: () => element.value,
      write: (next) => {
        element.value = typeof next === "string" ? next : "";
      },
    };
  };
}
