/** An evaluation: headline figures, classes, precision and recall, confusion, calibration. Numbers open what they count. */
import { h, replace } from "../../lib/dom.ts";
import { count, decimal, duration, metric, percent, plural } from "../../lib/format.ts";
import { heatChart, lineChart } from "../../ui/chart.ts";
import { icon } from "../../ui/icons.ts";
import { latencyWords } from "./latency.ts";
import { card, classSelect, dataTable } from "./parts.ts";
import type { Calibration, ClassReport, ClassRow, Evaluation, Report, ShapeReport } from "./types.ts";

export interface ShowItems {
  (cell: { truth?: string; predicted?: string; only?: "wrong" | "right" }): void;
}

export function evaluationView(row: Evaluation, showItems: ShowItems): HTMLElement {
  const report = row.metrics;
  if (!report?.per_class) return h("div");
  const shapes = "task" in report;
  return h(
    "div",
    { class: "stack" },
    headline(row, report, shapes ? shapeFigures(report) : classFigures(row, report)),
    h("div", { class: "eval-grid" }, [
      classCard(report, showItems),
      ...(Object.keys(report.pr_curves).length ? [curveCard(report)] : []),
      ...(shapes
        ? shapeCards(report, showItems)
        : [classConfusion(report, showItems), calibrationCard(report)]),
    ]),
  );
}

type Figure = [name: string, value: string, hint: string];

function classFigures(row: Evaluation, report: ClassReport): Figure[] {
  const interval = row.summary.accuracy_interval;
  return [
    [
      "Accuracy",
      metric(report.metrics["accuracy"]),
      interval ? `95 %: ${metric(interval[0])} to ${metric(interval[1])}` : "",
    ],
    ["Balanced accuracy", metric(report.metrics["balanced_accuracy"]), "mean recall of the classes"],
    ["Macro F1", metric(report.metrics["macro_f1"]), "mean over the classes"],
    ["Mean average precision", metric(report.metrics["average_precision"]), "mean over the classes"],
    [
      "Log loss",
      decimal(report.metrics["log_loss"], 3),
      `before the temperature ${decimal(report.raw.log_loss, 3)}`,
    ],
    ["Calibration error", metric(report.metrics["ece"]), `before the temperature ${metric(report.raw.ece)}`],
  ];
}

function shapeFigures(report: ShapeReport): Figure[] {
  if (report.task === "semantic_segmentation")
    return [
      [
        "Mean IoU",
        metric(report.metrics["miou"]),
        "pixels shared over pixels of either, mean over the classes",
      ],
      ["Dice", metric(report.metrics["dice"]), "mean over the classes"],
      [
        "Boundary F",
        metric(report.metrics["boundary_f"]),
        "outlines apart by at most 0.75 % of the diagonal",
      ],
    ];
  const shown = `of answers from a score of ${decimal(report.threshold, 2)} on`;
  return [
    ["AP50", metric(report.metrics["map_50"]), "mean over the classes, half an overlap is a hit"],
    ["AP75", metric(report.metrics["map_75"]), "three quarters of an overlap"],
    ["AP", metric(report.metrics["map"]), "mean over overlaps of 0.5 to 0.95"],
    ["Precision", metric(report.metrics["precision"]), shown],
    ["Recall", metric(report.metrics["recall"]), `${plural(report.objects ?? 0, "object")} to be found`],
    ["F1", metric(report.metrics["f1"]), shown],
  ];
}

function headline(row: Evaluation, report: Report, shown: Figure[]): HTMLElement {
  const left = [
    report.unreadable ? `${plural(report.unreadable, "picture")} could not be read` : "",
    row.summary.skipped ? `${plural(row.summary.skipped, "item")} without a fitting annotation left out` : "",
  ].filter(Boolean);
  return h(
    "section",
    { class: "card" },
    h(
      "header",
      null,
      h("h2", null, "Evaluation"),
      h("span", { class: "spacer" }),
      h(
        "span",
        { class: "hint" },
        `test set version ${row.test_set_version.number} · `,
        h(
          "span",
          { class: "mono", title: `Test set ${row.test_set_version.hash}\nof ${JSON.stringify(row.filter)}` },
          row.test_set_version.hash.slice(0, 6),
        ),
        ` · ${plural(report.n, "picture")}${left.length ? ` · ${left.join(", ")}` : ""}`,
      ),
    ),
    h(
      "div",
      { class: "figures" },
      shown.map(([name, value, hint]) =>
        h(
          "div",
          null,
          h("span", { class: "hint" }, name),
          h("b", { class: "figure" }, value),
          h("span", { class: "hint" }, hint),
        ),
      ),
    ),
    h(
      "footer",
      { class: "row wrap evaluation-foot" },
      madeWith(row),
      h("span", { class: "spacer" }),
      table(row),
    ),
  );
}

/** "made in 12 s with code 1a2b3c, torch 2.14.1"; the rest is told on hovering. */
function madeWith(row: Evaluation): HTMLElement {
  const { software, seconds } = row;
  const words = [latencyWords(row.summary), softwareWords(software, seconds)].filter(Boolean).join(" · ");
  const all = Object.entries(software).map(([name, version]) => `${name} ${version}`);
  return h("span", { class: "hint", title: all.join("\n") }, words);
}

export function softwareWords(software: Record<string, string>, seconds: number | null): string {
  const code = software["alp.ml"];
  const known = [code && `code ${code.slice(0, 8)}`, software["torch"] && `torch ${software["torch"]}`];
  const parts = known.filter(Boolean).join(", ");
  return [seconds === null ? "" : `made in ${duration(seconds)}`, parts && `with ${parts}`]
    .filter(Boolean)
    .join(" ");
}

function table(row: Evaluation): HTMLElement | null {
  if (!row.table) return null;
  return h(
    "a",
    {
      class: "btn btn-sm",
      href: `/api/v1/evaluations/${row.id}/table/`,
      download: "",
      title: "What was said of every item, as columns in a NumPy archive",
    },
    icon("download"),
    "Answers of every item",
  );
}

function classCard(report: ClassReport | ShapeReport, showItems: ShowItems): HTMLElement {
  const pixels = "task" in report && report.task === "semantic_segmentation";
  const cell = (value: number | null) => h("td", { class: "num" }, metric(value));
  const line = (one: ClassRow) =>
    h(
      "tr",
      null,
      h("th", { scope: "row" }, one.name),
      h(
        "td",
        { class: "num" },
        link(one.support, () => showItems({ truth: one.name }), `Pictures of ${one.name}`),
      ),
      h(
        "td",
        { class: "num" },
        link(one.predicted, () => showItems({ predicted: one.name }), `Predicted ${one.name}`),
      ),
      cell(one.precision),
      cell(one.recall),
      cell(one.f1),
      pixels ? [cell(one.iou ?? null), cell(one.boundary_f ?? null)] : cell(one.average_precision),
    );
  const last = pixels ? ["IoU", "Boundary F"] : ["AP"];
  const head = ["Class", "True", "Predicted", "Precision", "Recall", "F1", ...last];
  return card(
    "Classes",
    h(
      "div",
      { class: "table-wrap bleed" },
      h(
        "table",
        { class: "table", "aria-label": "Figures by class" },
        h(
          "thead",
          null,
          h(
            "tr",
            null,
            head.map((name, i) => h("th", { scope: "col", class: i ? "num" : "" }, name)),
          ),
        ),
        h("tbody", null, report.per_class.map(line)),
      ),
    ),
    h("span", { class: "hint" }, "a number opens its pictures"),
    "span-2",
  );
}

function link(n: number, run: () => void, label: string): HTMLElement | string {
  if (!n) return "0";
  return h(
    "button",
    { type: "button", class: "linkish", "aria-label": `${label}: ${n}`, onclick: run },
    count(n),
  );
}

function curveCard(report: Report): HTMLElement {
  const names = Object.keys(report.pr_curves);
  const weakest = [...report.per_class]
    .filter((one) => one.average_precision !== null && names.includes(one.name))
    .sort((a, b) => (a.average_precision ?? 1) - (b.average_precision ?? 1))[0]?.name;
  const spec = (name: string) => {
    const curve = report.pr_curves[name];
    return {
      series: [
        {
          name,
          role: "active" as const,
          dots: false,
          points: (curve?.recall ?? []).map((x, i) => [x, curve?.precision[i] ?? null] as const),
        },
      ],
      x: { name: "recall", min: 0, max: 1 },
      y: { name: "precision", min: 0, max: 1, format: (value: number) => metric(value, 1) },
    };
  };
  const first = weakest ?? names[0] ?? "";
  const chart = lineChart({ label: "Precision against recall", spec: spec(first), height: 236 });
  const choice = classSelect(names, first, (name) => chart.set(spec(name)));
  return card("Precision, recall", chart.element, choice);
}

function shapeCards(report: ShapeReport, showItems: ShowItems): HTMLElement[] {
  const names = [...report.class_names, "nothing"];
  const pixels = report.task === "semantic_segmentation" ? "pixels, " : "";
  const note = `${pixels}% of the true class · a cell opens its pictures`;
  return [
    ...(report.confusion_matrix ? [confusionCard(report.confusion_matrix, names, note, showItems)] : []),
    ...(report.calibration ? [reliabilityCard(report.calibration, OBJECTS_HONEST)] : []),
    ...(typeof report.metrics["map"] === "number" ? [sizeCard(report.metrics)] : []),
  ];
}

const OBJECTS_HONEST =
  "An answer is right where it overlaps by half an object of its label that no surer answer took.";

const SIZES = [
  ["All sizes", "map", "ar_100"],
  ["Small, below 32 × 32 pixels", "map_small", "ar_small"],
  ["Medium", "map_medium", "ar_medium"],
  ["Large, from 96 × 96 pixels", "map_large", "ar_large"],
  ["All, the ten surest answers of a picture", "", "ar_10"],
  ["All, the surest answer alone", "", "ar_1"],
] as const;

/** COCO's figures by the size of the objects, and of the first answers only. */
function sizeCard(metrics: Report["metrics"]): HTMLElement {
  const rows = SIZES.map(([name, ap, ar]) =>
    h(
      "tr",
      null,
      h("th", { scope: "row" }, name),
      h("td", { class: "num" }, ap ? metric(metrics[ap]) : "—"),
      h("td", { class: "num" }, metric(metrics[ar])),
    ),
  );
  return card(
    "By size",
    dataTable("Average precision and recall by size", ["Objects", "AP", "Average recall"], rows),
    h("span", { class: "hint" }, "means over overlaps of 0.5 to 0.95"),
  );
}

function classConfusion(report: ClassReport, showItems: ShowItems): HTMLElement {
  const note = "% of the true class · a cell opens its pictures";
  return confusionCard(report.confusion_matrix, report.class_names, note, showItems);
}

function confusionCard(counts: number[][], names: string[], note: string, showItems: ShowItems): HTMLElement {
  const shares = counts.map((row) => {
    const total = row.reduce((a, b) => a + b, 0);
    return row.map((value) => (total && value ? (100 * value) / total : null));
  });
  const chart = heatChart({
    label: "Confusion matrix: rows true, columns predicted, per cent of the true class",
    height: Math.max(236, 60 + names.length * 26),
    spec: {
      rows: names,
      columns: names,
      values: shares,
      confusion: true,
      rowName: "true",
      columnName: "predicted",
      format: (value) => (value < 1 ? "<1" : String(Math.round(value))),
    },
    onClick: (index) => {
      const truth = names[Math.floor(index / names.length)];
      const predicted = names[index % names.length];
      if (truth !== undefined && predicted !== undefined) showItems({ truth, predicted });
    },
  });
  return card("Confusion", chart.element, h("span", { class: "hint" }, note));
}

function calibrationCard(report: ClassReport): HTMLElement {
  const { temperature } = report;
  return reliabilityCard(
    report.calibration,
    temperature.reason
      ? `No temperature: ${temperature.reason}.`
      : `Temperature ${decimal(temperature.value, 2)}, fitted on ${plural(temperature.n, "validation picture")}.`,
  );
}

function reliabilityCard({ confidence, accuracy, count: sizes }: Calibration, words: string): HTMLElement {
  const points = confidence.flatMap((x, i) => {
    const y = accuracy[i];
    return x === null || y === null || y === undefined ? [] : [[x, y] as const];
  });
  const chart = lineChart({
    label: "Reliability: how often answers of a given confidence are right",
    height: 236,
    spec: {
      series: [
        { name: "this model", role: "active", points },
        {
          name: "perfectly honest",
          role: "control",
          points: [
            [0, 0],
            [1, 1],
          ],
        },
      ],
      x: { name: "confidence", min: 0, max: 1, format: (value) => metric(value, 1) },
      y: { name: "right", min: 0, max: 1, format: (value) => metric(value, 1) },
    },
  });
  const total = sizes.reduce((a, b) => a + b, 0);
  const top = total ? (sizes.at(-1) ?? 0) / total : 0;
  return card("Calibration", [
    chart.element,
    h("p", { class: "hint" }, `${words} ${percent(top)} of the answers lie in the highest confidence band.`),
  ]);
}

/** What stands in place of figures. */
export function evaluationState(host: HTMLElement, row: Evaluation): void {
  if (row.summary.untrained)
    replace(host, h("p", { class: "soft" }, "This base was never trained: there is nothing to measure."));
  else if (row.status === "failed") {
    replace(
      host,
      h("div", { class: "notice bad", role: "alert" }, `The evaluation failed: ${row.error?.message ?? ""}`),
    );
  } else replace(host, h("p", { class: "soft" }, `The evaluation is ${row.status}.`));
}
