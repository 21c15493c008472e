/** What the REST API says of items; the shapes of datasets/selectors. */

export interface ItemLabel {
  label: string;
  type: string;
  approved: boolean;
  model: string | null;
  confidence: number | null;
}
export interface ItemRef {
  type: "task" | "assignment" | "cycle";
  id: string;
  pipelineId?: string;
  metadata: { status?: string; creator?: string; timestamp: string };
}
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}
export interface SystemMetadata {
  mimetype?: string;
  size?: number;
  width?: number;
  height?: number;
  tags: Record<string, true>;
  refs: ItemRef[];
  annotationStatus: string[];
}
export type SubsetName = "" | "train" | "validation" | "test";
export interface Item {
  id: string;
  datasetId: string;
  name: string;
  filename: string;
  dir: string;
  hidden: boolean;
  annotated: boolean;
  annotationsCount: number;
  creator: string | null;
  createdAt: string;
  updatedAt: string;
  stream: string | null;
  thumbnail: string | null;
  /** As every browser shows it. */
  picture: string | null;
  tiles: string | null;
  srcItem: string | null;
  subset: SubsetName;
  groupKey: string;
  contentVersion: number;
  groundTruth: boolean;
  changedSinceApproval: boolean;
  approvedAt: string | null;
  labels: ItemLabel[];
  metadata: { user: JsonObject; system: SystemMetadata & JsonObject } & Record<string, unknown>;
}
export interface ItemPage {
  totalItemsCount: number | null;
  hasNextPage: boolean;
  items: Item[];
  next: string | null;
}
export interface Facet {
  value: string;
  count: number;
}
export interface Facets {
  status: Facet[];
  subset: Facet[];
  label: Facet[];
  tag: Facet[];
  folder: Facet[];
}
export interface Label {
  id: string;
  name: string;
  color: string;
  hotkey: string;
  group: string;
  order: number;
  /** Its skeletons' keypoints and which of them a line joins, by place; null without. */
  skeleton: {
    readonly names: readonly string[];
    readonly edges: readonly (readonly [number, number])[];
  } | null;
}
export interface Attribute {
  id: string;
  key: string;
  title: string;
  kind: "options" | "range" | "boolean" | "text";
  multi: boolean;
  optional: boolean;
  scope: string[];
  values: string[];
  value_range: { min: number; max: number; step?: number } | null;
}
export interface Ontology {
  id: string;
  name: string;
  labels: Label[];
  attributes: Attribute[];
}
export interface Annotation {
  id: string;
  type: string;
  label: string;
  author: { id: string; name: string } | null;
  updatedAt: string;
  revision: number;
  approved: boolean;
  approvedRevision: number | null;
  metadata: { user?: { model?: { name: string; confidence: number } } };
}
export interface Revision {
  annotation: string;
  revision: number;
  action: string;
  label: string;
  author: string | null;
  modelId: string | null;
  confidence: number | null;
  createdAt: string;
  current: boolean;
  approved: boolean;
}
export interface Prediction {
  id: string;
  model: { id: string; name: string };
  label: string;
  confidence: number;
  margin: number | null;
  probabilities: Record<string, number>;
}
export type Sort = Record<string, "ascending" | "descending">;
export type Filter = JsonObject;
/** Items of a bulk act: some by id, or all that a filter finds. */
export type Which = { ids: string[] } | { filter: JsonObject };
