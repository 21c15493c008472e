/** "Run | Edit": the two faces of a pipeline's page. */
import { h } from "../../lib/dom";

export function modes(projectId: string, pipelineId: string, now: "run" | "edit"): HTMLElement {
  const base = `/p/${projectId}/pipelines/${pipelineId}/`;
  const link = (mode: "run" | "edit", words: string, href: string) =>
    h("a", { href, "aria-current": now === mode ? "page" : undefined, title: `${words} (E)` }, words);
  return h(
    "div",
    { class: "segment", role: "group", "aria-label": "Mode" },
    link("run", "Run", base),
    link("edit", "Edit", `${base}edit/`),
  );
}
