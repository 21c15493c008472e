/**
 * The studio over a list of pictures instead of a task's queue: what the dataset browser shows, one after another.
 * Nothing is submitted here: annotations are saved as they are edited, or only looked at.
 */
import { client, type Schema } from "../../lib/client.ts";
import { h, type Child } from "../../lib/dom.ts";
import { emptyState, skeletonLines } from "../../ui/empty.ts";
import { icon } from "../../ui/icons.ts";
import { errorToast } from "../../ui/toast.ts";
import type { Issue } from "../io/issues.ts";
import { attributesOf, Openings, suggestionsOf, type Opening } from "../io/openings.ts";
import type { Outbox } from "../io/outbox.ts";
import { Session, type Entry, type Position } from "../state/session.ts";
import type { StudioOptions, WalkOptions, WorkItem } from "../state/types.ts";
import { Queue, type QueueHooks } from "./queue.ts";

type Picture = Schema<"Picture">;

/** Rows read before and behind the picture on the screen. */
const NEAR = 5;

/** The place in the list. Entries are made of its pictures; none is ever answered. */
export class WalkSession extends Session {
  /** What the address named and the list does not hold (any more): it stands here until one goes on. */
  private outside: WorkItem["item"] | null = null;
  private readonly made = new Map<string, Entry>();
  private readonly issues = new Map<string, readonly Issue[]>();
  private readonly offRows: () => void;

  constructor(
    private readonly walk: WalkOptions,
    private spot = walk.at,
  ) {
    super({ newId: () => "", now: Date.now, onAct: () => undefined });
    this.offRows = walk.rows.onChange(() => this.tellShown());
  }

  dispose(): void {
    this.offRows();
  }
  visitOutside(item: WorkItem["item"]): void {
    this.outside = item;
    this.tellShown();
  }
  /** Goes to a row; one that is not loaded yet shows when it is. */
  goToRow(place: number): void {
    const { rows } = this.walk;
    this.outside = null;
    this.spot = Math.max(0, Math.min(place, rows.total - 1));
    rows.ensure(Math.max(0, this.spot - NEAR), this.spot + NEAR + 1).catch(errorToast);
    const item = rows.get(this.spot);
    if (item) this.walk.shown(item.id, this.spot);
    this.tellShown();
  }

  override current(): Entry | null {
    const item = this.outside ?? this.walk.rows.get(this.spot);
    return item ? this.entryOf(item) : null;
  }
  override get(id: string): Entry | undefined {
    return this.made.get(id);
  }
  override listed(): Entry[] {
    return []; // thousands: they are found by asking
  }
  override upcoming(n: number): Entry[] {
    return Array.from({ length: n }, (_, ahead) => this.walk.rows.get(this.spot + 1 + ahead)).flatMap(
      (item) => (item ? [this.entryOf(item)] : []),
    );
  }
  override position(): Position {
    const { total } = this.walk.rows;
    const at = total && !this.outside ? this.spot + 1 : 0;
    return { at, of: total, done: at };
  }
  override openCount(): number {
    return 0;
  }
  override canUndo(): boolean {
    return false;
  }
  override hasBack(): boolean {
    return this.spot > 0;
  }
  override hasNext(): boolean {
    return this.spot < this.walk.rows.total - 1;
  }
  override back(): void {
    if (this.outside) this.goToRow(this.spot);
    else if (this.hasBack()) this.goToRow(this.spot - 1);
  }
  override next(): void {
    if (this.outside) this.goToRow(this.spot);
    else if (this.hasNext()) this.goToRow(this.spot + 1);
  }
  override show(id: string): void {
    const at = this.walk.rows.indexOf(id);
    if (at >= 0) this.goToRow(at);
  }
  override showItem(item: string): boolean {
    this.show(item);
    return this.walk.rows.indexOf(item) >= 0;
  }

  /** What people said of a picture in their tasks. */
  say(item: string, issues: readonly Issue[]): void {
    this.issues.set(item, issues);
    this.made.delete(item);
  }
  /** Something about what is shown is new. */
  tellShown(): void {
    this.changed.update((n) => n + 1);
  }

  private entryOf(item: WorkItem["item"]): Entry {
    const known = this.made.get(item.id);
    if (known?.item.item === item) return known;
    const entry: Entry = {
      item: { ...workItemOf(item, this.walk.dataset), issues: [...(this.issues.get(item.id) ?? [])] },
      answer: null,
      sync: "open",
      gone: false,
    };
    this.made.set(item.id, entry);
    return entry;
  }
}

export class Walk extends Queue {
  readonly openings: Openings;
  private readonly pictures = new Map<string, Picture>();
  private loaded = false;

  constructor(
    private readonly walk: WalkOptions,
    options: StudioOptions,
    outbox: Outbox,
    private readonly shown: QueueHooks,
    private readonly steps = new WalkSession(walk),
  ) {
    super(options, outbox, shown, steps);
    this.openings = new Openings({
      one: async (id) => {
        const [found] = await this.read([id]);
        if (!found) throw new Error("This picture is not there any more.");
        return openingOf(found);
      },
      several: async (ids) => new Map((await this.read(ids)).map((one) => [one.item.id, openingOf(one)])),
    });
  }

  override async load(first: string | null): Promise<void> {
    const { rows, at } = this.walk;
    try {
      await rows.reset();
      await rows.ensure(at, at + 1);
      this.loaded = true;
      const place = first ? rows.indexOf(first) : at;
      if (place >= 0) this.steps.goToRow(place);
      else if (first) await this.visitOutside(first);
    } catch (error) {
      this.shown.onFailed(error, () => void this.load(first));
    }
  }
  override fill(): Promise<void> {
    return Promise.resolve();
  }
  override renew(): Promise<void> {
    return Promise.resolve();
  }
  override giveBack(): Promise<void> {
    return Promise.resolve();
  }
  override async goTo(id: string): Promise<void> {
    const place = this.walk.rows.indexOf(id);
    if (place >= 0) this.steps.goToRow(place);
    else await this.visitOutside(id).catch(errorToast);
  }
  override mayEdit(entry: Entry): boolean {
    return this.pictures.get(entry.item.id)?.may_edit ?? false;
  }

  /** What is to be known before working on the picture: that it is only looked at, or whose work it is. */
  override note(entry: Entry): Child | null {
    const picture = this.pictures.get(entry.item.id);
    if (!picture) return null;
    const [mine] = picture.tasks.filter((one) => one.mine);
    const [other] = picture.tasks;
    if (mine) {
      const words = picture.may_edit ? "Edits made here are kept, but do not submit it." : "";
      const href = this.walk.taskUrl(mine.task, mine.task_item);
      const link = h("a", { class: "btn btn-sm", href }, "Open it there");
      return line("inbox", `In your queue of “${mine.name}”.`, words, link);
    }
    if (!picture.may_edit) return line("lock", "You can look, not edit.", this.walk.readOnlyWords);
    if (!other) return null;
    const whose = other.person ? `for ${other.person.name}.` : "for whoever takes it.";
    return line("users", `Waits in “${other.name}”`, whose);
  }

  override nothing(): HTMLElement {
    if (!this.loaded) return skeletonLines(2);
    return emptyState({
      icon: "images",
      title: "No picture here",
      text: "Nothing passes the filter of the browser any more.",
      actions: h("a", { class: "btn", href: this.walk.listUrl }, "Back to the browser"),
    });
  }

  private async visitOutside(id: string): Promise<void> {
    const [found] = await this.read([id]);
    if (found) this.steps.visitOutside(found.item);
    else {
      errorToast(new Error("This picture is not there any more."));
      this.steps.goToRow(this.walk.at);
    }
  }

  private async read(ids: string[]): Promise<Picture[]> {
    const { items } = await client.post("/api/v1/datasets/{dataset_id}/pictures/", {
      path: { dataset_id: this.walk.dataset },
      body: { ids },
    });
    for (const one of items) {
      this.pictures.set(one.item.id, one);
      this.steps.say(one.item.id, one.issues);
    }
    this.steps.tellShown();
    return items;
  }
}

function line(name: "inbox" | "lock" | "users", title: string, words: string, act: Child = null): Child {
  return [icon(name, "sm"), h("b", null, title), h("span", null, words), h("span", { class: "spacer" }), act];
}

function openingOf({ annotations, ontology, suggestions }: Picture): Opening {
  return { annotations, suggestions: suggestionsOf(suggestions), attributes: attributesOf(ontology) };
}

/** A picture as the studio's entries have it; there is no task behind it. */
function workItemOf(item: WorkItem["item"], dataset: string): WorkItem {
  return {
    id: item.id,
    task: dataset,
    item,
    status: "",
    place: "normal",
    with_annotator: false,
    label: null,
    labelled_by: null,
    labelled_at: null,
    approved: false,
    suggestion: null,
    selection: null,
    round: null,
    source: null,
    issues: [],
    times_sent_back: 0,
    assignee: null,
    finished_by: null,
    finished_at: null,
  };
}
