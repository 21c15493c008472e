/** The bell and its list: what is unread, marking, live, keys. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Boot } from "../../../static/src/lib/boot.ts";
import { client } from "../../../static/src/lib/client.ts";
import { feed, type FeedEvent } from "../../../static/src/lib/feed.ts";
import {
  aboutWords,
  badgeText,
  mentionUrl,
  startMentions,
  type Mention,
} from "../../../static/src/shell/mentions.ts";

const mention = (n: number, read = false): Mention => ({
  id: `m${n}`,
  at: "2026-01-01T00:00:00Z",
  read_at: read ? "2026-01-02T00:00:00Z" : null,
  author: { id: "r", name: "Rex" },
  body: `look at this ${n}`,
  issue: { id: `i${n}`, number: n, category: "wrong_label", state: "open" },
  task: "t",
  task_item: "ti",
  item: { id: "x", name: "p1.png", filename: "/p1.png", thumbnail_url: "/thumb" },
});
const data = { user: { id: "me" }, project: { id: "p" }, can: ["review.answer_own"] } as unknown as Boot;

describe("mentions", () => {
  let all: Mention[];
  let heard: (events: FeedEvent[]) => void;
  const get = vi.fn();
  const post = vi.fn();
  const settle = () => new Promise((resolve) => setTimeout(resolve));
  const rows = () => [...document.querySelectorAll<HTMLElement>(".mention")];
  const bell = () => document.querySelector<HTMLButtonElement>("#mentions") as HTMLButtonElement;

  const bodyOf = (call: typeof post): unknown => (call.mock.lastCall?.[1] as { body: unknown }).body;

  beforeEach(() => {
    document.body.innerHTML =
      '<button id="mentions" hidden><b class="bell-count" hidden></b></button><main></main>';
    all = [mention(1), mention(2), mention(3, true)];
    get.mockImplementation((_: string, { query }: { query: { unread?: boolean } }) =>
      Promise.resolve({ items: query.unread ? all.filter((one) => !one.read_at) : all, next: null }),
    );
    post.mockImplementation((_: string, { body }: { body: { mentions?: string[] } }) => {
      all = all.map((one) =>
        !body.mentions || body.mentions.includes(one.id) ? { ...one, read_at: "2026-01-03T00:00:00Z" } : one,
      );
      return Promise.resolve({ count: 1 });
    });
    vi.spyOn(client, "get").mockImplementation(get as never);
    vi.spyOn(client, "post").mockImplementation(post as never);
    vi.spyOn(feed, "watch").mockImplementation((_types, run) => {
      heard = run;
      return () => undefined;
    });
  });
  afterEach(() => {
    document.body.dispatchEvent(new Event("pointerdown", { bubbles: true }));
    vi.restoreAllMocks();
  });

  async function opened(): Promise<void> {
    startMentions(data);
    await settle();
    bell().click();
    await settle();
  }

  it("tells how many are unread, on the bell and to who cannot see it", async () => {
    startMentions(data);
    await settle();
    expect(bell().hidden).toBe(false);
    expect(document.querySelector(".bell-count")?.textContent).toBe("2");
    expect(bell().getAttribute("aria-label")).toBe("Mentions, 2 unread");
    expect([badgeText(0, false), badgeText(30, true)]).toEqual(["", "30+"]);
  });

  it("is not there for who cannot be mentioned", () => {
    expect(startMentions({ ...data, can: [] })).toBeNull();
    expect(bell().hidden).toBe(true);
  });

  it("lists them with the way to the issue, the first with the focus", async () => {
    await opened();
    expect(rows().length).toBe(2);
    const link = document.activeElement as HTMLAnchorElement;
    expect(link.getAttribute("href")).toBe("/p/p/studio/t/?item=ti&issue=i1");
    expect(mentionUrl("p", mention(1))).toBe(link.getAttribute("href"));
    expect(aboutWords(mention(1))).toBe("Rex on p1.png, issue 1 (wrong label)");
  });

  it("marks one as read, then all, and says that nothing is left", async () => {
    await opened();
    rows()[0]?.querySelector("button")?.click();
    await settle();
    expect(bodyOf(post)).toEqual({ mentions: ["m1"] });
    expect(rows().length).toBe(1);
    const buttons = [...document.querySelectorAll<HTMLButtonElement>(".mentions-head button")];
    buttons.at(-1)?.click();
    await settle();
    await settle();
    expect(bodyOf(post)).toEqual({});
    expect(document.querySelector(".mentions-body")?.textContent).toContain("Nothing unread");
    expect(document.querySelector<HTMLElement>(".bell-count")?.hidden).toBe(true);
  });

  it("shows the read ones too when asked", async () => {
    await opened();
    const buttons = [...document.querySelectorAll<HTMLButtonElement>(".mentions-head .segment button")];
    buttons[1]?.click();
    await settle();
    expect(rows().length).toBe(3);
    expect(rows()[2]?.classList.contains("unread")).toBe(false);
  });

  it("hears of a new one, and only of one of mine", async () => {
    await opened();
    get.mockClear();
    heard([{ id: 1, type: "issue.changed", ids: ["i9"], data: { mentioned: ["someone"] } }]);
    expect(get).not.toHaveBeenCalled();
    all = [mention(4), ...all];
    heard([{ id: 2, type: "issue.changed", ids: ["i4"], data: { mentioned: ["me"] } }]);
    await settle();
    expect(rows().length).toBe(3);
    expect(document.querySelector(".bell-count")?.textContent).toBe("3");
  });

  it("arrows go through the list, Escape closes and gives the focus back", async () => {
    await opened();
    const press = (key: string) =>
      document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    press("ArrowDown");
    expect(document.activeElement?.getAttribute("href")).toContain("issue=i2");
    press("Home");
    expect(document.activeElement?.getAttribute("href")).toContain("issue=i1");
    press("Escape");
    expect(document.querySelector(".mentions")).toBeNull();
    expect(document.activeElement).toBe(bell());
  });
});
