/** `polyline`: a chain of points that encloses nothing. */
import { distance, type XY } from "../../lib/geometry.ts";
import { nearLine } from "./_rings.ts";
import { ShapeInvalid, type ShapeType } from "./_shape.ts";
import {
  boundsOf,
  farther,
  fieldsOf,
  kept,
  onto,
  outside,
  pointsOf,
  short,
  withoutRepeats,
  type Ring,
} from "./_values.ts";
import { chainHandles, traceChain, vertexOf, withVertex } from "./_vertices.ts";

export interface PolylineGeometry {
  readonly points: Ring;
}

const FORM = 'A polyline is {"points": [[x, y], …]}.';
const MAX_POINTS = 100_000;

export const shape: ShapeType<PolylineGeometry> = {
  type: "polyline",
  title: "Polyline",
  icon: "polyline",
  filled: false,
  validate(raw, size) {
    const given = fieldsOf(raw, FORM, ["points"]).points;
    if (Array.isArray(given) && given.length > MAX_POINTS)
      throw new ShapeInvalid("A polyline has at most 100,000 points: simplify it.");
    const points = withoutRepeats(pointsOf(given, FORM));
    if (points.length < 2) throw new ShapeInvalid("A polyline has at least 2 different points.");
    if (outside(boundsOf(points), size))
      throw new ShapeInvalid("The polyline lies wholly outside the image.");
    return { points };
  },
  area: () => 0,
  bounds: ({ points }) => boundsOf(points),
  hit: ({ points }, at, tolerance) => nearLine(points, false, at, tolerance),
  trace: ({ points }, path) => traceChain(points, false, path),
  handles: ({ points }, zoom) => chainHandles(points, 0, false, zoom),
  dragged(line, handle, to, _held, size) {
    const vertex = vertexOf(handle);
    if (!vertex || vertex.index >= line.points.length) return line;
    return { points: withVertex(line.points, vertex.index, vertex.ghost, onto(to, size)) };
  },
  moved({ points }, dx, dy, size) {
    const [mx, my] = kept(boundsOf(points), dx, dy, size);
    return { points: points.map(([x, y]): XY => [x + mx, y + my]) };
  },
  stretched: ({ points }, about, by) => ({ points: points.map((point) => farther(point, about, by)) }),
  describe({ points }) {
    const length = points.reduce((sum, point, i) => (i ? sum + distance(point, points[i - 1]!) : 0), 0);
    return `${points.length} pts, ${short(length)} px`;
  },
};
