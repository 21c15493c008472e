/** The keypoints of a label's skeletons, written as text: a name a line, and a line "name - name" for each edge. */
import type { Label } from "../../browser/types.ts";
import { h } from "../../lib/dom.ts";
import { openDialog } from "../../ui/dialog.ts";
import type { SkeletonTemplate } from "../../studio/shapes/_shape.ts";

/** "nose - left eye" for every edge, one a line. */
export function edgesText({ names, edges }: SkeletonTemplate): string {
  return edges.map(([a, b]) => `${names[a] ?? ""} - ${names[b] ?? ""}`).join("\n");
}
/** The template two texts describe; null without a name. Throws a sentence that names the line it cannot read. */
export function templateOf(namesText: string, edgesText: string): SkeletonTemplate | null {
  const names = lines(namesText);
  const double = names.find((name, i) => names.indexOf(name) !== i);
  if (double) throw new Error(`Two keypoints are called "${double}".`);
  const edges = lines(edgesText).map((line) => edgeOf(line, names));
  return names.length ? { names, edges } : null;
}
function lines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}
/** Names may hold dashes themselves: every place to cut is tried. */
function edgeOf(line: string, names: readonly string[]): [number, number] {
  for (let at = line.indexOf("-"); at >= 0; at = line.indexOf("-", at + 1)) {
    const from = names.indexOf(line.slice(0, at).trim());
    const to = names.indexOf(line.slice(at + 1).trim());
    if (from >= 0 && to >= 0 && from !== to) return [from, to];
  }
  throw new Error(`"${line}" is not two different keypoints with a dash between them.`);
}

/** Asks for a label's skeleton and saves it; `save` refuses by throwing, which the dialog shows. */
export function skeletonDialog(
  label: Label,
  save: (template: SkeletonTemplate | null) => Promise<unknown>,
): void {
  const names = h("textarea", {
    class: "textarea",
    id: "skeleton-names",
    rows: 6,
    placeholder: "nose\nleft eye",
  });
  const edges = h("textarea", {
    class: "textarea",
    id: "skeleton-edges",
    rows: 6,
    placeholder: "nose - left eye",
  });
  names.value = label.skeleton?.names.join("\n") ?? "";
  edges.value = label.skeleton ? edgesText(label.skeleton) : "";
  openDialog({
    title: `Skeleton of ${label.name}`,
    body: h(
      "div",
      { class: "form" },
      h(
        "div",
        { class: "field" },
        h("label", { for: "skeleton-names" }, "Keypoints, one a line, in the order they are set"),
        names,
      ),
      h(
        "div",
        { class: "field" },
        h("label", { for: "skeleton-edges" }, "Lines between them, one a line"),
        edges,
      ),
    ),
    actions: [
      { label: "Cancel" },
      { label: "Save", primary: true, run: () => save(templateOf(names.value, edges.value)) },
    ],
  });
}
