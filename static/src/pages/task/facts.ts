/** What the task is: its settings in words, and the instructions as people see them. */
import { may } from "../../lib/boot.ts";
import { h, need, replace, swatch, type Child } from "../../lib/dom.ts";
import { plural } from "../../lib/format.ts";
import { markup } from "../../lib/markup.ts";
import { timeAgo } from "../../ui/time.ts";
import { TYPES } from "../tasks/drawing.ts";
import { due, kindChip, priorityWord, stateChip } from "../tasks/parts.ts";
import { data, project, state } from "./context.ts";

const fact = (name: string, value: Child) => [h("dt", null, name), h("dd", null, value)];

export function drawFacts(): void {
  const { task, people } = state;
  const active = people.filter((one) => one.active).length;
  replace(
    need("#facts"),
    h(
      "dl",
      { class: "facts" },
      fact("Kind", kindChip(task.kind)),
      fact("State", stateChip(task.status)),
      fact(
        "Dataset",
        may("item.see", data)
          ? h("a", { href: `/p/${project}/data/${task.dataset.id}/` }, task.dataset.name)
          : task.dataset.name,
      ),
      fact("Priority", priorityWord(task.priority)),
      fact("Due", due(task)),
      fact("Drawn", typesInWords(task.annotation_types)),
      task.labels.length > 0 && fact("Labels", labelList(task.labels)),
      fact(
        "Items",
        task.allocation === "pulling"
          ? `pulled, ${task.batch_size} at a time, at most ${task.max_workload} held`
          : "dealt to people by shares",
      ),
      fact("People", task.everyone ? "everyone who may work" : plural(active, "person", "people")),
      fact("Made", [
        task.created_by ? `by ${task.created_by.name} ` : "by a pipeline ",
        timeAgo(task.created_at),
      ]),
      task.pipeline_id &&
        fact("Pipeline", h("a", { href: `/p/${project}/pipelines/${task.pipeline_id}/` }, "Open pipeline")),
    ),
    task.instructions_html &&
      h(
        "details",
        { open: true, class: "task-instructions" },
        h("summary", null, "Instructions"),
        markup(task.instructions_html),
      ),
  );
}

function typesInWords(types: string[]): string {
  if (!types.length) return "whatever the ontology has a use for";
  const title = (name: string) => TYPES.find(([one]) => one === name)?.[1] ?? name;
  return types.map(title).join(", ").toLowerCase();
}

function labelList(names: string[]): HTMLElement {
  const color = (name: string) => data.page.labels.find((one) => one.name === name)?.color;
  return h(
    "span",
    { class: "label-list" },
    names.map((name) => h("span", { class: "row" }, swatch(color(name) ?? "var(--line-strong)"), name)),
  );
}
