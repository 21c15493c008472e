/** Short messages at the lower right. They never take the focus; failures stay until closed. */
import { append, h } from "../lib/dom.ts";
import { isAbort, messageOf } from "../lib/http.ts";
import { icon, type IconName } from "./icons.ts";

export type ToastKind = "plain" | "ok" | "warn" | "bad";
export interface ToastOptions {
  kind?: ToastKind;
  /** One act, such as Undo. */
  action?: { label: string; run: () => unknown };
  /** 0 = until closed. */
  ms?: number;
}
export interface ToastHandle {
  element: HTMLElement;
  close: () => void;
}

const ICONS: Record<ToastKind, IconName> = { plain: "info", ok: "done", warn: "warning", bad: "failed" };
const MOST = 4;
let stack: HTMLElement | null = null;

function place(): HTMLElement {
  if (!stack?.isConnected) {
    stack = h("div", { class: "toasts", role: "region", "aria-label": "Messages", popover: "manual" });
    document.body.append(stack);
  }
  // Shown anew, the stack lies above a dialog opened since.
  if (typeof stack.showPopover === "function") {
    if (stack.matches(":popover-open")) stack.hidePopover();
    stack.showPopover();
  }
  return stack;
}

export function toast(text: string, options: ToastOptions = {}): ToastHandle {
  const { kind = "plain", action } = options;
  const ms = options.ms ?? (kind === "bad" ? 0 : action ? 10_000 : 5000);
  const element = h("div", { class: ["toast", kind], role: kind === "bad" ? "alert" : "status" });
  let timer: ReturnType<typeof setTimeout> | null = null;
  const close = () => {
    if (timer) clearTimeout(timer);
    element.remove();
    if (
      stack &&
      !stack.childElementCount &&
      typeof stack.hidePopover === "function" &&
      stack.matches(":popover-open")
    ) {
      stack.hidePopover();
    }
  };
  const wait = () => {
    if (ms > 0) timer = setTimeout(close, ms);
  };
  append(element, [
    icon(ICONS[kind]),
    h("div", { class: "toast-text" }, text),
    action &&
      h(
        "button",
        {
          type: "button",
          class: "btn btn-ghost btn-sm",
          onclick: () => {
            close();
            void action.run();
          },
        },
        action.label,
      ),
    h(
      "button",
      {
        type: "button",
        class: "btn btn-ghost btn-sm btn-square",
        "aria-label": "Close message",
        onclick: close,
      },
      icon("close"),
    ),
  ]);
  // Time stops while someone reads it.
  element.addEventListener("pointerenter", () => timer && clearTimeout(timer));
  element.addEventListener("pointerleave", wait);
  const target = place();
  target.append(element);
  while (target.childElementCount > MOST) target.firstElementChild?.remove();
  wait();
  return { element, close };
}

/** The toast of a failure; one that was stopped on purpose says nothing. */
export function errorToast(error: unknown, prefix = ""): void {
  if (isAbort(error)) return;
  toast(prefix ? `${prefix} ${messageOf(error)}` : messageOf(error), { kind: "bad" });
}

/** Runs an act of a button: the button is busy meanwhile, and a failure becomes a toast. True when it went well. */
export async function act(button: HTMLButtonElement | null, work: () => Promise<unknown>): Promise<boolean> {
  if (button?.getAttribute("aria-busy") === "true") return false;
  button?.setAttribute("aria-busy", "true");
  if (button) button.disabled = true;
  try {
    await work();
    return true;
  } catch (error) {
    errorToast(error);
    return false;
  } finally {
    button?.removeAttribute("aria-busy");
    if (button) button.disabled = false;
  }
}
