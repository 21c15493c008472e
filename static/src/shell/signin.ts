/** Signing in again in place: when the session ends, nothing on the page is lost. */
import { h, uid } from "../lib/dom.ts";
import { feed } from "../lib/feed.ts";
import { AlpApiError, api, csrfToken, SIGNED_IN } from "../lib/http.ts";
import { openDialog } from "../ui/dialog.ts";
import { toast } from "../ui/toast.ts";

const LOGIN = "/accounts/login/";
let open = false;

/** Sends the sign-in form; true when the server let us in. */
export async function signIn(email: string, password: string): Promise<boolean> {
  // The form's page hands out the CSRF cookie if the old one is gone.
  if (!csrfToken()) await fetch(LOGIN, { credentials: "same-origin" });
  const body = new URLSearchParams({ username: email, password, csrfmiddlewaretoken: csrfToken() });
  const response = await fetch(LOGIN, {
    method: "POST",
    body,
    credentials: "same-origin",
    redirect: "manual",
  });
  return response.type === "opaqueredirect" || response.redirected;
}

/** Whether the page's own person is signed in: the server refuses another's session (see `X-ALP-User`). */
async function isStillTheirs(): Promise<boolean> {
  try {
    await api.get("/api/v1/me/");
    return true;
  } catch (error) {
    if (error instanceof AlpApiError && error.status === 401) return false;
    throw error;
  }
}

export function askToSignIn(email: string): void {
  if (open) return;
  open = true;
  const emailId = uid("email");
  const passwordId = uid("password");
  const emailInput = h("input", {
    class: "input",
    id: emailId,
    type: "email",
    value: email,
    autocomplete: "username",
  });
  const password = h("input", {
    class: "input",
    id: passwordId,
    type: "password",
    autocomplete: "current-password",
    autofocus: true,
  });
  const submit = async () => {
    if (!(await signIn(emailInput.value, password.value))) {
      password.value = "";
      throw new Error("This e-mail address and password do not match an account.");
    }
    if (!(await isStillTheirs()))
      throw new Error(
        `This page is ${email}'s, and so is what it has not saved. Sign in as them, or reload it to go on as yourself.`,
      );
    feed.retryNow();
    window.dispatchEvent(new Event(SIGNED_IN));
    toast("Signed in again. Repeat what was refused.", { kind: "ok" });
  };
  const dialog = openDialog({
    title: "You are signed out",
    body: h(
      "form",
      {
        class: "form",
        onsubmit: (event) => {
          event.preventDefault();
          dialog.element.querySelector<HTMLButtonElement>("footer .btn-primary")?.click();
        },
      },
      h("p", null, "Sign in again to go on. Nothing on this page is lost."),
      h("div", { class: "field" }, h("label", { for: emailId }, "E-mail"), emailInput),
      h("div", { class: "field" }, h("label", { for: passwordId }, "Password"), password),
      h("button", { type: "submit", hidden: true }),
    ),
    actions: [{ label: "Sign in", primary: true, run: submit }],
    onClose: () => (open = false),
  });
}
