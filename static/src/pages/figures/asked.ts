/** The question of the page of figures: read from its address, written back, and turned into days. Pure. */
import type { Asked, By } from "./types.ts";

export const BYS: readonly By[] = ["person", "task", "label", "day"];
export const SPANS = [7, 30, 90] as const;
const DAY = 86_400_000;

/** A day of the person's own calendar, as the API writes it. */
export function dayOf(when: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}`;
}

/** The last `days` days up to today, today included. */
export function lastDays(days: number, today: Date): { from: string; to: string } {
  const first = new Date(today.getFullYear(), today.getMonth(), today.getDate() - days + 1);
  return { from: dayOf(first), to: dayOf(today) };
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

export function fromParams(params: URLSearchParams, today: Date): Asked {
  const by = params.get("by") as By;
  const given = (name: string) => (DATE.test(params.get(name) ?? "") ? params.get(name) : null);
  const usual = lastDays(30, today);
  const from = given("from");
  const to = given("to");
  const sound = from && to && from <= to;
  return {
    by: BYS.includes(by) ? by : "person",
    ...(sound ? { from, to } : usual),
    task: params.get("task"),
    person: params.get("person"),
  };
}

export function toParams(asked: Asked): URLSearchParams {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(asked)) if (value) params.set(key, value as string);
  return params;
}

/** Every day from the first to the last, both included. */
export function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY)
    days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}

/** Which of the usual spans this period is; null for another. */
export function spanOf(asked: Asked, today: Date): number | null {
  const days = (Date.parse(asked.to) - Date.parse(asked.from)) / DAY + 1;
  return asked.to === dayOf(today) && (SPANS as readonly number[]).includes(days) ? days : null;
}
