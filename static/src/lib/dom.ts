/**
 * DOM without a framework. `h` builds elements; text is always text, never markup, so nothing a person typed can
 * become an element. Styles go through the CSSOM, which the CSP allows; there are no style attributes.
 *
 *   h("button", { class: "btn btn-primary", onclick: save, disabled: busy }, icon("save"), "Save")
 *   h("i", { style: { width: "40%" }, dataset: { id } })
 */

export type Child = Node | string | number | null | undefined | false | Child[];
type Attr = string | number | boolean | null | undefined;
type Handlers = {
  [K in keyof HTMLElementEventMap as `on${K}`]?: (event: HTMLElementEventMap[K]) => unknown;
};
export type Props = Handlers & {
  class?: string | (string | false | null | undefined)[];
  style?: Partial<Record<string, string>>;
  dataset?: Record<string, string | undefined>;
  ref?: (element: HTMLElement) => void;
  value?: string | number;
  checked?: boolean;
} & { [attr: `aria-${string}`]: Attr } & {
  [attr: string]: unknown;
};

/** Set as properties: attributes of these only give the first value. */
const PROPERTIES = new Set([
  "value",
  "checked",
  "indeterminate",
  "selected",
  "textContent",
  "tabIndex",
  "open",
]);

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props?: Props | null,
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  // Children first: a <select> takes its value only from options it already has.
  append(element, children);
  for (const [key, value] of Object.entries(props ?? {})) setProp(element, key, value);
  return element;
}

type Setter = (element: HTMLElement, value: never) => void;
/** Properties with a meaning of their own. */
const SPECIAL: Record<string, Setter> = {
  class: (element, value: string | unknown[]) => {
    element.className = Array.isArray(value) ? value.filter(Boolean).join(" ") : value;
  },
  style: (element, value: Record<string, string>) => setStyle(element, value),
  ref: (element, value: (element: HTMLElement) => void) => value(element),
  dataset: (element, value: Record<string, string | undefined>) => {
    for (const [name, text] of Object.entries(value)) if (text !== undefined) element.dataset[name] = text;
  },
};

function setProp(element: HTMLElement, key: string, value: unknown): void {
  if (value === undefined || value === null) return;
  const special = SPECIAL[key];
  if (special) special(element, value as never);
  else if (typeof value === "function")
    element.addEventListener(key.replace(/^on/, ""), value as EventListener);
  else if (PROPERTIES.has(key)) (element as unknown as Record<string, unknown>)[key] = value;
  else if (key.startsWith("aria-")) element.setAttribute(key, `${value as Attr}`);
  else if (value === false) element.removeAttribute(key);
  else element.setAttribute(key, value === true ? "" : `${value as string}`);
}

export function setStyle(element: HTMLElement | SVGElement, style: Partial<Record<string, string>>): void {
  for (const [name, value] of Object.entries(style)) {
    const property = name.startsWith("--")
      ? name
      : name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    element.style.setProperty(property, value ?? "");
  }
}

export function append(parent: Node, children: Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(parent, child);
    else parent.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Empties an element and puts the children in. */
export function replace(parent: Element, ...children: Child[]): void {
  parent.replaceChildren();
  append(parent, children);
}

/** The one element a selector names; a template that lacks it is a mistake worth a clear word. */
export function need<E extends Element = HTMLElement>(selector: string, root: ParentNode = document): E {
  const found = root.querySelector<E>(selector);
  if (!found) throw new Error(`The page has no element "${selector}".`);
  return found;
}
export function find<E extends Element = HTMLElement>(
  selector: string,
  root: ParentNode = document,
): E | null {
  return root.querySelector<E>(selector);
}

/** One listener for all present and future children that match. */
export function delegate<K extends keyof HTMLElementEventMap>(
  root: HTMLElement,
  type: K,
  selector: string,
  fn: (event: HTMLElementEventMap[K], target: HTMLElement) => void,
): void {
  root.addEventListener(type, (event) => {
    const target = event.target instanceof Element ? event.target.closest<HTMLElement>(selector) : null;
    if (target && root.contains(target)) fn(event, target);
  });
}

let last = 0;
/** An id no other element has: for label/for and aria links. */
export function uid(prefix = "u"): string {
  last += 1;
  return `${prefix}-${last}`;
}

/** A small square of a label's colour. */
export function swatch(color: string): HTMLElement {
  return h("span", { class: "swatch", style: { background: color }, "aria-hidden": "true" });
}

/** True where typing belongs to the element, so that shortcuts keep out. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  if (!(target instanceof HTMLInputElement)) return false;
  return !["checkbox", "radio", "button", "submit", "range", "reset", "file", "color"].includes(target.type);
}

/** Text as the server writes it, whose names stand between backquotes. */
export function marked(text = ""): Child[] {
  return text.split("`").map((part, at) => (at % 2 ? h("code", {}, part) : part));
}

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Plain http and old browsers have no clipboard: the caller shows the text instead.
    return false;
  }
}
