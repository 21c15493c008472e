/**
 * The labelling and review studio: `createStudio(element, options)` mounts it. State is pure (state/), the way to the
 * server is an outbox on the browser's disk (io/), the picture is a canvas (render/), views only show and call acts.
 */
import { h, replace } from "../lib/dom.ts";
import { feed } from "../lib/feed.ts";
import { plural } from "../lib/format.ts";
import { AlpApiError } from "../lib/http.ts";
import { keys } from "../lib/keys.ts";
import { emptyState, errorState } from "../ui/empty.ts";
import { confirmDialog } from "../ui/dialog.ts";
import { icon } from "../ui/icons.ts";
import { announce } from "../ui/live.ts";
import { errorToast, toast } from "../ui/toast.ts";
import * as client from "./io/client.ts";
import { openActStore } from "./io/disk.ts";
import { uuid7 } from "./io/ids.ts";
import { Pictures } from "./io/images.ts";
import { Outbox } from "./io/outbox.ts";
import { frameOf } from "./render/frame.ts";
import { Picture } from "./render/picture.ts";
import { withDigits, type KeyedLabel } from "./state/labels.ts";
import { isOpen, Session, type Entry } from "./state/session.ts";
import type { Act, ActKind, QueueAnswer, Standing, StudioOptions } from "./state/types.ts";
import { whyThisImage } from "./state/why.ts";
import { WorkClock } from "./tools/clock.ts";
import { labelKeys, modeKeys, viewKeys, type Acts } from "./tools/keys.ts";
import { Bar } from "./views/bar.ts";
import { askNote, askStale, showFinishedByOther } from "./views/dialogs.ts";
import { Foot } from "./views/foot.ts";
import { LabelBar } from "./views/labels.ts";
import { Panel } from "./views/panel.ts";
import { Strip } from "./views/strip.ts";

const AHEAD = 3;
const FILL_BELOW = 4;
const RECENT = 20;
const RENEW_MS = 120_000;
/** A page nobody touched for so long lets its leases lapse. */
const AWAY_MS = 20 * 60_000;

export async function createStudio(element: HTMLElement, options: StudioOptions): Promise<Studio> {
  const studio = new Studio(
    element,
    options,
    new Outbox({
      store: await openActStore(options.user),
      send: client.sendAct,
      onSettled: (act, done, more) => studio.settled(act, done.task_item, more),
      onRefused: (act, error) => void studio.refused(act, error),
    }),
  );
  await studio.start();
  return studio;
}

export class Studio {
  private readonly session: Session;
  private readonly pictures = new Pictures();
  private readonly picture = new Picture();
  private readonly clock = new WorkClock();
  private readonly labels: KeyedLabel[];
  private readonly review: boolean;
  private readonly bar: Bar;
  private readonly labelBar: LabelBar;
  private readonly panel: Panel;
  private readonly strip: Strip;
  private readonly why = h("div", { class: "studio-why", hidden: true });
  private readonly foot: Foot;
  private readonly empty = h("div", { class: "studio-empty", hidden: true });
  private readonly refusals = new Set<string>();
  private standing: Standing | null = null;
  private filling: Promise<void> | null = null;
  private shown: string | null = null;

  constructor(
    element: HTMLElement,
    private readonly options: StudioOptions,
    private readonly outbox: Outbox,
  ) {
    this.review = options.task.kind === "qa";
    this.labels = withDigits(options.labels);
    this.session = new Session({
      newId: () => uuid7(),
      now: Date.now,
      onAct: (act) => void this.outbox.add(act),
    });
    this.strip = new Strip(this.review);
    this.foot = new Foot(this.review);
    const acts = this.acts();
    this.bar = new Bar(options.task, this.review, options.tasksUrl, {
      undo: acts.undo,
      discard: acts.discard,
      skip: acts.skip,
      submit: acts.submit,
      giveBack: () => void this.giveBack(),
      retry: () => this.outbox.kick(),
      help: () => document.dispatchEvent(new KeyboardEvent("keydown", { key: "?", bubbles: true })),
    });
    this.labelBar = new LabelBar(this.labels, acts.choose);
    this.panel = new Panel({
      review: this.review,
      labels: this.labels,
      instructions: options.task.instructions,
      history: client.history,
      askKey: options.answerKey ? (count) => this.askKey(count) : null,
    });
    this.picture.element.append(this.why, this.empty);
    replace(
      element,
      this.bar.element,
      this.strip.element,
      this.labelBar.element,
      this.picture.element,
      this.panel.element,
      this.foot.element,
    );
    keys.scope("Picture", viewKeys(acts));
    keys.scope(this.review ? "Review" : "Labelling", [
      ...modeKeys(acts, this.review),
      ...labelKeys(this.labels, acts, this.review),
    ]);
  }

  async start(): Promise<void> {
    this.session.changed.subscribe(() => this.draw());
    this.outbox.state.subscribe((state) => this.bar.saved(state, this.refusals.size));
    this.picture.viewport.subscribe(() => this.drawFoot());
    this.picture.cursor.subscribe(() => this.drawFoot());
    await this.outbox.load();
    await this.load();
    this.outbox.kick();
    this.listen();
  }

  private listen(): void {
    const here = this.options.task.id;
    feed.watch(
      ["task.updated", "task.item_status"],
      (events) => {
        const ours =
          events.length === 0 || events.some((e) => e.ids.includes(here) || e.data["task"] === here);
        if (ours) void this.fill(true);
      },
      400,
    );
    for (const type of ["keydown", "pointerdown", "pointermove", "wheel"] as const) {
      document.addEventListener(type, () => this.clock.sign(), { passive: true, capture: true });
    }
    document.addEventListener("visibilitychange", () => {
      const visible = document.visibilityState === "visible";
      this.clock.show(visible);
      this.outbox.kick();
      if (visible) void this.fill(true);
    });
    window.addEventListener("online", () => this.outbox.kick());
    window.addEventListener("focus", () => this.outbox.kick());
    window.addEventListener("pagehide", () => this.outbox.sendLast());
    setInterval(() => void this.renew(), RENEW_MS);
    setInterval(() => {
      this.drawFoot();
      this.bar.saved(this.outbox.state.value, this.refusals.size);
    }, 1000);
    void this.renew();
  }

  // ---- acts

  private acts(): Acts {
    return {
      choose: (label) => this.choose(label),
      submit: () => this.submit(),
      undo: () => this.undo(),
      discard: () => this.answer("discard"),
      skip: () => {
        if (this.session.skip(this.clock.seconds())) announce("Skipped");
      },
      back: () => this.session.back(),
      next: () => this.session.next(),
      sendBack: () => void this.sendBack(),
      fit: () => this.picture.fit(),
      oneToOne: () => this.picture.oneToOne(),
      zoomIn: () => this.picture.zoom(1.25),
      zoomOut: () => this.picture.zoom(0.8),
      save: () => this.outbox.kick(),
    };
  }

  private answer(kind: ActKind, label: string | null = null, note = ""): boolean {
    const entry = this.session.current();
    if (entry?.gone) {
      toast("Someone else has this item now.", { kind: "warn" });
      this.session.leaveGone();
      return false;
    }
    const done = this.session.answer(kind, { label, note, seconds: this.clock.seconds() });
    if (done) this.clock.restart();
    void this.fill(false);
    return done;
  }

  private choose(label: KeyedLabel): void {
    const entry = this.session.current();
    if (!entry) return;
    this.labelBar.flash(label.name);
    if (this.answer(this.review ? "approve" : "complete", label.name)) {
      announce(this.review ? `Approved as ${label.name}` : `Labelled ${label.name}`);
    }
  }

  private submit(): void {
    const entry = this.session.current();
    if (!entry) return;
    const { item } = entry;
    if (!isOpen(entry)) {
      this.session.next();
      return;
    }
    const label = item.label ?? (this.review ? null : (item.suggestion?.label ?? null));
    if (!label) {
      toast(
        this.review
          ? "There is no label to approve: choose one with a digit."
          : "Choose a label with a digit.",
      );
      return;
    }
    // An unchanged label is submitted as it stands; a suggestion is accepted by name.
    if (this.answer(this.review ? "approve" : "complete", item.label ? null : label)) {
      announce(this.review ? `Approved ${label}` : `Labelled ${label}`);
    }
  }

  private undo(): void {
    const kind = this.session.undo();
    if (kind === null) toast("There is nothing to undo.");
    else announce("Taken back");
    this.clock.restart();
  }

  private async sendBack(): Promise<void> {
    const entry = this.session.current();
    if (!entry || !isOpen(entry)) return;
    const person = entry.item.source?.person?.name;
    if (!person) {
      toast("Nobody labelled this item in a task: correct it with a digit.", { kind: "warn" });
      return;
    }
    const note = await askNote(person);
    if (note !== null && this.session.current()?.item.id === entry.item.id) {
      if (this.answer("return", null, note)) toast(`Returned to ${person}.`, { kind: "ok" });
    }
  }

  private async giveBack(): Promise<void> {
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

  private async askKey(count: number): Promise<string> {
    await this.outbox.idle();
    const done = await client.askKey(this.options.task.id, count);
    await this.fill(true);
    this.session.leaveGone();
    if (!done.answered)
      return done.unknown ? "The answer key knows none of the open items." : "Nothing was open.";
    const corrected = done.corrected ? `, ${done.corrected} corrected` : "";
    return `${plural(done.answered, "item")} answered${corrected}: simulated, and marked so.`;
  }

  // ---- the server

  private async load(): Promise<void> {
    if (!this.options.mayWork) {
      this.say(
        emptyState({
          icon: "lock",
          title: "This task takes no work from you",
          text: "It is closed, or other people work on it.",
        }),
      );
      return;
    }
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
    } catch (error) {
      this.say(errorState(error, () => void this.load(), "The queue could not be loaded"));
    }
  }

  /** Asks for more when little is left (or always, when something happened to the queue). */
  private fill(always: boolean): Promise<void> {
    if (!this.options.mayWork) return Promise.resolve();
    if (!always && this.session.openCount() >= FILL_BELOW) return Promise.resolve();
    this.filling ??= this.ask().finally(() => {
      this.filling = null;
    });
    return this.filling;
  }

  private async ask(): Promise<void> {
    try {
      const asked = this.session.mark();
      const answer = await client.nextItems(this.options.task.id, 0);
      this.standing = answer.standing;
      this.session.merge(answer.items, answer.items.length < client.LIMIT, asked);
    } catch (error) {
      // Offline: what is here can be worked off; the outbox tells the state. Anything else is said.
      if (error instanceof AlpApiError && !error.isNetwork && error.status !== 401) errorToast(error);
    }
  }

  private async renew(): Promise<void> {
    if (!this.options.mayWork || this.clock.idleFor() > AWAY_MS) return;
    const here = this.session.current();
    const open = [here, ...this.session.upcoming(AHEAD)].flatMap((entry) =>
      entry && isOpen(entry) ? [entry.item.id] : [],
    );
    await client.renewLease(this.options.task.id, open, this.outbox.waitingFor()).catch(() => undefined); // next time
  }

  settled(act: Act, item: Parameters<Session["settle"]>[1], more: boolean): void {
    this.session.acked(act.task_item);
    this.refusals.delete(act.task_item);
    this.session.settle(act.task_item, item, more);
  }

  async refused(act: Act, error: AlpApiError): Promise<void> {
    this.session.acked(act.task_item);
    const entry = this.session.get(act.task_item);
    if (!entry || act.kind === "undo" || act.kind === "skip") {
      toast(`Not taken: ${error.message}`, { kind: "warn" });
      await this.reread(act.task_item);
      return;
    }
    if (error.code === "finished_by_other") {
      this.session.refuse(act.task_item, null);
      showFinishedByOther(act, entry.item, error, (label) => this.color(label));
    } else if (error.status === 412) {
      await this.stale(act);
    } else {
      this.refusals.add(act.task_item); // until it is answered anew
      toast(`Not taken: ${error.message}`, {
        kind: "bad",
        action: { label: "Show", run: () => this.session.show(act.task_item) },
      });
      await this.reread(act.task_item);
    }
    this.bar.saved(this.outbox.state.value, this.refusals.size);
  }

  private async stale(act: Act): Promise<void> {
    const now = await client.taskItem(act.task_item).catch(() => null);
    if (!now) return;
    const mine = await askStale(act, now, (label) => this.color(label));
    this.refusals.delete(act.task_item);
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

  // ---- drawing

  private draw(): void {
    const entry = this.session.current();
    const item = entry?.item ?? null;
    const { at, of } = this.session.position();
    this.bar.update({
      filename: item?.item.filename ?? "",
      at,
      of,
      standing: this.standing,
      canUndo: this.session.canUndo(),
      hasItem: entry !== null,
      submitWord: this.submitWord(entry),
      refused: this.refusals.size,
    });
    this.labelBar.update(
      item?.label ?? null,
      item?.label ? null : (item?.suggestion?.label ?? null),
      entry !== null && !entry.gone,
    );
    this.panel.update(entry);
    this.strip.update(entry);
    this.drawWhy(entry);
    this.drawFoot();
    void this.drawPicture(entry);
    if (!entry) this.drawEmpty();
  }

  private submitWord(entry: Entry | null): string {
    if (entry && !isOpen(entry)) return "Next";
    if (this.review) return "Approve";
    if (entry?.item.label) return "Keep label";
    return entry?.item.suggestion ? `Accept ${entry.item.suggestion.label}` : "Submit";
  }

  private async drawPicture(entry: Entry | null): Promise<void> {
    const id = entry?.item.id ?? null;
    if (id !== this.shown) {
      this.shown = id;
      this.clock.restart();
    }
    this.empty.hidden = entry !== null;
    if (!entry) {
      this.picture.mark(null);
      this.picture.show(null, "No picture");
      return;
    }
    this.pictures.ahead(
      this.session.upcoming(AHEAD).map(({ item }) => ({ id: item.item.id, url: item.item.image_url })),
    );
    this.picture.mark(frameOf(entry, (label) => this.color(label)));
    const { item } = entry.item;
    const slow = setTimeout(() => this.shown === id && this.picture.say("Loading the picture…"), 250);
    try {
      const image = await this.pictures.get({ id: item.id, url: item.image_url });
      if (this.shown === id) this.picture.show(image, `${item.name}, ${item.width} by ${item.height} pixels`);
    } catch {
      if (this.shown === id) {
        this.picture.show(null, item.name);
        this.picture.say(
          "The picture could not be loaded. Skip it, or try again when the server can be reached.",
        );
      }
    } finally {
      clearTimeout(slow);
    }
  }

  private color(label: string): string {
    return this.labels.find((one) => one.name === label)?.color ?? "#868e9b";
  }

  private drawWhy(entry: Entry | null): void {
    const text = entry && whyThisImage(entry.item.selection, entry.item.suggestion);
    this.why.hidden = !text;
    this.picture.keepClear(Boolean(text));
    if (text) replace(this.why, icon("wand", "sm"), h("span", null, h("b", null, "Why this image: "), text));
  }

  private drawFoot(): void {
    const { viewport, cursor } = this.picture;
    this.foot.update(this.session.current(), viewport.value.scale, cursor.value, this.clock.seconds());
  }

  private drawEmpty(): void {
    const done = this.standing?.done_today ?? 0;
    const word = this.review ? "review" : "label";
    this.say(
      emptyState({
        icon: "done",
        title: `Nothing to ${word} now`,
        text: `${done ? `${plural(done, "item")} done today. ` : ""}This page fills by itself when new work arrives.`,
        actions: h("a", { class: "btn", href: this.options.tasksUrl }, "All tasks"),
      }),
    );
  }

  private say(content: HTMLElement): void {
    this.empty.hidden = false;
    replace(this.empty, content);
  }
}
