/** What happened lately: verdicts, trainings and promotions in one list, newest first. Pure. */
import { count, metric } from "../../lib/format";
import type { IconName } from "../../ui/icons";
import {
  comparisonSentence,
  shortener,
  type ComparisonRow,
  type FiguresAnswer,
  type ModelRow,
} from "./types";

export interface LatelyLine {
  at: string;
  name: IconName;
  text: string;
  href: string;
}

export interface LatelySources {
  models: ModelRow[];
  comparisons: ComparisonRow[];
  figures: FiguresAnswer | null;
}

const MOST = 8;

export function latelyLines(base: string, { models, comparisons, figures }: LatelySources): LatelyLine[] {
  const short = shortener(models);
  const verdicts = comparisons.slice(0, MOST).map((c): LatelyLine => ({
    at: c.created_at,
    name: "scale",
    text: short(comparisonSentence(c)),
    href: `${base}/comparisons/${c.id}/`,
  }));
  const trainings = models
    .filter((m) => m.trained_at)
    .slice(0, MOST)
    .map((m): LatelyLine => ({
      at: m.trained_at ?? m.created_at,
      name: "train",
      text: `${short(m.name)} trained on ${count(m.train_count)} labels`,
      href: `${base}/models/${m.id}/`,
    }));
  const promotions = (figures?.best_history ?? []).slice(-MOST).map((b): LatelyLine => {
    const after = b.previous ? `, after ${short(b.previous)}` : "";
    const accuracy = b.accuracy === null ? "" : ` (${b.metric} ${metric(b.accuracy)})`;
    return {
      at: b.at,
      name: "trophy",
      text: `${short(b.name)} is the best model${after}${accuracy}`,
      href: `${base}/models/${b.model}/`,
    };
  });
  return [...verdicts, ...trainings, ...promotions].sort((a, b) => b.at.localeCompare(a.at));
}
