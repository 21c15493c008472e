/** `ellipse`: an ellipse, which may be turned clockwise about its centre. */
import type { BoxXYXY, XY } from "../../lib/geometry.ts";
import { ellipseCorners } from "./_convert.ts";
import { nearLine } from "./_rings.ts";
import { ShapeInvalid, type Handle, type ShapeType } from "./_shape.ts";
import {
  angleOf,
  farther,
  fieldsOf,
  headingOf,
  kept,
  LEAST,
  numberOf,
  onto,
  outside,
  resizeCursor,
  ROTATE_REACH,
  rotated,
  short,
  turn,
  turnOf,
} from "./_values.ts";

export interface EllipseGeometry {
  readonly center: XY;
  readonly radii: XY;
  readonly angle: number;
}

const FORM = 'An ellipse is {"center": [x, y], "radii": [rx, ry], "angle": degrees}.';
const ENDS: Readonly<Record<string, XY>> = { n: [0, -1], e: [1, 0], s: [0, 1], w: [-1, 0] };

function boundsOfEllipse({ center: [cx, cy], radii: [rx, ry], angle }: EllipseGeometry): BoxXYXY {
  const [cos, sin] = turn(angle);
  const [across, down] = [Math.hypot(rx * cos, ry * sin), Math.hypot(rx * sin, ry * cos)];
  return [cx - across, cy - down, cx + across, cy + down];
}

/**
 * Radii and angle of an ellipse stretched by `fx` across and `fy` down: the singular values and left singular vectors
 * of S·R·diag(radii), from the eigenvectors of that times its transpose. Each axis stays nearest to what it was.
 */
function axesOf({ radii: [rx, ry], angle }: EllipseGeometry, [fx, fy]: XY): { radii: XY; angle: number } {
  const [cos, sin] = turn(angle);
  if (fx === fy || cos === 0 || sin === 0)
    return { radii: [rx * Math.hypot(cos * fx, sin * fy), ry * Math.hypot(sin * fx, cos * fy)], angle };
  const [a, b, c, d] = [fx * cos * rx, -fx * sin * ry, fy * sin * rx, fy * cos * ry];
  const [xx, xy, yy] = [a * a + b * b, a * c + b * d, c * c + d * d];
  const long = Math.sqrt((xx + yy) / 2 + Math.hypot((xx - yy) / 2, xy));
  const short = Math.abs(a * d - b * c) / long;
  const turned = ((Math.atan2(2 * xy, xx - yy) / 2) * 180) / Math.PI;
  const heading = Math.round((angle - turned) / 90) * 90 + turned;
  const across = Math.round((heading - turned) / 90) % 2 === 0;
  return { radii: across ? [long, short] : [short, long], angle: turnOf(heading) };
}

export const shape: ShapeType<EllipseGeometry> = {
  type: "ellipse",
  title: "Ellipse",
  icon: "ellipse",
  filled: true,
  validate(raw, size) {
    const given = fieldsOf(raw, FORM, ["center", "radii"], ["angle"]);
    const { center, radii } = given;
    if (!Array.isArray(center) || !Array.isArray(radii) || center.length !== 2 || radii.length !== 2)
      throw new ShapeInvalid(FORM);
    const [cx, cy] = center.map(numberOf) as unknown as XY;
    const [rx, ry] = radii.map(numberOf) as unknown as XY;
    const angle = angleOf("angle" in given ? given.angle : 0);
    if (rx <= 0 || ry <= 0) throw new ShapeInvalid("Both radii of an ellipse are greater than 0.");
    const found: EllipseGeometry = { center: [cx, cy], radii: [rx, ry], angle };
    if (outside(boundsOfEllipse(found), size))
      throw new ShapeInvalid("The ellipse lies wholly outside the image.");
    return found;
  },
  area: ({ radii: [rx, ry] }) => Math.PI * rx * ry,
  bounds: boundsOfEllipse,
  hit(ellipse, at, tolerance) {
    const [x, y] = rotated(at, ellipse.center, -ellipse.angle);
    const [dx, dy] = [(x - ellipse.center[0]) / ellipse.radii[0], (y - ellipse.center[1]) / ellipse.radii[1]];
    return dx * dx + dy * dy <= 1 || nearLine(ellipseCorners(ellipse), true, at, tolerance);
  },
  trace({ center: [cx, cy], radii: [rx, ry], angle }, path) {
    const radians = (angle * Math.PI) / 180;
    const [cos, sin] = turn(angle);
    path.moveTo(cx + rx * cos, cy + rx * sin);
    path.ellipse(cx, cy, rx, ry, radians, 0, 2 * Math.PI);
    path.closePath();
  },
  handles({ center, radii, angle }, zoom) {
    const found = Object.entries(ENDS).map(([id, [sx, sy]]): Handle => {
      const at = rotated([center[0] + sx * radii[0], center[1] + sy * radii[1]], center, angle);
      const cursor = resizeCursor((Math.atan2(sy, sx) * 180) / Math.PI + angle);
      return { id, at, kind: "edge", cursor };
    });
    const above = rotated([center[0], center[1] - radii[1] - ROTATE_REACH / zoom], center, angle);
    return [...found, { id: "rotate", at: above, kind: "rotate", cursor: "grab" }];
  },
  /** The centre stays; Shift changes both radii in proportion. */
  dragged(ellipse, handle, to, held, size) {
    const { center, radii, angle } = ellipse;
    if (handle === "rotate") return { ...ellipse, angle: headingOf(center, to, held.shift) };
    const side = ENDS[handle];
    if (!side) return ellipse;
    const [x, y] = rotated(onto(to, size), center, -angle);
    const axis = side[0] ? 0 : 1;
    const length = Math.max(LEAST, Math.abs(axis ? y - center[1] : x - center[0]));
    const factor = length / radii[axis];
    if (held.shift) return { ...ellipse, radii: [radii[0] * factor, radii[1] * factor] };
    return { ...ellipse, radii: axis ? [radii[0], length] : [length, radii[1]] };
  },
  moved(ellipse, dx, dy, size) {
    const [mx, my] = kept(boundsOfEllipse(ellipse), dx, dy, size);
    return { ...ellipse, center: [ellipse.center[0] + mx, ellipse.center[1] + my] };
  },
  stretched: (ellipse, about, by) => ({
    center: farther(ellipse.center, about, by),
    ...axesOf(ellipse, by),
  }),
  describe({ radii: [rx, ry], angle }) {
    return `${short(2 * rx)} × ${short(2 * ry)}${angle ? `, ${short(angle)}°` : ""}`;
  },
};
