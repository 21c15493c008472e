/** Has choosing paid? The learning curve of a pipeline with a Select node, on one frozen test set. */
import { h, replace, type Child } from "../../lib/dom";
import { count, metric, plural } from "../../lib/format";
import { AlpApiError, api, messageOf } from "../../lib/http";
import type { components } from "../../lib/api-types";
import { lineChart, type Chart, type LineSpec } from "../../ui/chart";

export type Saving = components["schemas"]["Saving"];

export function savingBlock(pipelineId: string, nodeId: string): HTMLElement {
  const host = h("section", { "aria-label": "Has choosing paid?" });
  void load(host, `/api/v1/pipelines/${pipelineId}/nodes/${nodeId}/saving/`);
  return host;
}

async function load(host: HTMLElement, url: string): Promise<void> {
  try {
    replace(host, savingPart(await api.get<Saving>(url)));
  } catch (error) {
    // A node that only the draft has selects nothing yet.
    const known = !(error instanceof AlpApiError && error.status === 400);
    replace(host, known ? h("p", { class: "status bad" }, messageOf(error)) : null);
  }
}

export function savingPart(saving: Saving): Child {
  return [h("h3", {}, "Has choosing paid?"), curvePart(saving)];
}

/** Of the chart that stands in the panel; another node's panel takes its place. */
let standing: Chart<LineSpec> | null = null;

function curvePart(saving: Saving): Child {
  if (!saving.points.length)
    return h(
      "p",
      { class: "hint" },
      "Once versions that were trained here are evaluated, this shows how good they are over the labels they" +
        " learnt from.",
      leftOut(saving),
    );
  standing?.dispose();
  standing = lineChart({
    label: `${saving.metric} of the pipeline's versions over the labels they learnt from`,
    height: 200,
    spec: curveSpec(saving),
  });
  return [
    standing.element,
    h(
      "p",
      { class: "hint" },
      `On ${testSetWords(saving)}. Labels are approved training pictures.`,
      leftOut(saving),
    ),
  ];
}

export function curveSpec({ metric: name, points }: Saving): LineSpec {
  return {
    x: { name: "labels", format: count, step: 1 },
    y: { name, format: (value) => metric(value, 2), detail: (value) => metric(value) },
    series: [
      {
        name: "versions of this pipeline",
        role: "active",
        points: points.map((point) => [point.labels, point.figure] as const),
        band: points.flatMap(({ labels, interval }) =>
          interval ? [[labels, interval[0] ?? 0, interval[1] ?? 0] as const] : [],
        ),
      },
    ],
  };
}

function testSetWords({ test_set: test }: Saving): string {
  return test ? `${plural(test.items, "picture")} of ${test.name}, version ${test.number}` : "one test set";
}

function leftOut(saving: Saving): string {
  const parts = [
    saving.elsewhere &&
      `${plural(saving.elsewhere, "version")} not evaluated on ${saving.points.length ? "that" : "a"} test set`,
    saving.other_recipe && `${plural(saving.other_recipe, "version")} of another model or other settings`,
  ].filter(Boolean);
  return parts.length ? ` Left out: ${parts.join("; ")}.` : "";
}
