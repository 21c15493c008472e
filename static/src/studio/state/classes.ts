/** Classes of the whole picture among its annotations: set, exchanged within their group, taken away. */
import type { Annotation } from "../shapes/_shape.ts";
import type { Document } from "./document.ts";
import type { KeyedLabel } from "./labels.ts";

const groupOf = ({ group }: KeyedLabel) => group ?? "class";

/** The picture's classes. */
export function classesOf(list: readonly Annotation[]): Annotation[] {
  return list.filter(({ type }) => type === "class");
}

/**
 * Gives the picture a class, or takes it away if it has it. Labels of one non-empty group exclude each other: then the
 * annotation there gets the other label. One step of undo. Answers whether the picture has it now.
 */
export function toggleClass(
  document: Pick<Document, "store" | "add" | "change" | "remove">,
  label: KeyedLabel,
  labels: readonly KeyedLabel[],
): boolean {
  const there = classesOf(document.store.all());
  const same = there.find((one) => one.label === label.name);
  if (same) {
    document.remove([same.id], `Not ${label.name}`);
    return false;
  }
  const group = groupOf(label);
  const rivals = new Set(
    labels.filter((one) => group !== "" && groupOf(one) === group).map(({ name }) => name),
  );
  const rival = there.find((one) => rivals.has(one.label));
  if (rival) document.change([rival.id], { label: label.name }, `Class ${label.name}`);
  else
    document.store.batch(() => document.add({ type: "class", label: label.name, geometry: null }), {
      label: `Class ${label.name}`,
    });
  return true;
}
