/** What a person says of the item on the screen: choosing a label, submitting, skipping, taking back, returning. */
import { announce } from "../../ui/live.ts";
import { toast } from "../../ui/toast.ts";
import type { Queue } from "./queue.ts";
import type { AnnotationScene } from "./scene.ts";
import type { KeyedLabel } from "../state/labels.ts";
import { isOpen, type AnswerOptions, type Entry } from "../state/session.ts";
import type { ActKind } from "../state/types.ts";
import type { WorkClock } from "../tools/clock.ts";
import { askNote } from "../views/dialogs.ts";

export interface AnswersOptions {
  queue: Queue;
  scene: AnnotationScene;
  clock: WorkClock;
  review: boolean;
  /** A task of one class for the whole picture: a digit answers. Elsewhere the annotations are the answer. */
  quick: boolean;
  /** Whether nothing stands in the way of submitting; says what does. */
  ready: () => boolean;
  /** A label was pressed. */
  flash: (label: string) => void;
}

export class Answers {
  constructor(private readonly options: AnswersOptions) {}

  /** A digit: the class of the picture in a quick task, else the label in hand. */
  choose(label: KeyedLabel): void {
    const { queue, scene, quick, review, flash } = this.options;
    if (!queue.session.current()) return;
    flash(label.name);
    if (!quick) {
      scene.label.set(label.name);
      if (!scene.toolbox.labelled(label.name)) announce(`Label ${label.name}`);
      return;
    }
    if (this.answer(review ? "approve" : "complete", { label: label.name }))
      announce(review ? `Approved as ${label.name}` : `Labelled ${label.name}`);
  }

  submit(): void {
    const { queue, scene, quick, review } = this.options;
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
      if (!this.options.ready()) return;
      const seen = scene.edits.seenOf(entry.item.item.id);
      if (this.answer(review ? "approve" : "complete", { seen })) announce(review ? "Approved" : "Submitted");
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

  async sendBack(): Promise<void> {
    const { session } = this.options.queue;
    const entry = session.current();
    if (!entry || !isOpen(entry)) return;
    const person = entry.item.source?.person?.name;
    if (!person) {
      toast("Nobody labelled this item in a task: correct it yourself.", { kind: "warn" });
      return;
    }
    const note = await askNote(person);
    if (note !== null && session.current()?.item.id === entry.item.id) {
      if (this.answer("return", { note })) toast(`Returned to ${person}.`, { kind: "ok" });
    }
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
    if (this.answer(review ? "approve" : "complete", { label: item.label ? null : label }))
      announce(review ? `Approved ${label}` : `Labelled ${label}`);
  }

  private answer(kind: ActKind, said: Omit<AnswerOptions, "seconds"> = {}): boolean {
    const { queue, clock, scene } = this.options;
    const entry = queue.session.current();
    if (entry?.gone) {
      toast("Someone else has this item now.", { kind: "warn" });
      queue.session.leaveGone();
      return false;
    }
    scene.toolbox.settle();
    const done = queue.session.answer(kind, { ...said, seconds: clock.seconds() });
    if (done) clock.restart();
    void queue.fill(false);
    return done;
  }
}
