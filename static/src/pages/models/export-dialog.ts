/** What a version can be exported as: a zip at once, files for other programs by a job that checks them. */
import { h, replace, type Child } from "../../lib/dom.ts";
import { feed } from "../../lib/feed.ts";
import { bytes } from "../../lib/format.ts";
import { api } from "../../lib/http.ts";
import { openDialog } from "../../ui/dialog.ts";
import { errorState, skeletonLines } from "../../ui/empty.ts";
import { icon } from "../../ui/icons.ts";
import { createProgress } from "../../ui/progress.ts";
import { timeAgo } from "../../ui/time.ts";
import { errorToast } from "../../ui/toast.ts";
import type { JobState, Model } from "./types.ts";

export interface ExportRow {
  format: string;
  title: string;
  text: string;
  reason: string;
  file: { name: string; size: number; at: string } | null;
  about: string | null;
  job: JobState | null;
}

const OPEN = ["queued", "running"];

/** What is said under a format: why it cannot be had, that it is being made, that it failed, what there is. */
export function standing(row: ExportRow): { words: string; bad: boolean; works: boolean } {
  if (row.reason) return { words: row.reason, bad: false, works: false };
  if (row.job && OPEN.includes(row.job.state)) {
    const note = row.job.progress.note ?? (row.job.state === "queued" ? "waiting for a worker" : "starting");
    return { words: note, bad: false, works: true };
  }
  if (row.job?.state === "failed") return { words: row.job.error, bad: true, works: false };
  return { words: row.file ? "" : "Not written yet.", bad: false, works: false };
}

export function exportVersion(model: Model): void {
  const url = `/api/v1/models/${model.id}/`;
  const list = h("div", { class: "stack" }, skeletonLines(4));
  const load = async (): Promise<void> => {
    try {
      const { items } = await api.list<ExportRow>(`${url}exports/`);
      replace(list, zip(url, model), items.map(line));
    } catch (error) {
      replace(list, errorState(error, load));
    }
  };
  const write = async (row: ExportRow): Promise<void> => {
    try {
      await api.post(`${url}exports/`, { format: row.format });
    } catch (error) {
      errorToast(error);
    }
    await load();
  };
  const download = (name: string, text: string): HTMLElement =>
    h("a", { class: "btn btn-sm", href: `${url}artifacts/${name}/`, download: "" }, icon("download"), text);
  const line = (row: ExportRow): HTMLElement => {
    const { words, bad, works } = standing(row);
    const acts: Child[] = [
      row.file && !works && download(row.file.name, `Download, ${bytes(row.file.size)}`),
      row.about && !works && download(row.about, "How it was checked"),
      !row.reason &&
        !works &&
        h(
          "button",
          { type: "button", class: "btn btn-sm", onclick: () => void write(row) },
          row.file ? "Write anew" : `Write ${row.title}`,
        ),
    ];
    return section(
      row.title,
      row.text,
      works ? progress(row, words) : words && h("p", { class: bad ? "poor" : "soft" }, words),
      row.file &&
        !works &&
        h("p", { class: "hint" }, "checked against the net, written ", timeAgo(row.file.at)),
      h("div", { class: "row wrap" }, acts),
    );
  };
  const off = feed.watch(["job.status", "job.progress"], (events) => {
    if (!events.length || events.some((one) => one.data["kind"] === "models.export")) void load();
  });
  openDialog({
    title: `Export ${model.name}`,
    body: list,
    actions: [{ label: "Close" }],
    onClose: off,
  });
  void load();
}

function section(title: string, text: string, ...rest: Child[]): HTMLElement {
  return h(
    "section",
    { class: "export-kind", "aria-label": title },
    h("h3", null, title),
    h("p", { class: "soft" }, text),
    rest,
  );
}

function progress(row: ExportRow, note: string): HTMLElement {
  const bar = createProgress({ label: `Writing ${row.title}` });
  const { done, total } = row.job?.progress ?? {};
  bar.set({ done: done ?? 0, total: total && total > 1 ? total : null, note });
  return bar.element;
}

function zip(url: string, model: Model): HTMLElement {
  return section(
    "Zip",
    "Safetensors and JSON: what another server of this kind imports, with lineage and figures.",
    h(
      "div",
      { class: "row wrap" },
      h(
        "a",
        { class: "btn btn-sm", href: `${url}export/`, download: `${model.name}.zip` },
        icon("download"),
        "Download",
      ),
    ),
  );
}
