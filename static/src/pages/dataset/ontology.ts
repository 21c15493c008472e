/** Labels and attributes of the dataset's ontology. */
import type { Attribute, Label, Ontology } from "../../browser/types.ts";
import { h, replace } from "../../lib/dom.ts";
import { plural } from "../../lib/format.ts";
import { api } from "../../lib/http.ts";
import { openDialog } from "../../ui/dialog.ts";
import { emptyState, errorState, skeletonLines } from "../../ui/empty.ts";
import { icon } from "../../ui/icons.ts";
import { menuButton } from "../../ui/menu.ts";
import { act } from "../../ui/toast.ts";
import { skeletonDialog } from "./skeleton.ts";

export interface OntologyOptions {
  project: string;
  dataset: { id: string; name: string; ontology: string | null };
  canEdit: boolean;
  changed: (ontology: Ontology | null) => void;
}

export function ontologyPanel(options: OntologyOptions): HTMLElement {
  const host = h("div", { class: "narrow-page" }, skeletonLines(5));
  let ontology: Ontology | null = null;

  async function load(): Promise<void> {
    const id = options.dataset.ontology;
    try {
      ontology = id ? await api.get<Ontology>(`/api/v1/ontologies/${id}/`) : null;
      draw();
    } catch (error) {
      replace(host, errorState(error, load));
    }
  }

  async function after(work: Promise<unknown>): Promise<void> {
    await act(null, async () => {
      await work;
      await load();
      options.changed(ontology);
    });
  }

  function draw(): void {
    if (!ontology) {
      replace(
        host,
        emptyState({
          icon: "tag",
          title: "No ontology yet",
          text: "An ontology lists the labels people may use here. Without one, any label is taken.",
          actions: options.canEdit
            ? [
                h(
                  "button",
                  { type: "button", class: "btn btn-primary", onclick: () => void after(create()) },
                  icon("plus"),
                  "New ontology",
                ),
                h(
                  "button",
                  { type: "button", class: "btn", onclick: () => void choose() },
                  "Use one of the project",
                ),
              ]
            : null,
        }),
      );
      return;
    }
    replace(host, labelsCard(ontology), attributesCard(ontology));
  }

  async function create(): Promise<void> {
    const made = await api.post<Ontology>(`/api/v1/projects/${options.project}/ontologies/`, {
      name: options.dataset.name,
    });
    await use(made.id);
  }

  async function use(id: string): Promise<void> {
    await api.patch(`/api/v1/datasets/${options.dataset.id}/`, { ontology: id });
    options.dataset.ontology = id;
  }

  async function choose(): Promise<void> {
    const rows = await api.all<Ontology>(`/api/v1/projects/${options.project}/ontologies/`);
    const select = h(
      "select",
      { class: "select", id: "ontology-choice" },
      rows.map((row) =>
        h("option", { value: row.id }, `${row.name} (${plural(row.labels.length, "label")})`),
      ),
    );
    openDialog({
      title: "Use an ontology",
      body: rows.length
        ? h("div", { class: "field" }, h("label", { for: "ontology-choice" }, "Ontology"), select)
        : h("p", null, "The project has none yet."),
      actions: [
        { label: "Cancel" },
        ...(rows.length ? [{ label: "Use it", primary: true, run: () => after(use(select.value)) }] : []),
      ],
    });
  }

  // ---- labels

  function labelsCard(it: Ontology): HTMLElement {
    const name = h("input", {
      class: "input",
      placeholder: "New label",
      "aria-label": "New label",
      maxlength: 200,
    });
    const add = h(
      "form",
      {
        class: "row add-line",
        onsubmit: (event) => {
          event.preventDefault();
          if (name.value.trim())
            void after(api.post(`/api/v1/ontologies/${it.id}/labels/`, { name: name.value }));
        },
      },
      name,
      h("button", { class: "btn", type: "submit" }, icon("plus"), "Add"),
    );
    return h(
      "section",
      { class: "card" },
      h(
        "header",
        null,
        h("h2", null, it.name),
        h("span", { class: "hint" }, plural(it.labels.length, "label")),
        h("span", { class: "spacer" }),
        options.canEdit
          ? h(
              "button",
              { type: "button", class: "btn btn-ghost btn-sm", onclick: () => void choose() },
              "Use another",
            )
          : null,
      ),
      it.labels.length
        ? h(
            "table",
            { class: "table" },
            h(
              "thead",
              null,
              h(
                "tr",
                null,
                ["Colour", "Label", "Key", "Group", "Skeleton", ""].map((title) => h("th", null, title)),
              ),
            ),
            h(
              "tbody",
              null,
              it.labels.map((label, index) => labelRow(it, label, index)),
            ),
          )
        : h("p", { class: "card-body muted" }, "No labels yet: add the first."),
      options.canEdit ? h("footer", null, add) : null,
    );
  }

  function patch(label: Label, body: Record<string, string>): void {
    void after(api.patch(`/api/v1/labels/${label.id}/`, body));
  }

  function skeletonOf(label: Label): HTMLElement | string {
    const count = label.skeleton ? plural(label.skeleton.names.length, "keypoint") : "none";
    if (!options.canEdit) return count;
    const save = async (skeleton: Label["skeleton"]): Promise<void> => {
      await api.patch(`/api/v1/labels/${label.id}/`, { skeleton });
      await load();
      options.changed(ontology);
    };
    return h(
      "button",
      {
        type: "button",
        class: "btn btn-ghost btn-sm",
        "aria-label": `Skeleton of ${label.name}: ${count}`,
        onclick: () => skeletonDialog(label, save),
      },
      count,
    );
  }

  function labelRow(it: Ontology, label: Label, index: number): HTMLElement {
    const off = !options.canEdit;
    const more = h(
      "button",
      { type: "button", class: "btn btn-ghost btn-square btn-sm", "aria-label": `More about ${label.name}` },
      icon("more"),
    );
    const move = (by: number) => {
      const names = it.labels.map((one) => one.name);
      names.splice(index + by, 0, ...names.splice(index, 1));
      void after(api.put(`/api/v1/ontologies/${it.id}/labels/`, { names }));
    };
    menuButton(more, () => [
      { label: "Move up", icon: "arrow-up" as const, disabled: index === 0, run: () => move(-1) },
      {
        label: "Move down",
        icon: "arrow-down" as const,
        disabled: index === it.labels.length - 1,
        run: () => move(1),
      },
      "separator" as const,
      {
        label: "Delete",
        icon: "trash" as const,
        danger: true,
        run: () => after(api.del(`/api/v1/labels/${label.id}/`)),
      },
    ]);
    const digits = ["", ..."1234567890"];
    return h(
      "tr",
      null,
      h(
        "td",
        null,
        h("input", {
          type: "color",
          class: "color-input",
          value: label.color,
          disabled: off,
          "aria-label": `Colour of ${label.name}`,
          onchange: (event) => patch(label, { color: (event.target as HTMLInputElement).value }),
        }),
      ),
      h(
        "td",
        null,
        h("input", {
          class: "input input-sm",
          value: label.name,
          disabled: off,
          "aria-label": "Name",
          onchange: (event) => patch(label, { name: (event.target as HTMLInputElement).value }),
        }),
      ),
      h(
        "td",
        null,
        h(
          "select",
          {
            class: "select select-sm",
            value: label.hotkey,
            disabled: off,
            "aria-label": `Key of ${label.name}`,
            onchange: (event) => patch(label, { hotkey: (event.target as HTMLSelectElement).value }),
          },
          digits.map((digit) => h("option", { value: digit }, digit || "none")),
        ),
      ),
      h(
        "td",
        null,
        h(
          "select",
          {
            class: "select select-sm",
            value: label.group ? "one" : "many",
            disabled: off,
            "aria-label": `Group of ${label.name}`,
            onchange: (event) =>
              patch(label, { group: (event.target as HTMLSelectElement).value === "one" ? "class" : "" }),
          },
          h("option", { value: "one" }, "one of these"),
          h("option", { value: "many" }, "beside others"),
        ),
      ),
      h("td", null, skeletonOf(label)),
      h("td", { class: "num" }, off ? null : more),
    );
  }

  // ---- attributes

  function attributesCard(it: Ontology): HTMLElement {
    return h(
      "section",
      { class: "card" },
      h(
        "header",
        null,
        h("h2", null, "Attributes"),
        h("span", { class: "spacer" }),
        options.canEdit
          ? h(
              "button",
              { type: "button", class: "btn btn-sm", onclick: () => attributeDialog(it) },
              icon("plus", "sm"),
              "Attribute",
            )
          : null,
      ),
      it.attributes.length
        ? h(
            "ul",
            { class: "list" },
            it.attributes.map((one) => attributeRow(one)),
          )
        : h(
            "p",
            { class: "card-body muted" },
            "Questions asked about an annotation, such as a pose or a quality. None yet.",
          ),
    );
  }

  function attributeRow(one: Attribute): HTMLElement {
    const kind = {
      options: one.values.join(", "),
      range: one.value_range ? `${one.value_range.min} to ${one.value_range.max}` : "",
      boolean: "yes or no",
      text: "free text",
    }[one.kind];
    return h(
      "li",
      null,
      h("b", null, one.title),
      h("span", { class: "hint mono" }, one.key),
      h("span", { class: "soft clip" }, kind, one.multi ? ", several" : "", one.optional ? "" : ", required"),
      h("span", { class: "hint" }, one.scope.length ? `of ${one.scope.join(", ")}` : "of every label"),
      h("span", { class: "spacer" }),
      options.canEdit
        ? h(
            "button",
            {
              type: "button",
              class: "btn btn-ghost btn-square btn-sm",
              "aria-label": `Delete ${one.title}`,
              onclick: () => void after(api.del(`/api/v1/attributes/${one.id}/`)),
            },
            icon("trash", "sm"),
          )
        : null,
    );
  }

  function attributeDialog(it: Ontology): void {
    const title = h("input", { class: "input", id: "attribute-title", maxlength: 100 });
    const kind = h(
      "select",
      { class: "select", id: "attribute-kind" },
      [
        ["options", "Choices"],
        ["boolean", "Yes or no"],
        ["range", "A number in a range"],
        ["text", "Free text"],
      ].map(([value, word]) => h("option", { value: value ?? "" }, word)),
    );
    const values = h("textarea", {
      class: "textarea",
      id: "attribute-values",
      rows: 4,
      placeholder: "One a line",
    });
    const least = h("input", { class: "input", type: "number", value: "0", "aria-label": "From" });
    const most = h("input", { class: "input", type: "number", value: "10", "aria-label": "To" });
    const optional = h("input", {
      class: "checkbox",
      type: "checkbox",
      id: "attribute-optional",
      checked: true,
    });
    const choices = h("div", { class: "field" }, h("label", { for: "attribute-values" }, "Choices"), values);
    const range = h("div", { class: "row" }, least, "to", most);
    const show = () => {
      choices.hidden = kind.value !== "options";
      range.hidden = kind.value !== "range";
    };
    kind.addEventListener("change", show);
    show();
    openDialog({
      title: "New attribute",
      body: h(
        "div",
        { class: "form" },
        h("div", { class: "field" }, h("label", { for: "attribute-title" }, "Question"), title),
        h("div", { class: "field" }, h("label", { for: "attribute-kind" }, "Answer"), kind),
        choices,
        range,
        h(
          "div",
          { class: "field check" },
          optional,
          h("label", { for: "attribute-optional" }, "May be left open"),
        ),
      ),
      actions: [
        { label: "Cancel" },
        {
          label: "Add",
          primary: true,
          run: async () => {
            const body: Record<string, unknown> = {
              key: title.value,
              title: title.value,
              kind: kind.value,
              optional: optional.checked,
            };
            if (kind.value === "options")
              body["values"] = values.value
                .split("\n")
                .map((one) => one.trim())
                .filter(Boolean);
            if (kind.value === "range")
              body["value_range"] = { min: Number(least.value), max: Number(most.value) };
            await api.post(`/api/v1/ontologies/${it.id}/attributes/`, body);
            await load();
            options.changed(ontology);
          },
        },
      ],
    });
  }

  void load();
  return host;
}
