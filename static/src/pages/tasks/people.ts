/** Who works on a task: figures, and dealing work out. */
import { h, type Child } from "../../lib/dom.ts";
import { count, duration, percent } from "../../lib/format.ts";
import { openDialog } from "../../ui/dialog.ts";
import { emptyState } from "../../ui/empty.ts";
import { createPicker } from "../../ui/picker.ts";
import { avatar, chip } from "../../ui/status.ts";
import { timeAgo } from "../../ui/time.ts";
import { toast } from "../../ui/toast.ts";
import { WORKERS } from "./create.ts";
import { createShareList } from "./share-list.ts";
import {
  findMembers,
  getMembers,
  patchTask,
  redistribute,
  type Member,
  type NamedRef,
  type PersonFigures,
  type Task,
} from "./api.ts";

/** `open`: shows what a person holds. */
export function peopleTable(
  rows: PersonFigures[],
  kind: Task["kind"],
  open: (person: string) => void,
): HTMLElement {
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
        rows.map((row) => personRow(row, kind, open)),
      ),
    ),
  );
}

function personRow(row: PersonFigures, kind: Task["kind"], open: (person: string) => void): HTMLElement {
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
        row.active && row.share && row.share > 1 ? chip(`share ${row.share}`) : null,
      ),
    ),
    number(
      row.held
        ? h("button", { type: "button", class: "link", onclick: () => open(row.person.id) }, count(row.held))
        : "0",
    ),
    number(count(done)),
    number(count(row.discard)),
    number(row.finished ? `${count(row.sent_back)} (${percent(row.sent_back / row.finished)})` : "0"),
    number(row.finished && row.seconds ? duration(row.seconds / row.finished) : "—"),
    h("td", null, timeAgo(row.seen_at)),
  );
}

/** Those of the task who are in the project still and may work on it, with their shares. */
async function workersOf(
  project: string,
  task: Task,
  present: PersonFigures[],
): Promise<{ member: Member; share: number }[]> {
  const shares = new Map(present.filter((row) => row.active).map((row) => [row.person.id, row.share ?? 1]));
  const members = await getMembers(project, [...shares.keys()], [...WORKERS[task.kind]]);
  return members.map((member) => ({ member, share: shares.get(member.user.id) ?? 1 }));
}

/** Who is served: named people with shares, or everyone who may. */
export async function openPeople(
  project: string,
  task: Task,
  present: PersonFigures[],
  done: () => void,
): Promise<void> {
  const dealt = task.allocation === "distribution";
  const rows = createShareList({
    find: (text, signal) => findMembers(project, text, [...WORKERS[task.kind]], signal),
    present: task.everyone ? [] : await workersOf(project, task, present),
    dealt,
  });
  openDialog({
    title: "People of this task",
    body: [
      h(
        "p",
        { class: "soft" },
        dealt
          ? "New items are dealt to those ticked, by their shares. To deal the open ones anew, redistribute."
          : "Only those ticked are served; with nobody ticked, everyone who may work is.",
      ),
      rows.element,
    ],
    actions: [
      { label: "Cancel" },
      {
        label: "Save",
        primary: true,
        run: async () => {
          await patchTask(task.id, { people: rows.read() });
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
  const rows = createShareList({
    find: (text, signal) => findMembers(project, text, [...WORKERS[task.kind]], signal),
    present: await workersOf(project, task, present),
    dealt: true,
  });
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
          const moved = await redistribute(task.id, rows.read());
          toast(`${count(moved.count)} items dealt.`, { kind: "ok" });
          done();
        },
      },
    ],
  });
}

/** Picks one person, or the queue; null when given up. */
export function pickPerson(project: string, task: Task): Promise<{ person: string | null } | null> {
  return new Promise((resolve) => {
    let answer: { person: string | null } | null = null;
    const picker = createPicker<NamedRef & { role: string }>({
      label: "To whom",
      placeholder: "Back to the queue",
      optional: true,
      load: async (text, signal) =>
        (await findMembers(project, text, [...WORKERS[task.kind]], signal)).items.map(({ user, role }) => ({
          ...user,
          role,
        })),
      side: ({ role }) => role,
    });
    const body = h(
      "div",
      { class: "field" },
      h("span", { class: "label" }, "Give these items to"),
      picker.element,
      h("p", { class: "hint" }, "Left empty, they go back to the queue."),
    );
    openDialog({
      title: "Reassign",
      body,
      actions: [
        { label: "Cancel" },
        {
          label: "Reassign",
          primary: true,
          run: () => {
            answer = { person: picker.value()?.id ?? null };
          },
        },
      ],
      onClose: () => resolve(answer),
    });
  });
}
