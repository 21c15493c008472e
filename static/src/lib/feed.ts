/**
 * Live updates: one websocket a page, /ws/feed/?project=…&after=….
 *
 *   feed.on("model.status", (event) => …)     exact type, "model.*" or "*"; returns the way to stop listening
 *   feed.watch(["item.created"], (events) => reload())   gathered over a short while: what a page that refetches wants
 *   feed.on("resync", () => reload())          the server no longer has what was missed: read everything anew
 *   feed.state.subscribe((state) => …)         connecting | live | reconnecting | offline
 *   feed.here(item, (people) => …)              this page shows the item: who else has it open; returns the way to leave
 *   feed.refused                                "signed_out" | "not_yours" once the server shut the door; retryNow tries again
 *
 * An event is a hint: refetch what it names.
 */
import { Cell } from "./store.ts";

export interface FeedEvent<D = Record<string, unknown>> {
  id: number | string;
  type: string;
  ids: string[];
  data: D;
}
export type FeedState = "idle" | "connecting" | "live" | "reconnecting" | "offline";
export type FeedRefusal = "signed_out" | "not_yours";
export interface FeedPerson {
  id: string;
  name: string;
}
interface Presence {
  item: string;
  people: FeedPerson[];
}
interface Message {
  type: string;
  event?: FeedEvent;
  last?: number | string;
  presence?: Presence;
}
export type Unsubscribe = () => void;
type Listener = (event: FeedEvent) => void;

export interface FeedDeps {
  open: (url: string) => WebSocket;
  setTimeout: (fn: () => void, ms: number) => number;
  clearTimeout: (id: number) => void;
  random: () => number;
  onLine: () => boolean;
}

const browserDeps: FeedDeps = {
  open: (url) => new WebSocket(url),
  setTimeout: (fn, ms) => window.setTimeout(fn, ms),
  clearTimeout: (id) => window.clearTimeout(id),
  random: () => Math.random(),
  onLine: () => navigator.onLine !== false,
};

/** Close codes after which trying again by itself is of no use. */
const REFUSALS: Record<number, FeedRefusal> = { 4400: "not_yours", 4401: "signed_out", 4404: "not_yours" };
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
/** So many failures in a row are told as "offline", although trying goes on. */
const OFFLINE_AFTER = 4;
/** After so long on an open socket, whatever was missed has come. */
const CAUGHT_UP_MS = 10_000;

export function matchesType(pattern: string, type: string): boolean {
  if (pattern === "*") return type !== "resync";
  if (pattern.endsWith(".*")) return type.startsWith(pattern.slice(0, -1));
  return pattern === type;
}

export class Feed {
  readonly state = new Cell<FeedState>("idle");
  readonly refused = new Cell<FeedRefusal | null>(null);
  private readonly listeners = new Set<{ pattern: string; fn: Listener }>();
  private socket: WebSocket | null = null;
  private project: string | null = null;
  private last: number | string | null = null;
  /** Where the server stood when this socket opened: what it sends afterwards is newer. */
  private opened: number | string | null = null;
  /** The item on the screen, and whom to tell who else has it open. */
  private place: { item: string; onPeople: (people: readonly FeedPerson[]) => void } | null = null;
  /** Whether this socket has been greeted: only then does the server listen. */
  private greeted = false;
  private failures = 0;
  private timer: number | null = null;

  constructor(private readonly deps: FeedDeps = browserDeps) {}

  /** Opens the socket. Safe to call again; a different project starts afresh. */
  start(project: string | null): void {
    if (this.state.value !== "idle" && project === this.project) return;
    this.stop();
    this.project = project;
    this.last = null;
    this.connect("connecting");
  }

  stop(): void {
    if (this.timer !== null) this.deps.clearTimeout(this.timer);
    this.timer = null;
    const socket = this.socket;
    this.socket = null;
    this.greeted = false;
    socket?.close();
    this.failures = 0;
    this.state.set("idle");
  }

  on(pattern: string, fn: Listener): Unsubscribe {
    const entry = { pattern, fn };
    this.listeners.add(entry);
    return () => void this.listeners.delete(entry);
  }

  /** Like `on` for several types, but gathers events for `ms` before one call; a resync calls with an empty list. */
  watch(patterns: string[], fn: (events: FeedEvent[]) => void, ms = 250): Unsubscribe {
    let gathered: FeedEvent[] = [];
    let timer: number | null = null;
    const flush = () => {
      timer = null;
      const events = gathered;
      gathered = [];
      fn(events);
    };
    const ring = () => {
      timer ??= this.deps.setTimeout(flush, ms);
    };
    const offs = patterns.map((pattern) =>
      this.on(pattern, (event) => {
        gathered.push(event);
        ring();
      }),
    );
    offs.push(this.on("resync", ring));
    return () => {
      for (const off of offs) off();
      if (timer !== null) this.deps.clearTimeout(timer);
    };
  }

  /** Says that this page shows an item, and hears of the other people who have it open, until left or another is shown. */
  here(item: string, onPeople: (people: readonly FeedPerson[]) => void): Unsubscribe {
    const place = { item, onPeople };
    this.place = place;
    this.sayPlace();
    return () => {
      if (this.place !== place) return;
      this.place = null;
      this.sayPlace();
    };
  }

  private sayPlace(): void {
    if (!this.greeted) return;
    const here = this.place && { item: this.place.item };
    this.socket?.send(JSON.stringify({ here }));
  }

  private hearPlace(presence: Presence): void {
    if (presence.item !== this.place?.item) return;
    try {
      this.place.onPeople(presence.people);
    } catch (error) {
      reportError(error);
    }
  }

  /** Tries at once instead of waiting out the pause: the network came back, or the tab is looked at again. */
  retryNow(): void {
    if (this.timer === null && this.refused.value === null) return;
    if (this.timer !== null) this.deps.clearTimeout(this.timer);
    this.timer = null;
    this.refused.set(null);
    this.connect(this.state.value);
  }

  private url(): string {
    const { protocol, host } = window.location;
    const query = new URLSearchParams();
    if (this.project) query.set("project", this.project);
    if (this.last !== null) query.set("after", String(this.last));
    const text = query.toString();
    return `${protocol === "https:" ? "wss" : "ws"}://${host}/ws/feed/${text ? `?${text}` : ""}`;
  }

  private connect(state: FeedState): void {
    this.state.set(state);
    const socket = this.deps.open(this.url());
    this.socket = socket;
    socket.onmessage = (message) => {
      if (this.socket === socket) this.receive(String(message.data));
    };
    socket.onclose = (event) => {
      if (this.socket === socket) this.again(event.code);
    };
    // An error is always followed by a close, which does the work.
    socket.onerror = () => undefined;
  }

  private receive(text: string): void {
    const message = JSON.parse(text) as Message;
    this.failures = 0;
    this.state.set("live");
    if (message.type === "hello") this.hello(message.last ?? null);
    else if (message.type === "resync") {
      this.last = this.opened;
      this.emit({ id: "", type: "resync", ids: [], data: {} });
    } else if (message.type === "event" && message.event) {
      this.last = message.event.id;
      this.emit(message.event);
    } else if (message.type === "presence" && message.presence) this.hearPlace(message.presence);
  }

  /** Coming back, the old place holds until what was missed has had time to come. */
  private hello(opened: number | string | null): void {
    const { last, socket } = this;
    this.opened = opened;
    this.greeted = true;
    if (this.place) this.sayPlace();
    if (last === null) this.last = opened;
    else {
      this.deps.setTimeout(() => {
        if (this.socket === socket && this.last === last) this.last = opened;
      }, CAUGHT_UP_MS);
    }
  }

  private emit(event: FeedEvent): void {
    for (const { pattern, fn } of [...this.listeners]) {
      if (!matchesType(pattern, event.type)) continue;
      try {
        fn(event);
      } catch (error) {
        // One listener's fault must not keep the event from the others.
        reportError(error);
      }
    }
  }

  private again(code: number): void {
    this.socket = null;
    this.greeted = false;
    // Who is there is not known any more; the next greeting asks anew.
    if (this.place) this.hearPlace({ item: this.place.item, people: [] });
    const refusal = REFUSALS[code];
    if (refusal) {
      this.state.set("offline");
      this.refused.set(refusal);
      return;
    }
    this.failures += 1;
    const lost = !this.deps.onLine() || this.failures >= OFFLINE_AFTER;
    const state: FeedState = lost ? "offline" : "reconnecting";
    this.state.set(state);
    const wait = Math.min(FIRST_WAIT * 2 ** (this.failures - 1), LONGEST_WAIT);
    // Jitter, so that a restarted server is not met by every page at once.
    this.timer = this.deps.setTimeout(
      () => {
        this.timer = null;
        this.connect(state);
      },
      wait * (0.7 + 0.6 * this.deps.random()),
    );
  }
}

export const feed = new Feed();
