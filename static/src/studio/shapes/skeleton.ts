/** `skeleton`: keypoints in the order of the label's template, each with a visibility. */
import { distance, distanceToSegment, type XY } from "../../lib/geometry.ts";
import { ShapeInvalid, type ShapeType, type SkeletonTemplate } from "./_shape.ts";
import { boundsOf, clamped, farther, fieldsOf, kept, numberOf, onto } from "./_values.ts";

/** 0: not labelled, 1: occluded, 2: visible. */
export type Visibility = 0 | 1 | 2;
export type Keypoint = readonly [x: number, y: number, v: Visibility];
export interface SkeletonGeometry {
  readonly keypoints: readonly Keypoint[];
}

const FORM = 'A skeleton is {"keypoints": [[x, y, visibility], …]}.';
const MAX_KEYPOINTS = 1000;

function keypointOf([x, y, v]: unknown[], size: readonly [number, number]): Keypoint {
  if (v !== 0 && v !== 1 && v !== 2)
    throw new ShapeInvalid("A keypoint's visibility is 0 (not labelled), 1 (occluded) or 2 (visible).");
  if (v === 0) return [0, 0, 0];
  const at = clamped(numberOf(x), numberOf(y), size);
  if (!at) throw new ShapeInvalid("A labelled keypoint lies outside the image.");
  return [at[0], at[1], v];
}
function labelled({ keypoints }: SkeletonGeometry): XY[] {
  return keypoints.flatMap(([x, y, v]): XY[] => (v ? [[x, y]] : []));
}
/** Both ends of every edge of the template whose keypoints are labelled. */
export function skeletonEdges({ keypoints }: SkeletonGeometry, template?: SkeletonTemplate): [XY, XY][] {
  return (template?.edges ?? []).flatMap(([i, j]): [XY, XY][] => {
    const [a, b] = [keypoints[i], keypoints[j]];
    return a?.[2] && b?.[2]
      ? [
          [
            [a[0], a[1]],
            [b[0], b[1]],
          ],
        ]
      : [];
  });
}
/** The skeleton with one keypoint set; with visibility 0 it is taken off. */
export function withKeypoint(
  skeleton: SkeletonGeometry,
  index: number,
  at: XY,
  v: Visibility,
): SkeletonGeometry {
  const set: Keypoint = v ? [at[0], at[1], v] : [0, 0, 0];
  return { keypoints: skeleton.keypoints.map((keypoint, i) => (i === index ? set : keypoint)) };
}

export const shape: ShapeType<SkeletonGeometry> = {
  type: "skeleton",
  title: "Skeleton",
  icon: "skeleton",
  filled: false,
  validate(raw, size) {
    const given = fieldsOf(raw, FORM, ["keypoints"]).keypoints;
    if (!Array.isArray(given) || given.some((k) => !Array.isArray(k) || k.length !== 3))
      throw new ShapeInvalid(FORM);
    if (given.length > MAX_KEYPOINTS) throw new ShapeInvalid("A skeleton has at most 1,000 keypoints.");
    const keypoints = given.map((keypoint: unknown[]) => keypointOf(keypoint, size));
    if (!keypoints.some(([, , v]) => v))
      throw new ShapeInvalid("A skeleton has at least one labelled keypoint.");
    return { keypoints };
  },
  area: () => 0,
  bounds: (skeleton) => boundsOf(labelled(skeleton)),
  hit: (skeleton, at, tolerance, template) =>
    labelled(skeleton).some((point) => distance(point, at) <= tolerance) ||
    skeletonEdges(skeleton, template).some(([a, b]) => distanceToSegment(at, a, b) <= tolerance),
  trace(skeleton, path, template) {
    for (const [a, b] of skeletonEdges(skeleton, template)) {
      path.moveTo(a[0], a[1]);
      path.lineTo(b[0], b[1]);
    }
  },
  dots: ({ keypoints }, template) =>
    keypoints.flatMap(([x, y, v], i) =>
      v ? [{ at: [x, y] as const, hollow: v === 1, name: template?.names[i] }] : [],
    ),
  /** The index of each labelled keypoint. */
  handles: ({ keypoints }) =>
    keypoints.flatMap(([x, y, v], i) =>
      v ? [{ id: String(i), at: [x, y] as const, kind: "vertex" as const, cursor: "move" }] : [],
    ),
  dragged(skeleton, handle, to, _held, size) {
    const index = Number(handle);
    const v = skeleton.keypoints[index]?.[2];
    return v ? withKeypoint(skeleton, index, onto(to, size), v) : skeleton;
  },
  moved(skeleton, dx, dy, size) {
    const [mx, my] = kept(boundsOf(labelled(skeleton)), dx, dy, size);
    return {
      keypoints: skeleton.keypoints.map(([x, y, v]): Keypoint => (v ? [x + mx, y + my, v] : [0, 0, 0])),
    };
  },
  stretched: ({ keypoints }, about, by, size) => ({
    keypoints: keypoints.map(([x, y, v]): Keypoint => {
      const [px, py] = onto(farther([x, y], about, by), size);
      return v ? [px, py, v] : [0, 0, 0];
    }),
  }),
  describe(skeleton) {
    const occluded = skeleton.keypoints.filter(([, , v]) => v === 1).length;
    const found = `${labelled(skeleton).length} of ${skeleton.keypoints.length} keypoints`;
    return occluded ? `${found}, ${occluded} occluded` : found;
  },
};
