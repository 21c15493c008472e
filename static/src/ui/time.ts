/** Relative times that stay true: "14 min ago" with the exact time in the title, drawn anew twice a minute. */
import { h } from "../lib/dom.ts";
import { ago, exact, NONE, type When } from "../lib/format.ts";

let ticking = false;

function tick(): void {
  for (const element of document.querySelectorAll<HTMLTimeElement>("time[data-ago]")) {
    element.textContent = ago(element.dateTime);
  }
}

export function timeAgo(when: When | null | undefined): HTMLElement {
  if (when === null || when === undefined) return h("span", { class: "muted" }, NONE);
  if (!ticking) {
    ticking = true;
    setInterval(tick, 30_000);
  }
  const iso = new Date(when).toISOString();
  return h("time", { datetime: iso, title: exact(when), dataset: { ago: "" }, class: "nowrap" }, ago(when));
}
