/** How one node does: how long it takes, how much of the last hour, what failed and why. */
import { h, replace, type Child } from "../../lib/dom";
import { ago, count, decimal, duration, plural } from "../../lib/format";
import { api, messageOf } from "../../lib/http";
import type { components } from "../../lib/api-types";
import { sparkline } from "../../ui/sparkline";

type Report = components["schemas"]["NodeReport"];
type Figures = components["schemas"]["NodeFigures"];

export function nodeReport(pipelineId: string, nodeId: string): HTMLElement {
  const host = h("section", { "aria-label": "How it does" });
  void load(host, pipelineId, nodeId);
  return host;
}

async function load(host: HTMLElement, pipelineId: string, nodeId: string): Promise<void> {
  try {
    const report = await api.get<Report>(`/api/v1/pipelines/${pipelineId}/nodes/${nodeId}/`);
    replace(host, figuresPart(report.figures), reportPart(report));
  } catch (error) {
    replace(host, h("p", { class: "status bad" }, messageOf(error)));
  }
}

/** What the node's type has to say of all it did, whatever type that is: "Agreement so far: mean 0.83 · alpha 0.71". */
export function figuresPart(figures: readonly Figures[]): Child {
  return figures.map((one) => [
    h("h3", {}, one.title),
    h(
      "p",
      {},
      `${one.values.map(({ name, value }) => `${name} ${decimal(value)}`).join(" · ")} over ${one.over}`,
    ),
    one.values
      .filter(({ value, why }) => value === null && why)
      .map(({ name, why }) => h("p", { class: "hint" }, `There is no ${name}: ${why}.`)),
    one.doc ? h("p", { class: "hint" }, one.doc) : null,
  ]);
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
