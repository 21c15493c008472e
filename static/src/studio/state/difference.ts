/** What became of annotations from one state to another. Pure. */
import { sameContent } from "../io/pending.ts";
import { isSuggestion, type Annotation } from "../shapes/_shape.ts";

export interface Difference {
  /** In the later only. */
  readonly added: readonly Annotation[];
  /** In the earlier only. */
  readonly removed: readonly Annotation[];
  readonly changed: readonly { readonly before: Annotation; readonly after: Annotation }[];
}

export function differenceOf(before: readonly Annotation[], after: readonly Annotation[]): Difference {
  const [then, now] = [before, after].map(
    (list) => new Map(list.filter((one) => !isSuggestion(one)).map((one) => [one.id, one])),
  ) as [Map<string, Annotation>, Map<string, Annotation>];
  return {
    added: [...now.values()].filter(({ id }) => !then.has(id)),
    removed: [...then.values()].filter(({ id }) => !now.has(id)),
    changed: [...now.values()].flatMap((one) => {
      const was = then.get(one.id);
      return was && !sameContent(was, one) ? [{ before: was, after: one }] : [];
    }),
  };
}
export function isSame({ added, removed, changed }: Difference): boolean {
  return !added.length && !removed.length && !changed.length;
}
/** "2 added, 1 changed": for people; "nothing" when they are the same. */
export function wordsOf({ added, removed, changed }: Difference): string {
  const words = [
    added.length && `${added.length} added`,
    changed.length && `${changed.length} changed`,
    removed.length && `${removed.length} removed`,
  ];
  return words.filter(Boolean).join(", ") || "nothing changed";
}

/** One of the model's beside the person's that it became, or that stands for the same thing. */
export interface Pair {
  readonly before: Annotation;
  readonly after: Annotation;
  /** 0..1, see `overlapOf`. */
  readonly iou: number;
}
export interface Matched extends Difference {
  /** All that were found on both sides, those that are the same too. */
  readonly pairs: readonly Pair[];
}
/** Two that overlap less than this stand for different things. */
const SAME_THING = 0.5;

/**
 * A model's prediction (before) beside what people have (after). What was made from one of the model's names it in its
 * metadata; of the rest those that overlap most belong together, first where the label is the same.
 */
export function matchedWith(
  before: readonly Annotation[],
  after: readonly Annotation[],
  overlap: (a: Annotation, b: Annotation) => number,
): Matched {
  const now = after.filter((one) => !isSuggestion(one));
  const pairs: Pair[] = [];
  const taken = new Set<Annotation>();
  const take = (was: Annotation, one: Annotation, iou: number) => {
    pairs.push({ before: was, after: one, iou });
    taken.add(was).add(one);
  };
  for (const was of before) {
    const made = now.find(({ metadata }) => metadata["suggestion"] === was.metadata["suggestion"]);
    if (made && !taken.has(made)) take(was, made, overlap(was, made));
  }
  const rest = before.filter((was) => !taken.has(was));
  const open = now.filter((one) => !taken.has(one));
  const candidates = rest
    .flatMap((was) => open.map((one) => ({ was, one, iou: overlap(was, one) })))
    .filter(({ iou }) => iou >= SAME_THING)
    .sort((a, b) => rank(b) - rank(a));
  for (const { was, one, iou } of candidates) if (!taken.has(was) && !taken.has(one)) take(was, one, iou);
  return {
    pairs,
    added: now.filter((one) => !taken.has(one)),
    removed: before.filter((was) => !taken.has(was)),
    changed: pairs.filter(({ before: was, after: one }) => !looksSame(was, one)),
  };
}
function rank({ was, one, iou }: { was: Annotation; one: Annotation; iou: number }): number {
  return iou + (was.label === one.label ? 1 : 0);
}
function looksSame(a: Annotation, b: Annotation): boolean {
  return a.label === b.label && a.type === b.type && sameContent({ ...a, attributes: b.attributes, metadata: b.metadata }, b); // prettier-ignore
}

/** One thing to look at while flipping through changes. */
export interface Step {
  readonly kind: "added" | "changed" | "removed";
  readonly before: Annotation | null;
  readonly after: Annotation | null;
}
/** Every change once, as one reads: by rows from the top, then from the left. */
export function stepsOf(
  { added, changed, removed }: Difference,
  place: (one: Annotation) => readonly [x: number, y: number],
): Step[] {
  const steps: Step[] = [
    ...changed.map(({ before, after }): Step => ({ kind: "changed", before, after })),
    ...added.map((after): Step => ({ kind: "added", before: null, after })),
    ...removed.map((before): Step => ({ kind: "removed", before, after: null })),
  ];
  const at = new Map(steps.map((step) => [step, place((step.after ?? step.before) as Annotation)]));
  return steps.sort((a, b) => {
    const [first, second] = [at.get(a), at.get(b)] as [readonly number[], readonly number[]];
    return (first[1] ?? 0) - (second[1] ?? 0) || (first[0] ?? 0) - (second[0] ?? 0);
  });
}
