/** The annotations as a list: which ones, in what order, in which groups; and where one goes that is dragged. Pure. */
import type { Annotation } from "../shapes/_shape.ts";

export const SORTS = {
  number: "Number",
  layer: "Layer, front first",
  label: "Label",
  size: "Size, large first",
  confidence: "Confidence",
  author: "Author",
} as const;
export type Sort = keyof typeof SORTS;

/** What a list says of an annotation besides itself. */
export interface Facts {
  readonly number: number;
  /** Of its type: "Box". */
  readonly type: string;
  /** Covered pixels. */
  readonly area: number;
  readonly locked: boolean;
  readonly hidden: boolean;
  readonly issues: number;
  readonly changed: boolean;
}
export type FactsOf = (annotation: Annotation) => Facts;
export type Row =
  | { readonly kind: "group"; readonly id: string; readonly members: readonly string[] }
  | {
      readonly kind: "object";
      readonly id: string;
      readonly annotation: Annotation;
      readonly grouped: boolean;
    };

export function authorOf({ model, author }: Annotation): string {
  return model?.name ?? author?.name ?? "";
}
export function groupOf({ metadata: { group } }: Annotation): string | null {
  return typeof group === "string" && group ? group : null;
}
export function layerOf({ metadata: { z } }: Annotation): number {
  return typeof z === "number" && Number.isFinite(z) ? z : 0;
}

type Test = (one: Annotation, facts: Facts) => boolean;

const STATES: Record<string, Test> = {
  locked: (_, { locked }) => locked,
  hidden: (_, { hidden }) => hidden,
  issue: (_, { issues }) => issues > 0,
  changed: (_, { changed }) => changed,
  model: ({ model }) => model !== null,
  mine: ({ model }) => model === null,
  pinned: ({ metadata }) => metadata["pinned"] === true,
  occluded: ({ metadata }) => metadata["occluded"] === true,
};
const has = (text: unknown, part: string) => String(text).toLowerCase().includes(part);
function values(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value === true ? "yes" : value === false ? "no" : value];
}

/**
 * What a filter's words mean: `label:apple`, `type:box`, `author:ann`, `is:locked`, `severity:deep` (an attribute), `#5`;
 * any other word is looked for in all of these. All words must hold.
 */
export function filterOf(text: string): Test {
  const tests = text.toLowerCase().split(/\s+/).filter(Boolean).map(wordTest);
  return (one, facts) => tests.every((test) => test(one, facts));
}
function wordTest(word: string): Test {
  if (/^#\d+$/.test(word)) return (_, { number }) => number === Number(word.slice(1));
  const colon = word.indexOf(":");
  if (colon <= 0) return (one, facts) => anywhere(one, facts, word);
  const [name, wanted] = [word.slice(0, colon), word.slice(colon + 1)];
  if (name === "label") return ({ label }) => has(label, wanted);
  if (name === "type") return (one, { type }) => has(one.type, wanted) || has(type, wanted);
  if (name === "author") return (one) => has(authorOf(one), wanted);
  if (name === "is") return STATES[wanted] ?? (() => false);
  return ({ attributes }) =>
    Object.entries(attributes).some(
      ([key, value]) => key.toLowerCase() === name && values(value).some((one) => has(one, wanted)),
    );
}
function anywhere(one: Annotation, { type }: Facts, part: string): boolean {
  return (
    has(one.label, part) ||
    has(type, part) ||
    has(authorOf(one), part) ||
    Object.values(one.attributes).some((value) => values(value).some((inner) => has(inner, part)))
  );
}

type Compare = (a: Sorted, b: Sorted) => number;
interface Sorted {
  readonly one: Annotation;
  readonly facts: Facts;
  readonly place: number;
}
const byNumber: Compare = (a, b) => a.facts.number - b.facts.number;
const ORDERS: Record<Sort, Compare> = {
  number: byNumber,
  // Of two on one layer the later lies above.
  layer: (a, b) => layerOf(b.one) - layerOf(a.one) || b.place - a.place,
  label: (a, b) => a.one.label.localeCompare(b.one.label),
  size: (a, b) => b.facts.area - a.facts.area,
  confidence: (a, b) => (b.one.model?.confidence ?? 2) - (a.one.model?.confidence ?? 2),
  author: (a, b) => authorOf(a.one).localeCompare(authorOf(b.one)),
};

/** The rows to show. `all` in the order of the store. A group stands where its first member would. */
export function rowsOf(all: readonly Annotation[], factsOf: FactsOf, text: string, sort: Sort): Row[] {
  const test = filterOf(text);
  const order = ORDERS[sort];
  const sorted = all
    .map((one, place): Sorted => ({ one, facts: factsOf(one), place }))
    .filter(({ one, facts }) => test(one, facts))
    .sort((a, b) => order(a, b) || byNumber(a, b))
    .map(({ one }) => one);
  const groups = new Map<string, Annotation[]>();
  for (const one of sorted) {
    const name = groupOf(one);
    if (name) groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  const object = (annotation: Annotation, grouped: boolean): Row => ({
    kind: "object",
    id: annotation.id,
    annotation,
    grouped,
  });
  const shown = new Set<string>();
  return sorted.flatMap((one): Row[] => {
    const name = groupOf(one);
    const members = name ? (groups.get(name) ?? []) : [];
    if (!name || members.length < 2) return [object(one, false)];
    if (shown.has(name)) return [];
    shown.add(name);
    return [
      { kind: "group", id: `group ${name}`, members: members.map(({ id }) => id) },
      ...members.map((member) => object(member, true)),
    ];
  });
}

/**
 * The layers that put `moved` right above (or below) `target`, keeping their order among themselves; those that change
 * only. Layers are shared by many, so what lies on the side with fewer makes way.
 */
export function restacked(
  all: readonly Annotation[],
  moved: ReadonlySet<string>,
  target: string,
  where: "above" | "below",
): Map<string, number> {
  const stack = [...all.keys()]
    .sort((a, b) => layerOf(all[a] as Annotation) - layerOf(all[b] as Annotation) || a - b)
    .map((place) => all[place] as Annotation);
  const rest = stack.filter(({ id }) => !moved.has(id));
  const at = rest.findIndex(({ id }) => id === target) + (where === "above" ? 1 : 0);
  const going = stack.filter(({ id }) => moved.has(id));
  const [below, above] = [rest.slice(0, at), rest.slice(at)];
  const changed = new Map<string, number>();
  if (rest.findIndex(({ id }) => id === target) < 0 || !going.length) return changed;
  const [low, high] = [layerOf(below.at(-1) ?? going[0]!), layerOf(above[0] ?? going[0]!)];
  if (!below.length) going.forEach((one, i) => changed.set(one.id, high - going.length + i));
  else if (!above.length) going.forEach((one, i) => changed.set(one.id, low + 1 + i));
  else makeWay(below, above, going, changed);
  for (const one of all) if (changed.get(one.id) === layerOf(one)) changed.delete(one.id);
  return changed;
}
function makeWay(
  below: readonly Annotation[],
  above: readonly Annotation[],
  going: readonly Annotation[],
  changed: Map<string, number>,
): void {
  const [low, high] = [layerOf(below.at(-1) as Annotation), layerOf(above[0] as Annotation)];
  const room = high - low - 1;
  const need = Math.max(0, going.length - room);
  if (below.length < above.length && need) {
    for (const one of below) changed.set(one.id, layerOf(one) - need);
    going.forEach((one, i) => changed.set(one.id, low - need + 1 + i));
  } else {
    if (need) for (const one of above) changed.set(one.id, layerOf(one) + need);
    going.forEach((one, i) => changed.set(one.id, low + 1 + i));
  }
}
