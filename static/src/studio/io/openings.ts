/** What an item opens with, ahead of time: its annotations and the model's suggestions, read while another is looked at. */
import { api } from "../../lib/http.ts";
import type { AttributeSpec } from "../context.ts";
import type { ItemAnnotations, SuggestionPayload } from "../state/document.ts";

export interface Opening {
  annotations: ItemAnnotations;
  suggestions: SuggestionPayload[];
  /** The questions about annotations, where they came along. */
  attributes?: AttributeSpec[];
}
export interface OpeningRef {
  taskItem: string;
  item: string;
}
type Read = (ref: OpeningRef) => Promise<Opening>;

/** Read longer ago than this, it is shown at once and asked for again. */
export const FRESH_MS = 20_000;

export class Openings {
  private readonly waiting = new Map<string, { at: number; opening: Promise<Opening> }>();

  constructor(
    private readonly read: Read = readOpening,
    private readonly now: () => number = Date.now,
  ) {}

  ahead(refs: readonly OpeningRef[]): void {
    const wanted = new Set(refs.map(({ taskItem }) => taskItem));
    for (const id of this.waiting.keys()) if (!wanted.has(id)) this.waiting.delete(id);
    for (const ref of refs) if (!this.waiting.has(ref.taskItem)) this.begin(ref);
  }
  /** Once: the next time it is asked for, it is read anew. `stale`: read a while ago. */
  async take(ref: OpeningRef): Promise<{ opening: Opening; stale: boolean }> {
    const { at, opening } = this.waiting.get(ref.taskItem) ?? this.begin(ref);
    try {
      return { opening: await opening, stale: this.now() - at > FRESH_MS };
    } finally {
      this.waiting.delete(ref.taskItem);
    }
  }
  /** Something of these items changed. */
  forget(items: ReadonlySet<string>, refs: readonly OpeningRef[]): void {
    for (const { taskItem, item } of refs) if (items.has(item)) this.waiting.delete(taskItem);
  }

  private begin(ref: OpeningRef): { at: number; opening: Promise<Opening> } {
    const begun = { at: this.now(), opening: this.read(ref) };
    begun.opening.catch(() => this.waiting.delete(ref.taskItem)); // asked for again when it is its turn
    this.waiting.set(ref.taskItem, begun);
    return begun;
  }
}

async function readOpening({ item }: OpeningRef): Promise<Opening> {
  const annotations = await api.get<ItemAnnotations>(`/api/v1/items/${item}/annotations/`);
  return { annotations, suggestions: [] };
}
