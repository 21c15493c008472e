/**
 * Reading geometry that comes from outside: numbers, points, and whether they touch the image. The rule of every
 * type: a coordinate is finite and at most a million in size; a shape may jut out of the image, but not lie wholly
 * outside; points lie in the image, up to 1e-6 beyond its border they are put onto it. The server's side is
 * `datasets/geometry/_values.py`: same rules, same sentences, same order of questions.
 */
import { clamp, type BoxXYXY, type WH, type XY } from "../../lib/geometry.ts";
import { ShapeInvalid } from "./_shape.ts";

export type Ring = readonly XY[];
export type Rings = readonly Ring[];

const MAX_COORDINATE = 1_000_000;
const EDGE = 1e-6;

export function fieldsOf(
  raw: unknown,
  form: string,
  required: readonly string[],
  optional: readonly string[] = [],
): Record<string, unknown> {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) throw new ShapeInvalid(form);
  const given = raw as Record<string, unknown>;
  const known = [...required, ...optional];
  if (required.some((name) => !(name in given)) || Object.keys(given).some((name) => !known.includes(name)))
    throw new ShapeInvalid(form);
  return given;
}
/** A finite coordinate; -0 becomes 0. */
export function numberOf(raw: unknown): number {
  if (typeof raw !== "number" || !(Math.abs(raw) <= MAX_COORDINATE))
    throw new ShapeInvalid("Every coordinate is a finite number of at most 1,000,000 pixels.");
  return raw + 0;
}
/** `raw` if it is a whole number of at most 2^53, else null. */
export function wholeOf(raw: unknown): number | null {
  return typeof raw === "number" && Number.isInteger(raw) && Math.abs(raw) <= 2 ** 53 ? raw + 0 : null;
}
/** Degrees in [0, 360). */
export function angleOf(raw: unknown): number {
  if (typeof raw !== "number" || !(Math.abs(raw) <= MAX_COORDINATE))
    throw new ShapeInvalid("The angle is a finite number of degrees.");
  return turnOf(raw);
}
export function turnOf(angle: number): number {
  let turned = angle % 360;
  if (turned < 0) turned += 360;
  return turned >= 360 ? 0 : turned + 0;
}
export function pointsOf(raw: unknown, form: string): XY[] {
  if (!Array.isArray(raw) || raw.some((p) => !Array.isArray(p) || p.length !== 2))
    throw new ShapeInvalid(form);
  return raw.map((p: unknown[]): XY => [numberOf(p[0]), numberOf(p[1])]);
}
export function same(a: XY, b: XY): boolean {
  return a[0] === b[0] && a[1] === b[1];
}
/** The points without those equal to the one before. */
export function withoutRepeats(points: readonly XY[]): XY[] {
  return points.filter((point, i) => i === 0 || !same(point, points[i - 1]!));
}
/** Whether the box shares no inner point with the image; of a flat box, whether it does not even touch it. */
export function outside([x1, y1, x2, y2]: BoxXYXY, [width, height]: WH): boolean {
  const across = x2 < 0 || x1 > width || (x1 < x2 && (x2 === 0 || x1 === width));
  return across || y2 < 0 || y1 > height || (y1 < y2 && (y2 === 0 || y1 === height));
}
/** The point put onto the image if it lies at most 1e-6 outside of it, else null. */
export function clamped(x: number, y: number, size: WH): XY | null {
  const near = x >= -EDGE && x <= size[0] + EDGE && y >= -EDGE && y <= size[1] + EDGE;
  return near ? onto([x, y], size) : null;
}
/** The nearest place on the image. */
export function onto([x, y]: XY, [width, height]: WH): XY {
  return [clamp(x, 0, width), clamp(y, 0, height)];
}
/** How far a shape of these bounds may move so that it leaves the image no further than it did. */
export function kept(bounds: BoxXYXY, dx: number, dy: number, [width, height]: WH): XY {
  const [x1, y1, x2, y2] = bounds;
  return [
    clamp(dx, Math.min(0, -x1), Math.max(0, width - x2)),
    clamp(dy, Math.min(0, -y1), Math.max(0, height - y2)),
  ];
}
/** Where a place goes when all is stretched away from `about`. */
export function farther([x, y]: XY, [ax, ay]: XY, [fx, fy]: XY): XY {
  return [ax + (x - ax) * fx, ay + (y - ay) * fy];
}
export function boundsOf(points: Iterable<XY>): BoxXYXY {
  let [x1, y1, x2, y2] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    if (x < x1) x1 = x;
    if (x > x2) x2 = x;
    if (y < y1) y1 = y;
    if (y > y2) y2 = y;
  }
  return [x1, y1, x2, y2];
}
/** Cosine and sine of clockwise degrees, exact at multiples of 90. */
export function turn(angle: number): readonly [cos: number, sin: number] {
  if (angle === 0) return [1, 0];
  if (angle === 90) return [0, 1];
  if (angle === 180) return [-1, 0];
  if (angle === 270) return [0, -1];
  const radians = angle * (Math.PI / 180);
  return [Math.cos(radians), Math.sin(radians)];
}
/** The point turned clockwise (y down) by `angle` degrees about `center`. */
export function rotated([x, y]: XY, [cx, cy]: XY, angle: number): XY {
  const [cos, sin] = turn(angle);
  return [cx + (x - cx) * cos - (y - cy) * sin, cy + (x - cx) * sin + (y - cy) * cos];
}
/** The cursor of a handle that lies in this direction (0 = right, 90 = down) from the middle. */
export function resizeCursor(direction: number): string {
  const names = ["ew-resize", "nwse-resize", "ns-resize", "nesw-resize"];
  return names[Math.round(turnOf(direction) / 45) % 4]!;
}
/** Clockwise degrees of the direction from `center` up to `to`, as a rotate handle above the shape turns it. */
export function headingOf(center: XY, to: XY, stepped: boolean): number {
  const angle = (Math.atan2(to[1] - center[1], to[0] - center[0]) * 180) / Math.PI + 90;
  return turnOf(stepped ? Math.round(angle / 15) * 15 : Math.round(angle * 1000) / 1000);
}
/** How far above a shape its rotate handle lies, in screen pixels. */
export const ROTATE_REACH = 24;
/** The least width and height a drag leaves, in image pixels. */
export const LEAST = 0.01;

/** Numbers of a geometry rounded to 1/1000 pixel, as the server is given them. */
export function rounded<T>(value: T): T {
  if (typeof value === "number") return (Math.round(value * 1000) / 1000 + 0) as T;
  if (Array.isArray(value)) return value.map(rounded) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rounded(inner)])) as T;
}
/** "206" or "12.5": a length for people. */
export function short(length: number): string {
  return String(Math.round(length * 10) / 10);
}
