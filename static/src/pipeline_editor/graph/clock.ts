/** A cron expression in a few words, where it is one of the usual shapes; else as it is written. Pure. */

const DAYS = ["Sundays", "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"];
const NUMBER = /^\d+$/;
const STEP = /^\*\/(\d+)$/;

export function clockWords(cron: string, timezone = ""): string {
  const said = words(cron.trim().split(/\s+/));
  const zone = timezone && timezone !== "UTC" ? ` (${timezone})` : "";
  return (said ?? `clock ${cron}`) + zone;
}

/** fields: minute, hour, day of the month, month, weekday. */
function words(fields: string[]): string | null {
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = fields;
  if (fields.length !== 5 || month !== "*") return null;
  const always = day === "*" && weekday === "*";
  return (
    (always && (hour === "*" ? often(minute) : everyHours(minute, hour))) ||
    atTime(minute, hour, day, weekday)
  );
}

function atTime(minute: string, hour: string, day: string, weekday: string): string | null {
  if (!NUMBER.test(minute) || !NUMBER.test(hour)) return null;
  const days = daysOf(day, weekday);
  return days && `${days} at ${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
}

function everyHours(minute: string, hour: string): string | null {
  const step = STEP.exec(hour);
  if (!step || !NUMBER.test(minute)) return null;
  return `every ${step[1]} hours${minute === "0" ? "" : ` at minute ${minute}`}`;
}

function often(minute: string): string | null {
  if (minute === "*") return "every minute";
  const step = STEP.exec(minute);
  if (step) return `every ${step[1]} minutes`;
  if (!NUMBER.test(minute)) return null;
  return minute === "0" ? "every hour" : `every hour at minute ${minute}`;
}

/** Of the two only one is bound: with both, cron takes days that fit either. */
function daysOf(day: string, weekday: string): string | null {
  if (weekday === "*" && day === "*") return "every day";
  if (weekday === "*") return NUMBER.test(day) ? `day ${day} of the month` : null;
  if (day !== "*") return null;
  if (weekday === "1-5") return "Mondays to Fridays";
  const named = weekday.split(",").map((one) => (NUMBER.test(one) ? DAYS[Number(one)] : undefined));
  return named.every((one) => one !== undefined) ? named.join(", ") : null;
}
