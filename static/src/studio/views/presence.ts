/** Who else has this image open, in a corner of the desk; told to screen readers as people come. */
import { h, replace } from "../../lib/dom.ts";
import type { Feed, FeedPerson, Unsubscribe } from "../../lib/feed.ts";
import type { Cell } from "../../lib/store.ts";
import { icon } from "../../ui/icons.ts";
import type { Panel } from "../context.ts";
import type { Entry } from "../state/session.ts";
import "./presence.css";

export interface PresenceOptions {
  readonly entry: Cell<Entry | null>;
  readonly feed: Pick<Feed, "here">;
  readonly announce: (text: string) => void;
}

/** So many are named; the others are a number. */
const NAMED = 2;

/** "Ada has this image open too", "Ada, Bo and 3 others have …". */
export function sentenceOf(people: readonly FeedPerson[]): string {
  const names = people.slice(0, NAMED).map(({ name }) => name);
  const more = people.length - names.length;
  if (more) names.push(more === 1 ? "1 other" : `${more} others`);
  const last = names.pop() ?? "";
  const who = names.length ? `${names.join(", ")} and ${last}` : last;
  return `${who} ${people.length === 1 ? "has" : "have"} this image open too`;
}

export class Presence implements Panel {
  readonly element = h("div", { class: "desk-card presence", hidden: true });
  private item: string | null = null;
  private known = new Set<string>();
  private leave: Unsubscribe = () => undefined;
  private readonly off: Unsubscribe;

  constructor(private readonly options: PresenceOptions) {
    this.off = options.entry.subscribe((entry) => this.show(entry?.item.item.id ?? null));
  }

  dispose(): void {
    this.off();
    this.leave();
  }

  private show(item: string | null): void {
    if (item === this.item) return;
    this.leave();
    this.item = item;
    this.draw([]);
    this.leave = item ? this.options.feed.here(item, (people) => this.draw(people)) : () => undefined;
  }

  private draw(people: readonly FeedPerson[]): void {
    const text = people.length ? sentenceOf(people) : "";
    this.element.hidden = !text;
    this.element.title = people.map(({ name }) => name).join(", ");
    replace(this.element, icon("users"), text);
    if (people.some(({ id }) => !this.known.has(id))) this.options.announce(text);
    this.known = new Set(people.map(({ id }) => id));
  }
}
