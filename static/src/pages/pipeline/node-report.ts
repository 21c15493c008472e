/** How one node does: how long it takes, how much of the last hour, what failed and why. */
import { h, replace, type Child } from "../../lib/dom";
import { ago, count, duration, plural } from "../../lib/format";
import { api, messageOf } from "../../lib/http";
import type { components } from "../../lib/api-types";
import { sparkline } from "../../ui/sparkline";

type Report = components["schemas"]["NodeReport"];

export function nodeReport(pipelineId: string, nodeId: string): HTMLElement {
  const host = h("section", { "aria-label": "How it does" });
  void load(host, pipelineId, nodeId);
  return host;
}

async function load(host: HTMLElement, pipelineId: string, nodeId: string): Promise<void> {
  try {
    const report = await api.get<Report>(`/api/v1/pipelines/${pipelineId}/nodes/${nodeId}/`);
    replace(host, reportPart(report));
  } catch (error) {
    replace(host, h("p", { class: "status bad" }, messageOf(error)));
  }
}

function reportPart(report: Report): Child {
  if (!report.took.count && !report.failures.length) return null;
  const hour = report.minutes.map((minute) => minute.done);
  const done = hour.reduce((sum, n) => sum + n, 0);
  return [
    h("h3", {}, "How it does"),
    h(
      "dl",
      { class: "pairs" },
      report.took.count
        ? [
            h("dt", {}, "From start to end"),
            h("dd", {}, `half within ${duration(report.took.p50)}, most within ${duration(report.took.p95)}`),
            h("dt", {}, "Machine"),
            h("dd", {}, `${duration(report.computed.p50)} each, ${duration(report.seconds)} in all`),
          ]
        : null,
      h("dt", {}, "The last hour"),
      h(
        "dd",
        {},
        `${count(done)} done `,
        done ? sparkline(hour, "Done a minute, the last hour", 1, [90, 18]) : null,
      ),
    ),
    report.failures.map((failure) =>
      h(
        "p",
        { class: "status bad", title: failure.message },
        `${plural(failure.count, "failure")}: ${failure.code || "unknown"}`,
        failure.at ? h("span", { class: "hint" }, ` last ${ago(failure.at)}`) : null,
      ),
    ),
  ];
}
