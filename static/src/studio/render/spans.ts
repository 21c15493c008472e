/** Which part of a row of pixels a nib covers on its way: where a level line cuts it. */
import type { XY } from "../../lib/geometry.ts";

export type Span = readonly [from: number, to: number];
export type Nib = "circle" | "square";

/** Where row `y` cuts the convex hull of the points: some edge of the hull joins two of them. */
function hullSpan(points: readonly XY[], y: number): Span | null {
  let [low, high] = [Infinity, -Infinity];
  points.forEach(([ax, ay], i) => {
    for (const [bx, by] of points.slice(i)) {
      if (Math.min(ay, by) > y || Math.max(ay, by) < y) continue;
      const x = ay === by ? ax : ax + ((bx - ax) * (y - ay)) / (by - ay);
      low = Math.min(low, x);
      high = Math.max(high, x);
    }
  });
  return low <= high ? [low, high] : null;
}

/** Where row `y` cuts what a disc passes over on its way. */
function capsuleSpan(from: XY, to: XY, radius: number, y: number): Span | null {
  const spans: Span[] = [];
  for (const [x, cy] of [from, to]) {
    const left = radius * radius - (y - cy) ** 2;
    if (left >= 0) spans.push([x - Math.sqrt(left), x + Math.sqrt(left)]);
  }
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  if (length > 0) {
    const [nx, ny] = [(-dy / length) * radius, (dx / length) * radius];
    const between = hullSpan([from, to].flatMap(([x, cy]): XY[] => [[x + nx, cy + ny], [x - nx, cy - ny]]), y); // prettier-ignore
    if (between) spans.push(between);
  }
  if (!spans.length) return null;
  return [Math.min(...spans.map(([a]) => a)), Math.max(...spans.map(([, b]) => b))];
}

function squareSpan(from: XY, to: XY, radius: number, y: number): Span | null {
  const corners = [from, to].flatMap(([x, cy]): XY[] => [
    [x - radius, cy - radius],
    [x + radius, cy - radius],
    [x - radius, cy + radius],
    [x + radius, cy + radius],
  ]);
  return hullSpan(corners, y);
}

/** What of row `y` a nib covers that goes from one point to another. */
export function nibSpan(nib: Nib, from: XY, to: XY, radius: number, y: number): Span | null {
  return nib === "circle" ? capsuleSpan(from, to, radius, y) : squareSpan(from, to, radius, y);
}
