/** The small buttons of a list's rows. */
import { h } from "../../lib/dom.ts";
import { icon, type IconName } from "../../ui/icons.ts";

/** Of a row: keys do the same (L, H), so the focus stays with the list. */
export function rowAct(name: IconName, label: string, act: string, pressed?: boolean): HTMLElement {
  return h(
    "button",
    {
      type: "button",
      class: "row-act",
      title: label,
      "aria-label": label,
      "aria-pressed": pressed === undefined ? undefined : String(pressed),
      tabIndex: -1,
      dataset: { act },
    },
    icon(name, "sm"),
  );
}
