/**
 * The annotations of the image on screen: what tools change, what views show, what is saved. Edits go to the store,
 * from there to the undo log and to io/edits.ts. What others save is merged in, but never over an edit of this person
 * that the server has not answered yet.
 */
import type { Feed } from "../../lib/feed.ts";
import { api } from "../../lib/http.ts";
import { Cell, Store, type ChangeSet, type Unsubscribe } from "../../lib/store.ts";
import { CommandLog, type UndoResult } from "../../lib/undo.ts";
import { Edits, type Conflict, type OperationAnswer, type Refused, type SavedState } from "../io/edits.ts";
import { uuid7 } from "../io/ids.ts";
import { openEditStore, openTab, type EditStore, type KeptLog } from "../io/pending-disk.ts";
import { fromPayload, sameContent, type AnnotationPayload, type Base } from "../io/pending.ts";
import { isSuggestion, type Annotation } from "../shapes/_shape.ts";

/** What makes a new annotation; id, author and revision are the document's to give. */
export type AnnotationParts = Pick<Annotation, "type" | "label" | "geometry"> &
  Partial<Pick<Annotation, "attributes" | "metadata">>;
export type AnnotationPatch = Partial<
  Pick<Annotation, "type" | "label" | "geometry" | "attributes" | "metadata">
>;
export interface ItemAnnotations {
  content_version: number;
  items: AnnotationPayload[];
}
/** A model's shape, as the server offers it. `id` is the suggestion's own; `prediction` where it comes from. */
export interface SuggestionPayload {
  id: string;
  type: string;
  label: string;
  geometry: unknown;
  attributes: Record<string, unknown>;
  confidence: number;
  model: { id: string; name: string } | null;
  prediction: string | null;
  /** The item was submitted since: it is there to be compared with. */
  answered?: boolean;
}
export interface DocumentOptions {
  edits: Edits;
  disk: EditStore;
  author: Annotation["author"];
  fetch: (item: string) => Promise<ItemAnnotations>;
  /** Tells people, e.g. that an undo was left out. */
  notice?: (text: string) => void;
  feed?: Pick<Feed, "watch">;
}

export const STEPS = 500;
/** Of so many items the newest version heard of is kept: what is read ahead, and a good deal more. */
const MOST_NEWS = 200;

export class Document {
  readonly store = new Store<Annotation>();
  readonly log = new CommandLog<Annotation>(this.store, { limit: STEPS, unchanged: sameContent });
  readonly selection = new Cell<ReadonlySet<string>>(new Set());
  readonly saved: Cell<SavedState>;
  readonly conflicts: Cell<readonly Conflict[]>;
  readonly refused: Cell<readonly Refused[]>;
  /** Of the item, as far as it is known here. */
  contentVersion = 0;
  item: string | null = null;
  /** Ids of suggestions that were put away, for those who count. */
  readonly rejected = new Cell<readonly string[]>([]);
  private loading = 0;
  private readonly news = new Map<string, number>();
  private offered: readonly SuggestionPayload[] = [];
  private suggested: Record<string, string> = {};
  private logWrites: Promise<void> = Promise.resolve();
  private readonly detach: Unsubscribe[] = [];

  constructor(private readonly options: DocumentOptions) {
    const { edits, feed } = options;
    this.saved = edits.saved;
    this.conflicts = edits.conflicts;
    this.refused = edits.refused;
    edits.onAnswer = (item, id, answer) => this.answered(item, id, answer);
    this.detach.push(this.store.subscribe((set) => this.edited(set), ["local"]));
    if (feed) this.detach.push(feed.watch(["annotation.saved"], (events) => void this.heard(events)));
  }

  /** Shows nothing: another item is on its way, or none. */
  close(): void {
    this.loading += 1;
    this.item = null;
    this.offered = [];
    this.suggested = {};
    this.rejected.set([]);
    this.selection.set(new Set());
    this.store.remove(
      this.store.all().map(({ id }) => id),
      { origin: "silent" },
    );
    this.log.clear();
  }

  /**
   * Shows an item: the server's state (fetched, unless given), then what this browser has not sent yet, the suggestions
   * nobody has answered, and the undo log of earlier visits. False: another was asked for meanwhile.
   */
  async load(
    item: string,
    given?: ItemAnnotations,
    suggestions: readonly SuggestionPayload[] = [],
  ): Promise<boolean> {
    const turn = (this.loading += 1);
    const [state, kept] = await Promise.all([given ?? this.options.fetch(item), this.options.disk.log(item)]);
    if (turn !== this.loading) return false;
    this.item = item;
    this.selection.set(new Set());
    this.contentVersion = state.content_version;
    const behind = this.heardOf(item) > state.content_version;
    this.options.edits.sees(item, state.content_version);
    for (const [id, base] of Object.entries(kept?.bases ?? {})) this.options.edits.know(id, base);
    const things = this.withEdits(item, state.items);
    for (const one of this.unanswered(suggestions, kept, [...things.values()])) things.set(one.id, one);
    const gone = this.store.all().filter(({ id }) => !things.has(id));
    this.store.batch(
      () => {
        this.store.remove(gone.map(({ id }) => id));
        this.store.put([...things.values()]);
      },
      { origin: "silent" },
    );
    this.log.restore(kept?.log ?? { past: [], future: [] });
    if (behind) void this.refresh();
    return true;
  }

  /** What the server holds of an item, with what this browser has not sent yet laid over it. */
  private withEdits(item: string, rows: readonly AnnotationPayload[]): Map<string, Annotation> {
    const { edits } = this.options;
    const things = new Map(rows.map((row) => [row.id, this.known(row)]));
    for (const { annotation, after } of edits.pendingOf(item)) {
      if (after) things.set(annotation, after);
      else things.delete(annotation);
    }
    // Still to be put right, as it was left.
    for (const { annotation, after } of edits.refusedOn(item)) if (after) things.set(annotation, after);
    return things;
  }

  /** All that the model proposed for this item, answered or not. */
  predicted(): Annotation[] {
    return this.offered.map((one) => this.offer(one));
  }

  /** A new annotation of this person, selected. */
  add(parts: AnnotationParts): Annotation {
    const made: Annotation = {
      attributes: {}, metadata: {}, ...parts,
      id: uuid7(), revision: 0, model: null, author: this.options.author, sourcePrediction: null,
    }; // prettier-ignore
    this.store.put(made, { label: `Add ${parts.type}` });
    this.selection.set(new Set([made.id]));
    return made;
  }

  /** What a person changes is theirs from then on; the suggestion it came from stays named. */
  change(ids: readonly string[], patch: AnnotationPatch, label: string): void {
    const present = ids.flatMap((id) => this.store.get(id) ?? []);
    const changed = present
      .map((before) => ({ ...before, ...patch, model: null, author: before.author ?? this.options.author }))
      .filter((after) => !sameContent(this.store.get(after.id), after));
    if (changed.length) this.store.put(changed, { label });
  }

  /** Takes suggestions as they stand: they stay the model's, and are this person's to answer for. */
  accept(ids: readonly string[]): void {
    const taken = ids.flatMap((id) => this.store.get(id) ?? []).filter(isSuggestion);
    const { author } = this.options;
    const label = taken.length === 1 ? "Accept suggestion" : `Accept ${taken.length} suggestions`;
    this.store.put(
      taken.map((one) => ({ ...one, author, model: one.model?.id ? one.model : null })),
      { label },
    );
  }

  remove(ids: readonly string[], label: string): void {
    this.store.remove(
      ids.filter((id) => this.store.has(id)),
      { label },
    );
  }

  undo(): UndoResult<Annotation> | null {
    return this.told(this.log.undo());
  }
  redo(): UndoResult<Annotation> | null {
    return this.told(this.log.redo());
  }

  /** Resolves when everything is on disk and the server has answered or cannot be reached. */
  async flush(): Promise<void> {
    await this.logWrites;
    await this.options.edits.flush();
  }

  /** Resolves when the server has what was done to an annotation of this item; throws where it has not. */
  async arrived(id: string): Promise<void> {
    if (this.item) await this.options.edits.delivered(this.item, id);
  }

  /** Ends a conflict with this person's version or the other's. */
  async resolve(id: string, side: "mine" | "theirs"): Promise<void> {
    const conflict = await this.options.edits.resolve(id, side);
    if (!conflict || conflict.item !== this.item) return;
    const { mine, theirs } = conflict;
    const target = theirs?.id ?? id;
    const chosen = side === "mine" ? mine && { ...mine, id: target } : theirs;
    const changes = [{ id: target, after: chosen ?? undefined }];
    if (target !== id) changes.push({ id, after: undefined });
    this.store.apply(changes, { origin: "remote" });
    // What else changed then is seen too, before this is answered for.
    await this.refresh();
  }

  /** Sends again what the server refused of an annotation. */
  async retry(id: string): Promise<void> {
    await this.options.edits.retryRefused(id);
  }
  /** Gives up what the server refused of an annotation: what the server holds is shown again. */
  async giveUp(id: string): Promise<void> {
    await this.options.edits.forgetRefused(id);
    await this.refresh();
  }

  /** Takes over what the server holds now, but for annotations with an unanswered edit here. */
  merge(state: ItemAnnotations): void {
    if (state.content_version < this.contentVersion) return; // read before our last save
    this.contentVersion = state.content_version;
    const { edits } = this.options;
    if (this.item) edits.sees(this.item, state.content_version);
    const live = new Set(state.items.map((row) => row.id));
    const changes: { id: string; after: Annotation | undefined }[] = state.items
      .filter((row) => !edits.isPending(row.id) && row.revision >= edits.baseOf(row.id).revision)
      .map((row) => ({ id: row.id, after: this.known(row) }))
      .filter(({ id, after }) => !sameContent(this.store.get(id), after));
    const taken = new Set(state.items.map((row) => row.metadata?.["suggestion"]));
    for (const one of this.store.all()) {
      const { id, revision } = one;
      if (isSuggestion(one)) {
        // Someone else answered it.
        if (taken.has(one.metadata["suggestion"])) changes.push({ id, after: undefined });
        continue;
      }
      if (live.has(id) || edits.isPending(id) || this.refused.value.some((one) => one.annotation === id))
        continue;
      edits.know(id, { revision: Math.max(revision, edits.baseOf(id).revision), deleted: true });
      changes.push({ id, after: undefined });
    }
    this.store.apply(changes, { origin: "remote" });
    const selected = [...this.selection.value].filter((id) => this.store.has(id));
    if (selected.length < this.selection.value.size) this.selection.set(new Set(selected));
  }

  dispose(): void {
    for (const off of this.detach) off();
    this.log.dispose();
  }

  private known(row: AnnotationPayload): Annotation {
    this.options.edits.know(row.id, { revision: row.revision, deleted: row.deleted === true });
    return fromPayload(row, this.store.get(row.id));
  }

  private edited(set: ChangeSet<Annotation>): void {
    if (!this.item) throw new Error("Load an item before editing.");
    for (const { id, before, after } of set.changes) {
      const [was, is] = [saved(before), saved(after)];
      if (was || is) void this.options.edits.add(this.item, id, was, is);
    }
    if (set.changes.some(({ after }) => !after))
      this.selection.update((ids) => new Set([...ids].filter((id) => this.store.has(id))));
    // After the log has recorded it.
    queueMicrotask(() => this.keepLog());
  }

  private keepLog(): void {
    if (!this.item) return;
    const log = this.log.dump();
    const bases: Record<string, Base> = {};
    for (const command of [...log.past, ...log.future])
      for (const { id } of command.changes) bases[id] = this.options.edits.baseOf(id);
    this.rejected.set(this.putAway());
    const kept: KeptLog = {
      item: this.item, log, bases, suggested: this.suggested, rejected: [...this.rejected.value],
    }; // prettier-ignore
    this.logWrites = this.logWrites.then(() => this.options.disk.putLog(kept)).catch(() => undefined);
  }

  private answered(item: string, id: string, answer: OperationAnswer): void {
    if (item !== this.item) return;
    this.contentVersion = Math.max(this.contentVersion, answer.content_version);
    const present = this.store.get(id);
    const revision = answer.annotation?.revision;
    if (answer.status === 200 && present && !isSuggestion(present) && revision !== undefined)
      this.store.patch(id, { revision }, { origin: "silent" });
    if (answer.status === 200) this.keepLog();
  }

  /** Reads the item anew and merges it in. */
  async refresh(): Promise<void> {
    const { item } = this;
    if (!item) return;
    try {
      const state = await this.options.fetch(item);
      if (item === this.item) this.merge(state);
    } catch {
      // A hint, not a promise: the next event or load fetches again.
    }
  }

  private async heard(events: readonly { ids: string[]; data: Record<string, unknown> }[]): Promise<void> {
    for (const { ids, data } of events)
      for (const id of ids) this.hears(id, Number(data["content_version"]) || 0);
    const { item } = this;
    if (!item || (events.length && this.heardOf(item) <= this.contentVersion)) return; // no events: the feed lost some
    await this.refresh();
  }
  /** Of an item that may be on its way here: what was read of it before is known to be old when it comes. */
  private hears(item: string, version: number): void {
    const known = this.heardOf(item);
    this.news.delete(item);
    this.news.set(item, Math.max(known, version));
    const [oldest] = this.news.keys();
    if (this.news.size > MOST_NEWS && oldest !== undefined) this.news.delete(oldest);
  }
  /** The newest version of an item that this page knows to exist. */
  private heardOf(item: string): number {
    return Math.max(this.news.get(item) ?? 0, this.options.edits.seenOf(item) ?? 0);
  }

  /** The suggestions still to be answered, as annotations; each keeps its id as long as this browser remembers it. */
  private unanswered(
    offered: readonly SuggestionPayload[],
    kept: KeptLog | undefined,
    things: readonly Annotation[],
  ): Annotation[] {
    this.offered = offered;
    this.suggested = { ...kept?.suggested };
    const answered = new Set([
      ...(kept?.rejected ?? []),
      ...things.map(({ metadata }) => metadata["suggestion"]),
    ]);
    this.rejected.set(kept?.rejected ?? []);
    return offered.filter((one) => !one.answered && !answered.has(one.id)).map((one) => this.offer(one));
  }
  private offer(one: SuggestionPayload): Annotation {
    const { id, confidence, model, prediction, type, label, geometry, attributes } = one;
    return {
      id: (this.suggested[id] ??= uuid7()),
      type, label, geometry, attributes,
      metadata: { suggestion: id },
      revision: 0,
      model: { id: model?.id ?? "", name: model?.name ?? "", confidence },
      author: null,
      sourcePrediction: prediction,
    }; // prettier-ignore
  }
  /** Of the suggestions offered, those that are neither open nor an annotation now. */
  private putAway(): string[] {
    const there = new Set(this.store.all().map(({ metadata }) => metadata["suggestion"]));
    return this.offered.map(({ id }) => id).filter((id) => !there.has(id));
  }

  private told(result: UndoResult<Annotation> | null): UndoResult<Annotation> | null {
    const count = result?.skipped.length ?? 0;
    if (result && count)
      this.options.notice?.(`Left ${count} out of "${result.label}": someone else changed it meanwhile.`);
    return result;
  }
}

/** What of an annotation is saved: nothing of a suggestion that nobody took. So undo needs no rule of its own. */
function saved(one: Annotation | undefined): Annotation | null {
  return one && !isSuggestion(one) ? one : null;
}

/**
 * A document of the signed-in person that saves to the server and sends what waits before the page goes away. What
 * earlier visits left is sent once the caller says `edits.open()`.
 */
export async function openDocument(
  person: { id: string; name: string },
  feed: Pick<Feed, "watch">,
  notice: (text: string) => void,
): Promise<{ document: Document; edits: Edits }> {
  const disk = await openEditStore(person.id);
  /** What is done from one page belongs together in an image's history; the server parts it at each submit. */
  const visit = uuid7();
  const edits = new Edits({
    disk,
    tabs: await openTab(uuid7()),
    post: (item, operations, keepalive) =>
      api.post(
        `/api/v1/items/${item}/annotations/`,
        { operations, visit },
        keepalive ? { keepalive } : { signal: AbortSignal.timeout(20_000) },
      ),
  });
  window.addEventListener("online", () => edits.kick());
  window.addEventListener("pagehide", () => edits.sendLast());
  window.document.addEventListener("visibilitychange", () => {
    if (window.document.visibilityState === "hidden") edits.sendLast();
    else edits.kick();
  });
  const fetch = (item: string) => api.get<ItemAnnotations>(`/api/v1/items/${item}/annotations/`);
  return { document: new Document({ edits, disk, author: person, notice, feed, fetch }), edits };
}
