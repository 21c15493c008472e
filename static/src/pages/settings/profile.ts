/** Oneself: name, look, password. */
import type { Boot } from "../../lib/boot.ts";
import { h } from "../../lib/dom.ts";
import { api } from "../../lib/http.ts";
import { chooseTheme, themeChoice, type ThemeChoice } from "../../shell/theme.ts";
import { createForm } from "../../ui/form.ts";
import { icon } from "../../ui/icons.ts";
import { toast } from "../../ui/toast.ts";

export function profilePanel(data: Boot): HTMLElement {
  const form = createForm({
    schema: {
      type: "object",
      required: ["name"],
      properties: {
        name: {
          type: "string",
          title: "Name",
          minLength: 1,
          maxLength: 120,
          description: "Shown beside your work.",
        },
        email: { type: "string", title: "E-mail", readOnly: true, description: "You sign in with it." },
      },
    },
    value: { name: data.user?.name ?? "", email: data.user?.email ?? "" },
    submit: {
      label: "Save",
      run: async ({ name }) => {
        await api.patch("/api/v1/me/", { name });
        toast("Saved", { kind: "ok" });
      },
    },
  });
  return h(
    "div",
    { class: "settings-columns" },
    h(
      "section",
      { class: "card", "aria-label": "Profile" },
      h("header", null, h("h2", null, "Profile")),
      h("div", { class: "card-body" }, form.element),
    ),
    h(
      "section",
      { class: "card", "aria-label": "Look and access" },
      h("header", null, h("h2", null, "Look and access")),
      h(
        "div",
        { class: "card-body stack" },
        h("div", { class: "field" }, h("span", { class: "label" }, "Theme"), themeSegment()),
        h(
          "div",
          null,
          h("a", { class: "btn", href: "/accounts/password/" }, icon("lock"), "Change password"),
        ),
      ),
    ),
  );
}

function themeSegment(): HTMLElement {
  const choices: [ThemeChoice, string][] = [
    ["light", "Light"],
    ["dark", "Dark"],
    ["system", "As the system"],
  ];
  const buttons = choices.map(([choice, label]) =>
    h("button", { type: "button", dataset: { choice }, onclick: () => chooseTheme(choice) }, label),
  );
  themeChoice.subscribe((chosen) => {
    for (const button of buttons)
      button.setAttribute("aria-pressed", String(button.dataset["choice"] === chosen));
  });
  return h("div", null, h("div", { class: "segment", role: "group", "aria-label": "Theme" }, buttons));
}
