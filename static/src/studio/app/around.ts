/** What stands around the picture: the bar with its acts, the labels, what is known of the item, the foot line. */
import type { Cell } from "../../lib/store.ts";
import { isSuggestion } from "../shapes/_shape.ts";
import { classesOf } from "../state/classes.ts";
import type { KeyedLabel } from "../state/labels.ts";
import type { Entry } from "../state/session.ts";
import type { StudioOptions } from "../state/types.ts";
import type { WorkClock } from "../tools/clock.ts";
import { Bar } from "../views/bar.ts";
import { Foot } from "../views/foot.ts";
import { LabelBar } from "../views/labels.ts";
import { Panel } from "../views/panel.ts";
import { Strip } from "../views/strip.ts";
import type { Answers } from "./answers.ts";
import type { Queue } from "./queue.ts";
import type { StudioParts } from "./studio.ts";
import { Walk } from "./walk.ts";

/** What a tool says stands on the foot line this long, unless the tool or the selection goes on. */
const SAID_MS = 4000;

export interface AroundParts {
  readonly options: StudioOptions;
  readonly parts: StudioParts;
  readonly queue: Queue;
  readonly answers: Answers;
  readonly clock: WorkClock;
  readonly labels: readonly KeyedLabel[];
  readonly review: boolean;
  readonly quick: boolean;
  /** The task item on the screen. */
  readonly entry: Cell<Entry | null>;
}
export interface AroundActs {
  /** Sends what waits, now. */
  send(): void;
  /** Shows what the server did not take. */
  showRefused(): void;
}

export class Around {
  readonly bar: Bar;
  readonly labelBar: LabelBar;
  readonly panel: Panel;
  readonly strip: Strip;
  readonly foot: Foot;
  /** `fresh`: it has just been said; what changes in the same breath belongs to it. */
  private said: { text: string; until: number; fresh: boolean } | null = null;

  constructor(
    private readonly at: AroundParts,
    acts: AroundActs,
  ) {
    const { options, parts, queue, answers, labels, review, quick } = at;
    const { scene } = parts;
    const walk = queue instanceof Walk ? queue : null;
    this.strip = new Strip(review, quick);
    this.foot = new Foot(review, quick);
    const pagesUrl = review && quick ? `${options.tasksUrl}../studio/${options.task.id}/grid/` : null;
    this.bar = new Bar(options.task, review, options.tasksUrl, pagesUrl, {
      undo: () => answers.undo(),
      reject: review ? () => answers.sendBack() : null,
      redo: quick ? null : () => scene.toolbox.redo(),
      discard: () => answers.discard(),
      skip: () => answers.skip(),
      submit: () => answers.submit(),
      giveBack: () => void queue.giveBack(),
      walk: walk && { back: () => walk.session.back(), next: () => walk.session.next() },
      retry: () => {
        const [first] = scene.document.conflicts.value;
        if (first) queue.session.showItem(first.item);
        acts.showRefused();
        acts.send();
      },
      help: () => document.dispatchEvent(new KeyboardEvent("keydown", { key: "?", bubbles: true })),
    });
    this.labelBar = new LabelBar(labels, (label) => {
      answers.choose(label);
      parts.desk.stage.element.focus({ preventScroll: true });
    });
    this.panel = new Panel({
      review: review,
      quick: quick,
      labels: labels,
      instructions: options.task.instructions_html ?? "",
      askKey: options.answerKey ? (count) => queue.askKey(count) : null,
    });
  }

  draw(entry: Entry | null): void {
    this.panel.update(entry);
    this.strip.update(entry, entry && this.at.queue.note(entry));
    this.drawBar();
    this.drawLabels();
    this.drawFoot();
  }
  /** Each second: times go on. */
  tick(): void {
    this.drawFoot();
    this.drawSaved();
  }
  watch(): void {
    const { outbox, scene, desk } = this.at.parts;
    const saved = () => this.drawSaved();
    outbox.state.subscribe(saved);
    scene.document.saved.subscribe(saved);
    scene.document.refused.subscribe(saved);
    this.at.queue.refusals.subscribe(saved);
    scene.document.log.changed.subscribe(() => {
      this.drawBar();
      this.drawLabels();
    });
    for (const cell of [scene.label, scene.document.selection] as Cell<unknown>[])
      cell.subscribe(() => this.drawLabels());
    scene.readOnly.subscribe(() => this.drawLabels());
    for (const cell of [desk.stage.viewport, desk.stage.cursor] as Cell<unknown>[])
      cell.subscribe(() => this.drawFoot());
    // What is to be done now comes before what was done.
    for (const cell of [scene.toolbox.hint, scene.document.selection] as Cell<unknown>[])
      cell.subscribe(() => {
        if (!this.said?.fresh) this.said = null;
        this.drawFoot();
      });
  }

  /** What a tool says stands on the foot line for a while; nothing: its hint at once. */
  tell(text: string): void {
    const said = text ? { text, until: Date.now() + SAID_MS, fresh: true } : null;
    this.said = said;
    if (said) setTimeout(() => (said.fresh = false));
    this.drawFoot();
  }

  private drawBar(): void {
    const entry = this.at.queue.session.current();
    const { at, of, done } = this.at.queue.session.position();
    const { log } = this.at.parts.scene.document;
    this.bar.update({
      filename: entry?.item.item.filename ?? "",
      cycleUrl: (entry?.item.cycle && this.at.options.cycleUrl?.(entry.item.cycle)) ?? null,
      at,
      of,
      done,
      standing: this.at.queue.standing,
      canUndo: this.at.quick ? this.at.queue.session.canUndo() : log.canUndo,
      canRedo: !this.at.quick && log.canRedo,
      undoLabel: this.at.quick ? "" : log.undoLabel,
      redoLabel: this.at.quick ? "" : log.redoLabel,
      hasItem: entry !== null,
      submitWord: this.at.answers.word(entry),
      hasBack: this.at.queue.session.hasBack(),
      hasNext: this.at.queue.session.hasNext(),
    });
  }

  private drawSaved(): void {
    const { outbox, scene } = this.at.parts;
    const refused = this.at.queue.refusals.value.size + scene.document.refused.value.length;
    this.bar.saved(outbox.state.value, scene.document.saved.value, refused);
  }

  private drawLabels(): void {
    const entry = this.at.entry.value;
    const { scene } = this.at.parts;
    if (this.at.quick) {
      const item = entry?.item;
      const suggested = item?.label ? null : (item?.suggestion?.label ?? null);
      this.labelBar.update(item?.label ? [item.label] : [], suggested, entry !== null && !entry.gone);
    } else this.labelBar.update(this.labelsInHand(), null, !scene.readOnly.value);
  }

  /** What the bar shows as pressed: the picture's classes where there is nothing else, what is selected, the next one. */
  private labelsInHand(): string[] {
    const { scene } = this.at.parts;
    if (this.at.options.allowed.types.every((type) => type === "class"))
      return classesOf(scene.document.store.all())
        .filter((one) => !isSuggestion(one))
        .map(({ label }) => label);
    const chosen = [...scene.document.selection.value].flatMap((id) => scene.document.store.get(id) ?? []);
    const names = new Set(chosen.map(({ label }) => label));
    if (!names.size) return [scene.label.value];
    return names.size === 1 ? [...names] : [];
  }

  private drawFoot(): void {
    const { stage } = this.at.parts.desk;
    const { hint } = this.at.parts.scene.toolbox;
    if (this.said && this.said.until < Date.now()) this.said = null;
    this.foot.update(this.at.queue.session.current(), {
      scale: stage.viewport.value.scale,
      cursor: stage.cursor.value,
      seconds: this.at.clock.seconds(),
      words: this.at.quick ? "" : (this.said?.text ?? hint.value),
    });
  }
}
