/** Says things to screen readers: one polite region a page. */
import { h } from "../lib/dom.ts";

let region: HTMLElement | null = null;

export function announce(text: string): void {
  if (!region?.isConnected) {
    region = h("div", { class: "visually-hidden", role: "status", "aria-live": "polite" });
    document.body.append(region);
  }
  // The same sentence twice is only heard twice when the region was empty between.
  region.textContent = "";
  const target = region;
  setTimeout(() => (target.textContent = text), 30);
}
