/** How the house is: processes, queues, storage, versions. Read anew every ten seconds while looked at. */
import { h, replace } from "../../lib/dom.ts";
import { ago, bytes, count, words } from "../../lib/format.ts";
import { api } from "../../lib/http.ts";
import { errorState, skeletonLines } from "../../ui/empty.ts";
import { shareBar } from "../../ui/progress.ts";
import { chip } from "../../ui/status.ts";
import { timeAgo } from "../../ui/time.ts";

interface Process {
  name: string;
  role: string;
  queue: string;
  started_at: string;
  seen_at: string;
  alive: boolean;
}
interface Queue {
  queue: string;
  queued: number;
  running: number;
  failed_last_day: number;
  oldest_queued_at: string | null;
}
export interface Health {
  database: string;
  versions: Record<string, string>;
  processes: Process[];
  queues: Queue[];
  storage: { blobs: number; blob_bytes: number; disk_free_bytes: number; disk_total_bytes: number };
  sandbox: { state: "confined" | "unavailable" | "unsafe"; note: string };
}

const EVERY_MS = 10_000;

export function healthPanel(): HTMLElement {
  const panel = h("div", { class: "stack" }, skeletonLines(6));
  const refresh = async () => {
    try {
      replace(panel, healthView(await api.get<Health>("/api/v1/health/")));
    } catch (error) {
      replace(panel, errorState(error, refresh));
    }
  };
  void refresh();
  setInterval(() => {
    // Hidden tabs and other panels do not ask.
    if (document.visibilityState === "visible" && panel.offsetParent !== null) void refresh();
  }, EVERY_MS);
  return panel;
}

export function healthView(health: Health): HTMLElement[] {
  return [
    h("div", { class: "row" }, verdict(health), sandboxChip(health)),
    h("div", { class: "settings-columns" }, queuesCard(health.queues), storageCard(health)),
    processesCard(health.processes),
    versionsCard(health),
  ];
}

function verdict({ processes, queues }: Health): HTMLElement {
  const dead = processes.filter((process) => !process.alive);
  const stuck = queues.filter(
    (queue) =>
      queue.queued > 0 && !processes.some((process) => process.alive && process.queue === queue.queue),
  );
  if (stuck.length) {
    return chip(
      `Queue ${stuck.map((queue) => queue.queue).join(", ")} has work but no worker`,
      "bad",
      "failed",
    );
  }
  if (dead.length) return chip(`${count(dead.length)} not heard from for a minute`, "warn", "warning");
  if (!processes.length) return chip("No worker has reported yet", "warn", "warning");
  return chip("All processes report", "ok", "check");
}

/** What keeps the code of code nodes from everything else; nothing is said where all is well. */
function sandboxChip({ sandbox }: Health): HTMLElement | null {
  if (sandbox.state === "confined") return null;
  const words = sandbox.state === "unsafe" ? "Code nodes run unconfined" : "Code nodes cannot run here";
  return h(
    "span",
    { class: "row" },
    chip(words, sandbox.state === "unsafe" ? "bad" : "warn", "warning"),
    sandbox.note,
  );
}

function card(title: string, ...body: (HTMLElement | null)[]): HTMLElement {
  return h("section", { class: "card", "aria-label": title }, h("header", null, h("h2", null, title)), body);
}

function queuesCard(queues: Queue[]): HTMLElement {
  return card(
    "Queues",
    h(
      "table",
      { class: "table", "aria-label": "Queues" },
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          h("th", null, "Queue"),
          ["Waiting", "Running", "Failed, 24 h", "Oldest"].map((one) => h("th", { class: "num" }, one)),
        ),
      ),
      h(
        "tbody",
        null,
        queues.map((queue) =>
          h(
            "tr",
            null,
            h("td", null, queue.queue),
            h("td", { class: "num" }, count(queue.queued)),
            h("td", { class: "num" }, count(queue.running)),
            h("td", { class: "num" }, count(queue.failed_last_day)),
            h("td", { class: "num nowrap" }, queue.oldest_queued_at ? ago(queue.oldest_queued_at) : "—"),
          ),
        ),
      ),
    ),
  );
}

function storageCard({ storage, database }: Health): HTMLElement {
  const used = storage.disk_total_bytes - storage.disk_free_bytes;
  const share = storage.disk_total_bytes ? used / storage.disk_total_bytes : 0;
  return card(
    "Storage",
    h(
      "div",
      { class: "card-body stack" },
      h(
        "dl",
        { class: "facts" },
        h("dt", null, "Files kept"),
        h("dd", null, `${count(storage.blobs)}, ${bytes(storage.blob_bytes)}`),
        h("dt", null, "Disk free"),
        h("dd", null, `${bytes(storage.disk_free_bytes)} of ${bytes(storage.disk_total_bytes)}`),
        h("dt", null, "Database"),
        h("dd", null, database),
      ),
      shareBar(share, "Disk used"),
    ),
  );
}

function processesCard(processes: Process[]): HTMLElement {
  const rows = processes.map((process) =>
    h(
      "tr",
      null,
      h("td", { class: "mono" }, process.name),
      h("td", null, words(process.role)),
      h("td", null, process.queue || "—"),
      h("td", null, timeAgo(process.started_at)),
      h("td", null, timeAgo(process.seen_at)),
      h(
        "td",
        { class: "num" },
        process.alive ? chip("alive", "ok", "check") : chip("silent", "warn", "warning"),
      ),
    ),
  );
  return card(
    "Processes",
    processes.length
      ? h(
          "div",
          { class: "table-wrap" },
          h(
            "table",
            { class: "table", "aria-label": "Processes" },
            h(
              "thead",
              null,
              h(
                "tr",
                null,
                ["Process", "Kind", "Queue", "Started", "Last heard", "State"].map((one) =>
                  h("th", null, one),
                ),
              ),
            ),
            h("tbody", null, rows),
          ),
        )
      : h(
          "div",
          { class: "card-body muted" },
          "None has reported in the last hour: start the house with “manage.py up”.",
        ),
  );
}

function versionsCard({ versions }: Health): HTMLElement {
  return card(
    "Versions",
    h(
      "div",
      { class: "card-body" },
      h(
        "dl",
        { class: "facts" },
        Object.entries(versions).map(([name, version]) => [
          h("dt", null, name),
          h("dd", { class: "mono" }, version),
        ]),
      ),
    ),
  );
}
