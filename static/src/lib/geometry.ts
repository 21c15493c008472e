/**
 * Geometry of pictures: image pixels, float, origin top-left, x right, y down, boxes xyxy. `Viewport` alone converts
 * between image and screen; nothing else multiplies by the zoom.
 */

export type XY = readonly [x: number, y: number];
export type WH = readonly [width: number, height: number];
export type BoxXYXY = readonly [x1: number, y1: number, x2: number, y2: number];

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
export function distance([ax, ay]: XY, [bx, by]: XY): number {
  return Math.hypot(bx - ax, by - ay);
}
/** The box of two opposite corners, in whatever order they were drawn. */
export function boxFromCorners([ax, ay]: XY, [bx, by]: XY): BoxXYXY {
  return [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)];
}
export function boxOfPoints(points: readonly XY[]): BoxXYXY | null {
  if (!points.length) return null;
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
export function boxArea([x1, y1, x2, y2]: BoxXYXY): number {
  return Math.max(0, x2 - x1) * Math.max(0, y2 - y1);
}
export function boxIntersection(a: BoxXYXY, b: BoxXYXY): BoxXYXY | null {
  const box: BoxXYXY = [
    Math.max(a[0], b[0]),
    Math.max(a[1], b[1]),
    Math.min(a[2], b[2]),
    Math.min(a[3], b[3]),
  ];
  return box[0] < box[2] && box[1] < box[3] ? box : null;
}
/** Intersection over union; 0 when either is empty. */
export function boxIou(a: BoxXYXY, b: BoxXYXY): number {
  const common = boxIntersection(a, b);
  if (!common) return 0;
  const shared = boxArea(common);
  return shared / (boxArea(a) + boxArea(b) - shared);
}
export function boxContains([x1, y1, x2, y2]: BoxXYXY, [x, y]: XY): boolean {
  return x >= x1 && x <= x2 && y >= y1 && y <= y2;
}
export function clampBox([x1, y1, x2, y2]: BoxXYXY, [width, height]: WH): BoxXYXY {
  return [clamp(x1, 0, width), clamp(y1, 0, height), clamp(x2, 0, width), clamp(y2, 0, height)];
}
/** Shoelace area; positive whichever way the ring turns. */
export function ringArea(ring: readonly XY[]): number {
  let twice = 0;
  ring.forEach(([x, y], i) => {
    const [nx, ny] = ring[(i + 1) % ring.length] as XY;
    twice += x * ny - nx * y;
  });
  return Math.abs(twice) / 2;
}
/** Even-odd rule over rings: a point in a hole is outside. */
export function ringsContain(rings: readonly (readonly XY[])[], [px, py]: XY): boolean {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [xi, yi] = ring[i] as XY;
      const [xj, yj] = ring[j] as XY;
      if (yi > py !== yj > py && px < ((xj - xi) * (py - yi)) / (yj - yi) + xi) inside = !inside;
    }
  }
  return inside;
}
export function distanceToSegment(point: XY, a: XY, b: XY): number {
  const length2 = (b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2;
  if (length2 === 0) return distance(point, a);
  const along = ((point[0] - a[0]) * (b[0] - a[0]) + (point[1] - a[1]) * (b[1] - a[1])) / length2;
  const t = clamp(along, 0, 1);
  return distance(point, [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]);
}

export interface ViewportOptions {
  minScale?: number;
  maxScale?: number;
  /** Quarter turns of the picture, clockwise. */
  turns?: number;
}
/** Of `x' = ax + cy + e`, `y' = bx + dy + f`: the order of a canvas's setTransform. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

const COS = [1, 0, -1, 0] as const;
const SIN = [0, 1, 0, -1] as const;

/**
 * Where the image lies on the screen: screen = turned(image × scale) + offset. Values are immutable; each act gives a
 * new one. A box stays a box, since the picture is turned by quarters only.
 */
export class Viewport {
  readonly minScale: number;
  readonly maxScale: number;
  /** Quarter turns clockwise: 0 to 3. */
  readonly turns: number;
  private readonly cos: number;
  private readonly sin: number;
  constructor(
    readonly scale = 1,
    readonly offsetXY: XY = [0, 0],
    options: ViewportOptions = {},
  ) {
    this.minScale = options.minScale ?? 0.02;
    this.maxScale = options.maxScale ?? 64;
    this.turns = (((options.turns ?? 0) % 4) + 4) % 4;
    this.cos = COS[this.turns] as number;
    this.sin = SIN[this.turns] as number;
  }

  screenXY([x, y]: XY): XY {
    return [
      (this.cos * x - this.sin * y) * this.scale + this.offsetXY[0],
      (this.sin * x + this.cos * y) * this.scale + this.offsetXY[1],
    ];
  }
  imageXY([x, y]: XY): XY {
    return this.imageDelta([x - this.offsetXY[0], y - this.offsetXY[1]]);
  }
  /** A way on the screen as a way in the image: what a drag or an arrow key means on a turned picture. */
  imageDelta([dx, dy]: XY): XY {
    return [(this.cos * dx + this.sin * dy) / this.scale, (this.cos * dy - this.sin * dx) / this.scale];
  }
  screenBox([x1, y1, x2, y2]: BoxXYXY): BoxXYXY {
    return boxFromCorners(this.screenXY([x1, y1]), this.screenXY([x2, y2]));
  }
  imageBox([x1, y1, x2, y2]: BoxXYXY): BoxXYXY {
    return boxFromCorners(this.imageXY([x1, y1]), this.imageXY([x2, y2]));
  }
  /** A length of so many screen pixels, in image pixels: hit distances and handle sizes. */
  imageLength(screenLength: number): number {
    return screenLength / this.scale;
  }
  /** Image to screen, for a canvas. */
  matrix(): Matrix {
    const [c, s] = [this.cos * this.scale, this.sin * this.scale];
    return [c, s, -s, c, ...this.offsetXY];
  }
  /** What lay on the screen under `earlier` to where it lies now: a bitmap drawn then is laid down so. */
  since(earlier: Viewport): Matrix {
    const ratio = this.scale / earlier.scale;
    const cos = (this.cos * earlier.cos + this.sin * earlier.sin) * ratio;
    const sin = (this.sin * earlier.cos - this.cos * earlier.sin) * ratio;
    const [x, y] = earlier.offsetXY;
    const [ox, oy] = this.offsetXY;
    return [cos, sin, -sin, cos, ox - (cos * x - sin * y), oy - (sin * x + cos * y)];
  }

  panned(dx: number, dy: number): Viewport {
    return this.with(this.scale, [this.offsetXY[0] + dx, this.offsetXY[1] + dy]);
  }
  /** Zooms by a factor; the image point under `anchorScreenXY` stays where it is. */
  zoomed(factor: number, anchorScreenXY: XY): Viewport {
    const scale = clamp(this.scale * factor, this.minScale, this.maxScale);
    const real = scale / this.scale;
    const [ax, ay] = anchorScreenXY;
    return this.with(scale, [ax - (ax - this.offsetXY[0]) * real, ay - (ay - this.offsetXY[1]) * real]);
  }
  /** Turned by quarters, clockwise; the image point under `anchorScreenXY` stays where it is. */
  turned(quarters: number, anchorScreenXY: XY): Viewport {
    const kept = this.imageXY(anchorScreenXY);
    const turned = this.with(this.scale, [0, 0], this.turns + quarters);
    const [x, y] = turned.screenXY(kept);
    return turned.panned(anchorScreenXY[0] - x, anchorScreenXY[1] - y);
  }
  /** The whole image in the middle of the screen, with a margin; never larger than `maxFit` times its size. */
  fitted([iw, ih]: WH, [sw, sh]: WH, margin = 16, maxFit = 16): Viewport {
    if (iw <= 0 || ih <= 0) return this;
    const [tw, th] = this.turns % 2 ? [ih, iw] : [iw, ih];
    const room = Math.min((sw - 2 * margin) / tw, (sh - 2 * margin) / th, maxFit);
    return this.with(clamp(room, this.minScale, this.maxScale), [0, 0]).centred([iw, ih], [sw, sh]);
  }
  /** The same scale with the middle of the image in the middle of the screen. */
  centred([iw, ih]: WH, [sw, sh]: WH): Viewport {
    const [x, y] = this.screenXY([iw / 2, ih / 2]);
    return this.panned(sw / 2 - x, sh / 2 - y);
  }
  private with(scale: number, offsetXY: XY, turns = this.turns): Viewport {
    return new Viewport(scale, offsetXY, { minScale: this.minScale, maxScale: this.maxScale, turns });
  }
}
