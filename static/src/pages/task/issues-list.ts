/** The issues of a task: filtered by state and category, each opens the studio at its picture. */
import { ISSUE_CATEGORIES } from "../../lib/issue-words.ts";
import { h } from "../../lib/dom.ts";
import { api } from "../../lib/http.ts";
import { count } from "../../lib/format.ts";
import { emptyState } from "../../ui/empty.ts";
import { chip } from "../../ui/status.ts";
import { createTable } from "../../ui/table.ts";
import { timeAgo } from "../../ui/time.ts";
import { project, state } from "./context.ts";

export type IssueState = "open" | "fixed" | "resolved";
interface Issue {
  id: string;
  number: number;
  category: string;
  state: IssueState;
  body: string;
  author: { id: string; name: string } | null;
  created_at: string;
  comments: unknown[];
  task_item: string;
  item: { id: string; name: string; filename: string; thumbnail_url: string };
}

const CATEGORIES: Record<string, string> = ISSUE_CATEGORIES;
const STATES: Record<string, string> = {
  unresolved: "Not resolved",
  open: "Open",
  fixed: "For review",
  resolved: "Resolved",
  all: "All",
};

function stateChip(of: IssueState): HTMLElement {
  if (of === "open") return chip("Open", "warn", "flag");
  return of === "fixed" ? chip("For review", "accent", "eye") : chip("Resolved", "ok", "check");
}

function choice(
  label: string,
  options: Record<string, string>,
  changed: (value: string) => void,
): HTMLSelectElement {
  const select = h(
    "select",
    { class: "select select-sm", "aria-label": label },
    Object.entries(options).map(([value, text]) => h("option", { value }, text)),
  );
  select.addEventListener("change", () => changed(select.value));
  return select;
}

/** Draws the list into `host`, its filters into `head`; answers how to read it anew. */
export function issuesList(host: HTMLElement, head: HTMLElement): () => Promise<void> {
  const asked = { state: "unresolved", category: "any" };
  const table = createTable<Issue>({
    label: "Issues",
    columns: [
      {
        key: "item",
        title: "Item",
        cell: ({ item }) =>
          h(
            "span",
            { class: "item-cell" },
            h("img", { src: item.thumbnail_url, alt: "", loading: "lazy" }),
            h("span", { class: "mono clip" }, item.filename),
          ),
      },
      {
        key: "issue",
        title: "Issue",
        cell: (issue) =>
          h(
            "span",
            { class: "issue-cell" },
            h("span", { class: "soft" }, `#${issue.number} ${CATEGORIES[issue.category] ?? issue.category}`),
            issue.body !== CATEGORIES[issue.category] && h("span", { class: "clip" }, issue.body),
          ),
      },
      { key: "state", title: "State", cell: (issue) => stateChip(issue.state) },
      {
        key: "author",
        title: "By",
        wideOnly: true,
        cell: (issue) => issue.author?.name ?? h("span", { class: "muted" }, "someone"),
      },
      {
        key: "talk",
        title: "Comments",
        num: true,
        wideOnly: true,
        cell: (issue) => count(issue.comments.length),
      },
      { key: "at", title: "Made", wideOnly: true, cell: (issue) => timeAgo(issue.created_at) },
    ],
    load: ({ after, signal }) =>
      api.list<Issue>(`/api/v1/tasks/${state.task.id}/issues/`, {
        query: {
          after,
          state: asked.state === "all" ? null : asked.state,
          category: asked.category === "any" ? null : asked.category,
        },
        signal,
      }),
    href: (issue) => `/p/${project}/studio/${state.task.id}/?item=${issue.task_item}`,
    empty: () =>
      emptyState({
        icon: "flag",
        title:
          asked.state === "unresolved" && asked.category === "any" ? "Nothing to settle" : "No such issues",
        text: "Reviewers say in the studio what is to be changed; it shows here until it is resolved.",
      }),
  });
  head.append(
    choice("State of the issues", STATES, (value) => {
      asked.state = value;
      void table.reload();
    }),
    choice("Category of the issues", { any: "Any category", ...CATEGORIES }, (value) => {
      asked.category = value;
      void table.reload();
    }),
  );
  host.append(table.element);
  return () => table.reload();
}
