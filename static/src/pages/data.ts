/** The datasets of a project. */
import "./data/data.css";
import { boot, may, requireProject } from "../lib/boot.ts";
import { h, need, replace } from "../lib/dom.ts";
import { feed } from "../lib/feed.ts";
import { count, plural } from "../lib/format.ts";
import { api } from "../lib/http.ts";
import { openDialog } from "../ui/dialog.ts";
import { emptyState, errorState, skeletonLines } from "../ui/empty.ts";
import { icon } from "../ui/icons.ts";
import { menuButton } from "../ui/menu.ts";
import { shareBar } from "../ui/progress.ts";
import { timeAgo } from "../ui/time.ts";
import { act, toast } from "../ui/toast.ts";

interface Dataset {
  id: string;
  name: string;
  description: string;
  updated_at: string;
  deleted_at: string | null;
  counts: {
    items: number;
    annotated: number;
    approved: number;
    train: number;
    validation: number;
    test: number;
  };
  cover: string[];
}

const data = boot();
const project = requireProject(data).id;
const canEdit = may("dataset.edit", data);
const base = `/api/v1/projects/${project}/datasets/`;
const host = need("#datasets");
const urlOf = (id: string) => `/p/${project}/data/${id}/`;

async function load(): Promise<void> {
  try {
    draw(await api.all<Dataset>(base));
  } catch (error) {
    replace(host, errorState(error, load));
  }
}

function draw(rows: Dataset[]): void {
  if (!rows.length) {
    replace(
      host,
      emptyState({
        icon: "images",
        title: "No dataset yet",
        text: "A dataset holds images and what people say of them. Make one, then drop your pictures on it.",
        actions: canEdit ? newButton("btn btn-primary") : null,
      }),
    );
    return;
  }
  replace(host, h("ul", { class: "dataset-grid" }, rows.map(card)));
}

function card(row: Dataset): HTMLElement {
  const { counts } = row;
  const more = h(
    "button",
    { type: "button", class: "btn btn-ghost btn-square btn-sm", "aria-label": `More about ${row.name}` },
    icon("more"),
  );
  menuButton(more, () => [
    { label: "Rename…", icon: "rename" as const, run: () => edit(row) },
    "separator" as const,
    { label: "Delete", icon: "trash" as const, danger: true, run: () => remove(row) },
  ]);
  return h(
    "li",
    { class: "card dataset-card" },
    h(
      "a",
      {
        class: ["dataset-cover", `n${Math.min(row.cover.length, 4)}`],
        href: urlOf(row.id),
        "aria-hidden": "true",
        tabIndex: -1,
      },
      row.cover.length
        ? row.cover.map((url) => h("img", { src: url, alt: "", loading: "lazy" }))
        : icon("images"),
    ),
    h(
      "div",
      { class: "dataset-body" },
      h(
        "div",
        { class: "row" },
        h("a", { class: "dataset-name clip", href: urlOf(row.id) }, row.name),
        h("span", { class: "spacer" }),
        canEdit ? more : null,
      ),
      row.description ? h("p", { class: "hint clip", title: row.description }, row.description) : null,
      h(
        "div",
        { class: "row dataset-numbers" },
        h("b", null, count(counts.items)),
        h("span", { class: "soft" }, counts.items === 1 ? "image" : "images"),
        h("span", { class: "spacer" }),
        h("span", { class: "hint" }, timeAgo(row.updated_at)),
      ),
      shareBar(
        counts.items ? counts.approved / counts.items : 0,
        `${count(counts.approved)} of ${count(counts.items)} approved`,
        "ok",
      ),
      h(
        "div",
        { class: "row hint" },
        h("a", { href: `${urlOf(row.id)}?s=approved` }, `${count(counts.approved)} approved`),
        h(
          "a",
          { href: `${urlOf(row.id)}?s=unlabelled` },
          `${count(counts.items - counts.annotated)} unlabelled`,
        ),
        counts.test ? h("a", { href: `${urlOf(row.id)}?u=test` }, `${count(counts.test)} test`) : null,
      ),
    ),
  );
}

function newButton(className: string): HTMLElement {
  return h(
    "button",
    { type: "button", class: className, onclick: () => create() },
    icon("plus"),
    "New dataset",
  );
}

function field(id: string, label: string, control: HTMLElement, hint = ""): HTMLElement {
  return h(
    "div",
    { class: "field" },
    h("label", { for: id }, label),
    control,
    hint ? h("span", { class: "hint" }, hint) : null,
  );
}

function create(): void {
  const name = h("input", { class: "input", id: "dataset-name", maxlength: 200, required: true });
  const description = h("input", { class: "input", id: "dataset-description" });
  const labels = h("textarea", { class: "textarea", id: "dataset-labels", rows: 5, placeholder: "cat\ndog" });
  openDialog({
    title: "New dataset",
    body: h(
      "div",
      { class: "form" },
      field("dataset-name", "Name", name),
      field("dataset-description", "Description", description),
      field(
        "dataset-labels",
        "Labels",
        labels,
        "One a line, in the order of their digits. They can be changed later.",
      ),
    ),
    actions: [
      { label: "Cancel" },
      {
        label: "Make dataset",
        primary: true,
        run: async () => {
          const names = labels.value
            .split("\n")
            .map((one) => one.trim())
            .filter(Boolean);
          const made = await api.post<Dataset>(base, {
            name: name.value,
            description: description.value,
            labels: [...new Set(names)],
          });
          window.location.assign(`${urlOf(made.id)}#upload`);
        },
      },
    ],
  });
}

function edit(row: Dataset): void {
  const name = h("input", { class: "input", id: "dataset-name", maxlength: 200, value: row.name });
  const description = h("input", { class: "input", id: "dataset-description", value: row.description });
  openDialog({
    title: "Rename dataset",
    body: h(
      "div",
      { class: "form" },
      field("dataset-name", "Name", name),
      field("dataset-description", "Description", description),
    ),
    actions: [
      { label: "Cancel" },
      {
        label: "Save",
        primary: true,
        run: async () => {
          await api.patch(`/api/v1/datasets/${row.id}/`, {
            name: name.value,
            description: description.value,
          });
          await load();
        },
      },
    ],
  });
}

/** Nothing is lost: the trash keeps it 30 days, and the toast takes it back. */
async function remove(row: Dataset): Promise<void> {
  await act(null, async () => {
    await api.del(`/api/v1/datasets/${row.id}/`);
    await load();
    toast(`${row.name} with ${plural(row.counts.items, "image")} moved to the trash`, {
      kind: "ok",
      action: { label: "Undo", run: () => restore(row) },
    });
  });
}

async function restore(row: Dataset): Promise<void> {
  await api.post(`/api/v1/datasets/${row.id}/restore/`);
  await load();
}

function trash(): void {
  const body = h("div", null, skeletonLines(3));
  const dialog = openDialog({ title: "Trash", body, actions: [{ label: "Close" }] });
  const fill = async () => {
    const rows = await api.all<Dataset>(`${base}trash/`);
    replace(
      body,
      rows.length
        ? h(
            "ul",
            { class: "list" },
            rows.map((row) =>
              h(
                "li",
                null,
                h("b", { class: "clip" }, row.name),
                h(
                  "span",
                  { class: "hint" },
                  plural(row.counts.items, "image"),
                  ", deleted ",
                  timeAgo(row.deleted_at ?? row.updated_at),
                ),
                h("span", { class: "spacer" }),
                h(
                  "button",
                  {
                    type: "button",
                    class: "btn btn-sm",
                    onclick: () =>
                      void restore(row).then(fill, (error: unknown) =>
                        dialog.setError(String((error as Error).message)),
                      ),
                  },
                  "Restore",
                ),
              ),
            ),
          )
        : h("p", { class: "muted" }, "The trash is empty."),
    );
  };
  fill().catch((error: unknown) => replace(body, errorState(error)));
}

replace(host, skeletonLines(6));
if (canEdit)
  replace(
    need("#data-actions"),
    h("button", { type: "button", class: "btn btn-ghost", onclick: trash }, icon("trash"), "Trash"),
    newButton("btn btn-primary"),
  );
void load();
feed.watch(["dataset.updated", "item.created", "item.deleted", "item.approved"], () => void load(), 1500);
