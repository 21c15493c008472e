/** Where a version is at work: the pipelines that ask for it by a variable or a node, and whether they run. */
import { h, replace } from "../../lib/dom.ts";
import { api } from "../../lib/http.ts";
import { statusChip } from "../../ui/status.ts";
import { projectId } from "./parts.ts";
import type { ModelUse } from "./types.ts";

/** Loads by itself, anew each time it is made: promoting and rolling back change it. */
export function inService(modelId: string): HTMLElement {
  const place = h("span", { class: "in-service" }, "…");
  void api.all<ModelUse>(`/api/v1/models/${modelId}/uses/`).then(
    (uses) => replace(place, uses.length ? uses.map(line) : h("span", { class: "soft" }, "in no pipeline")),
    () => replace(place, h("span", { class: "soft" }, "could not be asked")),
  );
  return place;
}

function line(use: ModelUse): HTMLElement {
  const as = [...use.variables, ...use.nodes].join(", ");
  return h(
    "span",
    { class: "row wrap" },
    h("a", { href: `/p/${projectId()}/pipelines/${use.pipeline.id}/` }, use.pipeline.name),
    h("span", { class: "soft" }, `as ${as}`),
    statusChip(use.status),
  );
}
