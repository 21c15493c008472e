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
  private readonly waiting = new Map<string, { at: number; item: string; opening: Promise<Opening> }>();
  /** What is being taken, by its item; true: the item changed since it was read. */
  private readonly taken = new Map<string, boolean>();

  constructor(
    private readonly source: OpeningSource,
    private readonly now: () => number = Date.now,
  ) {}

  /** These come next; what was read for others is forgotten. */
  ahead(refs: readonly OpeningRef[]): void {
    const wanted = new Map(refs.map(({ taskItem, item }) => [taskItem, item]));
    for (const id of this.waiting.keys()) if (!wanted.has(id)) this.waiting.delete(id);
    const missing = [...wanted.keys()].filter((id) => !this.waiting.has(id));
    if (!missing.length) return;
    const batch = this.source.several(missing);
    for (const id of missing)
      this.keep(
        id,
        wanted.get(id) ?? "",
        batch.then((found) => found.get(id) ?? Promise.reject(new Error("Not to be had."))),
      );
  }
  /** Once: the next time it is asked for, it is read anew. `stale`: read a while ago, or changed while it was read. */
  async take({ taskItem, item }: OpeningRef): Promise<{ opening: Opening; stale: boolean }> {
    const kept = this.waiting.get(taskItem);
    this.waiting.delete(taskItem);
    this.taken.set(item, false);
    const opening = kept ? await kept.opening.catch(() => null) : null;
    const old = opening !== null && kept !== undefined && this.now() - kept.at > FRESH_MS;
    // Reading ahead failed, or was not done: now it matters, so it is asked for by itself.
    const found = opening ?? (await this.source.one(taskItem));
    const changed = this.taken.get(item) ?? false;
    this.taken.delete(item);
    return { opening: found, stale: old || changed };
  }
  /** Something of these items changed: what was read of them, for whichever queue it was, is old. */
  forget(items: ReadonlySet<string>): void {
    for (const [taskItem, { item }] of this.waiting) if (items.has(item)) this.waiting.delete(taskItem);
    for (const item of this.taken.keys()) if (items.has(item)) this.taken.set(item, true);
  }

  private keep(taskItem: string, item: string, opening: Promise<Opening>): void {
    opening.catch(() => undefined);
    this.waiting.set(taskItem, { at: this.now(), item, opening });
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
    suggestions: suggestionsOf(suggestions),
    attributes: attributesOf(ontology),
  };
}

/** What a model proposes, as the document takes it. */
export function suggestionsOf(list: Schema<"Opened">["suggestions"]): SuggestionPayload[] {
  return list.map((one) => ({ ...one, confidence: one.confidence ?? 1 }));
}

/** The questions about annotations, as the ontology asks them. */
export function attributesOf(ontology: Schema<"Opened">["ontology"]): AttributeSpec[] {
  return (ontology?.attributes ?? []).map(({ range, ...rest }) => ({
    ...rest,
    value_range: (range ?? null) as AttributeSpec["value_range"],
  }));
}
