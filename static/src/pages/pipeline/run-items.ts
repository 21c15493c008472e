/** "Run items…": starts a cycle for each item of a dataset that matches a filter. */
import { h } from "../../lib/dom";
import { api, messageOf } from "../../lib/http";
import type { PipelineDetail } from "../../pipeline_editor/io/api";
import { openDialog } from "../../ui/dialog";
import { createPicker, type PickItem } from "../../ui/picker";
import { toast } from "../../ui/toast";

interface Counted {
  totalItemsCount: number | null;
}

export function runItems(projectId: string, pipeline: PipelineDetail, done: () => Promise<void>): void {
  const known = (pipeline.graph.variables ?? []).find(
    (v) => v.type === "Dataset" && typeof v.value === "string",
  );
  const counted = h("p", { class: "hint", role: "status" }, "Choose a dataset to see how many items match.");
  const filter = h("textarea", {
    class: "textarea mono",
    rows: 5,
    spellcheck: "false",
    "aria-label": "Filter",
    value: JSON.stringify({ $and: [{ hidden: false }, { type: "file" }] }, null, 1),
  });
  const picker = createPicker<PickItem>({
    label: "Dataset",
    load: async (text) => {
      const all = await api.all<PickItem>(`/api/v1/projects/${projectId}/datasets/`);
      return all.filter((d) => d.name.toLowerCase().includes(text.trim().toLowerCase()));
    },
    onChange: () => void countMatches(),
  });
  const query = (): Record<string, unknown> => JSON.parse(filter.value || "{}") as Record<string, unknown>;
  const countMatches = async () => {
    const dataset = picker.value();
    if (!dataset) return;
    try {
      const answer = await api.post<Counted>(`/api/v1/datasets/${dataset.id}/items/query/`, {
        filter: query(),
        pageSize: 0,
      });
      counted.textContent = `${(answer.totalItemsCount ?? 0).toLocaleString("en")} items match.`;
    } catch (error) {
      counted.textContent = messageOf(error);
    }
  };
  filter.addEventListener("change", () => void countMatches());
  if (known)
    void api.get<PickItem>(`/api/v1/datasets/${String(known.value)}/`).then((dataset) => {
      picker.set(dataset);
      return countMatches();
    });
  const dialog = openDialog({
    title: `Run items through ${pipeline.name}`,
    body: h(
      "div",
      { class: "stack" },
      h("div", { class: "field" }, h("span", { class: "label" }, "Dataset"), picker.element),
      h("label", { class: "field" }, h("span", { class: "label" }, "Filter"), filter),
      counted,
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
            await api.post(`/api/v1/pipelines/${pipeline.id}/run/`, { dataset: dataset.id, filter: query() });
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
