/**
 * The issues of the item: all of them as a list, one with its thread, and saying a new one about what is selected, a place,
 * or the whole picture. Who labels marks fixed; who reviews resolves or opens again.
 */
import { delegate, h, replace, type Child } from "../../lib/dom.ts";
import { plural } from "../../lib/format.ts";
import { messageOf } from "../../lib/http.ts";
import { Cell, type Unsubscribe } from "../../lib/store.ts";
import { emptyState } from "../../ui/empty.ts";
import { icon } from "../../ui/icons.ts";
import { chip } from "../../ui/status.ts";
import { timeAgo } from "../../ui/time.ts";
import type { Issue, IssueAct, NewIssue, Place } from "../io/issues.ts";
import type { FindPeople } from "../io/members.ts";
import { isSuggestion, type Annotation } from "../shapes/_shape.ts";
import type { Numbers } from "../state/numbers.ts";
import { CATEGORIES, type Issues } from "../state/issues.ts";
import type { ToolContext } from "../tools/_tool.ts";
import { IssueDraft, type DraftAsk } from "./issue-draft.ts";
import { MentionBox } from "./mention.ts";
import { boxOf } from "./pins.ts";
import "./issues.css";

export interface IssuesOptions {
  readonly ctx: ToolContext;
  readonly issues: Issues;
  readonly numbers: Numbers;
  readonly review: boolean;
  /** They are only read here: outside of any task. */
  readonly only?: boolean;
  /** Whether the task has anything but a class for the whole picture. */
  readonly shapes: boolean;
  readonly people: FindPeople;
  /** Brings a part of the picture into sight. */
  readonly reveal?: (box: readonly [number, number, number, number]) => void;
  readonly shown?: (shortcut: string) => string;
  /** Whether the list has those that are resolved; kept for the person. */
  readonly resolvedToo?: Cell<boolean>;
}

const STATES = {
  open: ["warn", "flag", "Open"],
  fixed: ["ok", "check", "For review"],
  resolved: ["plain", "check-all", "Resolved"],
} as const;

export class IssuesPanel {
  readonly element = h("div", { class: "issues-panel" });
  readonly count = new Cell(0);
  private readonly list = h("ul", { class: "issue-list", "aria-label": "Issues" });
  private readonly thread = h("section", { class: "issue-thread", hidden: true });
  private readonly draft: IssueDraft;
  private readonly nextButton = h(
    "button",
    { type: "button", class: "btn btn-ghost", onclick: () => this.next() },
    "Next",
  );
  private readonly resolvedToo: Cell<boolean>;
  private readonly resolvedButton = h("button", {
    type: "button",
    class: "btn btn-ghost",
    onclick: () => this.resolvedToo.set(!this.resolvedToo.value),
  });
  private readonly off: Unsubscribe[];
  /** What is being written, by issue: an event must not throw it away. */
  private box: MentionBox | null = null;
  private shownThread = "";

  constructor(private readonly options: IssuesOptions) {
    const { issues, ctx, people } = options;
    this.resolvedToo = options.resolvedToo ?? new Cell(true);
    this.draft = new IssueDraft({ ctx, people, about: (target) => this.about(target) });
    replace(this.element, this.head(), this.draft.element, this.list, this.thread);
    delegate(this.list, "click", "[data-issue]", (_event, row) => this.pick(row.dataset["issue"] ?? ""));
    const draw = () => this.draw();
    this.off = [
      issues.list.subscribe(draw),
      issues.current.subscribe(draw),
      this.resolvedToo.subscribe(draw),
    ];
  }

  dispose(): void {
    for (const off of this.off) off();
  }
  /** Another item is on the screen: what was being said was about the one before. */
  another(): void {
    this.draft.drop();
  }
  /** Shows one and what it is about. */
  pick(id: string): void {
    const { issues, ctx, reveal } = this.options;
    const issue = issues.get(id);
    if (!issue) return;
    issues.current.set(id);
    if (issue.annotation && ctx.document.store.has(issue.annotation))
      ctx.document.selection.set(new Set([issue.annotation]));
    const box = boxOf(issue, ctx);
    if (box) reveal?.(box);
  }
  next(step: 1 | -1 = 1): void {
    const { issues, ctx } = this.options;
    const found = issues.next(step);
    if (!found) {
      ctx.announce("There is no open issue.");
      return;
    }
    this.pick(found.id);
    ctx.announce(`Issue ${found.number}, ${this.about(found)}: ${found.body}`);
  }
  /** Marks the present one fixed; who reviews resolves it. */
  answer(): void {
    const issue = this.options.issues.get(this.options.issues.current.value);
    const act = issue && this.acts(issue)[0];
    if (issue && act) void this.run(issue, act);
    else this.options.ctx.announce("There is no issue to answer.");
  }

  // ---- a new one

  /** About what is selected, else about the whole picture until a place is given. */
  begin(): void {
    this.ask({
      title: "New issue",
      verb: "Add",
      send: async (issue) => {
        const { number } = await this.options.issues.create(issue);
        this.options.ctx.announce(`Issue ${number} added`);
      },
    });
  }
  /** Says what is wrong; `send` rejects the item with it. */
  reject(send: (issue: NewIssue) => void): void {
    this.ask({ title: "Reject: what is wrong?", verb: "Reject", send });
  }
  private ask(how: Pick<DraftAsk, "title" | "verb" | "send">): void {
    const { ctx, shapes } = this.options;
    const [only, ...more] = ctx.document.selection.value;
    const one = only !== undefined && !more.length ? ctx.document.store.get(only) : undefined;
    // A suggestion nobody accepted is no annotation of the picture: the issue is that something is missing there.
    const place = one && isSuggestion(one) ? this.placeOf(one) : null;
    const annotation = one && !place ? one.id : null;
    const category = annotation ? "loose_geometry" : shapes ? "missing" : "wrong_label";
    this.draft.open({ ...how, annotation, place, category });
  }
  private placeOf({ type, geometry }: Annotation): Place | null {
    const { ctx } = this.options;
    const box = ctx.typeOf(type)?.bounds(geometry, ctx.size());
    return box ? { x: box[0], y: box[1], w: box[2] - box[0], h: box[3] - box[1] } : null;
  }

  // ---- drawing

  private head(): HTMLElement {
    const { review, shown } = this.options;
    const keys = shown?.("review.issue");
    return h(
      "header",
      { class: "row issues-head" },
      review &&
        h(
          "button",
          { type: "button", class: "btn", onclick: () => this.begin() },
          icon("plus"),
          "New issue",
          keys && h("kbd", null, keys),
        ),
      h("span", { class: "spacer" }),
      this.resolvedButton,
      this.nextButton,
    );
  }
  private draw(): void {
    const { issues } = this.options;
    const all = issues.list.value;
    const unresolved = issues.unresolved();
    this.count.set(unresolved.length);
    this.nextButton.hidden = !unresolved.length;
    const resolved = all.length - unresolved.length;
    this.resolvedButton.hidden = !resolved;
    this.resolvedButton.textContent = `${this.resolvedToo.value ? "Hide" : "Show"} ${resolved} resolved`;
    const shown = this.resolvedToo.value ? all : unresolved;
    replace(this.list, shown.length ? shown.map((issue) => this.row(issue)) : this.none(resolved));
    this.drawThread(issues.get(issues.current.value));
  }
  private none(resolved: number): HTMLElement {
    const text = this.options.only
      ? "Nobody said in a task that something is to be changed."
      : "What is to be changed is said here, about an object or a place.";
    return h(
      "li",
      null,
      emptyState({
        icon: "message",
        title: resolved ? "No open issues" : "No issues",
        text: resolved ? `${plural(resolved, "resolved one")} not shown.` : text,
      }),
    );
  }
  private row(issue: Issue): HTMLElement {
    const [tone, name] = STATES[issue.state];
    const current = issue.id === this.options.issues.current.value;
    return h(
      "li",
      null,
      h(
        "button",
        {
          type: "button",
          class: ["issue-row", issue.state === "resolved" && "resolved"],
          "aria-current": current ? "true" : undefined,
          dataset: { issue: issue.id },
        },
        h("span", { class: `issue-number ${tone}` }, String(issue.number)),
        h("span", { class: "clip" }, issue.body),
        h("span", { class: "hint clip" }, this.about(issue)),
        icon(name, "sm"),
        h("span", { class: "visually-hidden" }, STATES[issue.state][2]),
      ),
    );
  }
  /** "apple #5", "at a place", "whole picture". */
  private about({ annotation, place }: { annotation: string | null; place: unknown }): string {
    const { ctx, numbers, shapes } = this.options;
    if (annotation && shapes) {
      const one = ctx.document.store.get(annotation);
      return one ? `${one.label || "no label"} #${numbers.of(annotation)}` : "an object that is gone";
    }
    return place ? "at a place" : annotation ? "its class" : "whole picture";
  }

  private drawThread(issue: Issue | undefined): void {
    this.thread.hidden = !issue;
    const version = issue ? `${issue.id} ${issue.state} ${issue.comments.length} ${this.about(issue)}` : "";
    if (version === this.shownThread) return;
    const same = issue && this.shownThread.startsWith(issue.id);
    const unsent = same ? (this.box?.input.value ?? "") : "";
    this.shownThread = version;
    if (!issue) return;
    const open = this.options.issues.unresolved();
    const at = open.findIndex(({ id }) => id === issue.id);
    const [tone, name, state] = STATES[issue.state];
    this.box = new MentionBox(
      "Reply",
      "Reply, @ to name someone",
      this.options.people,
      () => void this.run(issue, "comments"),
    );
    this.box.input.value = unsent;
    this.thread.setAttribute("aria-label", `Issue ${issue.number}`);
    replace(
      this.thread,
      h(
        "header",
        { class: "row" },
        chip(`Issue ${issue.number}${issue.state === "open" ? "" : ` · ${state}`}`, tone, name),
        h("span", { class: "hint clip" }, this.about(issue)),
        h("span", { class: "spacer" }),
        h("span", { class: "hint nowrap" }, at < 0 ? "" : `${at + 1} of ${open.length}`),
      ),
      this.words(issue),
      this.options.only ? null : this.reply(issue, this.box),
    );
  }
  private reply(issue: Issue, box: MentionBox): Child {
    const send = () => this.run(issue, "comments");
    return [
      box.element,
      h(
        "footer",
        { class: "row" },
        h("span", { class: "spacer" }),
        h("button", { type: "button", class: "btn btn-ghost", onclick: send }, "Reply"),
        this.acts(issue).map((act) => this.button(issue, act)),
      ),
    ];
  }
  private words(issue: Issue): Child {
    const kind = CATEGORIES[issue.category];
    const said = issue.comments.length
      ? issue.comments
      : [{ id: issue.id, author: issue.author, at: issue.created_at, body: issue.body }];
    return said.map(({ author, at, body }, i) =>
      h(
        "div",
        { class: "comment" },
        h(
          "p",
          null,
          h("b", null, author?.name ?? "Someone"),
          " ",
          h("span", { class: "hint" }, timeAgo(at), i === 0 && body && body !== kind && ` · ${kind}`),
        ),
        h("p", { class: "said-text" }, body || kind),
      ),
    );
  }
  /** What may be done about it here; the first is what its key does. */
  private acts({ state }: Issue): IssueAct[] {
    if (this.options.only) return [];
    if (!this.options.review) return state === "open" ? ["fix"] : [];
    return state === "resolved" ? ["reopen"] : state === "fixed" ? ["resolve", "reopen"] : ["resolve"];
  }
  private button(issue: Issue, act: IssueAct): HTMLElement {
    const words = { fix: "Mark fixed", resolve: "Resolve", reopen: "Reopen", comments: "Reply" };
    const first = this.acts(issue)[0] === act;
    const keys = first ? this.options.shown?.("review.issue.answer") : "";
    return h(
      "button",
      {
        type: "button",
        class: "btn",
        title: keys ? `${words[act]} (${keys})` : undefined,
        onclick: () => this.run(issue, act),
      },
      words[act],
    );
  }
  private async run(issue: Issue, act: IssueAct): Promise<void> {
    const { box } = this;
    const { ctx, issues } = this.options;
    const body = box?.value ?? "";
    if (act === "comments" && !body) {
      box?.input.focus();
      return;
    }
    try {
      const mentions = box?.mentions();
      box?.clear();
      await issues.act(issue.id, act, { body, mentions: (await mentions) ?? [] });
      const done = { fix: "marked fixed", resolve: "resolved", reopen: "open again", comments: "answered" }[
        act
      ];
      const left = issues.unresolved().filter(({ state }) => state === "open").length;
      ctx.announce(`Issue ${issue.number} ${done}${left ? `, ${plural(left, "issue")} open` : ""}`);
    } catch (error) {
      if (box) box.input.value = body;
      ctx.announce(messageOf(error));
    }
  }
}
