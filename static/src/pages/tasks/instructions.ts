/** Instructions: Markdown to write, and as people will see it. */
import { h, replace } from "../../lib/dom.ts";
import { messageOf } from "../../lib/http.ts";
import { markup } from "../../lib/markup.ts";
import type { Widget } from "../../ui/form.ts";
import { preview } from "./api.ts";

export function instructionsWidget(project: string): Widget {
  return ({ id, value, disabled, changed }) => {
    const area = h("textarea", {
      class: "textarea",
      id,
      disabled,
      rows: 6,
      value: typeof value === "string" ? value : "",
      placeholder: "What to label and how, in Markdown: **bold**, lists, tables, links.",
      oninput: changed,
    });
    const shown = h("div", { class: "instructions-preview", hidden: true, tabIndex: 0 });
    const choose = (write: boolean) => {
      area.hidden = !write;
      shown.hidden = write;
      for (const [i, button] of buttons.entries())
        button.setAttribute("aria-pressed", String(write === (i === 0)));
      if (!write) void draw();
    };
    const draw = async () => {
      replace(shown, h("span", { class: "muted" }, area.value.trim() ? "Drawing…" : "Nothing written yet."));
      if (!area.value.trim()) return;
      try {
        replace(shown, markup((await preview(project, area.value)).html));
      } catch (error) {
        replace(shown, h("p", { class: "error" }, messageOf(error)));
      }
    };
    const buttons = ["Write", "Preview"].map((name, i) =>
      h("button", { type: "button", "aria-pressed": String(i === 0), onclick: () => choose(i === 0) }, name),
    );
    return {
      element: h(
        "div",
        { class: "stack" },
        h("div", { class: "segment", role: "group", "aria-label": "Write or preview" }, buttons),
        area,
        shown,
      ),
      input: area,
      read: () => area.value,
      write: (next) => {
        area.value = typeof next === "string" ? next : "";
      },
    };
  };
}
