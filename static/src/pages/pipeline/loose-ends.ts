/** What ended on no connection (a discarded item, say), and the way back in. */
import { h, replace, type Child } from "../../lib/dom";
import { feed, type FeedEvent } from "../../lib/feed";
import { ago, count, plural } from "../../lib/format";
import { api, messageOf } from "../../lib/http";
import type { components } from "../../lib/api-types";
import type { PipelineDetail } from "../../pipeline_editor/io/api";
import { accepts } from "../../pipeline_editor/graph/ports";
import { openDialog } from "../../ui/dialog";
import { errorState } from "../../ui/empty";
import { icon } from "../../ui/icons";
import { toast } from "../../ui/toast";

export type LooseEnd = components["schemas"]["LooseEnd"];

/** The kind of the job that sends loose ends on. */
const SEND_JOB = "pipelines.send_on";

export interface LooseHost {
  pipeline: Pick<PipelineDetail, "id" | "graph" | "ports">;
  canEdit: boolean;
  reload: () => Promise<void>;
}

/** A place the loose ends of a node may go on to. */
export interface WayOn {
  /** What the server is asked. */
  target: { connection: string } | { to_node: string; to_port: string };
  words: string;
}

/** The node's own connections first, then every free input that takes what the node gives. */
export function waysOn({ graph, ports }: LooseHost["pipeline"], node: string): WayOn[] {
  const name = (id: string) => graph.nodes.find((one) => one.id === id)?.name ?? id;
  const leaving = graph.connections.filter((one) => one.source.node === node && one.id);
  const by = leaving.map((one) => ({
    target: { connection: one.id ?? "" },
    words: `${name(one.target.node)}, as if ${one.action ?? "it went on"}`,
  }));
  const taken = new Set(leaving.map((one) => `${one.target.node} ${one.target.port}`));
  const given = (ports[node]?.outputs ?? []).map((port) => port.type);
  const into = graph.nodes.flatMap((one) =>
    (ports[one.id]?.inputs ?? [])
      .filter((port) => !(port.name in one.inputs) && !taken.has(`${one.id} ${port.name}`))
      .filter((port) => given.some((type) => accepts(port.type, type)))
      .map((port) => ({
        target: { to_node: one.id, to_port: port.name },
        words: `${one.name}, at ${port.title || port.name}`,
      })),
  );
  return [...by, ...into];
}

/** A block that is empty while there are none; of one node, or of the whole pipeline. */
export function looseBlock(host: LooseHost, node: string | null = null): HTMLElement {
  const block = h("section", { "aria-label": "Ended on a loose end", hidden: true });
  void load(block, host, node);
  // A cycle may end here; a job sends on what lies here, and what is left is known when that ends. No events: some
  // were missed.
  const off = feed.watch(["job.status", "cycle.status"], (events) => {
    if (!block.isConnected) off();
    else if (!events.length || events.some(isNews)) void load(block, host, node);
  });
  return block;
}

function isNews({ type, data }: FeedEvent): boolean {
  return type === "cycle.status" || data["kind"] === SEND_JOB;
}

async function load(block: HTMLElement, host: LooseHost, node: string | null): Promise<void> {
  try {
    const found = await api.list<LooseEnd>(`/api/v1/pipelines/${host.pipeline.id}/loose-ends/`);
    const mine = found.items.filter((one) => node === null || one.node === node);
    block.hidden = !mine.length;
    replace(
      block,
      h("h3", {}, "Ended on a loose end"),
      mine.map((one) => line(one, host)),
    );
  } catch (error) {
    block.hidden = false;
    replace(
      block,
      errorState(error, () => load(block, host, node)),
    );
  }
}

function line(end: LooseEnd, host: LooseHost): HTMLElement {
  const name = host.pipeline.graph.nodes.find((one) => one.id === end.node)?.name ?? end.node;
  const words = `${name}: ${end.action || "no way on"}`;
  return h(
    "div",
    { class: "loose-line" },
    h(
      "span",
      {},
      h("b", {}, count(end.count)),
      ` ${words}`,
      end.last ? h("span", { class: "hint" }, ` · last ${ago(end.last)}`) : null,
    ),
    host.canEdit
      ? h(
          "button",
          {
            class: "btn btn-sm",
            type: "button",
            "aria-label": `Send on what ended at ${words}`,
            onclick: () => sendOn(endedAt(end, words), host),
          },
          icon("return"),
          "Send on…",
        )
      : null,
  );
}

/** What is sent: executions by id, or all that ended at a node with an action, or with none. */
export interface Ended {
  node: string;
  words: string;
  count: number;
  which: { ids: string[] } | { node: string; action: string } | { node: string; without_action: true };
}

export function endedAt(end: LooseEnd, words: string): Ended {
  const { node, action, count: many } = end;
  const which: Ended["which"] = action ? { node, action } : { node, without_action: true };
  return { node, words, count: many, which };
}

export function sendOn(ended: Ended, host: LooseHost): void {
  const ways = waysOn(host.pipeline, ended.node);
  const where = h(
    "select",
    { class: "select", "aria-label": "Where to" },
    ways.map((way, i) => h("option", { value: String(i) }, way.words)),
  );
  const body: Child = ways.length
    ? [
        h(
          "p",
          {},
          `${plural(ended.count, "item")} ended at ${ended.words}. What is sent goes on in its own cycle, on the graph that cycle began with.`,
        ),
        h("label", { class: "field" }, h("span", { class: "label" }, "Where to"), where),
      ]
    : h("p", {}, "No node of this graph takes what comes from here.");
  const send = async () => {
    const way = ways[Number(where.value)];
    if (!way) return false;
    try {
      const asked = { ...ended.which, ...way.target };
      const path = `/api/v1/pipelines/${host.pipeline.id}/send-on/`;
      const sent = await api.post<components["schemas"]["Sent"]>(path, asked);
      const verb = sent.job ? (sent.count === 1 ? "goes" : "go") : "went";
      toast(`${plural(sent.count, "item")} ${verb} on to ${way.words}.`, { kind: "ok" });
      await host.reload();
      return true;
    } catch (error) {
      dialog.setError(messageOf(error));
      return false;
    }
  };
  const dialog = openDialog({
    title: "Send on",
    body: h("div", { class: "stack" }, body),
    actions: ways.length
      ? [{ label: "Cancel" }, { label: `Send ${count(ended.count)} on`, primary: true, run: send }]
      : [{ label: "Close" }],
  });
}
