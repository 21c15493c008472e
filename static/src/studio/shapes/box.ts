/** `box`: a rectangle, which may be turned clockwise about its centre. */
import { boxFromCorners, type BoxXYXY, type XY } from "../../lib/geometry.ts";
import { nearLine } from "./_rings.ts";
import { ShapeInvalid, type Handle, type Modifiers, type ShapeType } from "./_shape.ts";
import {
  angleOf,
  boundsOf,
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
import { traceChain } from "./_vertices.ts";

/** The extent before it is turned. */
export interface BoxGeometry {
  readonly xyxy: BoxXYXY;
  readonly angle: number;
}

const FORM = 'A box is {"xyxy": [left, top, right, bottom], "angle": degrees}.';
/** Which way each handle of a frame lies from the centre: -1, 0 or 1 across and down. */
export const SIDES: Readonly<Record<string, XY>> = {
  nw: [-1, -1],
  n: [0, -1],
  ne: [1, -1],
  e: [1, 0],
  se: [1, 1],
  s: [0, 1],
  sw: [-1, 1],
  w: [-1, 0],
};

export function boxCenter({ xyxy: [x1, y1, x2, y2] }: BoxGeometry): XY {
  return [(x1 + x2) / 2, (y1 + y2) / 2];
}
/** Its corners, clockwise from the one that was left top before it was turned. */
export function boxCorners(box: BoxGeometry): XY[] {
  const [x1, y1, x2, y2] = box.xyxy;
  const corners: XY[] = [
    [x1, y1],
    [x2, y1],
    [x2, y2],
    [x1, y2],
  ];
  return box.angle ? corners.map((corner) => rotated(corner, boxCenter(box), box.angle)) : corners;
}
/** The box with an edge from `a` to `b` whose far side goes through `c`: the three-point draw. */
export function boxFromThree(a: XY, b: XY, c: XY): BoxGeometry {
  const width = Math.hypot(b[0] - a[0], b[1] - a[1]);
  const [ux, uy] = width ? [(b[0] - a[0]) / width, (b[1] - a[1]) / width] : [1, 0];
  const depth = (c[1] - a[1]) * ux - (c[0] - a[0]) * uy;
  const center: XY = [(a[0] + b[0]) / 2 - (uy * depth) / 2, (a[1] + b[1]) / 2 + (ux * depth) / 2];
  const angle = headingOf([0, 0], [uy, -ux], false);
  return around(center, Math.max(width, LEAST), Math.max(Math.abs(depth), LEAST), angle);
}
function around([cx, cy]: XY, width: number, height: number, angle: number): BoxGeometry {
  return { xyxy: [cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2], angle };
}

function rotateHandle(box: BoxGeometry, zoom: number): Handle {
  const [cx] = boxCenter(box);
  const at = rotated([cx, box.xyxy[1] - ROTATE_REACH / zoom], boxCenter(box), box.angle);
  return { id: "rotate", at, kind: "rotate", cursor: "grab" };
}

/** A signed length that is never shorter than LEAST. */
function long(length: number, sign: number): number {
  return Math.abs(length) < LEAST ? LEAST * (Math.sign(length) || sign) : length;
}
/** Both ends of one side of the box, whose end at `sign` (0: neither) is pulled by `length` from what stays. */
function ends(from: number, to: number, sign: number, length: number, centred: boolean): XY {
  if (!sign) return [from, to];
  if (centred) return [(from + to) / 2 - length, (from + to) / 2 + length];
  const stays = sign < 0 ? to : from;
  return [stays, stays + length];
}
/** The box with the side or corner that lies at `side` pulled to `to`, in the box's own turned frame. */
function pulled(box: BoxGeometry, [sx, sy]: XY, to: XY, held: Modifiers): BoxGeometry {
  const center = boxCenter(box);
  const [px, py] = rotated(to, center, -box.angle);
  const [x1, y1, x2, y2] = box.xyxy;
  const stays: XY = held.alt ? center : [sx < 0 ? x2 : x1, sy < 0 ? y2 : y1];
  let [dx, dy] = [px - stays[0], py - stays[1]];
  if (held.shift && sx && sy) {
    const factor = Math.max(Math.abs(dx) / (x2 - x1), Math.abs(dy) / (y2 - y1));
    dx = factor * (x2 - x1) * (Math.sign(dx) || sx);
    dy = factor * (y2 - y1) * (Math.sign(dy) || sy);
  }
  const [xa, xb] = ends(x1, x2, sx, long(dx, sx), held.alt);
  const [ya, yb] = ends(y1, y2, sy, long(dy, sy), held.alt);
  const xyxy = boxFromCorners([xa, ya], [xb, yb]);
  if (!box.angle) return { xyxy, angle: 0 };
  // The frame turned about the old centre: the new centre lies where that turn puts it.
  const middle = rotated(boxCenter({ xyxy, angle: 0 }), center, box.angle);
  return around(middle, xyxy[2] - xyxy[0], xyxy[3] - xyxy[1], box.angle);
}

export const shape: ShapeType<BoxGeometry> = {
  type: "box",
  title: "Box",
  icon: "square",
  filled: true,
  validate(raw, size) {
    const given = fieldsOf(raw, FORM, ["xyxy"], ["angle"]);
    if (!Array.isArray(given.xyxy) || given.xyxy.length !== 4) throw new ShapeInvalid(FORM);
    const xyxy = given.xyxy.map(numberOf) as unknown as BoxXYXY;
    const box = { xyxy, angle: angleOf("angle" in given ? given.angle : 0) };
    if (!(xyxy[0] < xyxy[2] && xyxy[1] < xyxy[3]))
      throw new ShapeInvalid("A box's left is less than its right, and its top less than its bottom.");
    if (outside(boundsOf(boxCorners(box)), size))
      throw new ShapeInvalid("The box lies wholly outside the image.");
    return box;
  },
  area: ({ xyxy: [x1, y1, x2, y2] }) => (x2 - x1) * (y2 - y1),
  bounds: (box) => boundsOf(boxCorners(box)),
  hit(box, at, tolerance) {
    const [x, y] = rotated(at, boxCenter(box), -(box.angle ?? 0));
    const [x1, y1, x2, y2] = box.xyxy;
    return (x >= x1 && x <= x2 && y >= y1 && y <= y2) || nearLine(boxCorners(box), true, at, tolerance);
  },
  trace: (box, path) => traceChain(boxCorners(box), true, path),
  handles(box, zoom) {
    const [x1, y1, x2, y2] = box.xyxy;
    const center = boxCenter(box);
    const [w, h] = [(x2 - x1) / 2, (y2 - y1) / 2];
    const found = Object.entries(SIDES).map(([id, [sx, sy]]): Handle => {
      const at = rotated([center[0] + sx * w, center[1] + sy * h], center, box.angle);
      const direction = (Math.atan2(sy, sx) * 180) / Math.PI + box.angle;
      return { id, at, kind: sx && sy ? "corner" : "edge", cursor: resizeCursor(direction) };
    });
    return [...found, rotateHandle(box, zoom)];
  },
  dragged(box, handle, to, held, size) {
    if (handle === "rotate") return { ...box, angle: headingOf(boxCenter(box), to, held.shift) };
    const side = SIDES[handle];
    return side ? pulled(box, side, onto(to, size), held) : box;
  },
  moved(box, dx, dy, size) {
    const [mx, my] = kept(boundsOf(boxCorners(box)), dx, dy, size);
    const [x1, y1, x2, y2] = box.xyxy;
    return { ...box, xyxy: [x1 + mx, y1 + my, x2 + mx, y2 + my] };
  },
  /** Upright, exactly; turned, as the rectangle whose sides are as long as the stretched ones. */
  stretched(box, about, by) {
    const [x1, y1, x2, y2] = box.xyxy;
    const [cos, sin] = turn(box.angle);
    const width = (x2 - x1) * Math.hypot(cos * by[0], sin * by[1]);
    const height = (y2 - y1) * Math.hypot(sin * by[0], cos * by[1]);
    const angle = turnOf((Math.atan2(sin * by[1], cos * by[0]) * 180) / Math.PI);
    return around(farther(boxCenter(box), about, by), width, height, angle);
  },
  describe({ xyxy: [x1, y1, x2, y2], angle }) {
    return `${short(x2 - x1)} × ${short(y2 - y1)}${angle ? `, ${short(angle)}°` : ""}`;
  },
};
