/** One comparison: the sentence first, then the numbers, the checks, and what this test set cannot show. */
import "./models/models.css";
import { boot, may } from "../lib/boot.ts";
import { h, need, replace } from "../lib/dom.ts";
import { count, decimal, metric, plural, signed } from "../lib/format.ts";
import { api } from "../lib/http.ts";
import { lineChart } from "../ui/chart.ts";
import { promote } from "./models/acts.ts";
import { changesView, toneOf } from "./models/changes-view.ts";
import { changeRows, kindOf, kindWords } from "./models/comparison-kind.ts";
import { latencyRows, milliseconds, type LatencyRow } from "./models/latency.ts";
import {
  card,
  checkList,
  classSelect,
  factList,
  isLoss,
  metricName,
  modelUrl,
  pairChips,
  stateChip,
  verdictTitle,
  verdictWords,
  waitsForApproval,
} from "./models/parts.ts";
import type { Comparison, ComparisonReport, Evaluation, Measure, Model } from "./models/types.ts";

const data = boot<{ canEdit: boolean; comparison: Comparison; candidate: Model; incumbent: Model }>();
const { comparison, candidate, incumbent } = data.page;
const canEdit = may("model.edit", data);
const report = comparison.report as ComparisonReport;
const said = kindWords(report);
const rows = changeRows(report);

function verdictCard(): HTMLElement {
  const won = comparison.verdict === "update model";
  const waits = waitsForApproval(report);
  const acts = h("div", { class: "verdict-acts" });
  const draw = (stage: string) =>
    replace(
      acts,
      canEdit && stage !== "best" && candidate.can_predict
        ? h(
            "button",
            {
              type: "button",
              class: ["btn", (won || waits) && "btn-primary"],
              onclick: () =>
                void promote(candidate, comparison.id).then((after) => after && draw(after.stage)),
            },
            waits ? "Approve and promote" : won ? "Promote" : "Promote anyway",
          )
        : h("span", { class: "row" }, stateChip({ ...candidate, stage })),
      h("a", { class: "btn", href: modelUrl(candidate.id) }, "Open the candidate"),
      h("a", { class: "btn", href: modelUrl(incumbent.id) }, "Open the current best"),
    );
  draw(candidate.stage);
  return h(
    "section",
    { class: ["card focus verdict", won && "won"], "aria-label": "Verdict" },
    pairChips(comparison),
    h(
      "div",
      { class: "verdict-main" },
      h(
        "div",
        null,
        h("h2", { class: "figure" }, verdictTitle(comparison)),
        h("p", { class: "soft" }, verdictWords(report)),
      ),
      acts,
    ),
    checkList(report),
  );
}

/** Whether the change is for the better, and whether its interval keeps off zero. */
function toneOfGain(name: string, gain: number | null, measure: Measure | undefined): string {
  const sure = measure !== undefined && (measure.low > 0 || measure.high < 0);
  if (!gain || !sure) return "";
  return isLoss(name) === gain < 0 ? "good" : "poor";
}

function measureLine(name: string, measure: Measure | undefined): HTMLElement {
  const mine = report.metrics.candidate?.[name] ?? measure?.candidate;
  const theirs = report.metrics.incumbent?.[name] ?? measure?.incumbent;
  const gain = mine !== undefined && theirs !== undefined ? mine - theirs : null;
  return h(
    "tr",
    null,
    h(
      "th",
      { scope: "row" },
      metricName(name),
      name === report.metric && h("span", { class: "hint" }, " decides"),
    ),
    h("td", { class: "num" }, h("b", null, metric(mine))),
    h("td", { class: "num" }, metric(theirs)),
    h("td", { class: ["num", toneOfGain(name, gain, measure)] }, signed(gain)),
    h(
      "td",
      { class: "num soft nowrap" },
      measure ? `${signed(measure.low)} to ${signed(measure.high)}` : "—",
    ),
  );
}

/** By the processor the change can be told; by the clock each had its own hour. */
function latencyLine({ name, values: [mine = null, theirs = null], best }: LatencyRow): HTMLElement {
  const change = best !== null && mine !== null && theirs !== null ? mine - theirs : null;
  const sign = change !== null && change > 0 ? "+" : "−";
  return h(
    "tr",
    null,
    h("th", { scope: "row" }, name),
    h("td", { class: "num" }, h("b", null, milliseconds(mine))),
    h("td", { class: "num" }, milliseconds(theirs)),
    h("td", { class: "num" }, change === null ? "—" : `${sign}${milliseconds(Math.abs(change))}`),
    h("td", { class: "num soft" }, "—"),
  );
}

function measuresCard(): HTMLElement {
  const intervals = new Map(report.measures.map((one) => [one.name, one]));
  const names = new Set([
    ...Object.keys(report.metrics.candidate ?? {}),
    ...Object.keys(report.metrics.incumbent ?? {}),
    ...intervals.keys(),
  ]);
  const head = ["", candidate.name, incumbent.name, "Change", "95 % interval"];
  return card(
    "Figures",
    h(
      "div",
      { class: "table-wrap bleed" },
      h(
        "table",
        { class: "table", "aria-label": "Figures of both" },
        h(
          "thead",
          null,
          h(
            "tr",
            null,
            head.map((name, i) =>
              h(
                "th",
                { scope: "col", class: i ? "num" : "", title: name },
                h("span", { class: "head-clip" }, name),
              ),
            ),
          ),
        ),
        h(
          "tbody",
          null,
          [...names].map((name) => measureLine(name, intervals.get(name))),
          latencyRows([report.candidate, report.incumbent]).map(latencyLine),
        ),
      ),
    ),
    h(
      "span",
      { class: "hint" },
      `${plural(report.n, "picture")}${report.unreadable ? `, ${count(report.unreadable)} unreadable` : ""}`,
    ),
    "span-2",
  );
}

function testCard(): HTMLElement {
  const small = report.p !== null && report.p < 0.0001;
  return card("How sure", [
    factList([
      [said.onlyCandidate, h("b", null, count(report.only_candidate))],
      [said.onlyIncumbent, h("b", null, count(report.only_incumbent))],
      [said.luck, report.p === null ? "not tested" : small ? "p < .0001" : `p = ${metric(report.p, 4)}`],
      ["Bar for this candidate", `${metric(report.alpha_k, 4)} (number ${report.k} on this test set)`],
      ["Smallest gain it can show", report.smallest_gain === null ? "—" : metric(report.smallest_gain)],
    ]),
    h("p", { class: "hint" }, said.test),
  ]);
}

/** Both curves of one class, the candidate solid, the current best dashed. */
function curvesCard(): HTMLElement {
  const place = h("div", null, h("p", { class: "soft" }, "Loading the curves…"));
  const side = h("span");
  const read = (id: string) => api.get<Evaluation>(`/api/v1/evaluations/${id}/`);
  void Promise.all([read(report.candidate.evaluation), read(report.incumbent.evaluation)]).then(
    ([mine, theirs]) => {
      const names = Object.keys(mine.metrics?.pr_curves ?? {});
      if (!names.length) {
        const why =
          kindOf(report) === "pixels"
            ? "Answers by pixel have no curve."
            : "There are no curves for an untrained model.";
        replace(place, h("p", { class: "soft" }, why));
        return;
      }
      const line = (row: Evaluation, name: string) => {
        const curve = row.metrics?.pr_curves?.[name];
        return (curve?.recall ?? []).map((x, i) => [x, curve?.precision[i] ?? null] as const);
      };
      const spec = (name: string) => ({
        series: [
          { name: candidate.name, role: "active" as const, dots: false, points: line(mine, name) },
          { name: incumbent.name, role: "control" as const, points: line(theirs, name) },
        ],
        x: { name: "recall", min: 0, max: 1 },
        y: { name: "precision", min: 0, max: 1, format: (value: number) => metric(value, 1) },
      });
      const moved = [...rows].sort((a, b) => Math.abs(b.change ?? 0) - Math.abs(a.change ?? 0));
      const first = moved.find((one) => names.includes(one.name))?.name ?? names[0] ?? "";
      const chart = lineChart({ label: "Precision against recall of both", spec: spec(first), height: 240 });
      replace(place, chart.element);
      replace(
        side,
        classSelect(names, first, (name) => chart.set(spec(name))),
      );
    },
  );
  return card("Precision, recall", place, side);
}

function classTable(): HTMLElement {
  const [main, other] = said.figures;
  const head = ["Class", said.counted, main, "was", "Change", "at least", other, "was"];
  return card(
    "Classes",
    h(
      "div",
      { class: "table-wrap bleed" },
      h(
        "table",
        { class: "table", "aria-label": "Classes of both" },
        h(
          "thead",
          null,
          h(
            "tr",
            null,
            head.map((name, i) => h("th", { scope: "col", class: i ? "num" : "" }, name)),
          ),
        ),
        h(
          "tbody",
          null,
          rows.map((row) =>
            h(
              "tr",
              null,
              h("th", { scope: "row" }, row.name, row.guarded && h("span", { class: "hint" }, " guarded")),
              h("td", { class: "num" }, count(row.support)),
              h("td", { class: "num" }, h("b", null, metric(row.main[0]))),
              h("td", { class: "num soft" }, metric(row.main[1])),
              h("td", { class: ["num", toneOf(row)] }, signed(row.change)),
              h("td", { class: "num soft" }, row.bound === null ? "—" : signed(row.bound)),
              h("td", { class: "num" }, metric(row.other[0])),
              h("td", { class: "num soft" }, metric(row.other[1])),
            ),
          ),
        ),
      ),
    ),
    h("span", { class: "hint" }, `“at least”: one-sided 95 % bound of the change of ${said.bounded}`),
    "span-2",
  );
}

function settingsCard(): HTMLElement {
  return card("Rule", [
    h("pre", { class: "code-box filter" }, JSON.stringify(comparison.config, null, 1)),
    h(
      "p",
      { class: "hint" },
      `Judged with alpha ${decimal(report.alpha_k * report.k * (report.k + 1), 3)} over all candidates of this test set.`,
    ),
  ]);
}

replace(
  need("#comparison"),
  h(
    "div",
    { class: "stack" },
    verdictCard(),
    report.per_class.length
      ? h("div", { class: "eval-grid thirds" }, [
          card(
            `Change of ${said.short} by class`,
            changesView(rows),
            h("span", { class: "hint" }, "line: 95 % bound"),
          ),
          curvesCard(),
          testCard(),
        ])
      : null,
    h("div", { class: "eval-grid thirds" }, [
      measuresCard(),
      settingsCard(),
      report.per_class.length ? classTable() : null,
    ]),
  ),
);
