/** How long a version takes for a picture: by the processor, which neighbours do not slow down, and by the clock. Pure. */
import { decimal } from "../../lib/format.ts";
import type { Summary } from "./types.ts";

type Timed = Pick<Summary, "latency_ms" | "latency_wall_ms" | "latency_by">;
export interface LatencyRow {
  name: string;
  values: (number | null)[];
  /** Which is the quickest; null where that is not known, or they were not timed alike. */
  best: number | null;
}

/** Three figures of what is short; a tenth of a second and more needs no fraction. */
export const milliseconds = (value: number | null | undefined): string =>
  decimal(value, typeof value !== "number" || value >= 100 ? 0 : value >= 10 ? 1 : 2);

/** Which of the values is the best, if they differ: the highest, or the lowest of what should be low. */
export function bestAt(values: readonly (number | null | undefined)[], low = false): number | null {
  const known = values.flatMap((value, at) => (typeof value === "number" ? [{ value, at }] : []));
  if (known.length < 2) return null;
  const sorted = [...known].sort((a, b) => (low ? a.value - b.value : b.value - a.value));
  const [first, second] = sorted;
  return first && second && first.value !== second.value ? first.at : null;
}

/** By the clock; evaluations from before both were kept have only that. */
const byClock = (one: Timed): number | null =>
  one.latency_wall_ms ?? (one.latency_by === "processor" ? null : one.latency_ms) ?? null;
const byProcessor = (one: Timed): number | null =>
  one.latency_by === "processor" ? (one.latency_ms ?? null) : null;

/** The rows of a table with a column for each version. The clock's quickest is not marked where the processor tells of
 * all: it may have had the quieter hour. */
export function latencyRows(timed: readonly Timed[]): LatencyRow[] {
  const [processor, clock] = [timed.map(byProcessor), timed.map(byClock)];
  const alike = processor.every((value) => value !== null);
  const elsewhere = timed.every((one) => one.latency_by === "clock");
  return [
    {
      name: "ms a picture, processor",
      values: processor,
      best: alike ? bestAt(processor, true) : null,
    },
    {
      name: "ms a picture, clock",
      values: clock,
      best: elsewhere ? bestAt(clock, true) : null,
    },
  ].filter(({ values }) => values.some((value) => value !== null));
}

/** "18.2 ms a picture (790 ms by the clock)"; nothing where it was not timed. */
export function latencyWords(one: Timed): string {
  const [processor, clock] = [byProcessor(one), byClock(one)];
  if (processor === null) return clock === null ? "" : `${milliseconds(clock)} ms a picture by the clock`;
  return `${milliseconds(processor)} ms of a processor a picture${clock === null ? "" : ` (${milliseconds(clock)} by the clock)`}`;
}
