/** What the pipeline's nodes sent out of the house, and what became of it: requests, webhooks, mails. */
import { h, type Child } from "../../lib/dom";
import { feed } from "../../lib/feed";
import { ago, dateTime, plural } from "../../lib/format";
import { api } from "../../lib/http";
import type { components } from "../../lib/api-types";
import type { PipelineDetail } from "../../pipeline_editor/io/api";
import { openDialog } from "../../ui/dialog";
import { emptyState } from "../../ui/empty";
import { icon } from "../../ui/icons";
import { statusChip } from "../../ui/status";
import { createTable } from "../../ui/table";
import { act, toast } from "../../ui/toast";

/** Of the generated shape the fields that the server always sends. */
type Delivery = Required<components["schemas"]["Delivery"]>;

/** Node types that send. */
export const SENDERS: readonly string[] = ["http_request", "notify"];

const STATES = { "": "all", queued: "under way", failed: "failed", delivered: "delivered" };
const KINDS: Record<string, string> = { http: "Request", webhook: "Webhook", email: "Mail" };

/** How it went, in a line: the error, the answer's status, when the next try is. */
export function fateOf(
  row: Pick<Delivery, "state" | "attempts" | "status_code" | "error" | "next_at">,
): string {
  const parts = [plural(row.attempts, "try", "tries")];
  if (row.status_code) parts.push(`answer ${row.status_code}`);
  if (row.error) parts.push(row.error);
  if (row.state === "queued" && row.next_at) parts.push(`next ${dateTime(row.next_at)}`);
  return parts.join(" · ");
}

export function openDeliveries(pipeline: PipelineDetail, canEdit: boolean, node = ""): void {
  let state = "";
  const name = (id: string) => pipeline.graph.nodes.find((one) => one.id === id)?.name ?? id;
  const table = createTable<Delivery>({
    label: "What was sent",
    columns: [
      { key: "state", title: "State", cell: (row) => statusChip(row.state) },
      {
        key: "target",
        title: "To",
        cell: (row) => h("span", { class: "wrap" }, `${KINDS[row.kind] ?? row.kind}: ${row.target}`),
      },
      { key: "node", title: "From", cell: (row) => name(row.node_id) },
      { key: "fate", title: "What became of it", cell: (row) => h("span", { class: "wrap" }, fateOf(row)) },
      { key: "created", title: "Made", cell: (row) => ago(row.created_at) },
      {
        key: "again",
        title: "Send again",
        hiddenTitle: true,
        cell: (row) => (canEdit && row.state === "failed" ? againButton(row) : null),
      },
    ],
    load: ({ after }) =>
      api.list<Delivery>(`/api/v1/pipelines/${pipeline.id}/deliveries/`, {
        query: { after, state: state || null, node: node || null },
      }),
    empty: () =>
      emptyState({ icon: "mail", title: "Nothing was sent", text: "HTTP request and Notify nodes send." }),
  });
  const againButton = (row: Delivery): Child => {
    const button = h(
      "button",
      { class: "btn btn-sm", type: "button", "aria-label": `Send to ${row.target} again` },
      icon("retry"),
      "Again",
    );
    button.addEventListener("click", () =>
      act(button, async () => {
        await api.post(`/api/v1/deliveries/${row.id}/retry/`);
        toast("It is sent once more.", { kind: "ok" });
        await table.reload();
      }),
    );
    return button;
  };
  const filter = h("div", { class: "segment", role: "group", "aria-label": "State" });
  const buttons = Object.entries(STATES).map(([value, words]) => {
    const choose = () => {
      state = value;
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.value === state));
      void table.reload();
    };
    return h(
      "button",
      { type: "button", value, "aria-pressed": String(value === ""), onclick: choose },
      words,
    );
  });
  filter.append(...buttons);
  // A request that waits for its answer is sent anew once a worker comes to its execution.
  const unwatch = feed.watch(["execution.status", "job.status"], () => void table.reload(), 400);
  openDialog({
    title: node ? `Sent by ${name(node)}` : "Sent out of the house",
    wide: true,
    body: h("div", { class: "stack" }, h("div", { class: "row" }, filter), table.element),
    actions: [{ label: "Close" }],
    onClose: unwatch,
  });
}
