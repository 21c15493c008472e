/** What a cycle waits for, in words and as the way there. Pure. */
import type { CycleWait } from "../../pipeline_editor/io/api";

type Work = NonNullable<CycleWait["work"]>;

/** The studio on the task item. */
export function studioUrl(project: string, { task, task_item }: Pick<Work, "task" | "task_item">): string {
  return `/p/${project}/studio/${task}/?item=${task_item}`;
}

/** Who has it: "with Ann", "back with its annotator", "nobody took it yet". */
export function whoWords({ person, with_annotator, kind }: Work): string {
  if (with_annotator) return "back with its annotator";
  if (person) return `${kind === "qa" ? "reviewed by" : "with"} ${person.name}`;
  return "nobody took it yet";
}
