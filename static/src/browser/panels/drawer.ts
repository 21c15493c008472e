/** The right column: one item, all that is known of it. Each section loads by itself. */
import { append, h, replace, swatch } from "../../lib/dom.ts";
import { bytes, metric } from "../../lib/format.ts";
import { emptyState, errorState, skeletonLines } from "../../ui/empty.ts";
import { icon } from "../../ui/icons.ts";
import { promptDialog } from "../../ui/dialog.ts";
import { chip, kbd, statusChip } from "../../ui/status.ts";
import { timeAgo } from "../../ui/time.ts";
import { act, errorToast, toast } from "../../ui/toast.ts";
import { items as calls } from "../io/api.ts";
import { difference } from "../io/difference.ts";
import { uuid7 } from "../io/ids.ts";
import type { Annotation, Item, JsonObject, Label, Prediction, Revision, SubsetName } from "../types.ts";

export interface DrawerOptions {
  project: string;
  labels: () => Label[];
  color: (label: string) => string | undefined;
  may: (action: string) => boolean;
  changed: (item: Item) => void;
  studioUrl: (item: Item) => string;
  step: (by: 1 | -1) => void;
  close: () => void;
}
export interface Drawer {
  element: HTMLElement;
  show: (item: Item | null) => void;
  current: () => Item | null;
}

export function createDrawer(options: DrawerOptions): Drawer {
  const element = h("aside", { class: "aside drawer", "aria-label": "Item" });
  let item: Item | null = null;
  let serial = 0;

  function blank(): void {
    replace(
      element,
      emptyState({
        icon: "image",
        title: "No item chosen",
        text: "Click an image to see what is known of it.",
      }),
    );
  }

  function show(next: Item | null): void {
    const same = next !== null && item?.id === next.id && item.updatedAt === next.updatedAt;
    item = next;
    if (!next) return blank();
    if (same && element.childElementCount > 1) return;
    const mine = ++serial;
    const annotations = h("div", null, skeletonLines(2));
    const predictions = h("div");
    const revisions = h("div", null, skeletonLines(2));
    const top = element.scrollTop;
    replace(
      element,
      head(next),
      picture(next),
      opener(next),
      facts(next),
      section("Annotations", annotations),
      predictions,
      tagsSection(next),
      refsSection(next),
      section("Revisions", revisions),
      metadataSection(next),
    );
    element.scrollTop = top;
    void load(mine, calls.annotations(next.id), annotations, (got) => annotationRows(next, got.items));
    void load(mine, calls.revisions(next.id), revisions, (got) => revisionRows(next, got.items));
    if (options.may("model.see"))
      void load(mine, calls.predictions(next.id), predictions, (got) =>
        got.items.length ? section("Predictions", predictionRows(got.items)) : null,
      );
  }

  async function load<T>(
    mine: number,
    work: Promise<T>,
    host: HTMLElement,
    draw: (got: T) => Node | null,
  ): Promise<void> {
    try {
      const got = await work;
      if (mine === serial) replace(host, draw(got));
    } catch (error) {
      if (mine === serial) replace(host, errorState(error));
    }
  }

  function head(it: Item): HTMLElement {
    return h(
      "div",
      { class: "drawer-head" },
      h("h2", { class: "mono clip", title: it.filename }, it.name),
      h(
        "button",
        {
          type: "button",
          class: "btn btn-ghost btn-square",
          title: "Previous (←)",
          "aria-label": "Previous item",
          onclick: () => options.step(-1),
        },
        icon("chevron-left"),
      ),
      h(
        "button",
        {
          type: "button",
          class: "btn btn-ghost btn-square",
          title: "Next (→)",
          "aria-label": "Next item",
          onclick: () => options.step(1),
        },
        icon("chevron-right"),
      ),
      h(
        "button",
        {
          type: "button",
          class: "btn btn-ghost btn-square",
          title: "Close (Esc)",
          "aria-label": "Close",
          onclick: options.close,
        },
        icon("close"),
      ),
    );
  }

  function picture(it: Item): HTMLElement {
    const { width = 0, height = 0 } = it.metadata.system;
    const url = it.thumbnail?.replace("size=256", "size=1024") ?? "";
    const small = Math.max(width, height) < 256;
    return h(
      "a",
      {
        class: "drawer-picture",
        href: options.studioUrl(it),
        title: "Open in the studio",
      },
      h("img", { src: url, alt: it.name, class: small ? "pixelated" : "", width, height }),
    );
  }

  function opener(it: Item): HTMLElement {
    const words = options.may("annotation.edit_any") ? "Open in studio" : "Look at it in the studio";
    return h(
      "div",
      { class: "drawer-open" },
      h("a", { class: "btn btn-primary btn-sm", href: options.studioUrl(it) }, icon("pentagon", "sm"), words),
      kbd("enter"),
      h("span", { class: "spacer" }),
      h(
        "a",
        { class: "btn btn-ghost btn-sm", href: it.stream ?? "#", target: "_blank", rel: "noopener" },
        icon("external", "sm"),
        "Original",
      ),
    );
  }

  function facts(it: Item): HTMLElement {
    const { width, height, size } = it.metadata.system;
    const state = it.groundTruth
      ? chip("ground truth", "ok", "check-all")
      : it.changedSinceApproval
        ? chip("changed since approval", "warn", "warning")
        : it.annotated
          ? chip("labelled", "wait", "tag")
          : chip("unlabelled");
    const rows: [string, Node | string][] = [
      ["state", state],
      ["subset", subsetSelect(it)],
      ["folder", h("span", { class: "mono" }, it.dir)],
      ["size", `${width ?? 0} × ${height ?? 0}, ${bytes(size ?? 0)}`],
      ["added", h("span", null, timeAgo(it.createdAt), it.creator ? ` by ${it.creator}` : "")],
    ];
    if (it.groupKey) rows.push(["group", h("span", { class: "mono" }, it.groupKey)]);
    return h(
      "dl",
      { class: "facts drawer-facts" },
      rows.map(([name, value]) => [h("dt", null, name), h("dd", null, value)]),
    );
  }

  function subsetSelect(it: Item): Node | string {
    if (!options.may("item.edit")) return it.subset || "none";
    const names: SubsetName[] = ["", "train", "validation", "test"];
    return h(
      "select",
      {
        class: "select select-sm",
        "aria-label": "Subset",
        value: it.subset,
        onchange: (event) =>
          void save(() => calls.patch(it.id, { subset: (event.target as HTMLSelectElement).value })),
      },
      names.map((name) => h("option", { value: name }, name || "none")),
    );
  }

  async function save(work: () => Promise<Item>): Promise<void> {
    try {
      const fresh = await work();
      options.changed(fresh);
      show(fresh);
    } catch (error) {
      errorToast(error);
      const old = item;
      item = null;
      show(old);
    }
  }

  // ---- annotations

  function annotationRows(it: Item, rows: Annotation[]): HTMLElement {
    const edit = options.may("annotation.edit_any") && options.labels().length > 0;
    const list = h("ul", { class: "drawer-list" });
    append(
      list,
      rows.map((row) => annotationRow(it, row, edit)),
    );
    if (edit && !rows.some((row) => row.type === "class"))
      append(list, [h("li", null, labelSelect(it, null))]);
    if (!list.childElementCount) append(list, [h("li", { class: "muted" }, "None")]);
    return list;
  }

  function annotationRow(it: Item, row: Annotation, edit: boolean): HTMLElement {
    const model = row.metadata.user?.model;
    const remove = () =>
      void operate(it, { type: "delete", annotation: row.id, base_revision: row.revision });
    const state = row.approved
      ? chip("approved", "ok", "check")
      : row.approvedRevision
        ? chip("changed", "warn")
        : null;
    return h(
      "li",
      null,
      swatch(options.color(row.label) ?? "var(--text-3)"),
      edit && row.type === "class" ? labelSelect(it, row) : h("span", null, row.label),
      model
        ? chip(`${model.name} ${metric(model.confidence, 2)}`, "run")
        : h("span", { class: "hint clip" }, row.author?.name ?? ""),
      state,
      edit &&
        h(
          "button",
          {
            type: "button",
            class: "btn btn-ghost btn-square btn-sm end",
            title: "Remove this label",
            "aria-label": `Remove ${row.label}`,
            onclick: remove,
          },
          icon("close", "sm"),
        ),
    );
  }

  function labelSelect(it: Item, row: Annotation | null): HTMLElement {
    return h(
      "select",
      {
        class: "select select-sm",
        "aria-label": "Label",
        value: row?.label ?? "",
        onchange: (event) => {
          const data = { label: (event.target as HTMLSelectElement).value };
          const operation: JsonObject = row
            ? { type: "update", annotation: row.id, base_revision: row.revision, data }
            : { type: "create", data: { type: "class", ...data } };
          void operate(it, operation);
        },
      },
      row ? null : h("option", { value: "" }, "Choose a label…"),
      options.labels().map((label) => h("option", { value: label.name }, label.name)),
    );
  }

  async function operate(it: Item, operation: JsonObject): Promise<void> {
    await save(async () => {
      const { answers } = await calls.operate(it.id, [{ op_id: uuid7(), ...operation }]);
      const failed = answers.find((answer) => answer.status >= 400);
      if (failed) toast(failed.error?.message ?? "It was changed meanwhile.", { kind: "bad" });
      return calls.get(it.id);
    });
  }

  function revisionRows(it: Item, rows: Revision[]): HTMLElement {
    if (!rows.length) return h("p", { class: "muted" }, "Nobody has said anything yet.");
    return h(
      "ul",
      { class: "drawer-list" },
      rows.map((row) =>
        h(
          "li",
          null,
          h("b", null, `r${row.revision}`),
          h(
            "span",
            { class: "clip" },
            row.action === "delete" ? `${row.label} removed` : row.label,
            h("span", { class: "hint" }, ` ${row.author ?? (row.modelId ? "a model" : "")}`),
          ),
          row.approved ? icon("check", "sm") : null,
          row.current || !options.may("annotation.edit_any")
            ? null
            : h(
                "button",
                {
                  type: "button",
                  class: "btn btn-ghost btn-sm",
                  onclick: () =>
                    void save(
                      async () => (await calls.restore(row.annotation, row.revision), calls.get(it.id)),
                    ),
                },
                "Restore",
              ),
          h("span", { class: "hint end" }, timeAgo(row.createdAt)),
        ),
      ),
    );
  }

  function predictionRows(rows: Prediction[]): HTMLElement {
    return h(
      "ul",
      { class: "drawer-list" },
      rows.slice(0, 5).map((row) => {
        const best = Object.entries(row.probabilities)
          .sort((a, b) => b[1] - a[1])
          .slice(0, 2);
        return h(
          "li",
          { title: `margin ${metric(row.margin)}` },
          h("a", { class: "clip", href: `/p/${options.project}/models/${row.model.id}/` }, row.model.name),
          best.map(([label, p]) =>
            h(
              "span",
              { class: "row" },
              swatch(options.color(label) ?? "var(--text-3)"),
              label,
              " ",
              metric(p, 2),
            ),
          ),
        );
      }),
    );
  }

  // ---- tags, refs, metadata

  function tagsSection(it: Item): HTMLElement {
    const edit = options.may("item.edit");
    const names = Object.keys(it.metadata.system.tags).filter((name) => name !== it.subset);
    const chips = names.map((name) =>
      h(
        "span",
        { class: "chip" },
        name,
        edit
          ? h(
              "button",
              {
                type: "button",
                "aria-label": `Take off ${name}`,
                onclick: () => void save(() => calls.patchSystem(it.id, { [name]: null })),
              },
              icon("close", "sm"),
            )
          : null,
      ),
    );
    const add = async () => {
      const name = await promptDialog({ title: "Add a tag", label: "Tag", confirm: "Add", maxLength: 100 });
      if (name) await save(() => calls.patchSystem(it.id, { [name]: true }));
    };
    return section(
      "Tags",
      h(
        "div",
        { class: "drawer-chips" },
        chips,
        edit
          ? h(
              "button",
              { type: "button", class: "btn btn-ghost btn-sm", onclick: () => void add() },
              icon("plus", "sm"),
              "Tag",
            )
          : names.length
            ? null
            : h("span", { class: "muted" }, "None"),
      ),
    );
  }

  function refsSection(it: Item): HTMLElement | null {
    const refs = it.metadata.system.refs;
    if (!refs.length) return null;
    const place = (ref: (typeof refs)[number]) =>
      ref.type === "task"
        ? `/p/${options.project}/tasks/${ref.id}/`
        : ref.type === "cycle" && ref.pipelineId
          ? `/p/${options.project}/pipelines/${ref.pipelineId}/cycles/#${ref.id}`
          : null;
    return section(
      "Where it is",
      h(
        "ul",
        { class: "drawer-list" },
        refs.map((ref) => {
          const url = place(ref);
          return h(
            "li",
            null,
            icon(ref.type === "cycle" ? "pipelines" : "tasks", "sm"),
            url ? h("a", { href: url }, ref.type) : ref.type,
            ref.type === "task" &&
              h(
                "a",
                { class: "nowrap", href: `/p/${options.project}/studio/${ref.id}/?picture=${it.id}` },
                "Open in its task",
              ),
            ref.metadata.status ? statusChip(ref.metadata.status) : chip("open"),
            h("span", { class: "hint clip" }, ref.metadata.creator ?? ""),
            h("span", { class: "hint end" }, timeAgo(ref.metadata.timestamp)),
          );
        }),
      ),
    );
  }

  function metadataSection(it: Item): HTMLElement {
    const text = JSON.stringify(it.metadata.user, null, 2);
    if (!options.may("item.edit")) return section("Metadata", h("pre", { class: "code-box" }, text));
    const area = h("textarea", {
      class: "textarea code-box",
      rows: 6,
      spellcheck: "false",
      "aria-label": "Metadata of the user, JSON",
      value: text,
    });
    const button = h("button", { type: "button", class: "btn btn-sm", disabled: true }, "Save");
    const problem = h("span", { class: "hint bad-text", role: "alert" });
    area.addEventListener("input", () => {
      try {
        const value = JSON.parse(area.value) as unknown;
        const isObject = value !== null && typeof value === "object" && !Array.isArray(value);
        problem.textContent = isObject ? "" : "Metadata is a JSON object.";
      } catch (error) {
        problem.textContent = (error as Error).message;
      }
      button.disabled = problem.textContent !== "" || area.value === text;
    });
    button.addEventListener("click", () => {
      const wanted = JSON.parse(area.value) as JsonObject;
      void act(button, async () => {
        const fresh = await calls.patch(it.id, { metadata: { user: difference(it.metadata.user, wanted) } });
        options.changed(fresh);
        show(fresh);
        toast("Metadata saved", { kind: "ok" });
      });
    });
    return section(
      "Metadata",
      h("div", { class: "stack" }, area, h("div", { class: "row" }, button, problem)),
    );
  }

  blank();
  return { element, show, current: () => item };
}

function section(title: string, body: Node): HTMLElement {
  return h("section", { class: "drawer-section" }, h("h3", null, title), body);
}
