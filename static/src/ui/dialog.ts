/**
 * Modal dialogs on <dialog>: the browser keeps the focus inside and gives it back.
 *
 *   const yes = await confirmDialog({ title: "Delete dataset?", loss: ["46,508 images", "3 tasks"], confirm: "Delete dataset", danger: true });
 *   const name = await promptDialog({ title: "Rename", label: "Name", value: old });
 *   const dialog = openDialog({ title, body, actions: [{ label: "Save", primary: true, run }] });
 */
import { append, h, uid, type Child } from "../lib/dom.ts";
import { AlpApiError, messageOf } from "../lib/http.ts";
import { icon } from "./icons.ts";

export interface DialogAction {
  label: string;
  primary?: boolean;
  danger?: boolean;
  /** Returning false (or throwing: the message is shown in the dialog) keeps it open. */
  run?: () => unknown;
}
export interface DialogOptions {
  title: string;
  body?: Child;
  actions?: DialogAction[];
  wide?: boolean;
  /** Called once, however it was closed. */
  onClose?: () => void;
}
export interface DialogHandle {
  element: HTMLDialogElement;
  body: HTMLElement;
  close: () => void;
  setError: (message: string | null) => void;
  closed: Promise<void>;
}

export function openDialog(options: DialogOptions): DialogHandle {
  const titleId = uid("dialog");
  const body = h("div", { class: "dialog-body" }, options.body);
  const error = h("div", { class: "notice bad", role: "alert", hidden: true });
  const element = h("dialog", { class: ["dialog", options.wide && "wide"], "aria-labelledby": titleId });
  let tell: () => void = () => undefined;
  const closed = new Promise<void>((done) => (tell = done));
  const close = () => {
    if (element.open) element.close();
  };
  const setError = (message: string | null) => {
    error.hidden = message === null;
    error.replaceChildren();
    if (message !== null) append(error, [icon("alert"), h("div", null, message)]);
    if (message !== null && !error.isConnected) body.append(error);
  };
  element.addEventListener("close", () => {
    element.remove();
    options.onClose?.();
    tell();
  });
  // A click on the scrim closes; a press that began inside (selecting text) does not.
  let pressedOutside = false;
  element.addEventListener("pointerdown", (event) => (pressedOutside = event.target === element));
  element.addEventListener("click", (event) => {
    if (pressedOutside && event.target === element) close();
  });
  const handle: DialogHandle = { element, body, close, setError, closed };
  const buttons = (options.actions ?? []).map((action) => actionButton(action, handle));
  const head = h(
    "header",
    null,
    h("h2", { id: titleId }, options.title),
    h(
      "button",
      { type: "button", class: "btn btn-ghost btn-square", "aria-label": "Close", onclick: close },
      icon("close"),
    ),
  );
  append(element, [head, body, buttons.length > 0 && h("footer", null, buttons)]);
  document.body.append(element);
  element.showModal();
  const first =
    body.querySelector<HTMLElement>("[autofocus]") ??
    body.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea");
  (first ?? buttons.at(-1))?.focus();
  return handle;
}

function actionButton(action: DialogAction, handle: DialogHandle): HTMLButtonElement {
  const kind = action.danger ? "btn-error" : action.primary ? "btn-primary" : "btn-ghost";
  const button = h("button", { type: "button", class: `btn ${kind}` }, action.label);
  button.addEventListener("click", async () => {
    button.disabled = true;
    handle.setError(null);
    try {
      if ((await action.run?.()) !== false) handle.close();
    } catch (error) {
      // A form shows its own fields' errors; what is left is said here.
      if (!(error instanceof AlpApiError && error.data["shown"] === true)) handle.setError(messageOf(error));
    } finally {
      button.disabled = false;
    }
  });
  return button;
}

export interface ConfirmOptions {
  title: string;
  text?: Child;
  /** What goes, by name and number. */
  loss?: string[];
  /** The button's own verb: "Delete dataset", never "OK". */
  confirm: string;
  cancel?: string;
  danger?: boolean;
}

export function confirmDialog(options: ConfirmOptions): Promise<boolean> {
  return new Promise((resolve) => {
    let answer = false;
    openDialog({
      title: options.title,
      body: [
        options.text && h("div", null, options.text),
        options.loss?.length
          ? h(
              "ul",
              { class: "loss" },
              options.loss.map((one) => h("li", null, one)),
            )
          : null,
      ],
      actions: [
        { label: options.cancel ?? "Cancel" },
        {
          label: options.confirm,
          primary: !options.danger,
          danger: options.danger ?? false,
          run: () => {
            answer = true;
          },
        },
      ],
      onClose: () => resolve(answer),
    });
  });
}

export interface PromptOptions {
  title: string;
  label: string;
  value?: string;
  hint?: string;
  confirm?: string;
  maxLength?: number;
}

/** Asks for one line; null when given up. */
export function promptDialog(options: PromptOptions): Promise<string | null> {
  return new Promise((resolve) => {
    let answer: string | null = null;
    const id = uid("prompt");
    const input = h("input", {
      class: "input",
      id,
      value: options.value ?? "",
      maxlength: options.maxLength ?? 200,
      autocomplete: "off",
      autofocus: true,
    });
    const take = () => {
      const text = input.value.trim();
      if (!text) {
        input.setAttribute("aria-invalid", "true");
        input.focus();
        return false;
      }
      answer = text;
      return true;
    };
    const dialog = openDialog({
      title: options.title,
      body: h(
        "div",
        { class: "field" },
        h("label", { for: id }, options.label),
        input,
        options.hint && h("div", { class: "hint" }, options.hint),
      ),
      actions: [{ label: "Cancel" }, { label: options.confirm ?? "Save", primary: true, run: take }],
      onClose: () => resolve(answer),
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) {
        event.preventDefault();
        if (take()) dialog.close();
      }
    });
    input.select();
  });
}
