/** Who is in the project, as what. */
import { may, requireProject, type Boot, type RoleName } from "../../lib/boot.ts";
import { h } from "../../lib/dom.ts";
import { feed } from "../../lib/feed.ts";
import { words } from "../../lib/format.ts";
import { api } from "../../lib/http.ts";
import { confirmDialog } from "../../ui/dialog.ts";
import { formDialog } from "../../ui/form.ts";
import { icon } from "../../ui/icons.ts";
import type { JsonSchema } from "../../ui/schema.ts";
import { avatar } from "../../ui/status.ts";
import { createTable, type Table } from "../../ui/table.ts";
import { timeAgo } from "../../ui/time.ts";
import { errorToast, toast } from "../../ui/toast.ts";
import { showSecret } from "./secret.ts";

export interface Member {
  id: string;
  user: { id: string; email: string; name: string };
  role: RoleName;
  created_at: string;
}

const ROLES: { role: RoleName; does: string }[] = [
  { role: "owner", does: "Everything, and the project's people and settings" },
  { role: "engineer", does: "Data, tasks, pipelines, models; promotes and rolls back" },
  { role: "reviewer", does: "Manages tasks, labels and decides in review; sees pipelines and models" },
  { role: "annotator", does: "Labels what is assigned to them, and sees only that" },
  { role: "viewer", does: "Sees data, pipelines and models, changes nothing; may export" },
];
const ROLE_TITLES = Object.fromEntries(ROLES.map(({ role }) => [role, words(role)]));

export function peoplePanel(data: Boot): HTMLElement {
  const project = requireProject(data);
  const manages = may("project.manage", data);
  const url = `/api/v1/projects/${project.id}/members/`;

  const table: Table<Member> = createTable<Member>({
    label: "People",
    sort: "name",
    columns: [
      {
        key: "name",
        title: "Name",
        sort: true,
        value: (member) => member.user.name || member.user.email,
        cell: (member) =>
          h(
            "span",
            { class: "row" },
            avatar(member.user.name || member.user.email, true),
            member.user.name || member.user.email,
            member.user.id === data.user?.id && h("span", { class: "muted" }, "you"),
          ),
      },
      {
        key: "email",
        title: "E-mail",
        sort: true,
        value: (member) => member.user.email,
        cell: (member) => member.user.email,
      },
      {
        key: "role",
        title: "Role",
        sort: true,
        value: (member) => ROLES.findIndex(({ role }) => role === member.role),
        cell: (member) => (manages ? roleSelect(member, table) : words(member.role)),
      },
      {
        key: "since",
        title: "Since",
        sort: true,
        wideOnly: true,
        value: (member) => member.created_at,
        cell: (member) => timeAgo(member.created_at),
      },
      {
        key: "act",
        title: "Remove",
        hiddenTitle: true,
        num: true,
        cell: (member) =>
          manages || member.user.id === data.user?.id ? removeButton(member, data, table) : null,
      },
    ],
    load: () => api.list<Member>(url),
  });
  feed.watch(["member.updated"], () => void table.reload());
  const add = h(
    "button",
    { type: "button", class: "btn btn-primary", onclick: () => void addPerson(url, table) },
    icon("user-plus"),
    "Add person",
  );
  return h(
    "div",
    { class: "stack" },
    h(
      "section",
      { class: "card", "aria-label": "People" },
      h("header", null, h("h2", null, "People"), h("span", { class: "spacer" }), manages && add),
      table.element,
    ),
    roleCard(),
  );
}

function roleCard(): HTMLElement {
  return h(
    "section",
    { class: "card", "aria-label": "What the roles may do" },
    h("header", null, h("h2", null, "What the roles may do")),
    h(
      "div",
      { class: "card-body" },
      h(
        "dl",
        { class: "facts" },
        ROLES.map(({ role, does }) => [h("dt", null, words(role)), h("dd", null, does)]),
      ),
    ),
  );
}

function roleSelect(member: Member, table: Table<Member>): HTMLElement {
  const select = h(
    "select",
    { class: "select role", "aria-label": `Role of ${member.user.name || member.user.email}` },
    ROLES.map(({ role }) => h("option", { value: role }, words(role))),
  );
  select.value = member.role;
  select.addEventListener("change", async () => {
    select.disabled = true;
    try {
      const next = await api.patch<Member>(`/api/v1/members/${member.id}/`, { role: select.value });
      table.update(next);
      toast(`${next.user.name || next.user.email} is now ${next.role}.`, { kind: "ok" });
    } catch (error) {
      select.value = member.role;
      select.disabled = false;
      errorToast(error);
    }
  });
  return select;
}

function removeButton(member: Member, data: Boot, table: Table<Member>): HTMLElement {
  const self = member.user.id === data.user?.id;
  const name = member.user.name || member.user.email;
  const label = self ? "Leave project" : `Remove ${name}`;
  const button = h(
    "button",
    { type: "button", class: "btn btn-ghost btn-sm btn-square", title: label, "aria-label": label },
    icon(self ? "log-out" : "trash"),
  );
  button.addEventListener("click", async () => {
    const yes = await confirmDialog({
      title: self ? "Leave this project?" : `Remove ${name}?`,
      text: self
        ? "You lose sight of it at once; an owner can add you again."
        : "They lose access at once. Their finished work and its history stay; open items go back to the queue.",
      confirm: self ? "Leave project" : "Remove person",
      danger: true,
    });
    if (!yes) return;
    try {
      await api.del(`/api/v1/members/${member.id}/`);
      if (self) window.location.assign("/projects/");
      else await table.reload();
    } catch (error) {
      errorToast(error);
    }
  });
  return button;
}

async function addPerson(url: string, table: Table<Member>): Promise<void> {
  const schema: JsonSchema = {
    type: "object",
    required: ["email", "role"],
    properties: {
      email: { type: "string", format: "email", title: "E-mail", minLength: 3, maxLength: 254 },
      name: {
        type: "string",
        title: "Name",
        maxLength: 120,
        description: "Only for someone new to this server.",
      },
      role: {
        type: "string",
        title: "Role",
        enum: ROLES.map(({ role }) => role),
        default: "annotator",
        "x-enum-titles": ROLE_TITLES,
      },
    },
  };
  let invite: string | null = null;
  let email = "";
  const done = await formDialog({
    title: "Add person",
    schema,
    confirm: "Add person",
    run: async (value) => {
      const member = await api.post<Member & { invite_url: string | null }>(url, value);
      invite = member.invite_url;
      email = member.user.email;
    },
  });
  if (!done) return;
  await table.reload();
  if (invite) {
    await showSecret(
      "Send this invitation",
      `${email} has no account here yet. Send them this link; they set their password with it. It is shown only now.`,
      invite,
    );
  } else toast(`${email} was added.`, { kind: "ok" });
}
