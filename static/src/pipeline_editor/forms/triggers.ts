/** What starts cycles at a node: events, every N, a clock, by hand. Added, changed, removed. */
import { h, type Child } from "../../lib/dom";
import { messageOf } from "../../lib/http";
import { openDialog } from "../../ui/dialog";
import { createForm, type Form, type Widget } from "../../ui/form";
import { icon } from "../../ui/icons";
import {
  EVENT_TITLES,
  EVENTS,
  formOf,
  KINDS,
  OF_ITEMS,
  schemaOf,
  shownFields,
  triggerIcon,
  triggerOf,
} from "../graph/trigger-form";
import type { GraphNode, GraphTrigger } from "../graph/types";
import { triggerWords, type TriggerRow } from "../io/api";
import { freeId, putTrigger, remove } from "../state/acts";
import { keyOf } from "../state/document";
import type { PanelContext } from "./context";
import { filterField } from "./filter-field";
import { datasetNear } from "./inputs";
import { momentWidget, scheduleLine, zoneWidget } from "./schedule";
import { runningLine } from "./webhook";

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
    icon(triggerIcon(trigger.kind)),
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
    { class: "trigger-list by-node" },
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
  const about = h("p", { class: "muted", hidden: true });
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
  const running = runningLine(context.pipelineId, id);
  const schedule = scheduleLine();
  const draw = () => {
    const same = kind.value === trigger.kind;
    form = createForm({
      schema: schemaOf(kind.value, context.measures),
      value: same ? formOf(trigger, context.measures) : {},
      rows: true,
      widgets: {
        actions: eventsWidget,
        dataset: variableWidget(context, "Dataset"),
        model: variableWidget(context, "Model"),
        timezone: zoneWidget,
        startAt: momentWidget,
        endAt: momentWidget,
      },
      onChange: () => tidy(),
    });
    host.replaceChildren(form.element);
    tidy();
  };
  /** Only what the choice so far asks for is seen. */
  const tidy = () => {
    const value = form.value();
    const shown = shownFields(kind.value, value, context.measures);
    for (const field of form.element.querySelectorAll<HTMLElement>("[data-path]"))
      field.hidden = !shown.has(field.dataset["path"] ?? "");
    const has = EVENTS[value["resource"] as string] ?? [];
    for (const box of form.element.querySelectorAll<HTMLElement>("[data-event]"))
      box.hidden = !has.includes(box.dataset["event"] ?? "");
    running.hidden = kind.value !== trigger.kind;
    const watched = context.measures.find((one) => one.name === value["measure"]);
    about.textContent = kind.value === "measure" ? (watched?.doc ?? "") : "";
    about.hidden = !about.textContent;
    schedule.tell(
      kind.value === "cron" ? triggerOf(trigger, "cron", value, {}, context.measures).spec : null,
    );
    filterBox.hidden = kind.value !== "event" && kind.value !== "every_n";
    filter.countable(kind.value === "every_n" || OF_ITEMS.includes(value["resource"] as string));
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
      about,
      host,
      schedule.element,
      filterBox,
      running,
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
              const has = EVENTS[value["resource"] as string] ?? [];
              value["actions"] = value["actions"].filter((one) => has.includes(String(one as string)));
              if (!value["actions"].length) value["actions"] = has.slice(0, 1);
            }
            putTrigger(context.doc, triggerOf(trigger, kind.value, value, filter.value(), context.measures));
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
      boxes.map(({ name, box }) =>
        h("label", { class: "row", dataset: { event: name } }, box, EVENT_TITLES[name] ?? name),
      ),
    ),
    read: () => boxes.filter(({ box }) => box.checked).map(({ name }) => name),
    write: (next) => {
      for (const { name, box } of boxes) box.checked = Array.isArray(next) && next.includes(name);
    },
  };
};

/** A variable of that type. */
function variableWidget(context: PanelContext, type: string): Widget {
  return ({ id, value, changed }) => {
    const names = context.doc
      .values("variable")
      .filter((one) => one.type === type)
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
