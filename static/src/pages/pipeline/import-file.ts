/** "Import a file": what would become of it is told before a draft is made. */
import { h, replace, type Child } from "../../lib/dom";
import { plural } from "../../lib/format";
import { api, messageOf } from "../../lib/http";
import type { Graph } from "../../pipeline_editor/graph/types";
import type { Problem } from "../../pipeline_editor/io/api";
import { openDialog } from "../../ui/dialog";

export interface ImportNote {
  level: "changed" | "left_out" | "to_do";
  where: string;
  message: string;
}
export interface ImportAnswer {
  ok: boolean;
  pipeline: string | null;
  name: string;
  notes: ImportNote[];
  problems: Problem[];
  graph: Graph;
}

const HEADINGS: Record<ImportNote["level"], string> = {
  left_out: "Left out",
  changed: "Changed",
  to_do: "For you to fill in",
};

/** What a file holds, and what of it could not be taken over, grouped by what it means. */
export function importReport(found: ImportAnswer): Child {
  const { nodes, connections } = found.graph;
  const triggers = found.graph.triggers ?? [];
  const variables = found.graph.variables ?? [];
  const counts = [
    plural(nodes.length, "node"),
    plural(connections.length, "connection"),
    plural(triggers.length, "trigger"),
    plural(variables.length, "variable"),
  ];
  const groups = (Object.keys(HEADINGS) as ImportNote["level"][]).map((level) => {
    const notes = found.notes.filter((note) => note.level === level);
    return notes.length
      ? h(
          "div",
          { class: "stack" },
          h("b", {}, `${HEADINGS[level]} (${notes.length})`),
          h(
            "ul",
            { class: "report-list" },
            notes.map((note) => h("li", {}, h("b", {}, note.where), ": ", note.message)),
          ),
        )
      : null;
  });
  return h(
    "div",
    { class: "stack", role: "status" },
    h("p", {}, `${found.name || "The pipeline"}: ${counts.join(", ")}.`),
    found.notes.length ? groups : h("p", { class: "soft" }, "Everything is taken over as it stands."),
  );
}

export function importFile(projectId: string): void {
  const url = `/api/v1/projects/${projectId}/pipelines/import/`;
  const input = h("input", {
    class: "input",
    type: "file",
    accept: ".json,application/json",
    "aria-label": "File",
  });
  const name = h("input", { class: "input", maxlength: 200, "aria-label": "Name" });
  const report = h("div", {});
  let document: unknown;
  const read = async () => {
    const file = input.files?.[0];
    document = undefined;
    dialog.setError(null);
    replace(report);
    if (!file) return;
    try {
      document = JSON.parse(await file.text()) as unknown;
    } catch {
      dialog.setError(`${file.name} is not JSON. Choose a file that was exported from a pipeline.`);
      return;
    }
    try {
      const found = await api.post<ImportAnswer>(url, { document, dry_run: true });
      if (!name.value) name.value = found.name;
      replace(report, importReport(found));
    } catch (error) {
      document = undefined;
      dialog.setError(messageOf(error));
    }
  };
  const make = async () => {
    if (document === undefined) throw new Error("Choose a file first.");
    const made = await api.post<ImportAnswer>(url, { document, name: name.value.trim() });
    location.assign(`/p/${projectId}/pipelines/${String(made.pipeline)}/edit/`);
    return true;
  };
  input.addEventListener("change", () => void read());
  const dialog = openDialog({
    title: "Import a pipeline",
    body: h(
      "div",
      { class: "stack" },
      h(
        "p",
        { class: "soft" },
        "A file exported from a pipeline here, or a pipeline or template of Dataloop.",
      ),
      h("label", { class: "field" }, h("span", { class: "label" }, "File"), input),
      h("label", { class: "field" }, h("span", { class: "label" }, "Name"), name),
      report,
    ),
    actions: [{ label: "Cancel" }, { label: "Make the draft", primary: true, run: make }],
  });
}
