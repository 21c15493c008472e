/** Something shown once: a token, an invitation. */
import { copyText, h } from "../../lib/dom.ts";
import { openDialog } from "../../ui/dialog.ts";
import { icon } from "../../ui/icons.ts";
import { toast } from "../../ui/toast.ts";

export function secretBox(secret: string): HTMLElement {
  const code = h("code", null, secret);
  const button = h("button", { type: "button", class: "btn" }, icon("copy"), "Copy");
  button.addEventListener("click", async () => {
    if (await copyText(secret)) toast("Copied", { kind: "ok", ms: 2000 });
    else window.getSelection()?.selectAllChildren(code);
  });
  return h("div", { class: "secret" }, code, button);
}

export function showSecret(title: string, text: string, secret: string): Promise<void> {
  return openDialog({
    title,
    body: [h("p", null, text), secretBox(secret)],
    actions: [{ label: "Done", primary: true }],
  }).closed;
}
