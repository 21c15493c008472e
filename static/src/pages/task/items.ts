/** The task's items, for leads: filtered, chosen, moved, taken out. */
import { delegate, find, h, need, replace, swatch } from "../../lib/dom.ts";
import { count, metric, percent, plural } from "../../lib/format.ts";
import type { WorkItem } from "../../studio/state/types.ts";
import { emptyState } from "../../ui/empty.ts";
import { icon } from "../../ui/icons.ts";
import { announce } from "../../ui/live.ts";
import { chip, statusChip } from "../../ui/status.ts";
import { createTable, type Table } from "../../ui/table.ts";
import { timeAgo } from "../../ui/time.ts";
import { act, toast } from "../../ui/toast.ts";
import * as calls from "../tasks/api.ts";
import { pickPerson } from "../tasks/people.ts";
import { data, project, state } from "./context.ts";
import { fromParams, toParams, wordsOf, type ItemFilter } from "./filter.ts";

export interface ItemList {
  filter: () => ItemFilter;
  show: (change: Partial<ItemFilter>) => void;
  /** The people of the task are known by name now. */
  named: () => void;
  reload: () => Promise<void>;
}

export function itemList(host: HTMLElement, changed: () => Promise<unknown>): ItemList {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  let filter = fromParams(new URLSearchParams(window.location.search), zone);
  const chosen = new Set<string>();
  const chips = h("div", { class: "row filter-chips" });
  const table = itemTable(
    () => filter,
    chosen,
    () => drawBulk(),
  );
  host.append(chips, table.element);

  function show(change: Partial<ItemFilter>): void {
    filter = { ...filter, ...change };
    const params = toParams(filter).toString();
    history.replaceState(history.state, "", params ? `?${params}` : window.location.pathname);
    chosen.clear();
    drawBulk();
    drawChips();
    void table.reload();
  }

  function drawChips(): void {
    const name = (id: string) =>
      state.people.find((one) => one.person.id === id)?.person.name ?? "one person";
    const words = wordsOf(filter, name);
    chips.hidden = words.length === 0;
    replace(
      chips,
      h("span", { class: "hint" }, "Only"),
      words.map(({ text, without }) =>
        h(
          "span",
          { class: "chip" },
          text,
          h(
            "button",
            { type: "button", "aria-label": `Not only ${text}`, onclick: () => show(without) },
            icon("close", "sm"),
          ),
        ),
      ),
    );
  }

  function drawBulk(): void {
    const bar = need("#bulk");
    bar.hidden = chosen.size === 0 || data.page.archived;
    const button = (name: "users" | "minus", text: string, run: () => Promise<unknown>) => {
      const made = h("button", { type: "button", class: "btn btn-sm" }, icon(name), text);
      made.addEventListener("click", () => void act(made, run));
      return made;
    };
    replace(
      bar,
      h("span", { class: "soft", role: "status" }, `${count(chosen.size)} chosen`),
      button("users", "Reassign", reassign),
      button("minus", "Take out", takeOut),
    );
    const all = find<HTMLInputElement>("[data-pick-all]", host);
    const rows = table.rows().length;
    if (!all) return;
    all.checked = rows > 0 && chosen.size >= rows;
    all.indeterminate = chosen.size > 0 && chosen.size < rows;
  }

  async function settled(): Promise<void> {
    chosen.clear();
    drawBulk();
    await changed();
  }

  async function reassign(): Promise<void> {
    const to = await pickPerson(project, state.task);
    if (!to) return;
    const moved = await calls.reassign(state.task.id, [...chosen], to.person);
    toast(
      moved.count
        ? `${plural(moved.count, "open item")} moved.`
        : "None of them is open: finished ones stay.",
      { kind: moved.count ? "ok" : "warn" },
    );
    await settled();
  }

  async function takeOut(): Promise<void> {
    const ids = [...chosen];
    const gone = await calls.removeItems(state.task.id, { task_items: ids });
    if (!gone.count) toast("None of them is open: finished ones stay.", { kind: "warn" });
    else
      toast(`${plural(gone.count, "open item")} taken out of the task.`, {
        kind: "ok",
        action: {
          label: "Undo",
          run: async () => {
            await calls.putBack(state.task.id, { task_items: ids });
            await changed();
          },
        },
      });
    await settled();
  }

  delegate(host, "change", "input[data-pick]", (_event, box) => {
    const id = box.dataset["pick"] ?? "";
    if ((box as HTMLInputElement).checked) chosen.add(id);
    else chosen.delete(id);
    drawBulk();
  });
  const pickAll = h("input", {
    type: "checkbox",
    class: "checkbox",
    dataset: { pickAll: "" },
    "aria-label": "Choose all shown",
    onchange: (event) => {
      const on = (event.target as HTMLInputElement).checked;
      chosen.clear();
      if (on) for (const row of table.rows()) chosen.add(row.id);
      for (const box of host.querySelectorAll<HTMLInputElement>("input[data-pick]")) box.checked = on;
      announce(on ? `${chosen.size} chosen` : "None chosen");
      drawBulk();
    },
  });
  replace(need("thead th", host), pickAll);
  drawChips();
  return {
    filter: () => filter,
    show,
    named: drawChips,
    reload: async () => {
      await table.reload();
      drawChips();
    },
  };
}

const color = (name: string) =>
  data.page.labels.find((label) => label.name === name)?.color ?? "var(--line-strong)";

function itemStatus(item: WorkItem): HTMLElement {
  const { kind } = state.task;
  if (item.with_annotator) return chip("With annotator", "warn", "return");
  if (item.status) return statusChip(item.status);
  if (item.place === "sent_back") return chip(kind === "qa" ? "Answered" : "Sent back", "warn", "flag");
  if (item.place === "skipped") return chip("Skipped", "plain", "skip");
  return statusChip("", kind === "qa" ? "To review" : "To label");
}

function labelCell(item: WorkItem): HTMLElement {
  if (item.label) return h("span", { class: "row" }, swatch(color(item.label)), item.label);
  if (item.suggestion)
    return h(
      "span",
      { class: "row muted" },
      swatch(color(item.suggestion.label)),
      `${item.suggestion.label} ${percent(item.suggestion.confidence)}?`,
    );
  return h("span", { class: "muted" }, "none");
}

/** Whether an item may have anything but a class. */
function hasShapes(): boolean {
  const { annotation_types: types } = state.task;
  return !types.length || types.some((type) => type !== "class");
}
/** Whether an item may have a class: none of a task where shapes alone are drawn. */
function hasClasses(): boolean {
  const { annotation_types: types } = state.task;
  return !types.length || types.includes("class");
}

function itemTable(
  filter: () => ItemFilter,
  chosen: ReadonlySet<string>,
  drawn: () => void,
): Table<WorkItem> {
  return createTable<WorkItem>({
    label: "Items",
    columns: [
      {
        key: "pick",
        title: "Choose",
        hiddenTitle: true,
        cell: (item) =>
          h("input", {
            type: "checkbox",
            class: "checkbox",
            dataset: { pick: item.id },
            checked: chosen.has(item.id),
            "aria-label": `Choose ${item.item.name}`,
          }),
      },
      {
        key: "item",
        title: "Item",
        cell: (item) =>
          h(
            "span",
            { class: "item-cell" },
            h("img", { src: item.item.thumbnail_url, alt: "", loading: "lazy" }),
            h("span", { class: "mono clip" }, item.item.filename),
          ),
      },
      ...(hasClasses() ? [{ key: "label", title: "Label", cell: labelCell }] : []),
      ...(hasShapes()
        ? [
            {
              key: "objects",
              title: "Objects",
              num: true,
              cell: (item: WorkItem) => count(item.objects ?? 0),
            },
          ]
        : []),
      { key: "status", title: "Status", cell: itemStatus },
      {
        key: "person",
        title: "Person",
        cell: (item) =>
          item.finished_by?.name ?? item.assignee?.name ?? h("span", { class: "muted" }, "nobody"),
      },
      {
        key: "score",
        title: "Score",
        num: true,
        wideOnly: true,
        cell: (item) => metric(item.selection?.score),
      },
      {
        key: "back",
        title: "Sent back",
        num: true,
        wideOnly: true,
        cell: (item) => count(item.times_sent_back),
      },
      { key: "at", title: "Finished", wideOnly: true, cell: (item) => timeAgo(item.finished_at) },
    ],
    load: ({ after, signal }) => {
      const { status, ...rest } = filter();
      return calls.listItems<WorkItem>(
        state.task.id,
        { after, ...rest, status: status === "total" ? null : status },
        signal,
      );
    },
    empty: () => {
      const narrowed = toParams(filter()).toString() !== "";
      return emptyState({
        icon: "images",
        title: narrowed ? "No items stand there" : "No items yet",
        text: narrowed
          ? "Press All above, or take a filter off."
          : state.task.pipeline_id
            ? "The pipeline brings them."
            : state.task.parent_task
              ? "They come by themselves as the task it follows finishes them."
              : "Add items: Manage, Add items.",
      });
    },
    onRows: drawn,
  });
}
