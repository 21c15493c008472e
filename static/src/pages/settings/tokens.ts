/** Access tokens for programs: one's own, and for those who manage them, the project's. */
import { may, requireProject, type Boot } from "../../lib/boot.ts";
import { h } from "../../lib/dom.ts";
import { api } from "../../lib/http.ts";
import { confirmDialog } from "../../ui/dialog.ts";
import { emptyState } from "../../ui/empty.ts";
import { formDialog } from "../../ui/form.ts";
import { icon } from "../../ui/icons.ts";
import { createTable, type Column, type Table } from "../../ui/table.ts";
import { timeAgo } from "../../ui/time.ts";
import { errorToast, toast } from "../../ui/toast.ts";
import { showSecret } from "./secret.ts";

export interface Token {
  id: string;
  name: string;
  prefix: string;
  user: { id: string; name: string; email: string };
  project: string | null;
  created_at: string;
  last_used: string | null;
}

export function tokensPanel(data: Boot): HTMLElement {
  const project = requireProject(data);
  const mine = tokenTable("My tokens", "/api/v1/tokens/", data, false);
  const projectTokens = may("token.project", data)
    ? tokenTable("Tokens of this project", `/api/v1/projects/${project.id}/tokens/`, data, true)
    : null;
  const reload = () => Promise.all([mine.reload(), projectTokens?.reload()]);
  const create = h(
    "button",
    { type: "button", class: "btn btn-primary", onclick: () => void createToken(data, reload) },
    icon("plus"),
    "New token",
  );
  return h(
    "div",
    { class: "stack" },
    h(
      "p",
      { class: "lead" },
      "A token lets a program act as you through the API, with your rights and no more. Send it as ",
      h("code", { class: "mono" }, "Authorization: Bearer alp_…"),
      ". Only its hash is kept here, so it is shown once. ",
      h("a", { href: "/api/" }, "What the API offers"),
    ),
    h(
      "section",
      { class: "card", "aria-label": "My tokens" },
      h("header", null, h("h2", null, "My tokens"), h("span", { class: "spacer" }), create),
      mine.element,
    ),
    projectTokens &&
      h(
        "section",
        { class: "card", "aria-label": "Tokens of this project" },
        h(
          "header",
          null,
          h("h2", null, "Bound to this project"),
          h("span", { class: "hint" }, "made by anyone in it"),
        ),
        projectTokens.element,
      ),
  );
}

function tokenTable(label: string, url: string, data: Boot, people: boolean): Table<Token> {
  const names = new Map(data.projects.map((project) => [project.id, project.name]));
  const columns: Column<Token>[] = [
    { key: "name", title: "Name", sort: true, value: (token) => token.name, cell: (token) => token.name },
    {
      key: "prefix",
      title: "Begins with",
      cell: (token) => h("span", { class: "mono" }, `${token.prefix}…`),
    },
    people
      ? { key: "person", title: "Person", cell: (token) => token.user.name || token.user.email }
      : {
          key: "project",
          title: "Valid in",
          cell: (token) => (token.project ? (names.get(token.project) ?? "one project") : "all my projects"),
        },
    {
      key: "created",
      title: "Made",
      sort: true,
      value: (token) => token.created_at,
      wideOnly: true,
      cell: (token) => timeAgo(token.created_at),
    },
    {
      key: "used",
      title: "Last used",
      sort: true,
      value: (token) => token.last_used,
      cell: (token) => (token.last_used ? timeAgo(token.last_used) : h("span", { class: "muted" }, "never")),
    },
    {
      key: "act",
      title: "Revoke",
      hiddenTitle: true,
      num: true,
      cell: (token) => revokeButton(token, () => table.reload()),
    },
  ];
  const table: Table<Token> = createTable<Token>({
    label,
    columns,
    sort: "-created",
    skeletonRows: 2,
    load: () => api.list<Token>(url),
    empty: () =>
      people
        ? emptyState({ icon: "key", title: "No token is bound to this project" })
        : emptyState({
            icon: "key",
            title: "You have no tokens",
            text: "Make one to upload, export or start pipelines from a script.",
          }),
  });
  return table;
}

function revokeButton(token: Token, reload: () => Promise<void>): HTMLElement {
  const button = h(
    "button",
    { type: "button", class: "btn btn-ghost btn-sm", "aria-label": `Revoke ${token.name}` },
    "Revoke",
  );
  button.addEventListener("click", async () => {
    const yes = await confirmDialog({
      title: `Revoke “${token.name}”?`,
      text: "Programs that use it are refused from now on. This cannot be undone.",
      confirm: "Revoke token",
      danger: true,
    });
    if (!yes) return;
    try {
      await api.del(`/api/v1/tokens/${token.id}/`);
      toast(`“${token.name}” is revoked.`, { kind: "ok" });
      await reload();
    } catch (error) {
      errorToast(error);
    }
  });
  return button;
}

async function createToken(data: Boot, reload: () => Promise<unknown>): Promise<void> {
  const project = requireProject(data);
  let key = "";
  const done = await formDialog({
    title: "New token",
    confirm: "Make token",
    schema: {
      type: "object",
      required: ["name", "scope"],
      properties: {
        name: {
          type: "string",
          title: "Name",
          minLength: 1,
          maxLength: 120,
          description: "What will use it.",
        },
        scope: {
          type: "string",
          title: "Valid in",
          enum: ["project", "all"],
          default: "project",
          "x-enum-titles": { project: `Only ${project.name}`, all: "All my projects" },
        },
      },
    },
    run: async (value) => {
      const body = { name: value["name"], project: value["scope"] === "project" ? project.id : null };
      key = (await api.post<{ key: string }>("/api/v1/tokens/", body)).key;
    },
  });
  if (!done) return;
  await reload();
  await showSecret("Your new token", "Copy it now: it is not shown again.", key);
}
