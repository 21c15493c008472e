/** How one annotation looks: colour, dashes, whether it is to be seen at all. */
import type { Annotation } from "../shapes/_shape.ts";
import type { SceneView } from "./types.ts";

export interface Style {
  readonly color: string;
  /** A model's. */
  readonly dashed: boolean;
  /** Of the fill, 0 to 1. */
  readonly fill: number;
  readonly outline: boolean;
  /** Of the line, in screen pixels. */
  readonly width: number;
}

export const NEUTRAL = "#868e9b";
/** The label colours: chosen for four kinds of sight. After them comes the golden angle. */
const PALETTE = [
  "#53b3b8",
  "#f0b135",
  "#da1191",
  "#a63c0c",
  "#09e095",
  "#3a6ee8",
  "#cd86fe",
  "#bfc4ee",
  "#a28218",
  "#1b735b",
  "#7a1fa8",
  "#d87879",
] as const;

/** A colour for the n-th of things that have none of their own. */
export function nthColor(n: number): string {
  return PALETTE[n] ?? `hsl(${Math.round((n * 137.508) % 360)} 70% 60%)`;
}

/** A model's, and no person stands for it. */
export function isModels({ model, author }: Annotation): boolean {
  return model !== null && author === null;
}

export function isShown(annotation: Annotation, view: SceneView): boolean {
  if (view.hidden.has(annotation.id)) return false;
  return !isModels(annotation) || (annotation.model?.confidence ?? 1) >= view.threshold;
}

/** Colours by label, object or author; authors get theirs in the order they are met. */
export class Stylist {
  private readonly authors = new Map<string, string>();

  color(annotation: Annotation, seq: number, view: SceneView): string {
    if (view.colorBy === "object") return nthColor(seq);
    if (view.colorBy === "label") return view.colors.get(annotation.label) ?? NEUTRAL;
    const who = annotation.model?.id ?? annotation.author?.id;
    if (who === undefined) return NEUTRAL;
    let color = this.authors.get(who);
    if (!color) this.authors.set(who, (color = nthColor(this.authors.size)));
    return color;
  }

  still(annotation: Annotation, seq: number, view: SceneView): Style {
    const color = this.color(annotation, seq, view);
    const dashed = isModels(annotation);
    return { color, dashed, fill: view.opacity, outline: view.outlines, width: 2 };
  }
  /** Of one under the cursor or selected: filled more, always with its line. */
  active(annotation: Annotation, seq: number, view: SceneView): Style {
    const still = this.still(annotation, seq, view);
    const selected = view.selected.has(annotation.id);
    return {
      ...still,
      outline: true,
      width: selected ? 2.6 : 2.2,
      fill: Math.min(1, view.opacity * 0.7 + 0.08),
    };
  }
}
