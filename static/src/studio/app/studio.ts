/** The page of one task: the parts are made here, joined, and told when the item on the screen is another. */
import { h, replace } from "../../lib/dom.ts";
import { feed } from "../../lib/feed.ts";
import { plural } from "../../lib/format.ts";
import { SIGNED_IN, type AlpApiError } from "../../lib/http.ts";
import { Cell } from "../../lib/store.ts";
import { emptyState, errorState } from "../../ui/empty.ts";
import { toast } from "../../ui/toast.ts";
import type { StudioContext } from "../context.ts";
import type { NewIssue } from "../io/issues.ts";
import { taskOpenings } from "../io/openings.ts";
import type { Outbox } from "../io/outbox.ts";
import type { Prefs } from "../io/prefs.ts";
import { NEUTRAL } from "../render/style.ts";
import { withDigits, type KeyedLabel } from "../state/labels.ts";
import type { Entry } from "../state/session.ts";
import type { Act, StudioOptions } from "../state/types.ts";
import { WorkClock } from "../tools/clock.ts";
import type { Handler } from "../tools/shortcuts.ts";
import { onDesk, Side } from "../views/side.ts";
import { ToolBar } from "../views/toolbar.ts";
import { Answers } from "./answers.ts";
import { Around } from "./around.ts";
import type { Desk } from "./desk.ts";
import { bindKeys } from "./keymap.ts";
import { Opener } from "./opener.ts";
import { PANELS } from "./panels.ts";
import { AHEAD, Queue, type QueueHooks } from "./queue.ts";
import type { AnnotationScene } from "./scene.ts";
import { Walk } from "./walk.ts";

const RENEW_MS = 120_000;
/** A page nobody touched for so long lets its leases lapse. */
const AWAY_MS = 20 * 60_000;

export interface StudioParts {
  outbox: Outbox;
  prefs: Prefs;
  desk: Desk;
  scene: AnnotationScene;
}

export class Studio {
  readonly context: StudioContext;
  private readonly entry = new Cell<Entry | null>(null);
  private readonly clock = new WorkClock();
  private readonly labels: readonly KeyedLabel[];
  private readonly review: boolean;
  private readonly quick: boolean;
  private readonly queue: Queue;
  private readonly answers: Answers;
  private readonly opener: Opener;
  private readonly around: Around;
  private readonly handlers: Record<string, Handler> = {};
  private readonly openIssues = new Cell(0);
  private side: Side | null = null;
  private askIssue: ((send: (issue: NewIssue) => void) => void) | null = null;
  private readonly checks: (() => boolean)[] = [];

  constructor(
    private readonly element: HTMLElement,
    private readonly options: StudioOptions,
    private readonly parts: StudioParts,
  ) {
    const { scene } = parts;
    this.review = options.task.kind === "qa";
    this.quick = options.allowed.single_class;
    this.labels = withDigits(options.labels);
    const hooks: QueueHooks = {
      color: (label) => this.color(label),
      onFailed: (error, again) => this.say(errorState(error, again, "The queue could not be loaded")),
      onWanting: (act, error) => this.wanting(act, error),
    };
    const walk = options.walk ? new Walk(options.walk, options, parts.outbox, hooks) : null;
    this.queue = walk ?? new Queue(options, parts.outbox, hooks);
    this.opener = new Opener(
      scene,
      walk?.openings ?? taskOpenings(options.task.id),
      this.queue,
      parts.desk.pictured,
    );
    this.answers = new Answers({
      queue: this.queue,
      scene,
      clock: this.clock,
      review: this.review,
      labels: this.labels,
      types: options.allowed.types,
      quick: this.quick,
      openIssues: () => this.openIssues.value,
      askIssue: (send) => this.askIssue?.(send),
      showIssues: () => this.side?.show("issues"),
      ready: () => this.checks.every((check) => check()),
      seen: (entry) => parts.desk.pictured.value === entry.item.id,
      flash: (label) => this.around.labelBar.flash(label),
    });
    this.context = this.makeContext();
    const { queue, answers, clock, labels, review, quick, entry } = this;
    const at = { options, parts, queue, answers, clock, labels, review, quick, entry };
    this.around = new Around(at, { send: () => this.send(), showRefused: () => this.showRefused() });
    this.layOut();
  }

  async start(first: string | null): Promise<void> {
    const { outbox, scene } = this.parts;
    this.queue.session.changed.subscribe(() => this.draw());
    this.around.watch();
    const left = await outbox.load();
    for (const { item, seen_version } of left)
      if (item && seen_version !== null) scene.edits.sees(item, seen_version);
    await scene.edits.open();
    if (this.options.mayWork || first) await this.queue.load(first);
    else
      this.say(
        emptyState({
          icon: "lock",
          title: "This task takes no work from you",
          text: "It is closed, or other people work on it.",
        }),
      );
    this.opener.busy.subscribe(() => this.drawBusy());
    this.parts.desk.pictured.subscribe(() => this.drawBusy());
    this.entry.subscribe(() => this.drawBusy());
    outbox.kick();
    this.listen();
  }

  // ---- making

  private layOut(): void {
    const { element } = this;
    const { desk, scene } = this.parts;
    const side = new Side(this.context, PANELS);
    this.side = side;
    side.element.prepend(...this.around.panel.above);
    side.element.append(...this.around.panel.below);
    const tools = this.quick ? null : new ToolBar(this.context, PANELS);
    element.classList.toggle("with-tools", tools !== null);
    replace(
      element,
      this.around.bar.element,
      this.around.strip.element,
      tools?.element,
      this.around.labelBar.element,
      desk.element,
      side.element,
      this.around.foot.element,
    );
    desk.stage.element.classList.add("stage-desk");
    desk.element.append(...onDesk(this.context, PANELS));
    if (this.quick) scene.toolbox.use("pan");
    bindKeys({
      answers: this.answers,
      desk,
      queue: this.queue,
      scene,
      labels: this.labels,
      review: this.review,
      quick: this.quick,
      classes: this.options.allowed.types.includes("class"),
      save: () => this.send(),
      walk: this.options.walk !== undefined,
      more: this.handlers,
    });
  }

  private makeContext(): StudioContext {
    const { scene, desk, prefs } = this.parts;
    return {
      task: this.options.task,
      me: this.options.user,
      review: this.review,
      walk: this.options.walk !== undefined,
      dataset: this.options.walk?.dataset ?? null,
      shapes: !this.quick,
      labels: this.labels,
      attributes: this.opener.attributes,
      document: scene.document,
      stage: desk.stage,
      toolbox: scene.toolbox,
      tools: scene.tools,
      shortcuts: scene.shortcuts,
      prefs,
      settings: scene.settings,
      suggestions: scene.suggestions,
      entry: this.entry,
      readOnly: scene.readOnly,
      past: scene.past,
      notice: (text, kind) => toast(text, kind && kind !== "info" ? { kind } : {}),
      handle: (id, run) => {
        this.handlers[id] = run;
      },
      askedIssue: this.options.issue ?? null,
      openIssues: this.openIssues,
      askIssueBy: (ask) => void (this.askIssue = ask),
      showPanel: (id) => this.side?.show(id),
      check: (ready) => void this.checks.push(ready),
    };
  }

  // ---- listening

  private listen(): void {
    const here = this.options.task.id;
    feed.watch(
      ["task.updated", "task.item_status"],
      (events) => {
        const ours =
          events.length === 0 || events.some((e) => e.ids.includes(here) || e.data["task"] === here);
        if (ours) void this.queue.fill(true);
      },
      400,
    );
    for (const type of ["keydown", "pointerdown", "pointermove", "wheel"] as const)
      document.addEventListener(type, () => this.clock.sign(), { passive: true, capture: true });
    document.addEventListener("visibilitychange", () => {
      const visible = document.visibilityState === "visible";
      this.clock.show(visible);
      this.parts.outbox.kick();
      if (visible) void this.queue.fill(true);
    });
    window.addEventListener("online", () => this.parts.outbox.kick());
    for (const type of ["focus", SIGNED_IN]) window.addEventListener(type, () => this.send());
    window.addEventListener("pagehide", () => this.parts.outbox.sendLast());
    setInterval(() => void this.renew(), RENEW_MS);
    setInterval(() => {
      this.around.tick();
    }, 1000);
    void this.renew();
  }

  private renew(): Promise<void> {
    return this.clock.idleFor() > AWAY_MS ? Promise.resolve() : this.queue.renew();
  }
  private send(): void {
    this.parts.scene.toolbox.settle();
    this.parts.scene.edits.kick();
    this.parts.outbox.kick();
  }

  settled(act: Act, item: Parameters<Queue["settled"]>[1], more: boolean): void {
    this.queue.settled(act, item, more);
  }
  refused(act: Act, error: AlpApiError): void {
    void this.queue.refused(act, error);
  }
  /** What the server did not take: the annotation, whose panel says why, or the reason by itself where it is gone. */
  private showRefused(): void {
    const { document } = this.parts.scene;
    const [first] = document.refused.value;
    if (!first) return;
    if (first.item !== document.item) this.queue.session.showItem(first.item);
    if (document.store.has(first.annotation)) document.selection.set(new Set([first.annotation]));
    else
      toast(`Not taken: ${first.reason}`, {
        kind: "bad",
        action: { label: "Take back", run: () => void document.giveUp(first.annotation) },
      });
  }
  /** Something stands against an answer: the item is open again, and the way to it is shown. */
  private wanting(act: Act, error: AlpApiError): void {
    const { document } = this.parts.scene;
    const faults = (error.data["annotations"] ?? []) as { annotation: string }[];
    const show = () => {
      this.queue.session.show(act.task_item);
      const there = faults.map(({ annotation }) => annotation).filter((id) => document.store.has(id));
      if (there.length) document.selection.set(new Set(there));
      if (error.code === "open_issues") this.side?.show("issues");
    };
    toast(`Not taken: ${error.message}`, { kind: "bad", action: { label: "Show", run: show } });
  }
  /** The items at hand, in their order. */
  listed(): readonly Entry[] {
    return this.queue.session.listed();
  }
  /** Shows one by its id, at hand or not. */
  goTo(id: string): Promise<void> {
    return this.queue.goTo(id);
  }
  /** As its digit does, for those that have none. */
  choose(label: KeyedLabel): void {
    this.answers.choose(label);
  }
  /** On to the next picture, whatever becomes of this one. */
  goOn(): void {
    this.queue.session.next();
  }
  /** What a tool says stands on the foot line for a while. */
  tell(text: string): void {
    this.around.tell(text);
  }

  // ---- drawing

  /** While the picture, or what is on it, is still to come. */
  private drawBusy(): void {
    const id = this.entry.value?.item.id ?? null;
    const busy = this.quick ? id !== this.parts.desk.pictured.value : this.opener.busy.value;
    this.element.setAttribute("aria-busy", String(busy));
  }

  private draw(): void {
    const { desk, scene } = this.parts;
    const entry = this.queue.session.current();
    const upcoming = this.queue.session.upcoming(AHEAD);
    if (desk.show(entry, upcoming, this.quick)) this.clock.restart();
    if (!this.quick) this.opener.show(entry, upcoming);
    else scene.readOnly.set(entry === null);
    this.entry.set(entry);
    this.around.draw(entry);
    if (!entry) this.drawEmpty();
  }

  private drawEmpty(): void {
    const nothing = this.queue.nothing();
    if (nothing) {
      this.say(nothing);
      return;
    }
    const done = this.queue.standing?.done_today ?? 0;
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
    this.parts.desk.say(content);
  }
  private color(label: string): string {
    return this.labels.find((one) => one.name === label)?.color ?? NEUTRAL;
  }
}
