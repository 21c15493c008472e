/** Earlier versions of an item's annotations. */
import { client, type Schema } from "../../lib/client.ts";
import type { ItemAnnotations } from "../state/document.ts";
import { fromPayload, type AnnotationPayload } from "./pending.ts";
import type { Annotation } from "../shapes/_shape.ts";

export type Version = Schema<"ItemVersion">;
export interface VersionsApi {
  list(item: string, after?: number): Promise<{ items: Version[]; next: number | null }>;
  /** All annotations as they were after that version. */
  at(item: string, version: number): Promise<Annotation[]>;
  /** As new changes on the server; what came since stays in the history. */
  restore(item: string, version: number, seen: number): Promise<ItemAnnotations>;
}

export const versionsApi: VersionsApi = {
  list: (item_id, after) =>
    client.get("/api/v1/items/{item_id}/versions/", { path: { item_id }, query: after ? { after } : {} }),
  at: async (item_id, version) => {
    const found = await client.get("/api/v1/items/{item_id}/versions/{version}/", {
      path: { item_id, version },
    });
    return (found.items as unknown as AnnotationPayload[]).map((row) => fromPayload(row));
  },
  restore: async (item_id, version, seen_version) =>
    await client.post("/api/v1/items/{item_id}/versions/{version}/restore/", {
      path: { item_id, version },
      body: { seen_version },
    }),
};
