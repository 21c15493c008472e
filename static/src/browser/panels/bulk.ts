/** The bar over a selection: what can be done with all of it at once. */
import { h, replace } from "../../lib/dom.ts";
import { count, plural } from "../../lib/format.ts";
import { api } from "../../lib/http.ts";
import { openDialog, promptDialog } from "../../ui/dialog.ts";
import { icon } from "../../ui/icons.ts";
import { menuButton } from "../../ui/menu.ts";
import { act, toast } from "../../ui/toast.ts";
import { uuid7 } from "../io/ids.ts";
import type { BulkAnswer, datasetApi } from "../io/api.ts";
import type { JsonObject, Which } from "../types.ts";

export interface BulkOptions {
  project: string;
  dataset: { id: string; name: string };
  calls: ReturnType<typeof datasetApi>;
  may: (action: string) => boolean;
  total: () => number;
  selected: () => number;
  which: () => Which;
  /** The selection as a filter, for pipelines. */
  filter: () => JsonObject;
  selectAll: () => void;
  clear: () => void;
  changed: () => void;
  createTask?: () => void;
}
export interface BulkBar {
  element: HTMLElement;
  update: () => void;
  remove: () => Promise<void>;
}
interface Named {
  id: string;
  name: string;
}
interface PipelineRow extends Named {
  status: string;
}

export function createBulkBar(options: BulkOptions): BulkBar {
  const element = h("div", { class: "bulk-bar", role: "toolbar", "aria-label": "Selected items" });
  const number = h("b", null);
  const all = h("button", { type: "button", class: "link", onclick: options.selectAll });
  element.hidden = true;

  const subset = h("button", { type: "button", class: "btn" }, icon("split"), "Subset");
  const tag = h("button", { type: "button", class: "btn" }, icon("tag"), "Tag");
  menuButton(subset, () =>
    (["train", "validation", "test", ""] as const).map((name) => ({
      label: name || "No subset",
      run: () =>
        done(
          options.calls.bulk(options.which(), "subset", name),
          (n) => `${plural(n, "item")} now in ${name || "no subset"}`,
        ),
    })),
  );
  menuButton(tag, () => [
    { label: "Add a tag…", icon: "plus" as const, run: () => tagged("add_tag", "Add a tag", "Add") },
    {
      label: "Take a tag off…",
      icon: "minus" as const,
      run: () => tagged("remove_tag", "Take a tag off", "Take off"),
    },
    "separator" as const,
    {
      label: "Hide",
      icon: "eye-off" as const,
      run: () =>
        done(options.calls.bulk(options.which(), "hide", true), (n) => `${plural(n, "item")} hidden`),
    },
    {
      label: "Show again",
      icon: "eye" as const,
      run: () =>
        done(options.calls.bulk(options.which(), "hide", false), (n) => `${plural(n, "item")} shown`),
    },
    { label: "Move to folder…", icon: "folder" as const, run: () => moved() },
  ]);

  replace(
    element,
    h("span", { class: "bulk-count" }, number, " selected ", all),
    options.may("pipeline.edit")
      ? h(
          "button",
          { type: "button", class: "btn btn-primary", id: "run-pipeline", onclick: () => void runPipeline() },
          icon("pipelines"),
          "Run with pipeline",
        )
      : null,
    options.createTask
      ? h(
          "button",
          { type: "button", class: "btn", id: "task-of-selection", onclick: options.createTask },
          icon("tasks"),
          "Create task",
        )
      : null,
    options.may("item.edit")
      ? [
          h("button", { type: "button", class: "btn", onclick: () => void clone() }, icon("copy"), "Clone"),
          subset,
          tag,
        ]
      : null,
    options.may("dataset.edit")
      ? h(
          "button",
          {
            type: "button",
            class: "btn btn-square",
            title: "Delete (Del)",
            "aria-label": "Delete",
            onclick: () => void remove(),
          },
          icon("trash"),
        )
      : null,
    h(
      "button",
      {
        type: "button",
        class: "btn btn-ghost btn-square",
        title: "Clear selection (Esc)",
        "aria-label": "Clear selection",
        onclick: options.clear,
      },
      icon("close"),
    ),
  );

  async function done(work: Promise<BulkAnswer>, words: (n: number) => string): Promise<void> {
    await act(null, async () => {
      const answer = await work;
      toast(
        answer.changed === null
          ? "Working on it in the background; the grid follows."
          : words(answer.changed),
        { kind: "ok" },
      );
      options.changed();
    });
  }

  async function tagged(action: string, title: string, confirm: string): Promise<void> {
    const name = await promptDialog({ title, label: "Tag", confirm, maxLength: 100 });
    if (name)
      await done(options.calls.bulk(options.which(), action, name), (n) => `${plural(n, "item")} changed`);
  }

  async function moved(): Promise<void> {
    const folder = await promptDialog({
      title: "Move to folder",
      label: "Folder",
      value: "/",
      confirm: "Move",
    });
    if (folder)
      await done(
        options.calls.bulk(options.which(), "move", folder),
        (n) => `${plural(n, "item")} moved to ${folder}`,
      );
  }

  /** No question asked: it lies in the trash for 30 days, and the toast takes it back. */
  async function remove(): Promise<void> {
    const which = options.which();
    await act(null, async () => {
      const answer = await options.calls.bulk(which, "delete");
      options.clear();
      options.changed();
      const words =
        answer.changed === null
          ? "Deleting in the background"
          : `${plural(answer.changed, "item")} moved to the trash`;
      toast(words, {
        kind: "ok",
        action: {
          label: "Undo",
          run: async () => {
            const undone = "ids" in which ? { ids: which.ids } : (answer.undo ?? {});
            await options.calls.bulk({ ...undone, action: "restore" }, "restore");
            options.changed();
          },
        },
      });
    });
  }

  async function clone(): Promise<void> {
    const rows = (await api.all<Named>(`/api/v1/projects/${options.project}/datasets/`)).filter(
      (row) => row.id !== options.dataset.id,
    );
    if (!rows.length) {
      toast("There is no other dataset in this project to clone to.", { kind: "warn" });
      return;
    }
    const select = h(
      "select",
      { class: "select", id: "clone-target" },
      rows.map((row) => h("option", { value: row.id }, row.name)),
    );
    const folder = h("input", { class: "input mono", id: "clone-folder", value: "/" });
    openDialog({
      title: `Clone ${plural(options.selected(), "item")}`,
      body: h(
        "div",
        { class: "form" },
        h("div", { class: "field" }, h("label", { for: "clone-target" }, "To dataset"), select),
        h("div", { class: "field" }, h("label", { for: "clone-folder" }, "Into folder"), folder),
        h(
          "p",
          { class: "hint" },
          "Metadata, tags, subset and annotations go along; the image files are shared. Items cloned before are left alone.",
        ),
      ),
      actions: [
        { label: "Cancel" },
        {
          label: "Clone",
          primary: true,
          run: () =>
            done(
              options.calls.clone(options.which(), select.value, folder.value || "/"),
              (n) =>
                `${plural(n, "item")} are in ${rows.find((row) => row.id === select.value)?.name ?? "the dataset"}`,
            ),
        },
      ],
    });
  }

  async function runPipeline(): Promise<void> {
    const rows = await api.all<PipelineRow>(`/api/v1/projects/${options.project}/pipelines/`);
    const ready = rows.filter((row) => row.status === "running");
    if (!ready.length) {
      toast(rows.length ? "No pipeline is running: start one first." : "There is no pipeline yet.", {
        kind: "warn",
        action: { label: "Pipelines", run: () => window.location.assign(`/p/${options.project}/pipelines/`) },
      });
      return;
    }
    const select = h(
      "select",
      { class: "select", id: "run-target" },
      ready.map((row) => h("option", { value: row.id }, row.name)),
    );
    const n = options.selected();
    openDialog({
      title: "Run with pipeline",
      body: h(
        "div",
        { class: "form" },
        h("div", { class: "field" }, h("label", { for: "run-target" }, "Pipeline"), select),
        h(
          "p",
          { class: "hint" },
          `Starts one cycle for each of ${plural(n, "item")} at the pipeline's first node.`,
        ),
      ),
      actions: [
        { label: "Cancel" },
        {
          label: `Run ${count(n)}`,
          primary: true,
          run: async () => {
            await api.post(`/api/v1/pipelines/${select.value}/run/`, {
              dataset: options.dataset.id,
              filter: options.filter(),
              key: uuid7(),
            });
            toast(`${plural(n, "item")} on the way through the pipeline`, {
              kind: "ok",
              action: {
                label: "Watch",
                run: () => window.location.assign(`/p/${options.project}/pipelines/${select.value}/`),
              },
            });
          },
        },
      ],
    });
  }

  function update(): void {
    const n = options.selected();
    element.hidden = n === 0;
    number.textContent = count(n);
    const rest = options.total();
    all.hidden = n >= rest;
    all.textContent = `all ${count(rest)}`;
  }

  return { element, update, remove };
}
