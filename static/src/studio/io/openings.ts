/** What an item opens with, ahead of time: its annotations and the model's suggestions, read while another is looked at. */
import { client, type Schema } from "../../lib/client.ts";
import type { AttributeSpec } from "../context.ts";
import type { ItemAnnotations, SuggestionPayload } from "../state/document.ts";

export interface Opening {
  annotations: ItemAnnotations;
  suggestions: SuggestionPayload[];
  /** The questions about annotations. */
  attributes: AttributeSpec[];
}
export interface OpeningRef {
  taskItem: string;
  item: string;
}
/** How items are read: one that is wanted now, or several ahead; those that are not to be had are left out. */
export interface OpeningSource {
  one(taskItem: string): Promise<Opening>;
  several(taskItems: string[]): Promise<Map<string, Opening>>;
}

/** Read longer ago than this, it is shown at once and asked for again. */
export const FRESH_MS = 20_000;

export class Openings {
  private readonly waiting = new Map<string, { at: number; opening: Promise<Opening> }>();

  constructor(
    private readonly source: OpeningSource,
    private readonly now: () => number = Date.now,
  ) {}

  /** These come next; what was read for others is forgotten. */
  ahead(refs: readonly OpeningRef[]): void {
    const wanted = new Set(refs.map(({ taskItem }) => taskItem));
    for (const id of this.waiting.keys()) if (!wanted.has(id)) this.waiting.delete(id);
    const missing = [...wanted].filter((id) => !this.waiting.has(id));
    if (!missing.length) return;
    const batch = this.source.several(missing);
    for (const id of missing)
      this.keep(
        id,
        batch.then((found) => found.get(id) ?? Promise.reject(new Error("Not to be had."))),
      );
  }
  /** Once: the next time it is asked for, it is read anew. `stale`: read a while ago. */
  async take({ taskItem }: OpeningRef): Promise<{ opening: Opening; stale: boolean }> {
    const kept = this.waiting.get(taskItem);
    this.waiting.delete(taskItem);
    if (kept) {
      try {
        return { opening: await kept.opening, stale: this.now() - kept.at > FRESH_MS };
      } catch {
        // Reading ahead failed: now it matters, so it is asked for by itself.
      }
    }
    return { opening: await this.source.one(taskItem), stale: false };
  }
  /** Something of these items changed. */
  forget(items: ReadonlySet<string>, refs: readonly OpeningRef[]): void {
    for (const { taskItem, item } of refs) if (items.has(item)) this.waiting.delete(taskItem);
  }

  private keep(taskItem: string, opening: Promise<Opening>): void {
    opening.catch(() => undefined);
    this.waiting.set(taskItem, { at: this.now(), opening });
  }
}

export function taskOpenings(task: string): Openings {
  return new Openings({
    one: async (task_item_id) =>
      openingOf(await client.get("/api/v1/task-items/{task_item_id}/open/", { path: { task_item_id } })),
    several: async (task_items) => {
      const { items } = await client.post("/api/v1/tasks/{task_id}/queue/open/", {
        path: { task_id: task },
        body: { task_items },
      });
      return new Map(items.map((one) => [one.task_item.id, openingOf(one)]));
    },
  });
}

function openingOf({ annotations, suggestions, ontology }: Schema<"Opened">): Opening {
  return {
    annotations: annotations,
    suggestions: suggestions.map((one) => ({ ...one, confidence: one.confidence ?? 1 })),
    attributes: attributesOf(ontology),
  };
}

/** The questions about annotations, as the ontology asks them. */
export function attributesOf(ontology: Schema<"Opened">["ontology"]): AttributeSpec[] {
  return (ontology?.attributes ?? []).map(({ range, ...rest }) => ({
    ...rest,
    value_range: (range ?? null) as AttributeSpec["value_range"],
  }));
}
