/** What the home page reads of the models and work APIs. */

export interface ModelRow {
  id: string;
  name: string;
  number: number;
  status: string;
  stage: string;
  train_count: number;
  created_at: string;
  trained_at: string | null;
  promoted_at: string | null;
  evaluation: { summary: { accuracy?: number | null; map_50?: number; miou?: number } } | null;
  job: { progress: { done?: number; total?: number; note?: string } } | null;
}

export interface FiguresAnswer {
  labels_vs_metric: {
    model: string;
    name: string;
    number: number;
    labels: number;
    accuracy: number | null;
    metric: string;
    interval: [number, number] | null;
    stage: string;
  }[];
  best_history: {
    model: string;
    name: string;
    previous: string | null;
    at: string;
    accuracy: number | null;
    metric: string;
  }[];
}

export interface ComparisonRow {
  id: string;
  candidate: { id: string; name: string };
  incumbent: { id: string; name: string };
  verdict: string;
  reason: string;
  /** The candidate is better, and waits for a person's approval. */
  waits: boolean;
  created_at: string;
}

export interface TaskWork {
  id: string;
  name: string;
  kind: "annotation" | "qa";
  sent_back: number;
  waiting: number;
}

export interface Work {
  waiting: number;
  next: TaskWork | null;
  tasks: TaskWork[];
  done_today: number;
  seconds_today: number;
  reviewed: number;
  approved_unchanged: number;
}

/** Approved images by subset. */
export interface Truth {
  total: number;
  train: number;
  validation: number;
  test: number;
}

/** Names of versions carry when they were made: too long where a dozen stand beside each other. Home says "v3". */
export function shortener(models: readonly ModelRow[]): (text: string) => string {
  const numbers = new Map(models.filter((m) => m.number).map((m) => [m.name, `v${m.number}`]));
  // One pass, longest first: a name often begins with that of its base.
  const names = [...numbers.keys()].sort((a, b) => b.length - a.length);
  if (!names.length) return (text) => text;
  const any = new RegExp(names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"), "g");
  return (text) => text.replace(any, (name) => numbers.get(name) ?? name);
}

/** "v8 beat v7: …" in the words of the verdict. */
export function comparisonSentence(row: ComparisonRow): string {
  const outcome = row.verdict === "discard" ? "did not replace" : "replaced";
  return row.reason || `${row.candidate.name} ${outcome} ${row.incumbent.name}.`;
}
