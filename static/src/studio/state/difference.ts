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
