/** Pieces that the model pages share: names, chips, links, the verdict in words. */
import { boot, requireProject } from "../../lib/boot.ts";
import { h, type Child } from "../../lib/dom.ts";
import { metric, plural, signed } from "../../lib/format.ts";
import { icon } from "../../ui/icons.ts";
import { chip, statusChip } from "../../ui/status.ts";
import { apartWords } from "./comparison-kind.ts";
import type { Comparison, ComparisonReport, Measure, Model } from "./types.ts";

export const projectId = (): string => requireProject(boot()).id;
export const modelUrl = (id: string): string => `/p/${projectId()}/models/${id}/`;
export const comparisonUrl = (id: string): string => `/p/${projectId()}/comparisons/${id}/`;

/** What a version is just now: the work on it first, then its place among the others. */
export function stateChip(
  model: Pick<Model, "status" | "stage" | "promoted_at" | "stage_reason">,
): HTMLElement {
  if (model.status !== "trained" && model.status !== "pre-trained") {
    return statusChip(model.status === "created" ? "draft" : model.status, model.status);
  }
  if (model.stage === "best") return statusChip("best");
  if (model.stage === "candidate") {
    return model.stage_reason.startsWith("waits for approval")
      ? chip("to approve", "accent", "scale")
      : statusChip("candidate");
  }
  if (model.stage === "archived") {
    if (model.promoted_at) return statusChip("retired", "retired");
    return model.stage_reason.startsWith("kept out")
      ? chip("kept out", "plain", "close")
      : statusChip("archived");
  }
  return model.status === "pre-trained" ? chip("base", "plain", "box") : statusChip("trained");
}

/** Why it has its place: the reason that was written down, without the chip's own word. */
export function whyText(model: Model): string {
  if (model.status === "failed") return model.error?.message ?? "failed";
  if (model.status === "training") return jobWords(model, "training");
  if (model.status === "created" && model.loaded) return jobWords(model, "to be loaded");
  if (!model.can_predict && model.status === "pre-trained") return "has learnt no label yet";
  return firstClause(model.stage_reason);
}

function jobWords(model: Model, running: string): string {
  const note = model.job?.progress.note;
  return note ?? (model.job?.state === "queued" ? "waiting for a worker" : running);
}

/** "kept out: v7 stays, a tie: Accuracy …" -> "a tie": the list has room for the reason, the report has the figures. */
export function firstClause(reason: string): string {
  const words = reason
    .replace(/^(kept out|passes the gate|waits for approval): /, "")
    .replace(/^.+ stays, /, "");
  return words.split(": ")[0] ?? words;
}

export function madeBy(model: Model): string {
  return model.pipeline_id ? "pipeline" : (model.created_by?.name ?? "—");
}

export function modelLink(ref: { id: string; name: string }): HTMLElement {
  return h("a", { href: modelUrl(ref.id), class: "strong-link" }, ref.name);
}

export function card(title: Child, body: Child, side?: Child, extra = ""): HTMLElement {
  return h(
    "section",
    { class: ["card", extra] },
    h(
      "header",
      null,
      typeof title === "string" ? h("h2", null, title) : title,
      h("span", { class: "spacer" }),
      side,
    ),
    h("div", { class: "card-body" }, body),
  );
}

/** Which class a chart shows. */
export function classSelect(
  names: readonly string[],
  first: string,
  onPick: (name: string) => void,
): HTMLElement {
  return h(
    "select",
    {
      class: "select select-sm",
      "aria-label": "Class",
      value: first,
      onchange: (event) => onPick((event.target as HTMLSelectElement).value),
    },
    names.map((name) => h("option", { value: name }, name)),
  );
}

export function factList(rows: [string, Child][]): HTMLElement {
  return h(
    "dl",
    { class: "facts" },
    rows.map(([name, value]) => [h("dt", null, name), h("dd", null, value)]),
  );
}

const METRIC_NAMES: Record<string, string> = {
  accuracy: "Accuracy",
  balanced_accuracy: "Balanced accuracy",
  macro_f1: "Macro F1",
  average_precision: "Mean average precision",
  log_loss: "Log loss",
  ece: "Calibration error",
  loss: "Loss",
  map_50: "AP50",
  map: "AP",
  miou: "Mean IoU",
  mean_iou: "Mean IoU",
  boundary_f: "Boundary F",
  f1: "F1",
  penalty: "Penalty",
  learning_rate: "Learning rate",
  images_per_second: "Images a second",
};
export function metricName(name: string): string {
  const [kind = name, label] = name.split(" of ");
  const known = METRIC_NAMES[kind] ?? kind.replaceAll("_", " ");
  return label ? `${known} of ${label}` : known;
}
/** Lower is better for these. */
export const isLoss = (name: string): boolean =>
  name === "log_loss" || name === "ece" || name.startsWith("loss");

/** Whether all that is open is that a person approves. */
export function waitsForApproval(report: ComparisonReport | undefined): boolean {
  const open = report?.reasons.filter((reason) => !reason.passed) ?? [];
  return open.length === 1 && open[0]?.code === "approval_needed";
}

/** The verdict as a headline: who won, asked or told. */
export function verdictTitle(row: Comparison): string {
  const { candidate, incumbent, report } = row;
  if (row.verdict === "update model") return `${candidate.name} is better than ${incumbent.name}.`;
  const code = report?.reasons.find((reason) => !reason.passed)?.code;
  if (code === "tie") return `${candidate.name} and ${incumbent.name} are a tie: ${incumbent.name} stays.`;
  if (code === "worse") return `${candidate.name} is worse than ${incumbent.name}.`;
  if (code === "not_significant") return `${candidate.name} may be no better than ${incumbent.name}.`;
  if (code === "guard_broken") return `${candidate.name} may be worse on a guarded class.`;
  if (code === "approval_needed") return `${candidate.name} is better and waits for approval.`;
  if (code === "too_slow") return `${candidate.name} is better, but too slow.`;
  if (code === "latency_unknown") return `How fast ${candidate.name} is, is not known.`;
  if (code === "too_few") return `Too few test pictures to put ${candidate.name} first.`;
  if (code === "untrained_candidate") return `${candidate.name} was never trained.`;
  return `${candidate.name} is not enough better than ${incumbent.name}.`;
}

const deciding = (report: ComparisonReport): Measure | undefined =>
  report.measures.find((one) => one.name === report.metric) ?? report.measures.at(-1);

/** Two sentences under the headline: by how much, how sure, and what the bar was. */
export function verdictWords(report: ComparisonReport): Child {
  const measure = deciding(report);
  if (!measure) return report.reasons[0]?.text ?? "";
  return [
    `${metricName(measure.name)} on the same ${plural(report.n, "picture")}: `,
    h("b", null, `${metric(measure.candidate)} against ${metric(measure.incumbent)}`),
    ", a difference of ",
    h("b", null, signed(measure.gain)),
    ` (95 % interval ${signed(measure.low)} to ${signed(measure.high)}). `,
    `${apartWords(report)} `,
    report.k > 1
      ? `Candidate number ${report.k} judged on this test set: the bar was raised for that.`
      : "The first candidate judged on this test set.",
  ];
}

export function checkList(report: ComparisonReport): HTMLElement {
  return h(
    "ul",
    { class: "checks" },
    report.reasons.map((reason) =>
      h(
        "li",
        { class: reason.passed ? "ok" : "bad" },
        icon(reason.passed ? "check" : "close", "sm"),
        h("span", null, reason.text),
      ),
    ),
    report.smallest_gain !== null &&
      h(
        "li",
        { class: "muted", title: "With 80 % power, at the disagreement these two models have" },
        icon("info", "sm"),
        h("span", null, `The smallest gain this test set can show: ${metric(report.smallest_gain)}`),
      ),
  );
}

/** The pair above a verdict. */
export function pairChips(row: Comparison): HTMLElement {
  const version = row.test_set_version;
  return h(
    "div",
    { class: "row pair" },
    chip(`candidate ${row.candidate.name}`, "accent", "scale"),
    h("span", { class: "soft" }, "against"),
    chip(row.incumbent.name, "ok", "check"),
    h("span", { class: "spacer" }),
    version &&
      h(
        "span",
        { class: "hint nowrap" },
        `test set version ${version.number} · ${plural(version.item_count, "picture")} · `,
        h("span", { class: "mono" }, version.hash.slice(0, 6)),
      ),
  );
}

/** A table with names above its columns, all but the first of them of numbers. */
export function dataTable(label: string, head: Child[], rows: Child[]): HTMLElement {
  return h(
    "div",
    { class: "table-wrap bleed" },
    h(
      "table",
      { class: "table", "aria-label": label },
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          head.map((one, i) => h("th", { scope: "col", class: i ? "num" : "" }, one)),
        ),
      ),
      h("tbody", null, rows),
    ),
  );
}
