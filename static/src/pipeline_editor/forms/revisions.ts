/** What was published: listed, compared with the draft, brought back into it. */
import { h, replace } from "../../lib/dom";
import { ago, plural } from "../../lib/format";
import { api, messageOf } from "../../lib/http";
import { openDialog } from "../../ui/dialog";
import { chip } from "../../ui/status";
import { toast } from "../../ui/toast";
import { shown, triggerWords, type TriggerRow } from "../io/api";
import type { PanelContext } from "./context";

interface Revision {
  id: string;
  number: number;
  published_at: string;
  published_by: { id: string; name: string } | null;
  current: boolean;
}
export interface Part {
  id?: string;
  name?: string;
  /** Of a trigger. */
  node?: string;
  kind?: string;
  spec?: Record<string, unknown>;
  mode?: string;
  /** Of a connection. */
  source?: { node: string };
  target?: { node: string };
  action?: string | null;
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
    const rows = await api.all<Revision>(`/api/v1/pipelines/${context.pipelineId}/revisions/`);
    replace(
      host,
      rows.length
        ? h(
            "ul",
            { class: "trigger-list" },
            rows.map((row) => line(row, rows, context)),
          )
        : h("p", { class: "muted" }, "Nothing was published yet; starting the pipeline makes revision 1."),
    );
  } catch (error) {
    replace(host, h("p", { class: "status bad" }, messageOf(error)));
  }
}

function line(row: Revision, rows: readonly Revision[], context: PanelContext): HTMLElement {
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
      { class: "btn btn-ghost btn-sm", type: "button", onclick: () => void compare(row, rows, context) },
      "Compare",
    ),
  );
}

/** From a revision to the draft, or to another revision. */
async function compare(row: Revision, rows: readonly Revision[], context: PanelContext): Promise<void> {
  const body = h("div", { class: "stack" }, h("p", { class: "muted" }, "Comparing…"));
  const other = h(
    "select",
    { class: "select", "aria-label": "Compare with", onchange: () => void show() },
    h("option", { value: "draft" }, "the draft"),
    rows
      .filter((one) => one.number !== row.number)
      .map((one) => h("option", { value: String(one.number) }, `revision ${one.number}`)),
  );
  const show = async () => {
    dialog.setError(null);
    const chosen = other.value;
    const [before, after] = inOrder(row.number, chosen);
    try {
      await context.draft.flush();
      const diff = await api.get<Diff>(`/api/v1/pipelines/${context.pipelineId}/diff/`, {
        query: { before, after },
      });
      if (other.value === chosen)
        replace(body, h("p", { class: "hint" }, wayWords(before, after)), differences(diff, context));
    } catch (error) {
      dialog.setError(messageOf(error));
    }
  };
  const dialog = openDialog({
    title: `Revision ${row.number}`,
    wide: true,
    body: h(
      "div",
      { class: "stack" },
      h("label", { class: "field" }, h("span", { class: "label" }, "Compare with"), other),
      body,
    ),
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
  await show();
}

/** Which of the two came first: what was added between them was added by the later one. */
export function inOrder(number: number, other: string): [number, string] {
  return other === "draft" || Number(other) > number ? [number, other] : [Number(other), String(number)];
}

function wayWords(before: number, after: string): string {
  return `What changed from revision ${before} to ${after === "draft" ? "the draft" : `revision ${after}`}.`;
}

/** What a part is called by those who drew it: a connection by its ends, a trigger by what it waits for. */
export function partWords(part: Part, nodeName: (id: string) => string): string {
  if (part.source && part.target) {
    const way = `${nodeName(part.source.node)} → ${nodeName(part.target.node)}`;
    return part.action ? `${way}, when ${part.action}` : way;
  }
  if (part.node && part.kind) {
    const { kind, spec = {}, mode = "always" } = part;
    return `${triggerWords({ kind: kind as TriggerRow["kind"], spec, mode })}, at ${nodeName(part.node)}`;
  }
  return part.name || part.id || "";
}

function differences(diff: Diff, context: PanelContext): HTMLElement {
  // A node may be gone from the draft: then the difference itself knows its name.
  const parts = [...diff.nodes.added, ...diff.nodes.removed, ...diff.nodes.changed.map((one) => one.part)];
  const nodeName = (id: string) =>
    context.doc.get("node", id)?.name ?? parts.find((one) => one.id === id)?.name ?? id;
  const name = (part: Part) => partWords(part, nodeName);
  const names = context.names();
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
            h("dd", {}, `${shown(one.before, names)} → ${shown(one.after, names)}`),
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
