/** What `?` shows: every shortcut that works here, by scope. */
import { h } from "../lib/dom.ts";
import { keys } from "../lib/keys.ts";
import { openDialog } from "../ui/dialog.ts";

export function openKeysHelp(): void {
  const rows = keys.help().flatMap(({ scope, shortcuts }) => [
    h("h3", null, scope),
    ...shortcuts.flatMap(({ keys: spelled, label }) => [
      h("span", null, label),
      h(
        "span",
        { class: "row" },
        spelled.map((one) => h("kbd", null, one)),
      ),
    ]),
  ]);
  openDialog({ title: "Keyboard shortcuts", body: h("div", { class: "keys-list" }, rows) });
}
