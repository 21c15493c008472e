/** The palette's content: node types by category, found by words. Pure. */
import type { NodeType } from "../io/api";

/** Categories in the order of a graph from left to right; others follow by name. */
const ORDER = ["Data", "People", "Models", "Flow", "Code"];

/** The newest version of each type that fits every word, by category. */
export function paletteGroups(types: readonly NodeType[], text: string): [string, NodeType[]][] {
  const newest = new Map<string, NodeType>();
  for (const type of types) {
    const known = newest.get(type.type);
    if (!known || known.version < type.version) newest.set(type.type, type);
  }
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (type: NodeType) => {
    const all = `${type.title} ${type.type} ${type.category} ${type.doc}`.toLowerCase();
    return words.every((word) => all.includes(word));
  };
  const groups = new Map<string, NodeType[]>();
  for (const type of [...newest.values()].filter(fits))
    groups.set(type.category, [...(groups.get(type.category) ?? []), type]);
  const place = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  // What is called by the words comes before what only mentions them.
  const rank = (type: NodeType) => (words.every((word) => type.title.toLowerCase().includes(word)) ? 0 : 1);
  for (const list of groups.values())
    list.sort((a, b) => rank(a) - rank(b) || a.title.localeCompare(b.title));
  // So too for whole groups: Enter takes the first of all.
  const best = (list: readonly NodeType[]) => (list[0] ? rank(list[0]) : 1);
  return [...groups].sort(
    ([a, one], [b, two]) => best(one) - best(two) || place(a) - place(b) || a.localeCompare(b),
  );
}
