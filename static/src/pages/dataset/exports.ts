/** The files that Export nodes made of this dataset, to download. */
import { h } from "../../lib/dom";
import { bytes, count, dateTime, plural } from "../../lib/format";
import { api } from "../../lib/http";
import type { components } from "../../lib/api-types";
import { emptyState } from "../../ui/empty";
import { icon } from "../../ui/icons";
import { createTable } from "../../ui/table";

type Made = components["schemas"]["Export"];

export function exportsPanel(dataset: string): HTMLElement {
  const table = createTable<Made>({
    label: "Exported files",
    columns: [
      { key: "name", title: "File", cell: (row) => h("span", { class: "mono wrap" }, row.name) },
      { key: "format", title: "Format", cell: (row) => row.format },
      { key: "items", title: "Items", num: true, cell: (row) => count(row.items) },
      { key: "annotations", title: "Annotations", num: true, cell: (row) => count(row.annotations) },
      { key: "left", title: "Left out", cell: (row) => leftOut(row.left_out) },
      { key: "size", title: "Size", num: true, cell: (row) => bytes(row.size) },
      { key: "created", title: "Made", cell: (row) => (row.created_at ? dateTime(row.created_at) : "—") },
      {
        key: "file",
        title: "Download",
        hiddenTitle: true,
        cell: (row) =>
          h(
            "a",
            { class: "btn btn-sm", href: row.url, download: "", "aria-label": `Download ${row.name}` },
            icon("download"),
            "Download",
          ),
      },
    ],
    load: ({ after }) => api.list<Made>(`/api/v1/datasets/${dataset}/exports/`, { query: { after } }),
    empty: () =>
      emptyState({
        icon: "download",
        title: "No file was made of this dataset yet",
        text: "An Export node in a pipeline writes its items and annotations as files; they are listed here.",
      }),
  });
  return h("section", { class: "card exports" }, table.element);
}

/** "3 annotations: masks are not part of this format". */
export function leftOut(reasons: Readonly<Record<string, number>>): string {
  const parts = Object.entries(reasons).map(([why, n]) => `${plural(n, "annotation")}: ${why}`);
  return parts.join("; ") || "nothing";
}
