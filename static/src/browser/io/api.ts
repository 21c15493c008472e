/** The REST calls of the browser. */
import { api } from "../../lib/http.ts";
import type { OutlinePage } from "../state/outlines.ts";
import type {
  Annotation,
  Facets,
  Filter,
  Item,
  ItemPage,
  JsonObject,
  Ontology,
  Prediction,
  Revision,
  Sort,
  Which,
} from "../types.ts";

export interface BulkAnswer {
  changed: number | null;
  job: string | null;
  undo: JsonObject | null;
}
export interface Query {
  filter: Filter;
  sort?: Sort;
  page?: number;
  pageSize?: number;
  after?: string | null;
  count?: boolean;
}

export function datasetApi(dataset: string) {
  const base = `/api/v1/datasets/${dataset}`;
  return {
    query: (query: Query, signal?: AbortSignal) =>
      api.post<ItemPage>(`${base}/items/query/`, query, signal ? { signal, retries: 1 } : { retries: 1 }),
    outlines: (ids: string[]) => api.post<OutlinePage>(`${base}/outlines/`, { ids }, { retries: 1 }),
    facets: () => api.get<Facets>(`${base}/facets/`),
    bulk: (which: Which | JsonObject, action: string, value?: unknown) =>
      api.post<BulkAnswer>(`${base}/items/bulk/`, { ...which, action, value }),
    clone: (which: Which, target: string, directory: string) =>
      api.post<BulkAnswer>(`${base}/items/clone/`, { ...which, target, directory }),
  };
}

export const items = {
  get: (id: string) => api.get<Item>(`/api/v1/items/${id}/`),
  patch: (id: string, body: unknown) => api.patch<Item>(`/api/v1/items/${id}/`, body),
  patchSystem: (id: string, tags: Record<string, true | null>) =>
    api.patch<Item>(
      `/api/v1/items/${id}/`,
      { metadata: { system: { tags } } },
      { query: { system: "true" } },
    ),
  annotations: (id: string) =>
    api.get<{ content_version: number; items: Annotation[] }>(`/api/v1/items/${id}/annotations/`),
  operate: (id: string, operations: JsonObject[]) =>
    api.post<{ answers: { status: number; error?: { message: string } }[] }>(
      `/api/v1/items/${id}/annotations/`,
      { operations },
    ),
  revisions: (id: string) => api.list<Revision>(`/api/v1/items/${id}/revisions/`),
  predictions: (id: string) => api.list<Prediction>(`/api/v1/items/${id}/predictions/`),
  restore: (annotation: string, revision: number) =>
    api.post(`/api/v1/annotations/${annotation}/restore/`, { revision }),
};

export const ontologies = {
  get: (id: string) => api.get<Ontology>(`/api/v1/ontologies/${id}/`),
};
