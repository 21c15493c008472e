/** The cycles of a pipeline: filter by status, look at one's path with inputs and outputs, cancel, retry. */
import "../pipeline_editor/graph.css";
import "./pipeline.css";
import { boot, may } from "../lib/boot";
import type { components } from "../lib/api-types";
import { h, need, replace, type Child } from "../lib/dom";
import { feed } from "../lib/feed";
import { ago, count, dateTime, duration, plural } from "../lib/format";
import { api, messageOf } from "../lib/http";
import {
  loadNodeTypes,
  loadPipeline,
  type CycleDetail,
  type CycleRow,
  type CycleWait,
  type NodeType,
} from "../pipeline_editor/io/api";
import { confirmDialog, openDialog, type DialogAction } from "../ui/dialog";
import { emptyState } from "../ui/empty";
import { icon } from "../ui/icons";
import { statusChip } from "../ui/status";
import { createTable } from "../ui/table";
import { act, errorToast, toast } from "../ui/toast";
import { cyclePath } from "./pipeline/cycle-path";
import { openExecution } from "./pipeline/execution";
import { ItemNames } from "./pipeline/item-names";
import { studioUrl, whoWords } from "./pipeline/waits";
import { timeAgo } from "../ui/time";

const { project, page } = boot<{ pipeline: { id: string; name: string } }>();
if (!project) throw new Error("This page needs a project.");
const projectId = project.id;
const id = page.pipeline.id;
const canEdit = may("pipeline.edit");
const STATUSES = ["", "running", "waiting", "done", "failed", "cancelled"];
let status = new URLSearchParams(location.search).get("status") ?? "";
let types: NodeType[] = [];
let nodeNames = new Map<string, string>();
const itemNames = new ItemNames(projectId);

const table = createTable<CycleRow>({
  label: "Cycles",
  columns: [
    { key: "status", title: "Status", cell: (c) => statusChip(c.status) },
    {
      key: "item",
      title: "Item",
      cell: (c) => (c.subject ? h("span", { class: "mono" }, itemNames.get(c.subject) ?? "—") : "—"),
    },
    { key: "start", title: "Started at", cell: (c) => nodeNames.get(c.start_node) ?? c.start_node },
    { key: "waits", title: "Waits for", cell: (c) => waitLinks(c.waits) },
    { key: "steps", title: "Steps", cell: (c) => steps(c) },
    { key: "created", title: "Created", cell: (c) => dateTime(c.created_at) },
    {
      key: "finished",
      title: "Finished",
      wideOnly: true,
      cell: (c) => (c.finished_at ? ago(c.finished_at) : "—"),
    },
  ],
  load: async ({ after }) => {
    const query = { after, status: status || null };
    const rows = await api.list<CycleRow>(`/api/v1/pipelines/${id}/cycles/`, { query });
    await itemNames.learn(rows.items.flatMap((cycle) => cycle.subject ?? []));
    return rows;
  },
  open: (cycle) => void openCycle(cycle.id),
  empty: () =>
    emptyState({
      icon: "run",
      title: status ? `No cycle is ${status}` : "No cycles yet",
      text: "A cycle starts when a trigger fires or when you run items from the pipeline's page.",
    }),
});

/** The first thing it waits for, with the way there; the number of others. */
function waitLinks(waits: readonly CycleWait[]): Child {
  const [first, ...others] = waits;
  if (!first) return h("span", { class: "muted" }, "—");
  return h(
    "span",
    { class: "row" },
    waitLink(first),
    others.length ? h("span", { class: "hint" }, `and ${plural(others.length, "other")}`) : null,
  );
}

function waitLink({ node_id, reason, work }: CycleWait): Child {
  if (!work) return h("span", { class: "soft" }, reason || nodeNames.get(node_id) || node_id);
  return [
    h(
      "a",
      { href: studioUrl(projectId, work), title: "Open it in the studio" },
      icon("pentagon", "sm"),
      work.name,
    ),
    h("span", { class: "hint" }, whoWords(work)),
  ];
}

function waitsPart(waits: readonly CycleWait[]): Child {
  if (!waits.length) return null;
  return h(
    "section",
    { "aria-label": "Waits for" },
    h("h3", null, "Waits for"),
    h(
      "ul",
      { class: "waits-list" },
      waits.map((wait) =>
        h("li", { class: "row" }, waitLink(wait), wait.work ? timeAgo(wait.work.since) : null),
      ),
    ),
  );
}

function steps(cycle: CycleRow): string {
  const parts = (["running", "waiting", "done", "failed"] as const).filter((key) => cycle.counts[key]);
  return parts.map((key) => `${count(cycle.counts[key])} ${key}`).join(", ") || "—";
}

function drawFilters(): void {
  replace(
    need("#cycle-filters"),
    h(
      "div",
      { class: "segment", role: "group", "aria-label": "Status" },
      ...STATUSES.map((value) =>
        h(
          "button",
          {
            type: "button",
            "aria-pressed": value === status ? "true" : "false",
            onclick: () => {
              status = value;
              history.replaceState(null, "", value ? `?status=${value}` : location.pathname);
              drawFilters();
              void table.reload();
            },
          },
          value || "all",
        ),
      ),
    ),
  );
}

function drawActions(): void {
  if (!canEdit) return;
  const cancel = h("button", { class: "btn", type: "button" }, icon("stop"), "Cancel open cycles…");
  cancel.addEventListener("click", () =>
    act(cancel, async () => {
      const sure = await confirmDialog({
        title: "Cancel every open cycle?",
        text: "What already happened stays: labels, predictions, models. Steps that wait or run are stopped.",
        confirm: "Cancel cycles",
        cancel: "Keep them",
        danger: true,
      });
      if (!sure) return;
      const done = await api.post<components["schemas"]["Acted"]>(
        `/api/v1/pipelines/${id}/cycles/cancel/`,
        {},
      );
      const verb = done.job ? (done.count === 1 ? "is being cancelled" : "are being cancelled") : "cancelled";
      toast(`${plural(done.count, "cycle")} ${verb}.`, { kind: "ok" });
      await table.reload();
    }),
  );
  replace(need("#cycle-actions"), cancel);
}

async function openCycle(cycleId: string): Promise<void> {
  try {
    showCycle(await api.get<CycleDetail>(`/api/v1/cycles/${cycleId}/`));
  } catch (error) {
    errorToast(error);
  }
}

function showCycle(cycle: CycleDetail): void {
  const name = (nodeId: string) => cycle.graph.nodes.find((n) => n.id === nodeId)?.name ?? nodeId;
  const subject = cycle.subject ? (cycle.names[cycle.subject] ?? cycle.subject) : null;
  const runAgain = async (nodeId: string) => {
    try {
      const after = await api.post<CycleDetail>(`/api/v1/cycles/${cycle.id}/rerun/`, { node: nodeId });
      toast(`It runs again from ${name(nodeId)}.`, { kind: "ok" });
      dialog.close();
      showCycle(after);
      await table.reload();
    } catch (error) {
      dialog.setError(messageOf(error));
    }
  };
  const dialog = openDialog({
    title: subject ? `Cycle of ${subject}` : "Cycle",
    wide: true,
    body: h(
      "div",
      { class: "stack" },
      h("div", { class: "row" }, statusChip(cycle.status), h("span", { class: "hint mono" }, cycle.id)),
      waitsPart(cycle.waits),
      cyclePath(cycle, {
        types,
        open: (execution) => {
          dialog.close();
          void openExecution(execution.id, {
            projectId,
            canEdit,
            reload: table.reload,
            pipeline: { id, graph: cycle.graph, ports: cycle.ports },
          });
        },
        rerun: canEdit ? (nodeId) => void runAgain(nodeId) : null,
      }),
      costPart(cycle.id, name),
    ),
    actions: cycleActions(cycle, (error) => dialog.setError(messageOf(error))),
  });
}

interface Cost {
  people: number;
  machine: number;
  nodes: { node: string; people: number; machine: number }[];
}

/** What a cycle cost, in people's and the machine's time; it loads itself. */
function costPart(cycleId: string, name: (nodeId: string) => string): HTMLElement {
  const host = h("section", { "aria-label": "What it cost" });
  const words = ({ people, machine }: { people: number; machine: number }) =>
    `${duration(people)} of people, ${duration(machine)} of the machine`;
  const load = async (): Promise<void> => {
    const cost = await api.get<Cost>(`/api/v1/cycles/${cycleId}/cost/`);
    replace(
      host,
      h("h3", null, "What it cost"),
      h("p", null, words(cost)),
      h(
        "dl",
        { class: "pairs" },
        cost.nodes
          .filter((part) => part.people + part.machine >= 1)
          .flatMap((part) => [h("dt", null, name(part.node)), h("dd", null, words(part))]),
      ),
    );
  };
  load().catch((error: unknown) => replace(host, h("p", { class: "status bad" }, messageOf(error))));
  return host;
}

function cycleActions(cycle: CycleDetail, failed: (error: unknown) => void): DialogAction[] {
  const close: DialogAction = { label: "Close" };
  if (!canEdit) return [close];
  const doing = (path: string, done: string) => async () => {
    try {
      await api.post(`/api/v1/cycles/${cycle.id}/${path}/`);
      toast(done, { kind: "ok" });
      await table.reload();
      return true;
    } catch (error) {
      failed(error);
      return false;
    }
  };
  const open = ["pending", "running", "waiting"].includes(cycle.status);
  const again = "What failed runs again with the inputs it had.";
  return [
    close,
    ...(open ? [{ label: "Cancel this cycle", run: doing("cancel", "The cycle is cancelled.") }] : []),
    ...(cycle.counts.failed
      ? [{ label: "Retry what failed", primary: true, run: doing("retry", again) }]
      : []),
  ];
}

need("#cycles").append(table.element);
drawFilters();
drawActions();
const [pipeline, nodeTypes] = await Promise.all([loadPipeline(id), loadNodeTypes()]);
types = nodeTypes.items;
nodeNames = new Map(pipeline.graph.nodes.map((n) => [n.id, n.name]));
await table.reload();
const asked = location.hash.slice(1);
if (asked) void openCycle(asked);
feed.watch(["cycle.status"], () => void table.reload(), 1500);
