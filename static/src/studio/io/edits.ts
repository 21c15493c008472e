/**
 * Edits of annotations on their way to the server. Each is on the browser's disk first, then sent as an operation:
 * gathered for at most 2 s, folded with others of the same annotation, one unanswered at a time for each annotation, so
 * that the next is made on the revision the last one got. A repeat after a lost answer changes nothing (op_id).
 */
import { AlpApiError } from "../../lib/http.ts";
import { Cell } from "../../lib/store.ts";
import type { Annotation } from "../shapes/_shape.ts";
import { uuid7 } from "./ids.ts";
import type { EditStore, Tabs } from "./pending-disk.ts";
import { Rhythm, type RhythmOptions } from "./rhythm.ts";
import { SeenVersions } from "./seen.ts";
import {
  fromPayload,
  isNothing,
  isPassing,
  operationOf,
  rebased,
  sameContent,
  type AnnotationPayload,
  type Base,
  type Operation,
  type Pending,
} from "./pending.ts";

export interface OperationAnswer {
  op_id: string;
  status: number;
  annotation?: AnnotationPayload | null;
  content_version: number;
  error?: { message: string; data?: Record<string, unknown> };
}
export interface SavedState {
  state: "saved" | "waiting" | "offline" | "failing" | "conflict" | "refused" | "signed_out";
  pending: number;
  /** When the server last took something (ms). */
  at: number | null;
  /** False when this browser keeps nothing on disk (private window). */
  durable: boolean;
}
/** Two versions of one annotation; null: removed. */
export interface Conflict {
  annotation: string;
  item: string;
  mine: Annotation | null;
  theirs: Annotation | null;
}
export interface Refused {
  annotation: string;
  item: string;
  reason: string;
  /** The attribute whose answer it is about. */
  attribute?: string;
}
export type PostOperations = (
  item: string,
  operations: Operation[],
  keepalive: boolean,
) => Promise<{ content_version: number; answers: OperationAnswer[] }>;
export interface EditsOptions extends RhythmOptions {
  disk: EditStore;
  tabs: Tabs;
  post: PostOperations;
}

const MOST_OPERATIONS = 200;
/** What a browser lets outlive the page. */
const KEEPALIVE_BYTES = 60_000;
const NOTHING: Base = { revision: 0, deleted: false };

export class Edits {
  readonly saved: Cell<SavedState>;
  readonly conflicts = new Cell<readonly Conflict[]>([]);
  readonly refused = new Cell<readonly Refused[]>([]);
  /** Told of what the server took and of what it holds instead. Set by the document. */
  onAnswer: (item: string, annotation: string, answer: OperationAnswer) => void = () => undefined;
  /** Told of each version of an item that this person made or was shown. */
  onSeen: (item: string, version: number) => void = () => undefined;
  private list: Pending[] = [];
  private readonly bases = new Map<string, Base>();
  private readonly seen = new SeenVersions((item, version) => this.onSeen(item, version));
  private readonly flying = new Set<string>();
  private writes: Promise<unknown> = Promise.resolve();
  private running: Promise<void> | null = null;
  private readonly rhythm: Rhythm;

  constructor(private readonly options: EditsOptions) {
    this.rhythm = new Rhythm(options, () => this.kick());
    this.saved = new Cell<SavedState>({
      state: "saved",
      pending: 0,
      at: null,
      durable: options.disk.durable,
    });
  }

  /** Takes over what closed tabs left, and starts sending it. */
  async open(): Promise<void> {
    await this.options.tabs.adopt(async (open) => {
      const known = new Set(this.list.map((edit) => edit.op_id));
      const left = (await this.options.disk.all())
        .filter(
          (edit) => !known.has(edit.op_id) && (edit.tab === this.options.tabs.id || !open.has(edit.tab)),
        )
        .map((edit) => ({ ...edit, tab: this.options.tabs.id, sent: true }))
        .sort((a, b) => (a.op_id < b.op_id ? -1 : 1));
      if (left.length) await this.options.disk.put(...left);
      this.list = [...left, ...this.list];
    });
    this.tell();
    this.kick();
  }

  /** What the server holds of an annotation, as loaded; an older word than what is known is ignored. */
  know(id: string, base: Base): void {
    if ((this.bases.get(id)?.revision ?? -1) <= base.revision) this.bases.set(id, base);
  }
  baseOf(id: string): Base {
    return this.bases.get(id) ?? NOTHING;
  }
  /** The version of an item this person was shown, or made from such a one; undefined: none in this visit. */
  seenOf(item: string): number | undefined {
    return this.seen.of(item);
  }
  sees(item: string, version: number): void {
    this.seen.sees(item, version);
  }
  /**
   * Resolves when the server has every edit of an item, or of one annotation. Throws what repeating may help (network,
   * signed out), or `edits_open` (409) while some of them wait for the person: a conflict to be ended, an edit that was
   * refused.
   */
  async delivered(item: string, annotation?: string): Promise<void> {
    const asked = () =>
      this.list.filter(
        (edit) => edit.item === item && (annotation === undefined || edit.annotation === annotation),
      );
    const disputed = () => asked().some(({ theirs, refused }) => theirs || refused !== undefined);
    const waits = () => asked().some(({ theirs, refused }) => !theirs && refused === undefined);
    if (waits()) await this.flush();
    if (disputed()) {
      const what = annotation === undefined ? "picture" : "object";
      throw new AlpApiError("edits_open", `Some edits of this ${what} were not taken as they are.`, 409);
    }
    if (!waits()) return;
    const signedOut = this.rhythm.trouble === "signed_out";
    throw new AlpApiError(signedOut ? "signed_out" : "network", "Edits wait.", signedOut ? 401 : 0);
  }
  /** What waits for an item, oldest first. */
  pendingOf(item: string): readonly Pending[] {
    return this.list.filter((edit) => edit.item === item && edit.refused === undefined);
  }
  /** What the server refused of an item, made on what it still holds. */
  refusedOn(item: string): readonly Pending[] {
    return this.refusedOf().filter(
      (edit) => edit.item === item && (edit.base?.revision ?? 0) === this.baseOf(edit.annotation).revision,
    );
  }
  isPending(annotation: string): boolean {
    return this.list.some((edit) => edit.annotation === annotation && edit.refused === undefined);
  }

  /** Keeps an edit; resolves when it is on disk. */
  add(item: string, annotation: string, before: Annotation | null, after: Annotation | null): Promise<void> {
    const chain = this.list.filter((edit) => edit.annotation === annotation && edit.refused === undefined);
    const last = chain.at(-1);
    const refused = this.list.find((edit) => edit.annotation === annotation && edit.refused !== undefined);
    let stored: Promise<void>;
    if (last && (!last.sent || last.theirs)) {
      last.after = after;
      stored = isNothing(last) ? this.drop(last) : this.keep(last);
    } else {
      const base = last ? null : this.baseOf(annotation);
      // On what was refused: for the person it is one edit, which they may just have put right.
      const upon = refused && sameContent(before, refused.after) ? refused : null;
      const edit: Pending = {
        op_id: uuid7(), tab: this.options.tabs.id, item, annotation, base,
        before: upon ? upon.before : before, after, sent: false,
      }; // prettier-ignore
      const idle = isNothing(edit);
      if (!idle) this.list.push(edit);
      stored = idle ? Promise.resolve() : this.keep(edit);
      if (upon) stored = this.drop(upon);
    }
    this.rhythm.waits();
    this.tell();
    return stored;
  }

  /** Sends what waits; resolves when the server has answered or cannot be reached now. */
  async flush(): Promise<void> {
    this.kick();
    await this.idle();
  }

  /** The page goes away: what is not on its way goes without waiting. What does not fit is on disk. */
  sendLast(): void {
    for (const [item, batch] of this.ready()) {
      const part: Pending[] = [];
      let bytes = 0;
      for (const edit of batch) {
        bytes += JSON.stringify(operationOf(edit)).length;
        if (bytes > KEEPALIVE_BYTES) break;
        part.push(edit);
      }
      if (!part.length) continue;
      this.sendBatch(item, part, true).then(
        () => {
          if (this.ready().size) this.rhythm.waits();
        },
        (error: unknown) => this.later(error),
      );
    }
  }

  /** Tries at once: the network came back, someone signed in, the tab is looked at. */
  kick(): void {
    this.rhythm.sends();
    this.running ??= this.run().finally(() => {
      this.running = null;
    });
  }

  /** Resolves when nothing is being written or sent. */
  async idle(): Promise<void> {
    await this.writes;
    while (this.running) await this.running;
    await this.writes;
  }

  /** Ends a conflict. "mine" is sent again on top of theirs; answers what the annotation is now. */
  async resolve(annotation: string, side: "mine" | "theirs"): Promise<Conflict | null> {
    const edit = this.list.find((one) => one.annotation === annotation && one.theirs);
    if (!edit?.theirs) return null;
    const { theirs } = edit;
    const conflict = conflictOf(edit);
    await this.drop(edit);
    if (side === "mine") {
      const id = theirs.id;
      const after = edit.after && { ...edit.after, id };
      const base = { revision: theirs.revision, deleted: theirs.deleted === true };
      const again = rebased(
        { ...edit, annotation: id, after },
        base,
        theirs.deleted ? null : fromPayload(theirs),
      );
      if (!isNothing(again)) {
        this.list.push(again);
        await this.keep(again);
      }
    }
    this.tell();
    this.rhythm.waits();
    return conflict;
  }

  /** Sends again what the server refused, under new names (the old ones have their answer). */
  async retryRefused(annotation?: string): Promise<void> {
    for (const edit of this.refusedOf(annotation)) {
      const again = rebased(edit, this.bases.get(edit.annotation) ?? edit.base ?? NOTHING, edit.before);
      await this.drop(edit);
      this.list.push(again);
      await this.keep(again);
    }
    this.kick();
  }
  /** Forgets what the server refused; the person has exported it or does not want it. */
  async forgetRefused(annotation?: string): Promise<void> {
    for (const edit of this.refusedOf(annotation)) await this.drop(edit);
  }
  /** Everything kept here, as JSON to be saved as a file. */
  exportKept(): string {
    return JSON.stringify(this.list.map(({ item, annotation, before, after, refused, theirs }) => (
      { item, annotation, before, after, refused, theirs })), null, 2); // prettier-ignore
  }

  private refusedOf(annotation?: string): Pending[] {
    return this.list.filter(
      (edit) => edit.refused !== undefined && (annotation === undefined || edit.annotation === annotation),
    );
  }
  private async run(): Promise<void> {
    await this.writes;
    for (let ready = this.ready(); ready.size; ready = this.ready()) {
      for (const [item, batch] of ready) {
        try {
          await this.sendBatch(item, batch.slice(0, MOST_OPERATIONS), false);
          this.rhythm.works();
        } catch (error) {
          this.later(error);
          return;
        }
      }
    }
    this.tell();
  }

  /** By item: the first unanswered edit of each annotation, none that is on its way, disputed or refused. */
  private ready(): Map<string, Pending[]> {
    const found = new Map<string, Pending[]>();
    const seen = new Set<string>();
    for (const edit of this.list) {
      if (edit.refused !== undefined || seen.has(edit.annotation)) continue;
      seen.add(edit.annotation);
      if (edit.theirs || this.flying.has(edit.op_id)) continue;
      edit.base ??= this.baseOf(edit.annotation);
      found.set(edit.item, [...(found.get(edit.item) ?? []), edit]);
    }
    return found;
  }

  private async sendBatch(item: string, batch: Pending[], keepalive: boolean): Promise<void> {
    for (const edit of batch) {
      edit.sent = true;
      this.flying.add(edit.op_id);
    }
    try {
      const kept = this.keep(...batch);
      if (!keepalive) await kept;
      const { answers } = await this.options.post(item, batch.map(operationOf), keepalive);
      for (const [i, edit] of batch.entries()) {
        const answer = answers[i];
        if (answer) await this.settle(edit, answer);
      }
      this.tell({ at: this.rhythm.now() });
    } catch (error) {
      if (isPassing(error)) throw error;
      for (const edit of batch) await this.refuse(edit, (error as AlpApiError).message);
    } finally {
      for (const edit of batch) this.flying.delete(edit.op_id);
    }
  }

  private async settle(edit: Pending, answer: OperationAnswer): Promise<void> {
    const { annotation } = answer;
    if (answer.status === 200) this.seen.makes(edit.item, answer.content_version);
    if (answer.status === 200 && annotation) {
      this.know(edit.annotation, { revision: annotation.revision, deleted: annotation.deleted === true });
      // On disk before this one goes: a tab closed in between must not forget what the next is made on.
      const next = this.list.find((one) => one.annotation === edit.annotation && one.base === null);
      if (next) {
        next.base = this.baseOf(edit.annotation);
        await this.keep(next);
      }
      await this.drop(edit);
    } else if (answer.status === 412 && annotation) await this.dispute(edit, annotation);
    else
      await this.refuse(
        edit,
        answer.error?.message ?? `The server refused it (${answer.status}).`,
        answer.error,
      );
    this.onAnswer(edit.item, edit.annotation, answer);
  }

  /** Both versions are kept until the person chooses; equal ones need no choice. */
  private async dispute(edit: Pending, theirs: AnnotationPayload): Promise<void> {
    this.know(theirs.id, { revision: theirs.revision, deleted: theirs.deleted === true });
    const chain = this.list.filter((one) => one.annotation === edit.annotation && one.refused === undefined);
    const mine = chain.at(-1)?.after ?? null;
    const other = theirs.deleted ? null : fromPayload(theirs, edit.before);
    for (const one of chain.slice(1)) await this.drop(one);
    if (theirs.id === edit.annotation && sameContent(mine, other)) return this.drop(edit);
    edit.after = mine;
    edit.theirs = theirs;
    await this.keep(edit);
  }

  private async refuse(edit: Pending, reason: string, error?: OperationAnswer["error"]): Promise<void> {
    const chain = this.list.filter((one) => one.annotation === edit.annotation && one.refused === undefined);
    edit.after = chain.at(-1)?.after ?? edit.after;
    edit.refused = reason;
    const attribute = error?.data?.["attribute"];
    if (typeof attribute === "string") edit.attribute = attribute;
    for (const one of chain) if (one !== edit) await this.drop(one);
    await this.keep(edit);
    this.tell();
  }

  private later(error: unknown): void {
    this.rhythm.fails(error);
    this.tell();
  }

  private keep(...edits: Pending[]): Promise<void> {
    const copies = edits.map((edit) => ({ ...edit }));
    return this.write(() => this.options.disk.put(...copies));
  }
  private drop(edit: Pending): Promise<void> {
    this.list = this.list.filter((one) => one !== edit);
    this.tell();
    return this.write(() => this.options.disk.remove(edit.op_id));
  }
  /** Writes in order; a disk that fails must not stop the sending. */
  private write(work: () => Promise<void>): Promise<void> {
    const next = this.writes.then(work).catch(() => this.tell({ durable: false }));
    this.writes = next;
    return next;
  }

  private tell(part: Partial<SavedState> = {}): void {
    const conflicts = this.list.filter((edit) => edit.theirs && edit.refused === undefined).map(conflictOf);
    const refused = this.list.filter((edit) => edit.refused !== undefined);
    this.conflicts.set(conflicts);
    this.refused.set(
      refused.map(({ annotation, item, refused: reason, attribute }) => ({
        annotation,
        item,
        reason: reason ?? "",
        ...(attribute ? { attribute } : {}),
      })),
    );
    const pending = this.list.length - conflicts.length - refused.length;
    const calm = pending ? "waiting" : refused.length ? "refused" : conflicts.length ? "conflict" : "saved";
    const state = (pending && this.rhythm.trouble) || calm;
    this.saved.set({ ...this.saved.value, ...part, state, pending });
  }
}

function conflictOf(edit: Pending): Conflict {
  const { theirs } = edit;
  const other = theirs && !theirs.deleted ? fromPayload(theirs, edit.before) : null;
  return { annotation: edit.annotation, item: edit.item, mine: edit.after, theirs: other };
}
