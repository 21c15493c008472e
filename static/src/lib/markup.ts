/**
 * HTML that the server made of Markdown, as elements. The server sanitises it; here only known tags and attributes are
 * taken over, so that a mistake there shows as missing text and not as a script.
 */
import { h } from "./dom.ts";

const TAGS = new Set(
  "a blockquote br code del em h1 h2 h3 h4 h5 h6 hr img li ol p pre s strong table tbody td th thead tr ul".split(
    " ",
  ),
);
const ATTRIBUTES: Record<string, readonly string[]> = {
  a: ["href", "title"],
  img: ["src", "alt", "title"],
  ol: ["start"],
};

export function markup(html: string): HTMLElement {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const element = h("div", { class: "prose" });
  copy(parsed.body, element);
  return element;
}

function copy(from: Node, to: Element): void {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) to.append(node.textContent ?? "");
    else if (node instanceof Element) {
      const name = node.localName;
      if (!TAGS.has(name)) continue;
      const made = document.createElement(name);
      for (const key of ATTRIBUTES[name] ?? []) {
        const value = node.getAttribute(key);
        if (value !== null && harmless(key, value)) made.setAttribute(key, value);
      }
      if (made instanceof HTMLAnchorElement) {
        made.target = "_blank";
        made.rel = "noopener noreferrer";
      }
      copy(node, made);
      to.append(made);
    }
  }
}

function harmless(key: string, value: string): boolean {
  if (key === "href") return /^(https?:|mailto:|[/#])/i.test(value);
  return key !== "src" || /^\/[^/\\]/.test(value);
}
