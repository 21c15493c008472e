/** What was published: listed, compared with the draft, brought back into it. */
import { h, replace } from "../../lib/dom";
import { ago, plural } from "../../lib/format";
import { api, messageOf } from "../../lib/http";
import { openDialog } from "../../ui/dialog";
import { chip } from "../../ui/status";
import { toast } from "../../ui/toast";
import { shown } from "../io/api";
import type { PanelContext } from "./context";

interface Revision {
  id: string;
  number: number;
  published_at: string;
  published_by: { id: string; name: string } | null;
  current: boolean;
}
interface Part {
  id?: string;
  name?: string;
}
interface Difference {
  added: Part[];
  removed: Part[];
  changed: { part: Part; changes: { field: string; before: unknown; after: unknown }[] }[];
}
interface Diff {
  same: boolean;
  nodes: Difference;
  connections: Difference;
  triggers: Difference;
  variables: Difference;
  moved: string[];
}
const KINDS = {
  nodes: "node",
  connections: "connection",
  triggers: "trigger",
  variables: "variable",
} as const;

export async function drawRevisions(host: HTMLElement, context: PanelContext): Promise<void> {
  try {
    const page = await api.list<Revision>(`/api/v1/pipelines/${context.pipelineId}/revisions/`);
    replace(
      host,
      page.items.length
        ? h(
            "ul",
            { class: "trigger-list" },
            page.items.map((row) => line(row, context)),
          )
        : h("p", { class: "muted" }, "Nothing was published yet; starting the pipeline makes revision 1."),
    );
  } catch (error) {
    replace(host, h("p", { class: "status bad" }, messageOf(error)));
  }
}

function line(row: Revision, context: PanelContext): HTMLElement {
  return h(
    "li",
    {},
    h("b", {}, `Revision ${row.number}`),
    row.current ? chip("runs", "run", "play") : null,
    h(
      "span",
      { class: "hint" },
      `${ago(row.published_at)}${row.published_by ? ` by ${row.published_by.name}` : ""}`,
    ),
    h(
      "button",
      { class: "btn btn-ghost btn-sm", type: "button", onclick: () => void compare(row, context) },
      "Compare with the draft",
    ),
  );
}

async function compare(row: Revision, context: PanelContext): Promise<void> {
  const body = h("div", { class: "stack" }, h("p", { class: "muted" }, "Comparing…"));
  const dialog = openDialog({
    title: `From revision ${row.number} to the draft`,
    wide: true,
    body,
    actions: [
      { label: "Close" },
      {
        label: `Restore revision ${row.number}`,
        primary: true,
        run: async () => {
          await context.draft.flush();
          await api.post(`/api/v1/revisions/${row.id}/restore/`, { draft_version: context.draft.version });
          await context.draft.look();
          toast(`The draft is revision ${row.number} again; publish it to run it.`, { kind: "ok" });
        },
      },
    ],
  });
  try {
    await context.draft.flush();
    const diff = await api.get<Diff>(`/api/v1/pipelines/${context.pipelineId}/diff/`, {
      query: { before: row.number, after: "draft" },
    });
    replace(body, differences(diff));
  } catch (error) {
    dialog.setError(messageOf(error));
  }
}

function differences(diff: Diff): HTMLElement {
  const name = (part: Part) => part.name || part.id || "";
  const lines = (Object.keys(KINDS) as (keyof typeof KINDS)[]).flatMap((kind) => [
    ...diff[kind].added.map((part) =>
      h("li", {}, chip("added", "ok", "plus"), ` ${KINDS[kind]} ${name(part)}`),
    ),
    ...diff[kind].removed.map((part) =>
      h("li", {}, chip("removed", "bad", "minus"), ` ${KINDS[kind]} ${name(part)}`),
    ),
    ...diff[kind].changed.map(({ part, changes }) =>
      h(
        "li",
        {},
        chip("changed", "warn", "edit"),
        ` ${KINDS[kind]} ${name(part)}`,
        h(
          "dl",
          { class: "pairs" },
          changes.flatMap((one) => [
            h("dt", {}, one.field),
            h("dd", {}, `${shown(one.before, {})} → ${shown(one.after, {})}`),
          ]),
        ),
      ),
    ),
  ]);
  return h(
    "div",
    { class: "stack" },
    diff.same ? h("p", {}, "Both do the same.") : null,
    h("ul", { class: "stack" }, lines),
    diff.moved.length
      ? h("p", { class: "hint" }, `${plural(diff.moved.length, "node")} only stand elsewhere.`)
      : null,
  );
}
