/** What a comparison counted and how it left chance out: it differs by what the models say. Pure words. */
import type { ClassChange, ComparisonReport } from "./types.ts";

type Kind = NonNullable<ComparisonReport["kind"]>;
export interface KindWords {
  /** What the bounds of the classes are of, and that in short. */
  bounded: string;
  short: string;
  luck: string;
  /** Heads of the two figures of a class: the first is what its change and bound are of. */
  figures: [string, string];
  counted: string;
  onlyCandidate: string;
  onlyIncumbent: string;
  test: string;
}

const SPENT =
  "The k-th candidate must stay below .05 / (k (k + 1)), so that looking often cannot make a lucky one win. A retry of the same pair spends nothing.";
const WORDS: Record<Kind, KindWords> = {
  classes: {
    bounded: "recall",
    short: "recall",
    luck: "Chance of such a split by luck",
    figures: ["Recall", "AP"],
    counted: "Pictures",
    onlyCandidate: "Only the candidate is right",
    onlyIncumbent: "Only the current best is right",
    test: `Exact one-sided McNemar test on the same pictures. ${SPENT}`,
  },
  objects: {
    bounded: "average precision",
    short: "AP",
    luck: "Chance of such a gain by luck",
    figures: ["AP", "Recall"],
    counted: "Objects",
    onlyCandidate: "Objects only the candidate finds",
    onlyIncumbent: "Objects only the current best finds",
    test: `Paired bootstrap: the same pictures are drawn anew for both, and the average precision is taken again of each draw. ${SPENT}`,
  },
  pixels: {
    bounded: "recall of pixels",
    short: "recall",
    luck: "Chance of such a gain by luck",
    figures: ["Recall", "IoU"],
    counted: "Pictures",
    onlyCandidate: "Pictures on which the candidate errs less",
    onlyIncumbent: "Pictures on which the current best errs less",
    test: `Permutation test: were the models alike, each picture could as well have been answered by the other one. ${SPENT}`,
  },
};

/** Reports from before it was written down are told by what they hold. */
export function kindOf(report: Pick<ComparisonReport, "kind" | "metric" | "per_class">): Kind {
  if (report.metric.startsWith("mean_iou")) return "pixels";
  if (report.per_class.some((row) => row.average_precision_change !== undefined)) return "objects";
  return report.kind ?? "classes";
}

export const kindWords = (report: Pick<ComparisonReport, "kind" | "metric" | "per_class">): KindWords =>
  WORDS[kindOf(report)];

/** Of a class: what its bound is of, of both and the change, then the other figure of both. */
export interface ChangeRow {
  name: string;
  support: number;
  guarded: boolean;
  ok: boolean;
  main: [number | null, number | null];
  other: [number | null, number | null];
  change: number | null;
  /** One-sided 95 % bound of the change; null where nothing is ruled out. */
  bound: number | null;
}

export function changeRows(report: Pick<ComparisonReport, "kind" | "metric" | "per_class">): ChangeRow[] {
  const kind = kindOf(report);
  const objects = kind === "objects";
  // Older reports of pixels had bounds of guarded classes only.
  const bounded = (row: ClassChange) =>
    row.support > 0 &&
    row.lower_bound > -1 &&
    (kind !== "pixels" || report.kind !== undefined || row.guarded);
  return report.per_class.map((row) => {
    const recalls: ChangeRow["main"] = [row.candidate_recall, row.incumbent_recall];
    const areas: ChangeRow["main"] = [row.candidate_average_precision, row.incumbent_average_precision];
    return {
      name: row.name,
      support: row.support,
      guarded: row.guarded,
      ok: row.ok,
      main: objects ? areas : recalls,
      other: objects ? recalls : areas,
      change: objects ? (row.average_precision_change ?? null) : row.recall_change,
      bound: bounded(row) ? row.lower_bound : null,
    };
  });
}

/** "Only v8 has 3 of them right, only v7 1." */
export function apartWords(
  report: Pick<
    ComparisonReport,
    "kind" | "metric" | "per_class" | "only_candidate" | "only_incumbent" | "candidate" | "incumbent"
  >,
): string {
  const { candidate, incumbent, only_candidate: mine, only_incumbent: theirs } = report;
  const kind = kindOf(report);
  const [one, two] = [mine.toLocaleString("en"), theirs.toLocaleString("en")];
  if (kind === "objects")
    return `Only ${candidate.name} finds ${one} of the objects, only ${incumbent.name} ${two}.`;
  if (kind === "pixels") return `${candidate.name} errs less on ${one} of them, ${incumbent.name} on ${two}.`;
  return `Only ${candidate.name} has ${one} of them right, only ${incumbent.name} ${two}.`;
}
