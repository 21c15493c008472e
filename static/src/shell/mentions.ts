/** Where others mention me: a bell in the top bar with what is unread, and the list behind it, kept true by the feed. */
import type { Boot } from "../lib/boot.ts";
import { client, type Schema } from "../lib/client.ts";
import { find, h, replace, type Child } from "../lib/dom.ts";
import { feed } from "../lib/feed.ts";
import { messageOf } from "../lib/http.ts";
import { ISSUE_CATEGORIES } from "../lib/issue-words.ts";
import { emptyState, skeletonLines } from "../ui/empty.ts";
import { icon } from "../ui/icons.ts";
import { announce } from "../ui/live.ts";
import { openPopover, type PopoverHandle } from "../ui/menu.ts";
import { timeAgo } from "../ui/time.ts";
import { errorToast } from "../ui/toast.ts";

export type Mention = Schema<"Mention">;

/** Most that the bell counts and a page of the list holds. */
const PAGE = 30;

/** "3", "30+"; nothing for none. */
export function badgeText(count: number, more: boolean): string {
  return count ? `${count}${more ? "+" : ""}` : "";
}
/** The studio on the issue. */
export function mentionUrl(project: string, { task, task_item, issue }: Mention): string {
  return `/p/${project}/studio/${task}/?item=${task_item}&issue=${issue.id}`;
}
export function aboutWords({ author, issue, item }: Mention): string {
  const category = ISSUE_CATEGORIES[issue.category].toLowerCase();
  return `${author?.name ?? "Someone"} on ${item.name}, issue ${issue.number} (${category})`;
}

/** The bell of this page; null where there is none for this person. */
export function startMentions(data: Boot): { open: () => void } | null {
  const bell = find<HTMLButtonElement>("#mentions");
  const project = data.project?.id;
  if (!bell || !project || !data.can.includes("review.answer_own")) return null;
  const inbox = new Inbox(bell, project, data.user?.id ?? "");
  bell.hidden = false;
  bell.addEventListener("click", () => inbox.toggle());
  void inbox.count();
  return { open: () => inbox.toggle() };
}

class Inbox {
  private popover: PopoverHandle | null = null;
  private unreadOnly = true;
  private items: Mention[] = [];
  private next: string | null = null;
  private asked = 0;
  private readonly badge: HTMLElement;
  private readonly body = h("div", { class: "mentions-body" });
  private readonly head = h("header", { class: "mentions-head" });

  constructor(
    private readonly bell: HTMLButtonElement,
    private readonly project: string,
    me: string,
  ) {
    this.badge = find(".bell-count", bell) ?? h("b");
    feed.watch(
      ["issue.changed"],
      (events) => {
        const mine = events.some(({ data }) => ((data["mentioned"] ?? []) as string[]).includes(me));
        if (events.length && !mine) return;
        if (mine) announce("You were mentioned in an issue");
        void this.count();
        if (this.popover) void this.load();
      },
      300,
    );
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") void this.count();
    });
  }

  toggle(): void {
    if (this.popover) {
      this.popover.close();
      return;
    }
    const content = h("div", { class: "mentions" }, this.head, this.body);
    content.addEventListener("keydown", (event) => this.move(event));
    this.items = [];
    this.drawHead();
    replace(this.body, skeletonLines(4));
    this.popover = openPopover(this.bell, content, {
      label: "Mentions",
      align: "end",
      onClose: () => {
        this.popover = null;
      },
    });
    void this.load().then(() => this.focusFirst());
  }

  /** How many are unread, for the bell. */
  async count(): Promise<void> {
    try {
      const page = await this.ask(true, null);
      const text = badgeText(page.items.length, page.next !== null);
      this.badge.textContent = text;
      this.badge.hidden = !text;
      const words = text ? `Mentions, ${text} unread` : "Mentions";
      this.bell.title = words;
      this.bell.setAttribute("aria-label", words);
    } catch {
      this.badge.hidden = true; // a courtesy: the list itself says what is wrong
    }
  }

  private ask(unread: boolean, after: string | null) {
    return client.get("/api/v1/projects/{project_id}/mentions/", {
      path: { project_id: this.project },
      query: { limit: String(PAGE), ...(unread && { unread }), ...(after && { after }) },
    });
  }

  private async load(after: string | null = null): Promise<void> {
    const mine = ++this.asked;
    try {
      const page = await this.ask(this.unreadOnly, after);
      if (mine !== this.asked) return;
      this.items = after ? [...this.items, ...page.items] : page.items;
      this.next = page.next;
      this.draw();
    } catch (error) {
      if (mine === this.asked)
        replace(
          this.body,
          h("p", { class: "bad-text" }, messageOf(error)),
          h("button", { type: "button", class: "btn", onclick: () => void this.load() }, "Try again"),
        );
    }
  }

  private async read(ids: string[] | null): Promise<void> {
    const now = new Date().toISOString();
    const hit = (one: Mention) => !one.read_at && (ids === null || ids.includes(one.id));
    const at = this.at();
    try {
      await client.post("/api/v1/projects/{project_id}/mentions/", {
        path: { project_id: this.project },
        body: ids ? { mentions: ids } : {},
      });
    } catch (error) {
      errorToast(error);
      return;
    }
    this.items = this.unreadOnly
      ? this.items.filter((one) => !hit(one))
      : this.items.map((one) => (hit(one) ? { ...one, read_at: now } : one));
    this.draw();
    announce(ids ? "Marked as read" : "All marked as read");
    this.links()[Math.min(at, this.links().length - 1)]?.focus();
    void this.count();
  }

  // ---- drawing

  private drawHead(): void {
    const choice = (words: string, unread: boolean) =>
      h(
        "button",
        {
          type: "button",
          "aria-pressed": String(this.unreadOnly === unread),
          onclick: () => {
            this.unreadOnly = unread;
            this.drawHead();
            void this.load();
            this.head.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus();
          },
        },
        words,
      );
    replace(
      this.head,
      h("h2", null, "Mentions"),
      h(
        "div",
        { class: "segment", role: "group", "aria-label": "Which" },
        choice("Unread", true),
        choice("All", false),
      ),
      h("span", { class: "spacer" }),
      h(
        "button",
        {
          type: "button",
          class: "btn btn-ghost btn-sm",
          onclick: () => void this.read(null),
        },
        icon("check-all", "sm"),
        "Mark all read",
      ),
    );
  }

  private draw(): void {
    if (!this.items.length) {
      replace(
        this.body,
        emptyState({
          icon: "bell",
          title: this.unreadOnly ? "Nothing unread" : "Nobody mentioned you yet",
          text: "Whoever writes @ and your name in an issue finds you here.",
        }),
      );
      return;
    }
    replace(
      this.body,
      h(
        "ul",
        { class: "mention-list" },
        this.items.map((one) => this.row(one)),
      ),
      this.next
        ? h(
            "button",
            { type: "button", class: "btn btn-ghost", onclick: () => void this.load(this.next) },
            "Older ones",
          )
        : null,
    );
  }

  private row(one: Mention): Child {
    const open = h(
      "a",
      { class: "mention-link", href: mentionUrl(this.project, one) },
      h("img", { src: one.item.thumbnail_url, alt: "", loading: "lazy", width: 44, height: 33 }),
      h(
        "span",
        { class: "mention-text" },
        h("b", { class: "clip" }, aboutWords(one)),
        h("span", { class: "mention-words" }, one.body),
        h("span", { class: "hint" }, timeAgo(one.at), one.issue.state === "resolved" ? " · resolved" : ""),
      ),
    );
    // Opened is seen; the request outlives the page.
    open.addEventListener("click", () => {
      if (one.read_at) return;
      void client.post("/api/v1/projects/{project_id}/mentions/", {
        path: { project_id: this.project },
        body: { mentions: [one.id] },
        keepalive: true,
      });
    });
    const label = `Mark as read: ${aboutWords(one)}`;
    return h(
      "li",
      { class: ["mention", !one.read_at && "unread"] },
      open,
      one.read_at
        ? null
        : h(
            "button",
            {
              type: "button",
              class: "btn btn-ghost btn-square btn-sm",
              title: "Mark as read",
              "aria-label": label,
              onclick: () => void this.read([one.id]),
            },
            icon("check", "sm"),
          ),
    );
  }

  // ---- keys

  private links(): HTMLElement[] {
    return [...this.body.querySelectorAll<HTMLElement>(".mention-link")];
  }
  private at(): number {
    const row = document.activeElement?.closest(".mention");
    return Math.max(
      0,
      this.links().findIndex((link) => link.closest(".mention") === row),
    );
  }
  private focusFirst(): void {
    const first = this.links()[0] ?? this.head.querySelector<HTMLElement>("button");
    first?.focus();
  }
  private move(event: KeyboardEvent): void {
    const links = this.links();
    const inList = document.activeElement?.closest(".mention") !== null;
    const to: Record<string, number> = {
      ArrowDown: inList ? this.at() + 1 : 0,
      ArrowUp: this.at() - 1,
      Home: 0,
      End: links.length - 1,
    };
    const at = to[event.key];
    if (at === undefined || !links.length) return;
    event.preventDefault();
    links[Math.max(0, Math.min(at, links.length - 1))]?.focus();
  }
}
