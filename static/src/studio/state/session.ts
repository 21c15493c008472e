/**
 * One person at one queue: what is on the screen, what was answered, what comes next. Pure: no DOM, no network.
 *
 * Answers take effect here at once (the page is optimistic); `settle` and `refuse` bring in what the server said.
 * `acts` hands every act that must be kept and sent to its listener.
 */
import { Cell } from "../../lib/store.ts";
import type { NewIssue } from "../io/issues.ts";
import type { Act, ActKind, WorkItem } from "./types.ts";

export type Sync = "open" | "waiting" | "saved" | "refused";
export interface Entry {
  readonly item: WorkItem;
  /** What this person said; null while it is open. */
  readonly answer: { kind: ActKind; label: string | null } | null;
  readonly sync: Sync;
  /** Someone else has it now. */
  readonly gone: boolean;
}
/** `at`: which one is shown, 0 for none or one that is answered; `done`: in this visit. */
export interface Position {
  at: number;
  of: number;
  done: number;
}
interface Step {
  id: string;
  kind: ActKind;
  before: WorkItem;
}
export interface SessionOptions {
  newId: () => string;
  now: () => number;
  onAct: (act: Act) => void;
}
export interface AnswerOptions {
  label?: string | null;
  note?: string;
  seconds?: number;
  /** The version of the item that the person saw, where annotations of it were edited here. */
  seen?: number | undefined;
  /** There is nothing to label. */
  empty?: boolean;
  /** What is wrong, said with a return. */
  issue?: NewIssue;
  /** An approval resolves the issues that are open. */
  resolveOpen?: boolean;
}

const FINISHING: ReadonlySet<ActKind> = new Set(["complete", "discard", "approve", "return"]);
const MOST_STEPS = 200;

export class Session {
  /** Rings on every change. */
  readonly changed = new Cell(0);
  private readonly entries = new Map<string, Entry>();
  private order: string[] = [];
  private at = 0;
  private steps: Step[] = [];
  private answered = 0;
  /** Counts acts and answers of the server: what changed after a list was asked for is newer than the list. */
  private tick = 0;
  private readonly touched = new Map<string, number>();
  /** Acts on an item that the server has not answered yet. */
  private readonly pending = new Map<string, number>();

  constructor(private readonly options: SessionOptions) {}

  // ---- reading

  current(): Entry | null {
    const id = this.order[this.at];
    return id === undefined ? null : (this.entries.get(id) ?? null);
  }
  get(id: string): Entry | undefined {
    return this.entries.get(id);
  }
  /** The next open ones after what is on the screen: what to prefetch. */
  upcoming(n: number): Entry[] {
    return [...this.order.slice(this.at + 1), ...this.order.slice(0, this.at)]
      .map((id) => this.entries.get(id) as Entry)
      .filter(isOpen)
      .slice(0, n);
  }
  openCount(): number {
    return [...this.entries.values()].filter(isOpen).length;
  }
  /** All that is here, in its order. */
  listed(): Entry[] {
    return this.order.flatMap((id) => this.entries.get(id) ?? []);
  }
  /** "Item 3 of 9": where what is shown lies behind what was answered in this visit. */
  position(): Position {
    const open = this.listed().filter(isOpen);
    const here = this.current();
    const place = here && isOpen(here) ? open.indexOf(here) + 1 : 0;
    return { at: place && this.answered + place, of: this.answered + open.length, done: this.answered };
  }
  canUndo(): boolean {
    return this.steps.length > 0;
  }
  hasBack(): boolean {
    return this.at > 0;
  }
  hasNext(): boolean {
    return this.at < this.order.length - 1;
  }

  // ---- loading

  /** Lays what the server holds for this person over what is here. `recent` are finished ones, for going back;
   * `waiting` are acts not sent yet, whose items are answered already. */
  load(items: readonly WorkItem[], recent: readonly WorkItem[] = [], waiting: readonly Act[] = []): void {
    for (const item of recent) {
      if (this.entries.has(item.id)) continue;
      this.entries.set(item.id, { item, answer: answerOf(item), sync: "saved", gone: false });
      this.order.push(item.id);
      this.steps.push({
        id: item.id,
        kind: item.status === "discard" ? "discard" : "complete",
        before: reopened(item),
      });
    }
    this.at = this.order.length;
    this.merge(items, true);
    for (const act of waiting) this.replay(act);
    const first = this.order.findIndex((id) => isOpen(this.entries.get(id) as Entry));
    this.at = first < 0 ? this.order.length : first;
    this.ring();
  }

  /** A moment, to be given to `merge` with the list that was asked for then. */
  mark(): number {
    return this.tick;
  }

  /** The server's list of what is open for this person, in order. `whole`: nothing was cut off. Items touched since the
   * list was asked for (`asked`), or with acts still on their way, are left as they are: the list knows less of them. */
  merge(items: readonly WorkItem[], whole: boolean, asked: number = this.tick): void {
    const here = this.order[this.at];
    const empty = here === undefined;
    const newer = (id: string) => (this.touched.get(id) ?? 0) > asked || (this.pending.get(id) ?? 0) > 0;
    for (const item of items) if (!newer(item.id)) this.take(item);
    if (whole) this.drop(new Set(items.map((item) => item.id)), newer);
    if (empty) this.at = Math.max(0, this.firstOpen());
    this.ring();
  }

  private take(item: WorkItem): void {
    const known = this.entries.get(item.id);
    if (!known) {
      this.entries.set(item.id, { item, answer: null, sync: "open", gone: false });
      this.place(item);
    } else if (isOpen(known)) {
      this.entries.set(item.id, { ...known, item, gone: false });
    } else if (isBack(known, item)) {
      // Finished here before, and now sent back or answered: it is work again, next in line.
      this.entries.set(item.id, { item, answer: null, sync: "open", gone: false });
      this.steps = this.steps.filter((step) => step.id !== item.id);
      if (this.order[this.at] !== item.id) {
        this.remove(item.id);
        this.place(item);
      }
    }
  }

  private place(item: WorkItem): void {
    if (item.place !== "sent_back" || this.at >= this.order.length) {
      this.order.push(item.id);
      return;
    }
    let to = this.at + 1;
    while (to < this.order.length && this.entries.get(this.order[to] as string)?.item.place === "sent_back")
      to += 1;
    this.order.splice(to, 0, item.id);
  }

  private drop(listed: ReadonlySet<string>, newer: (id: string) => boolean): void {
    for (const id of [...this.order]) {
      const entry = this.entries.get(id);
      if (!entry || !isOpen(entry) || listed.has(id) || newer(id)) continue;
      if (this.order[this.at] === id) this.entries.set(id, { ...entry, gone: true });
      else {
        this.remove(id);
        this.entries.delete(id);
      }
    }
  }

  private remove(id: string): void {
    const at = this.order.indexOf(id);
    if (at < 0) return;
    this.order.splice(at, 1);
    if (at < this.at) this.at -= 1;
  }

  /** An act of an earlier visit that is still to be sent. */
  private replay(act: Act): void {
    this.pending.set(act.task_item, (this.pending.get(act.task_item) ?? 0) + 1);
    const entry = this.entries.get(act.task_item);
    if (!entry) return;
    const item = entry.item;
    if (FINISHING.has(act.kind)) {
      this.entries.set(item.id, {
        ...entry,
        answer: { kind: act.kind, label: act.label ?? item.label },
        sync: "waiting",
      });
      this.push({ id: item.id, kind: act.kind, before: reopened(item) });
    } else if (act.kind === "undo") {
      this.entries.set(item.id, { ...entry, item: reopened(item), answer: null, sync: "open" });
      this.steps = this.steps.filter((step) => step.id !== item.id);
    }
  }

  // ---- acting

  /** Says what this person says of the item on the screen, and goes on. Returns false when there is nothing to answer. */
  answer(kind: ActKind, options: AnswerOptions = {}): boolean {
    const entry = this.current();
    if (!entry || entry.gone || entry.item.with_annotator) return false;
    if (entry.answer?.kind === "return") return false;
    const { item } = entry;
    const label = options.label ?? (kind === "approve" || kind === "complete" ? item.label : null);
    const fresh = isOpen(entry);
    this.entries.set(item.id, {
      item: { ...item, label: kind === "discard" || kind === "return" ? item.label : label },
      answer: { kind, label },
      sync: "waiting",
      gone: false,
    });
    if (fresh) {
      this.answered += 1;
      this.push({ id: item.id, kind, before: item });
    }
    this.tell(item, kind, options);
    this.forward();
    return true;
  }

  /** Behind everything else of this person's queue. */
  skip(seconds = 0): boolean {
    const entry = this.current();
    if (!entry || !isOpen(entry) || entry.gone) return false;
    const { item } = entry;
    this.push({ id: item.id, kind: "skip", before: item });
    this.entries.set(item.id, { ...entry, item: { ...item, place: "skipped" } });
    this.order.splice(this.at, 1);
    this.order.push(item.id);
    this.tell(item, "skip", { seconds });
    if (this.at >= this.order.length || !isOpen(this.current() as Entry))
      this.at = Math.max(0, this.firstOpen());
    this.ring();
    return true;
  }

  /** Takes the last act back and shows its item. Returns its kind, null when there is nothing to take back. */
  undo(): ActKind | null {
    const step = this.steps.pop();
    const entry = step && this.entries.get(step.id);
    if (!step || !entry) return null;
    this.entries.set(step.id, {
      item: { ...step.before, item: entry.item.item },
      answer: null,
      sync: "open",
      gone: false,
    });
    if (!this.order.includes(step.id)) this.order.push(step.id);
    if (step.kind !== "skip") {
      if (this.answered > 0) this.answered -= 1;
      this.tell(entry.item, "undo", {});
    }
    this.at = this.order.indexOf(step.id);
    this.ring();
    return step.kind;
  }

  /** Goes on from an item that is no longer this person's. */
  leaveGone(): void {
    const entry = this.current();
    if (!entry?.gone) return;
    this.order.splice(this.at, 1);
    this.entries.delete(entry.item.id);
    this.at = this.firstOpen();
    this.ring();
  }
  back(): void {
    if (this.at > 0) this.goTo(this.at - 1);
  }
  next(): void {
    if (this.at < this.order.length - 1) this.goTo(this.at + 1);
  }
  /** So many places on or back, as far as there are. */
  step(by: number): void {
    const to = Math.min(this.order.length - 1, Math.max(0, this.at + by));
    if (to >= 0 && to !== this.at) this.goTo(to);
  }
  /** To the nearest one on or back that is still to be done. */
  stepOpen(direction: 1 | -1): void {
    for (let to = this.at + direction; to >= 0 && to < this.order.length; to += direction) {
      const entry = this.entries.get(this.order[to] as string);
      if (entry && isOpen(entry)) {
        this.goTo(to);
        return;
      }
    }
  }
  /** An item that was asked for by its address: it stands here, whoever's it is. */
  visit(item: WorkItem): void {
    if (this.entries.has(item.id)) return;
    const answer = item.status ? answerOf(item) : null;
    this.entries.set(item.id, { item, answer, sync: answer ? "saved" : "open", gone: false });
    this.order.splice(this.at, 0, item.id);
    this.ring();
  }
  /** Takes back what was said of the item on the screen. False: nothing was, or it cannot be. */
  reopen(): boolean {
    const entry = this.current();
    if (!entry?.answer || entry.gone) return false;
    // A return can be taken back while its annotator has not answered.
    if (entry.item.with_annotator && entry.answer.kind !== "return") return false;
    const before = this.steps.findLast((step) => step.id === entry.item.id && step.kind !== "skip")?.before;
    this.steps = this.steps.filter((step) => step.id !== entry.item.id);
    this.entries.set(entry.item.id, {
      item: { ...(before ?? reopened(entry.item)), item: entry.item.item },
      answer: null,
      sync: "open",
      gone: false,
    });
    if (this.answered > 0) this.answered -= 1;
    this.tell(entry.item, "undo", {});
    this.ring();
    return true;
  }
  show(id: string): void {
    const at = this.order.indexOf(id);
    if (at >= 0) this.goTo(at);
  }

  /** By the id of the item itself. False: it is not here. */
  showItem(item: string): boolean {
    const found = [...this.entries.values()].find((entry) => entry.item.item.id === item);
    if (found) this.show(found.item.id);
    return found !== undefined;
  }

  private goTo(at: number): void {
    this.at = at;
    this.ring();
  }

  private forward(): void {
    const next = this.order.findIndex((id, i) => i > this.at && isOpen(this.entries.get(id) as Entry));
    const first = next >= 0 ? next : this.firstOpen();
    this.at = first >= 0 ? first : this.order.length;
    this.ring();
  }

  private firstOpen(): number {
    const found = this.order.findIndex((id) => isOpen(this.entries.get(id) as Entry));
    return found < 0 ? this.order.length : found;
  }

  private push(step: Step): void {
    this.steps = [...this.steps.filter((one) => one.id !== step.id || one.kind === "skip"), step].slice(
      -MOST_STEPS,
    );
  }

  private tell(item: WorkItem, kind: ActKind, options: AnswerOptions): void {
    this.touch(item.id);
    this.pending.set(item.id, (this.pending.get(item.id) ?? 0) + 1);
    const carriesVersion = kind === "complete" || kind === "approve";
    this.options.onAct({
      op_id: this.options.newId(),
      task: item.task,
      task_item: item.id,
      item: item.item.id,
      kind,
      label: options.label ?? null,
      note: options.note ?? "",
      seconds: Math.round((options.seconds ?? 0) * 10) / 10,
      seen_version: carriesVersion ? (options.seen ?? item.item.content_version) : null,
      ...(options.empty && { empty: true }),
      ...(options.issue && { issue: options.issue }),
      ...(options.resolveOpen && { resolve_open: true }),
      made_at: this.options.now(),
    });
  }

  // ---- what the server said

  /** The server answered an act, one way or the other. */
  acked(id: string): void {
    this.touch(id);
    const left = (this.pending.get(id) ?? 0) - 1;
    if (left > 0) this.pending.set(id, left);
    else this.pending.delete(id);
  }

  private touch(id: string): void {
    this.tick += 1;
    this.touched.set(id, this.tick);
  }

  /** The server carried an act out; `more`: further acts on this item are still to be sent, so what is here leads. */
  settle(id: string, item: WorkItem, more: boolean): void {
    const entry = this.entries.get(id);
    if (!entry) return;
    const version = { ...entry.item.item, content_version: item.item.content_version };
    if (more) this.entries.set(id, { ...entry, item: { ...entry.item, item: version } });
    else if (isOpen(entry))
      this.entries.set(id, { ...entry, item: item.status ? { ...entry.item, item: version } : item });
    else this.entries.set(id, { ...entry, item, sync: "saved" });
    this.ring();
  }

  /** The server refused an act: the item shows it, and is open again if `reopen`. */
  refuse(id: string, reopen: WorkItem | null): void {
    const entry = this.entries.get(id);
    if (!entry) return;
    this.steps = this.steps.filter((step) => step.id !== id);
    if (reopen) this.entries.set(id, { item: reopen, answer: null, sync: "open", gone: false });
    else this.entries.set(id, { ...entry, sync: "refused" });
    if (reopen && !this.order.includes(id)) this.order.push(id);
    this.ring();
  }

  private ring(): void {
    this.changed.update((n) => n + 1);
  }
}

export function isOpen(entry: Entry): boolean {
  return entry.answer === null;
}

function answerOf(item: WorkItem): Entry["answer"] {
  const kind: ActKind =
    item.status === "discard" ? "discard" : item.status === "approved" ? "approve" : "complete";
  return { kind, label: item.label };
}

/** Whether the server's open item is one that came back after this person was done with it. */
function isBack(known: Entry, item: WorkItem): boolean {
  if (known.answer?.kind === "return") return !item.with_annotator && known.sync === "saved";
  return item.times_sent_back > known.item.times_sent_back;
}

function reopened(item: WorkItem): WorkItem {
  return { ...item, status: "", finished_at: null, finished_by: null };
}
