/**
 * The model's shapes that nobody has answered yet: which are open, which come next, accepting and rejecting them. They
 * lie in the document's store (see `isSuggestion`), so undo, selection and the stage treat them as they treat the rest.
 */
import { Cell, type Unsubscribe } from "../../lib/store.ts";
import type { SuggestionActs } from "../context.ts";
import { isSuggestion, type Annotation } from "../shapes/_shape.ts";
import type { Document } from "./document.ts";

export interface SuggestionsOptions {
  document: Document;
  threshold: Cell<number>;
  readOnly: () => boolean;
  /** Brings one into sight. */
  reveal: (one: Annotation) => void;
}

const confidenceOf = ({ model }: Annotation) => model?.confidence ?? 0;

export class Suggestions implements SuggestionActs {
  readonly threshold: Cell<number>;
  readonly open = new Cell<readonly Annotation[]>([]);
  private readonly detach: Unsubscribe;

  constructor(private readonly options: SuggestionsOptions) {
    this.threshold = options.threshold;
    const { store } = options.document;
    this.detach = store.subscribe(({ changes }) => {
      const matters = changes.some(({ before, after }) =>
        [before, after].some((one) => one && isSuggestion(one)),
      );
      if (matters) this.read();
    });
    this.read();
  }
  dispose(): void {
    this.detach();
  }

  /** Those at or above the threshold, surest first. */
  shown(): Annotation[] {
    return this.open.value.filter((one) => confidenceOf(one) >= this.threshold.value);
  }

  accept(ids: readonly string[]): void {
    this.answer(ids, (open) => this.options.document.accept(open));
  }
  acceptShown(): void {
    this.accept(this.shown().map(({ id }) => id));
  }
  reject(ids: readonly string[]): void {
    this.answer(ids, (open) =>
      this.options.document.remove(
        open,
        open.length === 1 ? "Reject suggestion" : `Reject ${open.length} suggestions`,
      ),
    );
  }

  /** The open ones among what is selected. */
  selected(): string[] {
    const { store, selection } = this.options.document;
    return [...selection.value].filter((id) => {
      const one = store.get(id);
      return one !== undefined && isSuggestion(one);
    });
  }

  next(step: 1 | -1 = 1): boolean {
    const shown = this.shown();
    const { selection } = this.options.document;
    if (!shown.length) return false;
    const at = shown.findIndex(({ id }) => selection.value.has(id));
    const from = at < 0 ? (step === 1 ? -1 : 0) : at;
    this.show(shown[(from + step + shown.length) % shown.length] as Annotation);
    return true;
  }

  /** Answers and goes on to the one that stood next. */
  private answer(ids: readonly string[], act: (open: string[]) => void): void {
    if (this.options.readOnly()) return;
    const wanted = new Set(ids);
    const open = this.open.value.filter(({ id }) => wanted.has(id)).map(({ id }) => id);
    if (!open.length) return;
    const shown = this.shown();
    const last = Math.max(...open.map((id) => shown.findIndex((one) => one.id === id)));
    const following = [...shown.slice(last + 1), ...shown.slice(0, Math.max(0, last))];
    const next = following.find(({ id }) => !wanted.has(id));
    act(open);
    if (next) this.show(next);
    else this.options.document.selection.set(new Set());
  }

  private show(one: Annotation): void {
    this.options.document.selection.set(new Set([one.id]));
    this.options.reveal(one);
  }

  private read(): void {
    const open = this.options.document.store.all().filter(isSuggestion);
    open.sort((a, b) => confidenceOf(b) - confidenceOf(a));
    if (open.length || this.open.value.length) this.open.set(open);
  }
}
