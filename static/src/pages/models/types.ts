/** What the model pages read of the API. */
import type { NamedRef } from "../../lib/boot.ts";
import type { JsonSchema } from "../../ui/schema.ts";

export interface TestSetVersionRef {
  id: string;
  number: number;
  item_count: number;
  hash: string;
}
export interface Summary {
  accuracy?: number;
  balanced_accuracy?: number;
  macro_f1?: number;
  average_precision?: number;
  log_loss?: number;
  ece?: number;
  accuracy_interval?: [number, number];
  map_50?: number;
  map?: number;
  f1?: number;
  miou?: number;
  dice?: number;
  boundary_f?: number;
  n?: number;
  unreadable?: number;
  skipped?: number;
  untrained?: boolean;
  /** Milliseconds a picture takes: by what `latency_by` says, and by the clock. Of older ones only the first, by the
   * clock. */
  latency_ms?: number | null;
  latency_wall_ms?: number | null;
  latency_by?: "processor" | "clock" | null;
}
export interface JobState {
  id: string;
  state: string;
  progress: { done?: number; total?: number; note?: string; at?: string };
  attempts: number;
  cancel_requested: boolean;
  started_at: string | null;
  error: string;
}
export interface Model {
  id: string;
  name: string;
  description: string;
  tags: string[];
  number: number;
  family: string;
  adapter: string;
  status: string;
  stage: string;
  stage_reason: string;
  can_predict: boolean;
  base_model: NamedRef | null;
  imported_as: string | null;
  /** A job loads it from a file, a server or public weights. */
  loaded: boolean;
  dataset: NamedRef | null;
  test_set_version: TestSetVersionRef | null;
  labels: string[];
  configuration: Record<string, unknown>;
  train_filter: Record<string, unknown>;
  validation_filter: Record<string, unknown>;
  train_count: number;
  validation_count: number;
  seed: number;
  temperature: number | null;
  /** Score from which its shapes are shown to people; null: as training chose. */
  shown_from: number | null;
  weights_digest: string;
  error: { code: string; message: string } | null;
  created_by: NamedRef | null;
  pipeline_id: string | null;
  cycle_id: string | null;
  created_at: string;
  started_at: string | null;
  trained_at: string | null;
  promoted_at: string | null;
  evaluation: {
    id: string;
    summary: Summary;
    test_set_version: TestSetVersionRef;
    finished_at: string;
  } | null;
  job: JobState | null;
}
export interface ClassRow {
  name: string;
  support: number;
  predicted: number;
  precision: number | null;
  recall: number | null;
  f1: number | null;
  average_precision: number | null;
  /** Where pixels are judged. */
  iou?: number | null;
  /** F of outlines; older reports have none. */
  boundary_f?: number | null;
}
export interface Curve {
  recall: number[];
  precision: number[];
  threshold: number[];
}
export interface Report {
  n: number;
  unreadable: number;
  class_names: string[];
  metrics: Record<string, number>;
  per_class: ClassRow[];
  pr_curves: Record<string, Curve>;
}
/** How often answers of a given confidence are right, by bands of it; null in an empty one. */
export interface Calibration {
  count: number[];
  confidence: (number | null)[];
  accuracy: (number | null)[];
}
/** Of a classifier. */
export interface ClassReport extends Report {
  temperature: { value: number; n: number; reason: string | null };
  raw: { log_loss: number; ece: number };
  confusion_matrix: number[][];
  calibration: Calibration;
}
/** Of a model that says where something is. */
export interface ShapeReport extends Report {
  task: string;
  threshold: number;
  /** Where objects are judged. */
  objects?: number;
  /** Of objects, or of pixels; the last row is for answers where nothing is, the last column for what was missed. */
  confusion_matrix?: number[][];
  /** Of the answers that say an object; older reports have none. */
  calibration?: Calibration;
}
export interface Evaluation {
  id: string;
  model: string;
  test_set_version: TestSetVersionRef;
  /** By which the items of the test set version were chosen. */
  filter: Record<string, unknown>;
  status: string;
  summary: Summary;
  item_count: number;
  /** Versions of what the figures were made with; of older evaluations nothing. */
  software: Record<string, string>;
  seconds: number | null;
  /** Whether the answers of each item can be downloaded. */
  table: boolean;
  error: { code: string; message: string } | null;
  created_at: string;
  finished_at: string | null;
  metrics?: ClassReport | ShapeReport;
}
export interface EvaluatedItem {
  item: string;
  name: string;
  thumbnail: string | null;
  truth: string;
  predicted: string;
  confidence: number;
  right: boolean;
}
export interface ClassChange {
  name: string;
  support: number;
  candidate_recall: number | null;
  incumbent_recall: number | null;
  recall_change: number | null;
  /** Of objects; what the bound is of then. */
  average_precision_change?: number | null;
  lower_bound: number;
  candidate_average_precision: number | null;
  incumbent_average_precision: number | null;
  guarded: boolean;
  ok: boolean;
}
export interface Measure {
  name: string;
  candidate: number;
  incumbent: number;
  gain: number;
  low: number;
  high: number;
}
export interface ComparedModel extends Pick<Summary, "latency_ms" | "latency_wall_ms" | "latency_by"> {
  id: string;
  name: string;
  evaluation: string;
  train_count: number;
}
export interface ComparisonReport {
  action: string;
  winner: "candidate" | "incumbent";
  headline: string;
  reasons: { code: string; text: string; passed: boolean }[];
  metrics: { candidate?: Record<string, number>; incumbent?: Record<string, number> };
  measures: Measure[];
  metric: string;
  gain: number | null;
  interval: [number, number] | null;
  p: number | null;
  alpha_k: number;
  k: number;
  only_candidate: number;
  only_incumbent: number;
  per_class: ClassChange[];
  smallest_gain: number | null;
  n: number;
  unreadable: number;
  /** What was counted and tested; older reports do not say. */
  kind?: "classes" | "objects" | "pixels";
  candidate: ComparedModel;
  incumbent: ComparedModel;
  ledger: { spent: boolean; k: number };
}
export interface Comparison {
  id: string;
  candidate: NamedRef;
  incumbent: NamedRef;
  test_set_version: TestSetVersionRef | null;
  config: Record<string, unknown>;
  verdict: string;
  reason: string;
  /** The candidate is better, and waits for a person's approval. */
  waits: boolean;
  created_at: string;
  report?: ComparisonReport;
}
export interface FigureSeries {
  figure: string;
  series: { legend: string; points: [number, number][] }[];
}
export interface LogLine {
  id: number;
  at: string;
  kind: string;
  status: string;
  text: string;
  person: NamedRef | null;
}
export interface Lineage {
  summary: {
    train?: { items: number; labels: Record<string, number>; skipped: number };
    validation?: { items: number; labels: Record<string, number>; skipped: number };
    test?: { items: number; version: string | null; number: number | null };
    software?: Record<string, string>;
    calibration?: { value: number; n: number; reason: string | null };
    /** Where examples were weighed by who annotated them: people with a score, and examples that count less. */
    annotators?: { people: number; weighed: number };
  };
  seed: number;
  weights_digest: string;
  train_filter: Record<string, unknown>;
  validation_filter: Record<string, unknown>;
  artifacts: { name: string; sha256: string; size: number; at: string }[];
  family: FamilyMember[];
  dataset: NamedRef | null;
  base_model: NamedRef | null;
  came_of: {
    evaluations: { id: string; status: string; summary: Summary; test_set_version: TestSetVersionRef }[];
    comparisons: {
      id: string;
      verdict: string;
      as: "candidate" | "incumbent";
      other: NamedRef | null;
    }[];
    promotions: {
      id: string;
      kind: string;
      /** The version that it took over from. */
      previous: NamedRef | null;
      reason: string;
      comparison: string | null;
      at: string;
    }[];
    descendants: NamedRef[];
    counts: { evaluations: number; comparisons: number; descendants: number; predictions: number };
  };
}
/** A pipeline that holds the model, and where. */
export interface ModelUse {
  pipeline: NamedRef;
  status: string;
  variables: string[];
  nodes: string[];
}
export interface FamilyMember {
  id: string;
  name: string;
  number: number;
  stage: string;
  status: string;
  train_count: number;
  base_model: string | null;
}
export interface Adapter {
  name: string;
  title: string;
  description: string;
  licence: string;
  encoder: boolean;
  trainable: boolean;
  config_schema: JsonSchema;
  defaults: Record<string, unknown>;
}
export interface FiguresAnswer {
  labels_vs_metric: LabelsPoint[];
  best_history: {
    model: string;
    name: string;
    previous: string | null;
    kind: string;
    reason: string;
    at: string;
  }[];
}
export interface LabelsPoint {
  model: string;
  name: string;
  number: number;
  labels: number;
  train: number;
  accuracy: number | null;
  /** What `accuracy` is, where it is another figure. */
  metric: string;
  interval: [number, number] | null;
  stage: string;
  promoted: boolean;
}
