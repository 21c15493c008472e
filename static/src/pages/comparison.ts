/** One comparison: the sentence first, then the numbers, the checks, and what this test set cannot show. */
import "./models/models.css";
import { boot, may } from "../lib/boot.ts";
import { h, need, replace } from "../lib/dom.ts";
import { count, decimal, metric, plural, signed } from "../lib/format.ts";
import { api } from "../lib/http.ts";
import { lineChart } from "../ui/chart.ts";
import { promote } from "./models/acts.ts";
import { changesView } from "./models/changes-view.ts";
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
function toneOf(name: string, gain: number | null, measure: Measure | undefined): string {
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
    h("td", { class: ["num", toneOf(name, gain, measure)] }, signed(gain)),
    h("td", { class: "num soft" }, measure ? `${signed(measure.low)} to ${signed(measure.high)}` : "—"),
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
      ["Only the candidate is right", h("b", null, count(report.only_candidate))],
      ["Only the current best is right", h("b", null, count(report.only_incumbent))],
      [
        "Chance of such a split by luck",
        report.p === null ? "not tested" : small ? "p < .0001" : `p = ${metric(report.p, 4)}`,
      ],
      ["Bar for this candidate", `${metric(report.alpha_k, 4)} (number ${report.k} on this test set)`],
      ["Smallest gain it can show", report.smallest_gain === null ? "—" : metric(report.smallest_gain)],
    ]),
    h(
      "p",
      { class: "hint" },
      "Exact one-sided McNemar test on the same pictures. The k-th candidate must stay below .05 / (k (k + 1)), so that looking often cannot make a lucky one win. A retry of the same pair spends nothing.",
    ),
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
        replace(place, h("p", { class: "soft" }, "There are no curves for an untrained model."));
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
      const moved = [...report.per_class].sort(
        (a, b) => Math.abs(b.recall_change ?? 0) - Math.abs(a.recall_change ?? 0),
      );
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
  const head = ["Class", "Pictures", "Recall", "was", "Change", "at least", "AP", "was"];
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
          report.per_class.map((row) =>
            h(
              "tr",
              null,
              h("th", { scope: "row" }, row.name, row.guarded && h("span", { class: "hint" }, " guarded")),
              h("td", { class: "num" }, count(row.support)),
              h("td", { class: "num" }, h("b", null, metric(row.candidate_recall))),
              h("td", { class: "num soft" }, metric(row.incumbent_recall)),
              h(
                "td",
                { class: ["num", row.lower_bound > 0 && "good", !row.ok && "poor"] },
                signed(row.recall_change),
              ),
              h("td", { class: "num soft" }, row.support ? signed(row.lower_bound) : "—"),
              h("td", { class: "num" }, metric(row.candidate_average_precision)),
              h("td", { class: "num soft" }, metric(row.incumbent_average_precision)),
            ),
          ),
        ),
      ),
    ),
    h("span", { class: "hint" }, "“at least”: one-sided 95 % bound"),
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
            "Change of recall by class",
            changesView(report.per_class),
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
