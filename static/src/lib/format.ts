/** Numbers, dates and sizes as people read them. One locale for all, so that pages, charts and tables agree. */

const LOCALE = "en-GB";
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compactFormat = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const day = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", year: "numeric" });
const dayTime = new Intl.DateTimeFormat(LOCALE, {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});
const full = new Intl.DateTimeFormat(LOCALE, {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

export const NONE = "—";
export type When = string | number | Date;
type Maybe<T> = T | null | undefined;

function bad(value: Maybe<number>): value is null | undefined {
  return value === null || value === undefined || !Number.isFinite(value);
}

/** 41906 -> "41,906" */
export function count(value: Maybe<number>): string {
  return bad(value) ? NONE : whole.format(value);
}
/** 41906 -> "41.9K": only where room is short. */
export function compact(value: Maybe<number>): string {
  return bad(value) ? NONE : compactFormat.format(value);
}
/** A figure with so many decimals: 12.345 -> "12.35" */
export function decimal(value: Maybe<number>, digits = 2): string {
  return bad(value)
    ? NONE
    : value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
/** A metric between 0 and 1, as the field writes it: .842; 1 stays "1.000". */
export function metric(value: Maybe<number>, digits = 3): string {
  if (bad(value)) return NONE;
  return value
    .toFixed(digits)
    .replace(/^(-?)0\./, "$1.")
    .replace(/^-/, "−");
}
/** A difference of metrics, always with its sign: +.019, −.004, ±0 */
export function signed(value: Maybe<number>, digits = 3): string {
  if (bad(value)) return NONE;
  if (Number(value.toFixed(digits)) === 0) return "±0";
  return (value > 0 ? "+" : "") + metric(value, digits);
}
/** .0613 -> "6.1 %" */
export function percent(value: Maybe<number>, digits = 0): string {
  return bad(value) ? NONE : `${(value * 100).toFixed(digits)} %`;
}
/** 219136 -> "214 kB" */
export function bytes(value: Maybe<number>): string {
  if (bad(value)) return NONE;
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
}
/** 6.4 -> "6 s", 4320 -> "1 h 12 min", 270000 -> "3 d 3 h" */
export function duration(seconds: Maybe<number>): string {
  if (bad(seconds)) return NONE;
  if (seconds > 0 && seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  const total = Math.round(seconds);
  if (total < 60) return `${total} s`;
  const minutes = Math.round(total / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  const days = Math.floor(hours / 24);
  return hours % 24 ? `${days} d ${hours % 24} h` : `${days} d`;
}
/** "14 min ago", "in 2 d", "just now" */
export function ago(when: Maybe<When>, now: number = Date.now()): string {
  if (when === null || when === undefined) return NONE;
  const seconds = (now - new Date(when).getTime()) / 1000;
  if (!Number.isFinite(seconds)) return NONE;
  const size = Math.abs(seconds);
  if (size < 10) return "just now";
  const text = coarse(size);
  return seconds >= 0 ? `${text} ago` : `in ${text}`;
}
function coarse(seconds: number): string {
  const steps: [number, string][] = [
    [31_557_600, "y"],
    [2_629_800, "mo"],
    [86_400, "d"],
    [3600, "h"],
    [60, "min"],
  ];
  for (const [size, unit] of steps) if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  return `${Math.floor(seconds)} s`;
}
export function date(when: Maybe<When>): string {
  return when === null || when === undefined ? NONE : day.format(new Date(when));
}
export function dateTime(when: Maybe<When>): string {
  return when === null || when === undefined ? NONE : dayTime.format(new Date(when));
}
/** With weekday and seconds: for titles over relative times. */
export function exact(when: Maybe<When>): string {
  return when === null || when === undefined ? NONE : full.format(new Date(when));
}
/** plural(1, "item") -> "1 item"; plural(3, "entry", "entries") -> "3 entries" */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}
/** annotator-1 -> "A1", "Ada Lovelace" -> "AL" */
export function initials(name: string): string {
  const parts = name.split(/[\s\-_.@]+/).filter(Boolean);
  const first = parts[0]?.[0] ?? "?";
  const last = parts.length > 1 ? (parts.at(-1)?.[0] ?? "") : (parts[0]?.[1] ?? "");
  return (first + last).toUpperCase();
}
/** "annotation_task" -> "Annotation task" */
export function words(name: string): string {
  const text = name.replace(/[_-]+/g, " ").trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
