/** The row under the grid's head: outlines on or off, and one chip for each label to show or hide its outlines. */
import { h, replace, swatch } from "../../lib/dom.ts";
import { Cell } from "../../lib/store.ts";
import { icon } from "../../ui/icons.ts";

const KEY = "alp.browser.outlines";

export interface Legend {
  /** The button, for the grid's head. */
  toggle: HTMLElement;
  /** The labels; hidden while outlines are off. */
  row: HTMLElement;
  on: Cell<boolean>;
  /** Labels whose outlines are left out. */
  hidden: Cell<ReadonlySet<string>>;
  /** Labels that occur on what is loaded. */
  update: (labels: readonly string[]) => void;
}

export function createLegend(color: (label: string) => string): Legend {
  const on = new Cell(localStorage.getItem(KEY) !== "off");
  const hidden = new Cell<ReadonlySet<string>>(new Set());
  let shown: readonly string[] = [];
  const toggle = h(
    "button",
    {
      type: "button",
      class: "btn btn-ghost btn-sm outline-toggle",
      title: "Outlines of what is drawn (O)",
      onclick: () => on.set(!on.value),
    },
    icon("pentagon", "sm"),
    "Outlines",
  );
  const row = h("div", { class: "outline-legend", role: "group", "aria-label": "Outlines of labels" });

  function draw(): void {
    toggle.setAttribute("aria-pressed", String(on.value));
    row.hidden = !on.value || shown.length === 0;
    replace(
      row,
      shown.map((label) => {
        const here = !hidden.value.has(label);
        return h(
          "button",
          {
            type: "button",
            class: "legend-chip",
            "aria-pressed": String(here),
            title: `${here ? "Hide" : "Show"} outlines of ${label}`,
            onclick: () => flip(label),
          },
          swatch(color(label)),
          h("span", { class: "clip" }, label),
        );
      }),
      hidden.value.size
        ? h(
            "button",
            { type: "button", class: "btn btn-ghost btn-sm", onclick: () => hidden.set(new Set()) },
            "Show all",
          )
        : null,
    );
  }

  function flip(label: string): void {
    const next = new Set(hidden.value);
    if (!next.delete(label)) next.add(label);
    hidden.set(next);
    [...row.querySelectorAll<HTMLElement>(".legend-chip")][shown.indexOf(label)]?.focus();
  }

  on.subscribe((value) => {
    localStorage.setItem(KEY, value ? "on" : "off");
    draw();
  });
  hidden.subscribe(draw);
  return {
    toggle,
    row,
    on,
    hidden,
    update: (labels) => {
      if (labels.join("\n") === shown.join("\n")) return;
      shown = labels;
      draw();
    },
  };
}
