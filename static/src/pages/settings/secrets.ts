/** Secrets of a project: keys and passwords that nodes name and send. They are set here and never shown again. */
import { requireProject, type Boot } from "../../lib/boot.ts";
import { h } from "../../lib/dom.ts";
import { api, messageOf } from "../../lib/http.ts";
import { confirmDialog, openDialog } from "../../ui/dialog.ts";
import { emptyState } from "../../ui/empty.ts";
import { icon } from "../../ui/icons.ts";
import { createTable, type Table } from "../../ui/table.ts";
import { timeAgo } from "../../ui/time.ts";
import { errorToast, toast } from "../../ui/toast.ts";

export interface Secret {
  id: string;
  name: string;
  changed_by: { name: string } | null;
  changed_at: string;
}

export function secretsPanel(data: Boot): HTMLElement {
  const url = `/api/v1/projects/${requireProject(data).id}/secrets/`;
  const table: Table<Secret> = createTable<Secret>({
    label: "Secrets of this project",
    columns: [
      { key: "name", title: "Name", cell: (one) => h("span", { class: "mono" }, one.name) },
      { key: "person", title: "Set by", cell: (one) => one.changed_by?.name ?? "—" },
      { key: "changed", title: "Set", cell: (one) => timeAgo(one.changed_at) },
      {
        key: "act",
        title: "Change",
        hiddenTitle: true,
        num: true,
        cell: (one) => buttons(one, table.reload),
      },
    ],
    skeletonRows: 2,
    load: () => api.list<Secret>(url),
    empty: () =>
      emptyState({
        icon: "key",
        title: "No secrets yet",
        text: "Keep the key of another server here, and name it in an HTTP request or a webhook.",
      }),
  });
  const create = h(
    "button",
    { type: "button", class: "btn btn-primary", onclick: () => void ask(url, null, table.reload) },
    icon("plus"),
    "New secret",
  );
  return h(
    "div",
    { class: "stack" },
    h(
      "p",
      { class: "lead" },
      "A secret is the key or password of another server. Nodes name it, as in ",
      h("code", { class: "mono" }, "Authorization: Bearer ${secrets.scorer}"),
      "; its value is put in when the request leaves, and is shown to nobody.",
    ),
    h(
      "section",
      { class: "card", "aria-label": "Secrets of this project" },
      h("header", null, h("h2", null, "Secrets"), h("span", { class: "spacer" }), create),
      table.element,
    ),
  );
}

function buttons(secret: Secret, reload: () => Promise<void>): HTMLElement {
  const button = (word: string, run: () => unknown) =>
    h(
      "button",
      {
        type: "button",
        class: "btn btn-ghost btn-sm",
        "aria-label": `${word} ${secret.name}`,
        onclick: () => void run(),
      },
      word,
    );
  return h(
    "span",
    { class: "row" },
    button("Set anew", () => ask(`/api/v1/secrets/${secret.id}/`, secret, reload)),
    button("Delete", () => remove(secret, reload)),
  );
}

/** Asks for a value, and for a name where the secret is new. */
async function ask(url: string, secret: Secret | null, reload: () => Promise<void>): Promise<void> {
  const name = h("input", { class: "input mono", "aria-label": "Name", maxlength: 60, spellcheck: "false" });
  const value = h("input", { class: "input", type: "password", "aria-label": "Value", autocomplete: "off" });
  const line = (label: string, control: HTMLElement) =>
    h("div", { class: "field" }, h("span", { class: "label" }, label), control);
  const send = () =>
    secret
      ? api.patch(url, { value: value.value })
      : api.post(url, { name: name.value.trim(), value: value.value });
  const dialog = openDialog({
    title: secret ? `Set ${secret.name} anew` : "New secret",
    body: h("div", { class: "stack" }, secret ? null : line("Name", name), line("Value", value)),
    actions: [
      { label: "Cancel" },
      {
        label: "Keep it",
        primary: true,
        run: async () => {
          try {
            await send();
          } catch (error) {
            dialog.setError(messageOf(error));
            return false;
          }
          toast("It is kept; requests use it from now on.", { kind: "ok" });
          await reload();
          return true;
        },
      },
    ],
  });
  await dialog.closed;
}

async function remove(secret: Secret, reload: () => Promise<void>): Promise<void> {
  const yes = await confirmDialog({
    title: `Delete ${secret.name}?`,
    text: "Nodes that name it fail from now on. This cannot be undone.",
    confirm: "Delete secret",
    danger: true,
  });
  if (!yes) return;
  try {
    await api.del(`/api/v1/secrets/${secret.id}/`);
    toast(`${secret.name} is deleted.`, { kind: "ok" });
    await reload();
  } catch (error) {
    errorToast(error);
  }
}
