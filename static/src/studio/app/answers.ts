/** What a person says of the item on the screen: choosing a label, submitting, skipping, taking back, returning. */
import { plural } from "../../lib/format.ts";
import { confirmDialog } from "../../ui/dialog.ts";
import { announce } from "../../ui/live.ts";
import { toast } from "../../ui/toast.ts";
import type { NewIssue } from "../io/issues.ts";
import type { Queue } from "./queue.ts";
import type { AnnotationScene } from "./scene.ts";
import { isSuggestion } from "../shapes/_shape.ts";
import { toggleClass } from "../state/classes.ts";
import type { KeyedLabel } from "../state/labels.ts";
import { isOpen, type AnswerOptions, type Entry } from "../state/session.ts";
import type { ActKind } from "../state/types.ts";
import type { WorkClock } from "../tools/clock.ts";

export interface AnswersOptions {
  queue: Queue;
  scene: AnnotationScene;
  clock: WorkClock;
  review: boolean;
  labels: readonly KeyedLabel[];
  /** Annotation types the task takes. */
  types: readonly string[];
  /** A task of one class for the whole picture: a digit answers. Elsewhere the annotations are the answer. */
  quick: boolean;
  /** Of the item on the screen: what stands against approving it, and what it is rejected with. */
  openIssues: () => number;
  /** Has an issue said about the item on the screen, and hands it over; unless the person gives up. */
  askIssue: (send: (issue: NewIssue) => void) => void;
  /** Shows the issues of the item on the screen. */
  showIssues: () => void;
  /** Whether nothing stands in the way of submitting; says what does. */
  ready: () => boolean;
  /** Whether its picture is to be seen. */
  seen: (entry: Entry) => boolean;
  /** A label was pressed. */
  flash: (label: string) => void;
}

export class Answers {
  constructor(private readonly options: AnswersOptions) {}

  /** A digit: the class of the picture in a quick task, else the label in hand. */
  choose(label: KeyedLabel): void {
    const { queue, quick, review, flash } = this.options;
    if (!queue.session.current()) return;
    flash(label.name);
    if (!quick) {
      this.take(label);
      return;
    }
    void this.finish({ label: label.name }, review ? `Approved as ${label.name}` : `Labelled ${label.name}`);
  }

  /** Shift and a digit: a class of the whole picture, set or taken away. */
  chooseClass(label: KeyedLabel): void {
    const { scene, labels, types } = this.options;
    if (!types.includes("class") || scene.readOnly.value) return;
    scene.toolbox.settle();
    const on = toggleClass(scene.document, label, labels);
    announce(`${on ? "Class" : "Not"} ${label.name}`);
  }

  submit(): void {
    const { queue, scene, quick } = this.options;
    const entry = queue.session.current();
    if (!entry) return;
    if (!isOpen(entry)) queue.session.next();
    else if (quick) this.submitClass(entry);
    else {
      scene.toolbox.settle();
      if (scene.document.item !== entry.item.item.id) {
        toast("The annotations are still being loaded.");
        return;
      }
      if (this.options.ready()) void this.submitShapes(entry);
    }
  }

  discard(): void {
    this.answer("discard");
  }
  skip(): void {
    const { queue, clock, scene } = this.options;
    scene.toolbox.settle();
    if (queue.session.skip(clock.seconds())) announce("Skipped");
  }

  /** In a quick task the last answer, wherever it is; else the last edit of this picture. */
  undo(): void {
    const { queue, scene, quick, clock } = this.options;
    if (!quick) {
      scene.toolbox.undo();
      return;
    }
    if (queue.session.undo() === null) toast("There is nothing to undo.");
    else announce("Taken back");
    clock.restart();
  }
  /** Opens what is finished and on the screen again, or else what was finished last. */
  reopen(): void {
    const { session } = this.options.queue;
    const entry = session.current();
    const done = entry?.answer ? session.reopen() : session.undo() !== null;
    if (done) announce("Open again");
    else toast("There is nothing to take back.");
    this.options.clock.restart();
  }

  /** Rejects with the issues that are open; where there is none, one is said first. */
  sendBack(): void {
    const { queue, openIssues, askIssue } = this.options;
    const entry = queue.session.current();
    if (!entry || !isOpen(entry)) return;
    const person = entry.item.source?.person?.name;
    if (!person) {
      toast("Nobody labelled this item in a task: correct it yourself.", { kind: "warn" });
      return;
    }
    if (openIssues()) this.reject(entry, person);
    else askIssue((issue) => this.reject(entry, person, issue));
  }
  private reject({ item }: Entry, person: string, issue?: NewIssue): void {
    if (this.options.queue.session.current()?.item.id !== item.id) return;
    const count = this.options.openIssues() || 1; // of this item: another is shown in a moment
    if (!this.answer("return", issue ? { issue } : {})) return;
    announce(`Rejected, back to ${person}`);
    toast(`Returned to ${person} with ${plural(count, "issue")}.`, {
      kind: "ok",
      action: { label: "Undo", run: () => this.takeBack(item.id) },
    });
  }
  /** What was said of an item that need not be on the screen. */
  private takeBack(id: string): void {
    this.options.queue.session.show(id);
    this.reopen();
  }

  /** The word of the button that submits. */
  word(entry: Entry | null): string {
    const { review, quick } = this.options;
    if (entry && !isOpen(entry)) return "Next";
    if (review) return "Approve";
    if (!quick) return "Submit";
    if (entry?.item.label) return "Keep label";
    return entry?.item.suggestion ? `Accept ${entry.item.suggestion.label}` : "Submit";
  }

  private async submitShapes({ item }: Entry): Promise<void> {
    const { queue, scene, review } = this.options;
    const empty = scene.document.store.all().every(isSuggestion);
    if (empty) {
      const sure = await confirmDialog({
        title: "Nothing is labelled here",
        text: "Say that there is nothing to label on this picture, and go on?",
        confirm: "There is nothing",
      });
      if (!sure || queue.session.current()?.item.id !== item.id) return;
    }
    await this.finish({ empty }, review ? "Approved" : "Submitted");
  }

  /** What is selected gets the label, or what is drawn next; where only classes are asked for, the picture does. */
  private take(label: KeyedLabel): void {
    const { scene, types } = this.options;
    if (types.every((type) => type === "class")) {
      this.chooseClass(label);
      return;
    }
    scene.label.set(label.name);
    if (!scene.toolbox.labelled(label.name)) announce(`Label ${label.name}`);
  }

  private submitClass({ item }: Entry): void {
    const { review } = this.options;
    const label = item.label ?? (review ? null : (item.suggestion?.label ?? null));
    if (!label) {
      toast(
        review ? "There is no label to approve: choose one with a digit." : "Choose a label with a digit.",
      );
      return;
    }
    // An unchanged label is submitted as it stands; a suggestion is accepted by name.
    void this.finish(
      { label: item.label ? null : label },
      review ? `Approved ${label}` : `Labelled ${label}`,
    );
  }

  /** Submits or approves; approving with open issues is refused, unless they are resolved with it. */
  private async finish(said: AnswerOptions, word: string): Promise<void> {
    const { queue, review, openIssues, showIssues } = this.options;
    const id = queue.session.current()?.item.id;
    const open = review ? openIssues() : 0;
    if (open) {
      const sure = await confirmDialog({
        title: `Not approved: ${plural(open, "issue")} ${open === 1 ? "is" : "are"} open`,
        text:
          open === 1
            ? "Resolve it if you put it right or think better of it. Otherwise reject the item with it (X)."
            : "Resolve them if you put them right or think better of it. Otherwise reject the item with them (X).",
        confirm: open === 1 ? "Resolve it and approve" : `Resolve all ${open} and approve`,
        cancel: open === 1 ? "Look at it" : "Look at them",
      });
      if (queue.session.current()?.item.id !== id) return;
      if (!sure) {
        showIssues();
        return;
      }
    }
    const resolved = open > 0 && { resolveOpen: true };
    // The version seen is that of now: an edit may have been saved while the person was asked.
    if (this.answer(review ? "approve" : "complete", { ...said, ...this.seenNow(), ...resolved }))
      announce(word);
  }

  private seenNow(): Pick<AnswerOptions, "seen"> {
    const { quick, scene, queue } = this.options;
    const item = queue.session.current()?.item.item.id;
    return quick || item === undefined ? {} : { seen: scene.edits.seenOf(item) };
  }

  private answer(kind: ActKind, said: Omit<AnswerOptions, "seconds"> = {}): boolean {
    const { queue, clock, scene } = this.options;
    const entry = queue.session.current();
    if (entry?.gone) {
      toast("Someone else has this item now.", { kind: "warn" });
      queue.session.leaveGone();
      return false;
    }
    if (entry && isOpen(entry) && (kind === "complete" || kind === "approve") && !this.options.seen(entry)) {
      toast("The picture is not here yet: nothing was answered.", { kind: "warn" });
      return false;
    }
    scene.toolbox.settle();
    const done = queue.session.answer(kind, { ...said, seconds: clock.seconds() });
    if (done) clock.restart();
    void queue.fill(false);
    return done;
  }
}
