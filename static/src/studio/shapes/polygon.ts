/** `polygon`: the inside of one or more rings by the even-odd rule, so a ring in a ring is a hole. */
import { ringsContain, type XY } from "../../lib/geometry.ts";
import { nearLine, ringsArea } from "./_rings.ts";
import { ShapeInvalid, type ShapeType } from "./_shape.ts";
import {
  boundsOf,
  farther,
  fieldsOf,
  kept,
  onto,
  outside,
  pointsOf,
  same,
  withoutRepeats,
  type Ring,
  type Rings,
} from "./_values.ts";
import { chainHandles, traceChain, vertexOf, withVertex } from "./_vertices.ts";

/** Outer rings and holes, open: the last point is joined to the first. */
export interface PolygonGeometry {
  readonly rings: Rings;
}

const FORM = 'A polygon is {"rings": [[[x, y], …], …]}.';
const MAX_POINTS = 100_000;

function ringOf(raw: unknown): XY[] {
  const ring = withoutRepeats(pointsOf(raw, FORM));
  if (ring.length > 1 && same(ring[0]!, ring[ring.length - 1]!)) ring.pop();
  if (ring.length < 3) throw new ShapeInvalid("A ring has at least 3 different points.");
  if (isLine(ring)) throw new ShapeInvalid("The points of a ring lie on one line: it encloses nothing.");
  return ring;
}
/** Whether all points lie on one line. */
export function isLine(ring: Ring): boolean {
  const [ax, ay] = ring[0]!;
  const [bx, by] = ring.find((point) => !same(point, ring[0]!)) ?? [ax, ay];
  return ring.every(([x, y]) => (bx - ax) * (y - ay) === (by - ay) * (x - ax));
}

export const shape: ShapeType<PolygonGeometry> = {
  type: "polygon",
  title: "Polygon",
  icon: "pentagon",
  filled: true,
  validate(raw, size) {
    const given = fieldsOf(raw, FORM, ["rings"]).rings;
    if (!Array.isArray(given)) throw new ShapeInvalid(FORM);
    if (!given.length) throw new ShapeInvalid("A polygon has at least one ring.");
    const points = given.reduce((n: number, ring: unknown) => n + (Array.isArray(ring) ? ring.length : 0), 0);
    if (points > MAX_POINTS)
      throw new ShapeInvalid("A polygon has at most 100,000 points: simplify it or use a mask.");
    const rings = given.map(ringOf);
    if (outside(boundsOf(rings.flat()), size))
      throw new ShapeInvalid("The polygon lies wholly outside the image.");
    return { rings };
  },
  area: ({ rings }) => ringsArea(rings),
  bounds: ({ rings }) => boundsOf(rings.flat()),
  hit: ({ rings }, at, tolerance) =>
    ringsContain(rings, at) || rings.some((ring) => nearLine(ring, true, at, tolerance)),
  trace: ({ rings }, path) => rings.forEach((ring) => traceChain(ring, true, path)),
  handles: ({ rings }, zoom) => rings.flatMap((ring, i) => chainHandles(ring, i, true, zoom)),
  dragged({ rings }, handle, to, _held, size) {
    const vertex = vertexOf(handle);
    const ring = vertex ? rings[vertex.ring] : undefined;
    if (!vertex || !ring || vertex.index >= ring.length) return { rings };
    const changed = withVertex(ring, vertex.index, vertex.ghost, onto(to, size));
    return { rings: rings.map((other, i) => (i === vertex.ring ? changed : other)) };
  },
  moved(polygon, dx, dy, size) {
    const [mx, my] = kept(boundsOf(polygon.rings.flat()), dx, dy, size);
    return { rings: polygon.rings.map((ring) => ring.map(([x, y]): XY => [x + mx, y + my])) };
  },
  stretched: ({ rings }, about, by) => ({
    rings: rings.map((ring) => ring.map((point) => farther(point, about, by))),
  }),
  describe({ rings }) {
    const points = `${rings.reduce((n, ring) => n + ring.length, 0)} pts`;
    const holes = rings.filter(
      (ring, i) => rings.filter((other, j) => j !== i && ringsContain([other], ring[0]!)).length % 2,
    ).length;
    const parts = rings.length - holes;
    const more = [parts > 1 ? `${parts} parts` : "", holes ? `${holes} ${holes > 1 ? "holes" : "hole"}` : ""];
    return [points, ...more.filter(Boolean)].join(", ");
  },
};
