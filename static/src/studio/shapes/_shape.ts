/**
 * What every annotation type is to the studio; one file a type beside this one, found by `index.ts`. Pure: no DOM but
 * the canvas path it traces. Coordinates are image pixels, float, origin top-left; the server's side of each type is
 * `datasets/geometry/<type>.py`, and both agree on validation and area to 1e-6 (shared test vectors).
 */
import type { BoxXYXY, WH, XY } from "../../lib/geometry.ts";
import type { IconName } from "../../ui/icons.ts";

/** One annotation as the studio holds it. Values are never changed in place. */
export interface Annotation {
  readonly id: string;
  readonly type: string;
  readonly label: string;
  readonly geometry: unknown;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** `z` (number, higher lies above), `group` (text: moves together), `occluded` (boolean), `pinned` (boolean: is not
   * moved as a whole by hand). */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** What the server holds; 0 while it has never been saved. */
  readonly revision: number;
  /** Whose it is: null = a person's, see `author`. */
  readonly model: { readonly id: string; readonly name: string; readonly confidence: number } | null;
  readonly author: { readonly id: string; readonly name: string } | null;
  readonly sourcePrediction: string | null;
  /** The revision a reviewer approved; null or absent: none. */
  readonly approvedRevision?: number | null;
}

/** A model's that no person has answered yet: shown with the rest, saved only once it is accepted or edited. */
export function isSuggestion({ model, author, revision }: Annotation): boolean {
  return model !== null && author === null && revision === 0;
}

export interface Modifiers {
  readonly shift: boolean;
  readonly alt: boolean;
  readonly ctrl: boolean;
}

/** A place one can grab. `id` is the type's own: "ne", "rotate", "0/3" (ring/vertex), "0/3+" (the edge after it). */
export interface Handle {
  readonly id: string;
  readonly at: XY;
  readonly kind: "corner" | "edge" | "vertex" | "rotate" | "ghost";
  readonly cursor: string;
}

export class ShapeInvalid extends Error {}

/** Names and edges of a skeleton's keypoints, from its label. */
export interface SkeletonTemplate {
  readonly names: readonly string[];
  readonly edges: readonly (readonly [number, number])[];
}

/** A place drawn as a dot of constant size on the screen; a hollow one is occluded. */
export interface Dot {
  readonly at: XY;
  readonly hollow: boolean;
  readonly name?: string;
}

export interface ShapeType<G = unknown> {
  readonly type: string;
  readonly title: string;
  readonly icon: IconName;
  /** Normal form of `raw` on an image of that size; throws ShapeInvalid with a sentence for people. */
  validate(raw: unknown, size: WH): G;
  /** Covered pixels. */
  area(geometry: G, size: WH): number;
  /** Smallest upright box around it; null for one without a place (class). */
  bounds(geometry: G, size: WH): BoxXYXY | null;
  /** Whether `at` touches it: inside, or within `tolerance` image pixels of its line. */
  hit(geometry: G, at: XY, tolerance: number, template?: SkeletonTemplate): boolean;
  /** Adds its outline to the path, in image pixels. A mask is painted by the renderer; its outline is its pixels'. */
  trace(geometry: G, path: CanvasPath, template?: SkeletonTemplate): void;
  /** What is drawn as dots beside the outline: a point, the keypoints of a skeleton. */
  dots?(geometry: G, template?: SkeletonTemplate): Dot[];
  /** Whether the inside is filled (even-odd). */
  readonly filled: boolean;
  handles(geometry: G, zoom: number): Handle[];
  /**
   * The geometry with one handle moved to `to`; give the geometry as it was when the handle was grabbed. Shift keeps
   * the proportions (rotating: steps of 15 degrees), Alt keeps the centre.
   */
  dragged(geometry: G, handle: string, to: XY, held: Modifiers, size: WH): G;
  /** Moved, but no further out of the image than it was. */
  moved(geometry: G, dx: number, dy: number, size: WH): G;
  /** Stretched away from `about`, which stays: `by` times as far across and down, both greater than 0. */
  stretched(geometry: G, about: XY, by: XY, size: WH): G;
  /** One short text of its measure: "206 × 206", "7 pts, 1 hole". */
  describe(geometry: G, size: WH): string;
}
