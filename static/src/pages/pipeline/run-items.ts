/** "Run items…": starts a cycle for each item of a dataset that matches a filter. */
import { h } from "../../lib/dom";
import { api, messageOf } from "../../lib/http";
import { filterField } from "../../pipeline_editor/forms/filter-field";
import type { Graph } from "../../pipeline_editor/graph/types";
import type { PipelineDetail } from "../../pipeline_editor/io/api";
import { openDialog } from "../../ui/dialog";
import { createPicker, type PickItem } from "../../ui/picker";
import { toast } from "../../ui/toast";

/** The nodes that items may be started at by hand, in the order of the triggers: an event's or a person's. */
export function startNodes(graph: Pick<Graph, "nodes" | "triggers">): { id: string; name: string }[] {
  const by = (graph.triggers ?? []).filter((one) => one.kind === "event" || one.kind === "manual");
  return [...new Set(by.map((one) => one.node))].flatMap((id) => {
    const node = graph.nodes.find((one) => one.id === id);
    return node ? [{ id, name: node.name }] : [];
  });
}

export function runItems(projectId: string, pipeline: PipelineDetail, done: () => Promise<void>): void {
  const known = (pipeline.graph.variables ?? []).find(
    (v) => v.type === "Dataset" && typeof v.value === "string",
  );
  const picker = createPicker<PickItem>({
    label: "Dataset",
    load: async (text) => {
      const all = await api.all<PickItem>(`/api/v1/projects/${projectId}/datasets/`);
      return all.filter((d) => d.name.toLowerCase().includes(text.trim().toLowerCase()));
    },
    onChange: () => filter.count(),
  });
  const filter = filterField({
    label: "Filter",
    value: { $and: [{ hidden: false }, { type: "file" }] },
    envelope: false,
    dataset: () => picker.value()?.id ?? null,
  });
  const starts = startNodes(pipeline.graph);
  const node = h(
    "select",
    { class: "select" },
    starts.map((one) => h("option", { value: one.id }, one.name)),
  );
  if (known)
    void api.get<PickItem>(`/api/v1/datasets/${String(known.value)}/`).then((dataset) => {
      picker.set(dataset);
      filter.count();
    });
  const dialog = openDialog({
    title: `Run items through ${pipeline.name}`,
    body: h(
      "div",
      { class: "stack" },
      h("div", { class: "field" }, h("span", { class: "label" }, "Dataset"), picker.element),
      h("div", { class: "field" }, h("span", { class: "label" }, "Only items that match"), filter.element),
      starts.length > 1
        ? h("label", { class: "field" }, h("span", { class: "label" }, "Begin at"), node)
        : null,
    ),
    actions: [
      { label: "Cancel" },
      {
        label: "Run",
        primary: true,
        run: async () => {
          try {
            const dataset = picker.value();
            if (!dataset) throw new Error("Choose a dataset first.");
            await api.post(`/api/v1/pipelines/${pipeline.id}/run/`, {
              dataset: dataset.id,
              filter: filter.value(),
              ...(starts.length > 1 ? { node: node.value } : {}),
            });
            toast("Cycles are being started; the counters show how far it is.", { kind: "ok" });
            await done();
            return true;
          } catch (error) {
            dialog.setError(messageOf(error));
            return false;
          }
        },
      },
    ],
  });
}
