/** Sign-in and password forms work without a script; this marks an empty field before the server has to. */
import { find } from "../lib/dom.ts";

const form = find<HTMLFormElement>("form[method=post]");
form?.addEventListener("submit", (event) => {
  const empty = [...form.querySelectorAll<HTMLInputElement>("input[required]")].filter(
    (input) => !input.value.trim(),
  );
  for (const input of form.querySelectorAll("input[required]")) input.removeAttribute("aria-invalid");
  if (!empty.length) return;
  event.preventDefault();
  for (const input of empty) input.setAttribute("aria-invalid", "true");
  empty[0]?.focus();
});
