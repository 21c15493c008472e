/** Adding images: files, folders, a zip; progress of each; what was refused and why. */
import { h, replace } from "../../lib/dom.ts";
import { bytes, count, plural } from "../../lib/format.ts";
import { api, messageOf, withQuery } from "../../lib/http.ts";
import { icon } from "../../ui/icons.ts";
import { createProgress, shareBar, type Progress } from "../../ui/progress.ts";
import { statusChip } from "../../ui/status.ts";
import { errorToast, toast } from "../../ui/toast.ts";
import { fromDrop, fromInput, isArchive } from "./dropped.ts";
import { UploadQueue, type FileResult, type Given, type QueuedFile } from "./upload-queue.ts";

export interface UploadOptions {
  dataset: string;
  done: () => void;
}
interface ImportRow {
  id: string;
  name: string;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  total: number;
  cursor: number;
  added: number;
  overwritten: number;
  skipped: number;
  refused_count: number;
  refused: FileResult[];
  error: string;
}

const SHOWN = 200;

export function uploadPanel(options: UploadOptions): HTMLElement {
  const base = `/api/v1/datasets/${options.dataset}`;
  const folder = h("input", {
    class: "input mono",
    id: "upload-folder",
    value: "/",
    "aria-label": "Into folder",
  });
  const mode = h(
    "select",
    { class: "select", id: "upload-mode" },
    h("option", { value: "skip" }, "skip it"),
    h("option", { value: "overwrite" }, "overwrite it"),
  );
  const files = h("input", {
    type: "file",
    multiple: true,
    accept: "image/jpeg,image/png,image/webp,image/bmp,image/tiff,.zip",
    hidden: true,
    id: "upload-files",
  });
  const folders = h("input", {
    type: "file",
    multiple: true,
    hidden: true,
    id: "upload-folders",
    ref: (input) => input.setAttribute("webkitdirectory", ""),
  });
  const report = h("div", { class: "stack" });
  const archives = h("div", { class: "stack" });
  const drop = h(
    "div",
    { class: "drop-zone", id: "drop-zone" },
    icon("upload", "lg"),
    h("p", null, h("b", null, "Drop images, folders or a zip here")),
    h(
      "p",
      { class: "hint" },
      "JPEG, PNG, WebP, BMP, TIFF. Every file is checked as it arrives; a bad one is refused, the rest goes in.",
    ),
    h(
      "div",
      { class: "row" },
      h(
        "button",
        { type: "button", class: "btn btn-primary", onclick: () => files.click() },
        icon("images"),
        "Choose files",
      ),
      h(
        "button",
        { type: "button", class: "btn", onclick: () => folders.click() },
        icon("folder-up"),
        "Choose a folder",
      ),
    ),
    files,
    folders,
  );

  const queue = new UploadQueue({
    describe: messageOf,
    send: async (batch, progress, signal) => {
      const form = new FormData();
      for (const one of batch) {
        form.append("path", pathOf(one));
        form.append("file", one.file, one.file.name);
      }
      const url = withQuery(`${base}/items/`, { mode: mode.value });
      const answer = await api.upload<{ results: FileResult[] }>(url, form, { signal, onProgress: progress });
      return answer.results;
    },
  });

  function pathOf(one: QueuedFile | Given): string {
    const into = folder.value.trim().replace(/^\/+|\/+$/g, "");
    return into ? `${into}/${one.path}` : one.path;
  }

  function take(given: Given[]): void {
    const zips = given.filter((one) => isArchive(one.file));
    const images = given.filter((one) => !isArchive(one.file));
    if (images.length) queue.add(images);
    for (const one of zips) archives.prepend(archive(one.file));
    if (!given.length) toast("There were no files in that.", { kind: "warn" });
  }

  // ---- files

  let bar: Progress | null = null;
  let wasBusy = false;
  let frame = 0;
  queue.onChange(() => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      draw();
    });
  });

  function draw(): void {
    const { totals } = queue;
    if (!bar || (queue.busy && !wasBusy)) {
      bar = createProgress({
        label: "Uploading",
        finished: "Uploaded",
        format: (n) => bytes(n),
        onCancel: () => queue.cancel(),
      });
    }
    if (queue.busy)
      bar.set({
        done: totals.sentBytes,
        total: totals.bytes,
        note: `${count(totals.done)} of ${plural(totals.files, "file")}`,
      });
    if (!queue.busy && wasBusy) {
      bar.finish(summary(), outcome());
      options.done();
    }
    wasBusy = queue.busy;
    replace(
      report,
      h("section", { class: "card upload-card" }, h("div", { class: "card-body" }, bar.element)),
      refusedList(queue.refused),
      activeList(),
    );
  }

  function outcome(): "ok" | "plain" | "bad" {
    const { added, overwritten, skipped, refused, failed } = queue.totals;
    if (!refused && !failed) return "ok";
    return added + overwritten + skipped ? "plain" : "bad";
  }

  function summary(): string {
    const { added, overwritten, skipped, refused, failed } = queue.totals;
    const parts = [`${count(added)} in`];
    if (overwritten) parts.push(`${count(overwritten)} overwritten`);
    if (skipped) parts.push(`${count(skipped)} there already`);
    if (refused) parts.push(`${count(refused)} refused`);
    if (failed) parts.push(`${count(failed)} failed`);
    return parts.join(", ");
  }

  function activeList(): HTMLElement | null {
    if (!queue.active.length) return null;
    return h(
      "section",
      { class: "card" },
      h("header", null, h("h2", null, "On the way")),
      h(
        "ul",
        { class: "list upload-list" },
        queue.active
          .slice(0, 60)
          .map((one) =>
            h(
              "li",
              null,
              h("span", { class: "mono clip" }, one.path),
              h("span", { class: "hint" }, bytes(one.file.size)),
              shareBar(one.file.size ? one.sent / one.file.size : 1, one.path, "run"),
            ),
          ),
      ),
    );
  }

  function refusedList(rows: QueuedFile[]): HTMLElement | null {
    if (!rows.length) return null;
    const dropped = rows.some((one) => one.state === "failed");
    return refusals(
      rows.slice(0, SHOWN).map((one) => ({ filename: one.path, status: one.state, message: one.message })),
      rows.length,
      dropped && !queue.busy
        ? h(
            "button",
            { type: "button", class: "btn btn-sm", onclick: () => queue.retry() },
            icon("retry", "sm"),
            "Send the failed ones again",
          )
        : null,
    );
  }

  // ---- archives

  function archive(file: File): HTMLElement {
    const controller = new AbortController();
    const card = h("section", { class: "card upload-card" });
    let row: ImportRow | null = null;
    const progress = createProgress({
      label: `Sending ${file.name}`,
      format: (n) => bytes(n),
      onCancel: () => (row ? api.del(`/api/v1/imports/${row.id}/`) : controller.abort()),
    });
    replace(card, h("div", { class: "card-body" }, progress.element));
    const form = new FormData();
    form.append("file", file, file.name);
    const url = withQuery(`${base}/imports/`, { mode: mode.value, directory: folder.value });
    api
      .upload<ImportRow>(url, form, {
        signal: controller.signal,
        onProgress: (done, total) => progress.set({ done, total }),
      })
      .then((made) => {
        row = made;
        return follow(made, card);
      })
      .catch((error: unknown) => progress.finish(`${file.name}: ${messageOf(error)}`, "bad"));
    return card;
  }

  async function follow(made: ImportRow, card: HTMLElement): Promise<void> {
    const progress = createProgress({
      label: `Unpacking ${made.name}`,
      finished: made.name,
      onCancel: () => api.del(`/api/v1/imports/${made.id}/`),
    });
    replace(card, h("div", { class: "card-body" }, progress.element));
    for (;;) {
      const row = await api.get<ImportRow>(`/api/v1/imports/${made.id}/`);
      if (row.state === "queued" || row.state === "running") {
        progress.set({
          done: row.cursor,
          total: row.total || null,
          note: row.state === "queued" ? "waiting for a worker" : `${count(row.added)} in`,
        });
        await new Promise((done) => setTimeout(done, 1000));
        continue;
      }
      const text =
        row.state === "failed"
          ? row.error
          : `${count(row.added)} in, ${count(row.skipped)} there already, ${count(row.refused_count)} refused`;
      progress.finish(
        `${row.state === "cancelled" ? "stopped, " : ""}${text}`,
        row.state === "done" && !row.refused_count ? "ok" : "bad",
      );
      replace(
        card,
        h("div", { class: "card-body" }, progress.element),
        row.refused.length ? refusals(row.refused.slice(0, SHOWN), row.refused_count, null) : null,
      );
      options.done();
      return;
    }
  }

  async function resume(): Promise<void> {
    try {
      const { items } = await api.list<ImportRow>(`${base}/imports/`, { query: { limit: 5 } });
      for (const row of items.filter((one) => one.state === "queued" || one.state === "running")) {
        const card = h("section", { class: "card upload-card" });
        archives.append(card);
        follow(row, card).catch(errorToast);
      }
    } catch (error) {
      errorToast(error);
    }
  }

  // ---- listening

  for (const input of [files, folders])
    input.addEventListener("change", () => {
      if (input.files) take(fromInput(input.files));
      input.value = "";
    });
  for (const type of ["dragenter", "dragover"] as const)
    drop.addEventListener(type, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (event.dataTransfer) fromDrop(event.dataTransfer).then(take, errorToast);
  });
  // A file let go beside the zone must not replace the page, above all not during an upload.
  for (const type of ["dragover", "drop"] as const)
    window.addEventListener(type, (event) => event.preventDefault());
  window.addEventListener("beforeunload", (event) => {
    if (queue.busy) event.preventDefault();
  });
  void resume();

  return h(
    "div",
    { class: "upload-page" },
    drop,
    h(
      "div",
      { class: "row upload-settings" },
      h("label", { for: "upload-folder" }, "Into folder"),
      folder,
      h("label", { for: "upload-mode" }, "A name that exists:"),
      mode,
    ),
    archives,
    report,
  );
}

function refusals(rows: FileResult[], total: number, extra: HTMLElement | null): HTMLElement {
  return h(
    "section",
    { class: "card refused-card" },
    h(
      "header",
      null,
      h("h2", null, plural(total, "file did not go in", "files did not go in")),
      h("span", { class: "spacer" }),
      extra,
    ),
    h(
      "ul",
      { class: "list refused-list" },
      rows.map((one) =>
        h(
          "li",
          null,
          statusChip(one.status === "failed" ? "failed" : "error", one.status),
          h("span", { class: "mono clip", title: one.filename }, one.filename),
          h("span", { class: "soft" }, one.message ?? ""),
        ),
      ),
    ),
    total > rows.length ? h("footer", { class: "hint" }, `and ${count(total - rows.length)} more`) : null,
  );
}
