/** Who works on a task: figures, and dealing work out. */
import { h, type Child } from "../../lib/dom.ts";
import { count, duration, percent } from "../../lib/format.ts";
import { openDialog } from "../../ui/dialog.ts";
import { emptyState } from "../../ui/empty.ts";
import { avatar, chip } from "../../ui/status.ts";
import { timeAgo } from "../../ui/time.ts";
import { toast } from "../../ui/toast.ts";
import { listMembers, patchTask, redistribute, type Member, type PersonFigures, type Task } from "./api.ts";

const WORKERS: Record<Task["kind"], ReadonlySet<string>> = {
  annotation: new Set(["owner", "engineer", "reviewer", "annotator"]),
  qa: new Set(["owner", "engineer", "reviewer"]),
};

export function peopleTable(rows: PersonFigures[], kind: Task["kind"]): HTMLElement {
  if (!rows.length)
    return emptyState({
      icon: "users",
      title: "Nobody has worked here yet",
      text: "Figures appear with the first item.",
    });
  const heads: [string, boolean][] = [
    ["Person", false],
    ["Holds", true],
    [kind === "qa" ? "Approved" : "Completed", true],
    ["Discarded", true],
    ["Sent back", true],
    ["An item", true],
    ["Seen", false],
  ];
  return h(
    "div",
    { class: "table-wrap" },
    h(
      "table",
      { class: "table", "aria-label": "People" },
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          heads.map(([title, num]) => h("th", { class: num ? "num" : "" }, title)),
        ),
      ),
      h(
        "tbody",
        null,
        rows.map((row) => personRow(row, kind)),
      ),
    ),
  );
}

function personRow(row: PersonFigures, kind: Task["kind"]): HTMLElement {
  const number = (child: Child) => h("td", { class: "num" }, child);
  const done = kind === "qa" ? row.approved : row.completed;
  return h(
    "tr",
    null,
    h(
      "td",
      null,
      h(
        "span",
        { class: "row" },
        avatar(row.person.name, true),
        row.person.name,
        row.share && row.share > 1 ? chip(`share ${row.share}`) : null,
      ),
    ),
    number(count(row.held)),
    number(count(done)),
    number(count(row.discard)),
    number(row.finished ? `${count(row.sent_back)} (${percent(row.sent_back / row.finished)})` : "0"),
    number(row.finished && row.seconds ? duration(row.seconds / row.finished) : "—"),
    h("td", null, timeAgo(row.seen_at)),
  );
}

interface Choice {
  member: Member;
  box: HTMLInputElement;
  share: HTMLInputElement;
}

function shareRows(
  members: Member[],
  present: PersonFigures[],
): { element: HTMLElement; chosen: () => { person: string; share: number }[] } {
  const known = new Map(present.filter((row) => row.active).map((row) => [row.person.id, row.share ?? 1]));
  const choices: Choice[] = members.map((member) => ({
    member,
    box: h("input", {
      type: "checkbox",
      class: "checkbox",
      checked: known.has(member.user.id),
      "aria-label": member.user.name,
    }),
    share: h("input", {
      class: "input",
      type: "number",
      min: 1,
      max: 1000,
      value: known.get(member.user.id) ?? 1,
      "aria-label": `Share of ${member.user.name}`,
    }),
  }));
  return {
    element: h(
      "div",
      { class: "shares" },
      choices.map(({ member, box, share }) => [
        box,
        h("span", { class: "clip" }, member.user.name, " ", h("span", { class: "hint" }, member.role)),
        share,
      ]),
    ),
    chosen: () =>
      choices
        .filter(({ box }) => box.checked)
        .map(({ member, share }) => ({
          person: member.user.id,
          share: Math.max(1, Number(share.value) || 1),
        })),
  };
}

async function workersOf(project: string, task: Task): Promise<Member[]> {
  return (await listMembers(project)).filter((member) => WORKERS[task.kind].has(member.role));
}

/** Who is served: named people with shares, or everyone who may. */
export async function openPeople(
  project: string,
  task: Task,
  present: PersonFigures[],
  done: () => void,
): Promise<void> {
  const rows = shareRows(await workersOf(project, task), task.everyone ? [] : present);
  openDialog({
    title: "People of this task",
    body: [
      h(
        "p",
        { class: "soft" },
        "Only those ticked are served; with nobody ticked, everyone who may work is.",
      ),
      rows.element,
    ],
    actions: [
      { label: "Cancel" },
      {
        label: "Save",
        primary: true,
        run: async () => {
          await patchTask(task.id, { people: rows.chosen() });
          done();
        },
      },
    ],
  });
}

/** Deals the open items anew. */
export async function openRedistribute(
  project: string,
  task: Task,
  present: PersonFigures[],
  done: () => void,
): Promise<void> {
  const rows = shareRows(await workersOf(project, task), present);
  openDialog({
    title: "Redistribute open items",
    body: [
      h(
        "p",
        { class: "soft" },
        `${count(task.counts.open)} open items are dealt anew by these shares. What was sent back stays with its annotator, and what someone looks at now stays with them.`,
      ),
      rows.element,
    ],
    actions: [
      { label: "Cancel" },
      {
        label: "Redistribute",
        primary: true,
        run: async () => {
          const moved = await redistribute(task.id, rows.chosen());
          toast(`${count(moved.count)} items dealt.`, { kind: "ok" });
          done();
        },
      },
    ],
  });
}

/** Picks one person, or the queue; null when given up. */
export async function pickPerson(project: string, task: Task): Promise<{ person: string | null } | null> {
  const members = await workersOf(project, task);
  return new Promise((resolve) => {
    let answer: { person: string | null } | null = null;
    const select = h(
      "select",
      { class: "select", "aria-label": "To whom" },
      h("option", { value: "" }, "Back to the queue"),
      members.map((member) => h("option", { value: member.user.id }, `${member.user.name} (${member.role})`)),
    );
    const body = h("div", { class: "field" }, h("span", { class: "label" }, "Give these items to"), select);
    openDialog({
      title: "Reassign",
      body,
      actions: [
        { label: "Cancel" },
        {
          label: "Reassign",
          primary: true,
          run: () => {
            answer = { person: select.value || null };
          },
        },
      ],
      onClose: () => resolve(answer),
    });
  });
}
