/** The task's queue: the session of this visit, the outbox of its acts, and what the server says of both. */
import { AlpApiError } from "../../lib/http.ts";
import type { Child } from "../../lib/dom.ts";
import { plural } from "../../lib/format.ts";
import { Cell } from "../../lib/store.ts";
import { confirmDialog } from "../../ui/dialog.ts";
import { errorToast, toast } from "../../ui/toast.ts";
import * as client from "../io/client.ts";
import { uuid7 } from "../io/ids.ts";
import type { Outbox } from "../io/outbox.ts";
import { isOpen, Session, type Entry } from "../state/session.ts";
import type { Act, Done, QueueAnswer, Standing, StudioOptions } from "../state/types.ts";
import { askStale, showFinishedByOther } from "../views/dialogs.ts";

export const AHEAD = 3;
const FILL_BELOW = 4;
const RECENT = 20;

export interface QueueHooks {
  color: (label: string) => string;
  /** The queue could not be loaded. */
  onFailed: (error: unknown, again: () => void) => void;
  /** The server wants something done on the item first, and the item is open again. */
  onWanting: (act: Act, error: AlpApiError) => void;
}

export class Queue {
  readonly session: Session;
  /** Task items whose last answer the server refused. */
  readonly refusals = new Cell<ReadonlySet<string>>(new Set());
  standing: Standing | null = null;
  private filling: Promise<void> | null = null;
  /** Something happened to the queue since it was asked for. */
  private fillAgain = false;

  constructor(
    private readonly options: StudioOptions,
    readonly outbox: Outbox,
    private readonly hooks: QueueHooks,
    session?: Session,
  ) {
    this.session =
      session ??
      new Session({
        newId: () => uuid7(),
        now: Date.now,
        onAct: (act) => void this.outbox.add(act),
      });
  }

  /** Whether what is open here may be edited by this person at all. */
  mayEdit(_entry: Entry): boolean {
    return true;
  }
  /** What is to be said of the item above the picture, beside what its own state says. */
  note(_entry: Entry): Child | null {
    return null;
  }
  /** What stands where there is no picture; null: there is nothing to do. */
  nothing(): HTMLElement | null {
    return null;
  }

  async load(first: string | null): Promise<void> {
    try {
      let answered: number;
      let answer: QueueAnswer;
      do {
        // Acts of an earlier visit that arrive meanwhile would make the list older than what is known here.
        answered = this.outbox.answered;
        answer = await client.nextItems(this.options.task.id, RECENT);
      } while (answered !== this.outbox.answered);
      this.standing = answer.standing;
      this.session.load(answer.items, answer.recent, this.outbox.acts());
      if (first) await this.goTo(first);
      const { picture } = this.options;
      if (picture && !this.session.showItem(picture))
        toast("This picture is not in your queue: it is someone else's, or was taken by nobody yet.", {
          kind: "warn",
        });
    } catch (error) {
      this.hooks.onFailed(error, () => void this.load(first));
    }
  }

  /** Asks for more when little is left (or always, when something happened to the queue). */
  fill(always: boolean): Promise<void> {
    if (!this.options.mayWork) return Promise.resolve();
    if (!always && this.session.openCount() >= FILL_BELOW) return Promise.resolve();
    if (this.filling) this.fillAgain ||= always;
    else
      this.filling = this.askUntilNew().finally(() => {
        this.filling = null;
      });
    return this.filling;
  }
  /** An answer may have been made before what is asked for now: it is asked for once more. */
  private async askUntilNew(): Promise<void> {
    do {
      this.fillAgain = false;
      await this.ask();
    } while (this.fillAgain);
  }

  /** My page lives: what is looked at, and what comes next, stays mine. */
  async renew(): Promise<void> {
    if (!this.options.mayWork) return;
    const here = this.session.current();
    const open = [here, ...this.session.upcoming(AHEAD)].flatMap((entry) =>
      entry && isOpen(entry) ? [entry.item.id] : [],
    );
    await client.renewLease(this.options.task.id, open, this.outbox.waitingFor()).catch(() => undefined); // next time
  }

  async giveBack(): Promise<void> {
    const open = this.session.openCount();
    if (!open) return;
    const sure = await confirmDialog({
      title: "Give your queue back?",
      text: `${plural(open, "open item")} go back for others to take. What was sent back to you stays yours, and nothing you did is lost.`,
      confirm: "Give back and leave",
    });
    if (!sure) return;
    await this.outbox.idle();
    await client
      .handBack(this.options.task.id)
      .then(() => window.location.assign(this.options.tasksUrl), errorToast);
  }

  async askKey(count: number): Promise<string> {
    await this.outbox.idle();
    const done = await client.askKey(this.options.task.id, count);
    await this.fill(true);
    this.session.leaveGone();
    if (!done.answered)
      return done.unknown ? "The answer key knows none of the open items." : "Nothing was open.";
    const corrected = done.corrected ? `, ${done.corrected} corrected` : "";
    return `${plural(done.answered, "item")} answered${corrected}: simulated, and marked so.`;
  }

  // ---- what the server said of acts

  settled(act: Act, item: Done["task_item"], more: boolean): void {
    this.session.acked(act.task_item);
    this.refuse(act.task_item, false);
    this.session.settle(act.task_item, item, more);
  }

  async refused(act: Act, error: AlpApiError): Promise<void> {
    this.session.acked(act.task_item);
    const entry = this.session.get(act.task_item);
    if (!entry || act.kind === "undo" || act.kind === "skip") {
      toast(`Not taken: ${error.message}`, { kind: "warn" });
      await this.reread(act.task_item);
    } else if (error.code === "finished_by_other") {
      this.session.refuse(act.task_item, null);
      showFinishedByOther(act, entry.item, error, this.hooks.color);
    } else if (error.status === 412 && act.label !== null) await this.stale(act);
    else {
      this.refuse(act.task_item, true); // until it is answered anew
      await this.reread(act.task_item);
      this.hooks.onWanting(act, error);
    }
  }

  private async stale(act: Act): Promise<void> {
    const now = await client.taskItem(act.task_item).catch(() => null);
    if (!now) return;
    // What I said last myself, in another tab or an earlier visit, is nobody's to lose but mine.
    const theirs = now.label !== null && now.labelled_by?.id !== this.options.user.id;
    const mine = !theirs || (await askStale(act, now, this.hooks.color));
    this.refuse(act.task_item, false);
    this.session.refuse(act.task_item, now);
    if (!mine) return;
    void this.outbox.add({
      ...act,
      op_id: uuid7(),
      seen_version: now.item.content_version,
      label: act.label ?? now.label,
    });
  }

  private async reread(id: string): Promise<void> {
    const now = await client.taskItem(id).catch(() => null);
    if (now && this.session.get(id)) this.session.refuse(id, now.status ? null : now);
  }

  private refuse(id: string, refused: boolean): void {
    if (this.refusals.value.has(id) === refused) return;
    const next = new Set(this.refusals.value);
    if (refused) next.add(id);
    else next.delete(id);
    this.refusals.set(next);
  }

  /** What was sent back, or in a review answered, and waits to be looked at again. */
  private backAtHand(): Entry[] {
    return this.session
      .listed()
      .filter((entry) => entry.item.place === "sent_back" && isOpen(entry) && !entry.gone);
  }
  /** Whoever is at another item hears of it, and may go there at once. */
  private tellBack(back: readonly Entry[]): void {
    const [first] = back;
    if (!first || back.includes(this.session.current() ?? first)) return;
    const word = this.options.task.kind === "qa" ? "answered" : "sent back";
    const text =
      back.length === 1
        ? `${first.item.item.name} was ${word}: it comes next.`
        : `${back.length} items were ${word}: they come next.`;
    toast(text, { action: { label: "Show", run: () => this.session.show(first.item.id) } });
  }

  private async ask(): Promise<void> {
    try {
      const asked = this.session.mark();
      const answer = await client.nextItems(this.options.task.id, 0);
      this.standing = answer.standing;
      const known = new Set(this.backAtHand().map(({ item }) => item.id));
      this.session.merge(answer.items, answer.items.length < client.LIMIT, asked);
      this.tellBack(this.backAtHand().filter(({ item }) => !known.has(item.id)));
    } catch (error) {
      // Offline: what is here can be worked off; the outbox tells the state. Anything else is said.
      if (error instanceof AlpApiError && !error.isNetwork && error.status !== 401) errorToast(error);
    }
  }

  /** Shows an item that was asked for, in the queue or not. */
  async goTo(id: string): Promise<void> {
    if (!this.session.get(id)) {
      const item = await client.taskItem(id).catch((error: unknown) => {
        if (!(error instanceof AlpApiError) || error.status !== 404) errorToast(error);
        else toast("There is no such item in this task, or it is not yours to see.", { kind: "warn" });
      });
      if (!item) return;
      this.session.visit(item);
    }
    this.session.show(id);
  }
}
