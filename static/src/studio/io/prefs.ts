/** What a person set for themselves (shortcuts, how pictures look): read from the page, kept on the server. */
import { boot } from "../../lib/boot.ts";
import { client } from "../../lib/client.ts";

/** Changes of a slider or of several keys go as one request. */
const QUIET_MS = 500;

type Save = (prefs: Record<string, unknown>, leaving: boolean) => Promise<unknown>;

export class Prefs {
  private waiting: Record<string, unknown> = {};
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly values: Record<string, unknown>;

  constructor(
    values: Readonly<Record<string, unknown>>,
    private readonly save: Save,
    private readonly onError: (error: unknown) => void = () => undefined,
  ) {
    this.values = { ...values };
    window.addEventListener("pagehide", () => void this.flush(true));
  }

  get(name: string): unknown {
    return this.values[name];
  }
  /** Null forgets it. */
  set(name: string, value: unknown): void {
    this.values[name] = value ?? undefined;
    this.waiting[name] = value;
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), QUIET_MS);
  }
  /** Sends what waits. What cannot be sent now goes with the next change. */
  async flush(leaving = false): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const sent = this.waiting;
    if (!Object.keys(sent).length) return;
    this.waiting = {};
    try {
      await this.save(sent, leaving);
    } catch (error) {
      this.waiting = { ...sent, ...this.waiting };
      this.onError(error);
    }
  }
}

/** The preferences of the signed-in person. */
export function personPrefs(onError: (error: unknown) => void): Prefs {
  return new Prefs(
    boot().user?.prefs ?? {},
    (prefs, keepalive) => client.patch("/api/v1/me/", { body: { prefs }, keepalive }),
    onError,
  );
}
