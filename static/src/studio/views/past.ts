/** Over the picture while an earlier version is looked at by itself: of when it is, and the way back. */
import { h, replace } from "../../lib/dom.ts";
import type { Cell } from "../../lib/store.ts";
import { icon } from "../../ui/icons.ts";
import { kbd } from "../../ui/status.ts";
import type { Panel, Past } from "../context.ts";
import "./past.css";

export class PastCard implements Panel {
  readonly element = h("div", { class: "desk-card past", hidden: true });

  constructor(past: Cell<Past | null>, toPicture: () => void) {
    const back = () => {
      past.set(null);
      toPicture();
    };
    past.subscribe((shown) => {
      this.element.hidden = shown === null;
      if (!shown) return;
      replace(
        this.element,
        icon("history", "sm"),
        h("span", null, h("b", null, "As it was: "), shown.words),
        h("button", { type: "button", class: "btn btn-sm", onclick: back }, "Back to now", kbd("escape")),
      );
    });
  }
}
