/** Which items of a task are listed: as it stands in the page's address, so that a figure can link to them. Pure. */
import { date } from "../../lib/format.ts";

export interface ItemFilter {
  status: string | null;
  person: string | null;
  label: string | null;
  from: string | null;
  to: string | null;
  tz: string | null;
}
export const STATUSES: Record<string, string> = {
  open: "open",
  free: "free",
  assigned: "held",
  sent_back: "sent back",
  with_annotator: "with their annotator",
  completed: "completed",
  approved: "approved",
  rejected: "rejected",
  discard: "discarded",
  finished: "finished",
  returned: "sent back at least once",
};
const KEYS = ["status", "person", "label", "from", "to"] as const;

export function fromParams(params: URLSearchParams, tz: string): ItemFilter {
  const [status, person, label, from, to] = KEYS.map((key) => params.get(key));
  return {
    status: status ?? null,
    person: person ?? null,
    label: label ?? null,
    from: from ?? null,
    to: to ?? null,
    tz: from || to ? tz : null,
  };
}

export function toParams(filter: ItemFilter): URLSearchParams {
  const params = new URLSearchParams();
  for (const key of KEYS) if (filter[key]) params.set(key, filter[key]);
  return params;
}

/** The parts of a filter in words, each with what takes it off; status has its own buttons but for the unusual ones. */
export function wordsOf(
  filter: ItemFilter,
  nameOf: (person: string) => string,
): { text: string; without: Partial<ItemFilter> }[] {
  const words: { text: string; without: Partial<ItemFilter> }[] = [];
  if (filter.status && ["finished", "returned", "open"].includes(filter.status))
    words.push({ text: STATUSES[filter.status] ?? filter.status, without: { status: null } });
  if (filter.person) words.push({ text: nameOf(filter.person), without: { person: null } });
  if (filter.label) words.push({ text: `labelled ${filter.label}`, without: { label: null } });
  if (filter.from || filter.to) {
    const same = filter.from === filter.to;
    const text = same
      ? `finished on ${date(filter.from)}`
      : `finished ${date(filter.from)} to ${date(filter.to)}`;
    words.push({ text, without: { from: null, to: null, tz: null } });
  }
  return words;
}
