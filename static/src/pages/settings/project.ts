/** The project's name, and its end. */
import { may, requireProject, type Boot } from "../../lib/boot.ts";
import { copyText, find, h } from "../../lib/dom.ts";
import { dateTime } from "../../lib/format.ts";
import { api } from "../../lib/http.ts";
import { confirmDialog } from "../../ui/dialog.ts";
import { createForm } from "../../ui/form.ts";
import { icon } from "../../ui/icons.ts";
import { errorToast, toast } from "../../ui/toast.ts";

interface Project {
  id: string;
  name: string;
  created_at: string;
}

export function projectPanel(data: Boot): HTMLElement {
  const { id, name } = requireProject(data);
  const url = `/api/v1/projects/${id}/`;
  const manages = may("project.manage", data);
  const made = h("dd", null, h("span", { class: "skeleton" }));
  void api
    .get<Project>(url)
    .then((project) => (made.textContent = dateTime(project.created_at)))
    .catch(errorToast);
  const form = createForm({
    schema: {
      type: "object",
      required: ["name"],
      properties: { name: { type: "string", title: "Name", minLength: 1, maxLength: 120 } },
    },
    value: { name },
    disabled: !manages,
    ...(manages ? { submit: { label: "Save", run: (value) => rename(url, value) } } : {}),
  });
  const copy = h("button", { type: "button", class: "btn btn-ghost btn-sm" }, icon("copy"), "Copy");
  copy.addEventListener("click", async () => {
    if (await copyText(id)) toast("Copied", { kind: "ok", ms: 2000 });
  });
  return h(
    "div",
    { class: "settings-columns" },
    h(
      "section",
      { class: "card", "aria-label": "Project" },
      h("header", null, h("h2", null, "Project")),
      h(
        "div",
        { class: "card-body stack" },
        form.element,
        h(
          "dl",
          { class: "facts" },
          h("dt", null, "Id"),
          h("dd", null, h("span", { class: "mono clip" }, id), copy),
          h("dt", null, "Made"),
          made,
          h("dt", null, "Your role"),
          h("dd", null, data.role ?? ""),
        ),
      ),
    ),
    manages && endCard(url, name),
  );
}

async function rename(url: string, value: Record<string, unknown>): Promise<void> {
  const project = await api.patch<Project>(url, value);
  const shown = find("#project-switch > span");
  if (shown) shown.textContent = project.name;
  toast("Saved", { kind: "ok" });
}

function endCard(url: string, name: string): HTMLElement {
  const button = h("button", { type: "button", class: "btn" }, icon("trash"), "Delete project…");
  button.addEventListener("click", async () => {
    const yes = await confirmDialog({
      title: `Delete ${name}?`,
      text: "It disappears for everybody at once. Its rows are kept, so whoever runs this server can bring it back.",
      loss: [
        "all its datasets and their annotations",
        "its tasks, pipelines and models",
        "the access of all its people",
      ],
      confirm: "Delete project",
      danger: true,
    });
    if (!yes) return;
    try {
      await api.del(url);
      window.location.assign("/projects/");
    } catch (error) {
      errorToast(error);
    }
  });
  return h(
    "section",
    { class: "card", "aria-label": "Delete project" },
    h("header", null, h("h2", null, "Delete project")),
    h(
      "div",
      { class: "card-body stack" },
      h("p", { class: "soft" }, "Hides the project from everyone in it. Nothing is erased."),
      h("div", null, button),
    ),
  );
}
