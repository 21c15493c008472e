/** One strip above the picture when something about this item needs care: sent back, answered, taken by someone else. */
import { h, replace, type Child } from "../../lib/dom.ts";
import { plural } from "../../lib/format.ts";
import { icon } from "../../ui/icons.ts";
import { kbd } from "../../ui/status.ts";
import { timeAgo } from "../../ui/time.ts";
import { isOpen, type Entry } from "../state/session.ts";
import type { IssueRef } from "../state/types.ts";

export class Strip {
  readonly element = h("div", { class: "studio-strip", role: "status", hidden: true });

  constructor(
    private readonly review: boolean,
    private readonly quick: boolean,
  ) {}

  /** `note`: what is to be said before anything the item's state says. */
  update(entry: Entry | null, note: Child | null = null): void {
    const words = entry && (note ?? this.words(entry));
    this.element.hidden = !words;
    if (words) replace(this.element, words);
  }

  private words(entry: Entry): Child | null {
    if (entry.gone) return plain("users", "Someone else has this item now.", "Go on with the next one.");
    if (entry.item.with_annotator)
      return plain("return", "With its annotator.", "It comes back here when answered.");
    if (!isOpen(entry)) return null;
    const left = entry.item.issues.filter((one) => one.state !== "resolved");
    const issue = left.at(-1);
    if (!issue) return null;
    const more = left.length > 1 ? `, ${plural(left.length, "issue")}` : "";
    if (!this.review && issue.state === "open") {
      const keys = this.quick
        ? ["Choose a label, or keep it with ", kbd("enter")]
        : [kbd("shift+n"), " goes through them, ", kbd("alt+i"), " marks fixed"];
      return noted(`Sent back by ${issue.author?.name ?? "a reviewer"}${more}`, issue, keys);
    }
    if (this.review && issue.state === "fixed")
      return noted(`Answered: you asked${more}`, issue, ["Approve with ", kbd("a")]);
    return null;
  }
}

function plain(name: "users" | "return", title: string, text: string): Child {
  return [icon(name, "sm"), h("b", null, title), h("span", null, text)];
}

function noted(title: string, issue: IssueRef, keys: Child): Child {
  return [
    icon("flag", "sm"),
    h("b", null, title),
    timeAgo(issue.created_at),
    h("span", { class: "note clip" }, issue.body),
    h("span", { class: "spacer" }),
    h("span", { class: "nowrap soft" }, keys),
  ];
}
