/**
 * Menus and popovers beside their button. Arrows move, letters jump, Escape closes and gives the focus back.
 *
 *   menuButton(button, () => [{ label: "Rename", icon: "rename", run }, "separator", { label: "Delete", danger: true, run }]);
 */
import { append, h, setStyle, type Child } from "../lib/dom.ts";
import { icon, type IconName } from "./icons.ts";

export interface MenuItem {
  label: string;
  icon?: IconName;
  /** A link instead of an act. */
  href?: string;
  run?: () => unknown;
  /** Small words at the right: a shortcut, a count. */
  side?: Child;
  danger?: boolean;
  disabled?: boolean;
  checked?: boolean;
}
export type MenuEntry = MenuItem | "separator" | { heading: string };
export interface PopoverHandle {
  element: HTMLElement;
  close: () => void;
}
export interface PopoverOptions {
  role?: string;
  label?: string;
  /** Which edge of the anchor it lines up with. */
  align?: "start" | "end";
  onClose?: () => void;
}

let current: PopoverHandle | null = null;

/** A floating panel below (or, without room, above) an anchor. One at a time. */
export function openPopover(
  anchor: HTMLElement,
  content: Child,
  options: PopoverOptions = {},
): PopoverHandle {
  current?.close();
  const element = h(
    "div",
    { class: "menu-pop", role: options.role ?? "dialog", "aria-label": options.label },
    content,
  );
  const home = anchor.closest("dialog") ?? document.body;
  home.append(element);
  position(element, anchor, options.align ?? "start");
  anchor.setAttribute("aria-expanded", "true");
  const abort = new AbortController();
  const close = () => {
    if (abort.signal.aborted) return;
    abort.abort();
    const hadFocus = element.contains(document.activeElement);
    element.remove();
    anchor.setAttribute("aria-expanded", "false");
    if (current === handle) current = null;
    if (hadFocus) anchor.focus();
    options.onClose?.();
  };
  const handle: PopoverHandle = { element, close };
  current = handle;
  const { signal } = abort;
  document.addEventListener(
    "pointerdown",
    (event) => {
      const target = event.target as Node;
      if (!element.contains(target) && !anchor.contains(target)) close();
    },
    { signal, capture: true },
  );
  element.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      close();
    },
    { signal },
  );
  window.addEventListener("resize", close, { signal });
  return handle;
}

function position(element: HTMLElement, anchor: HTMLElement, align: "start" | "end"): void {
  const at = anchor.getBoundingClientRect();
  const size = element.getBoundingClientRect();
  const below = at.bottom + 4 + size.height <= window.innerHeight || at.top < size.height + 4;
  const left = align === "end" ? at.right - size.width : at.left;
  setStyle(element, {
    left: `${Math.round(Math.max(8, Math.min(left, window.innerWidth - size.width - 8)))}px`,
    top: `${Math.round(below ? at.bottom + 4 : at.top - size.height - 4)}px`,
  });
}

export function openMenu(
  anchor: HTMLElement,
  entries: MenuEntry[],
  options: PopoverOptions = {},
): PopoverHandle {
  const handle = openPopover(
    anchor,
    entries.map((entry) => menuEntry(entry, () => handle.close())),
    { role: "menu", ...options },
  );
  const items = () => [...handle.element.querySelectorAll<HTMLElement>("[role^=menuitem]")];
  handle.element.addEventListener("keydown", (event) => moveInMenu(event, items(), handle.close));
  items()[0]?.focus();
  return handle;
}

function menuEntry(entry: MenuEntry, close: () => void): HTMLElement {
  if (entry === "separator") return h("div", { class: "menu-sep", role: "separator" });
  if ("heading" in entry) return h("div", { class: "menu-head", role: "presentation" }, entry.heading);
  const props = {
    class: ["menu-item", entry.danger && "danger"],
    role: entry.checked === undefined ? "menuitem" : "menuitemradio",
    tabIndex: -1,
    "aria-disabled": entry.disabled ? "true" : undefined,
    "aria-checked": entry.checked === undefined ? undefined : String(entry.checked),
  };
  const element = entry.href
    ? h("a", { ...props, href: entry.href })
    : h("button", { ...props, type: "button" });
  append(element, [
    entry.icon && icon(entry.icon),
    h("span", { class: "clip" }, entry.label),
    entry.side !== undefined && h("span", { class: "side" }, entry.side),
    entry.checked && h("span", { class: "side" }, icon("check", "sm")),
  ]);
  element.addEventListener("click", (event) => {
    if (entry.disabled) {
      event.preventDefault();
      return;
    }
    close();
    void entry.run?.();
  });
  return element;
}

function moveInMenu(event: KeyboardEvent, items: HTMLElement[], close: () => void): void {
  const at = items.indexOf(document.activeElement as HTMLElement);
  const go = (index: number) => {
    event.preventDefault();
    items[(index + items.length) % items.length]?.focus();
  };
  if (event.key === "ArrowDown") go(at + 1);
  else if (event.key === "ArrowUp") go(at - 1);
  else if (event.key === "Home") go(0);
  else if (event.key === "End") go(items.length - 1);
  else if (event.key === "Tab") close();
  else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const letter = event.key.toLowerCase();
    const order = [...items.slice(at + 1), ...items.slice(0, at + 1)];
    const found = order.find((item) => item.textContent?.trim().toLowerCase().startsWith(letter));
    if (found) go(items.indexOf(found));
  }
}

/** Makes a button open a menu; the entries are asked for each time. */
export function menuButton(
  button: HTMLElement,
  entries: () => MenuEntry[] | Promise<MenuEntry[]>,
  options: PopoverOptions = {},
): void {
  button.setAttribute("aria-haspopup", "menu");
  button.setAttribute("aria-expanded", "false");
  const open = async () => {
    if (button.getAttribute("aria-expanded") === "true") current?.close();
    else openMenu(button, await entries(), options);
  };
  button.addEventListener("click", () => void open());
  button.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    void open();
  });
}
