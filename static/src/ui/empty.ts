/** What stands where there is nothing, where something failed, and where something is still coming. */
import { h, type Child } from "../lib/dom.ts";
import { messageOf } from "../lib/http.ts";
import { icon, type IconName } from "./icons.ts";

export interface EmptyOptions {
  icon?: IconName;
  title: string;
  /** What to do first, in one sentence. */
  text?: Child;
  actions?: Child;
}

export function emptyState(options: EmptyOptions): HTMLElement {
  return h(
    "div",
    { class: "empty" },
    icon(options.icon ?? "inbox", "empty-icon"),
    h("h2", null, options.title),
    options.text && h("p", null, options.text),
    options.actions && h("div", { class: "actions" }, options.actions),
  );
}

/** What, where and the next step. */
export function errorState(
  error: unknown,
  retry?: () => unknown,
  title = "This could not be loaded",
): HTMLElement {
  return h(
    "div",
    { class: "empty", role: "alert" },
    icon("alert", "empty-icon"),
    h("h2", null, title),
    h("p", null, messageOf(error)),
    retry &&
      h(
        "div",
        { class: "actions" },
        h(
          "button",
          { type: "button", class: "btn", onclick: () => void retry() },
          icon("refresh"),
          "Try again",
        ),
      ),
  );
}

/** Grey bars of the size of what comes, so that nothing jumps. */
export function skeletonLines(lines = 3): HTMLElement {
  const widths = ["62%", "88%", "45%", "74%", "56%"];
  return h(
    "div",
    { class: "stack", "aria-hidden": "true" },
    Array.from({ length: lines }, (_, i) =>
      h("span", { class: "skeleton", style: { width: widths[i % widths.length] ?? "70%" } }),
    ),
  );
}
