/** The bottom row: zoom, place, what the keys do now, time on the item. */
import { h, replace } from "../../lib/dom.ts";
import { duration, percent } from "../../lib/format.ts";
import type { XY } from "../../lib/geometry.ts";
import { kbd } from "../../ui/status.ts";
import { isOpen, type Entry } from "../state/session.ts";

export interface FootState {
  scale: number;
  cursor: XY | null;
  /** On the item. */
  seconds: number;
  /** What the tool in hand does, or has just done. */
  words: string;
}

export class Foot {
  readonly element = h("footer", { class: "studio-foot" });

  constructor(
    private readonly review: boolean,
    private readonly quick: boolean,
  ) {}

  update(entry: Entry | null, { scale, cursor, seconds, words }: FootState): void {
    const item = entry?.item.item;
    const quick = this.review
      ? [kbd("a"), " approves, a digit corrects, ", kbd("x"), " rejects"]
      : ["A digit labels and goes on, ", kbd("enter"), " accepts"];
    replace(
      this.element,
      h("span", null, h("b", null, percent(scale)), " ", kbd("z"), " fit"),
      h(
        "span",
        { class: "mono wide-only" },
        cursor ? `x ${Math.floor(cursor[0])}  y ${Math.floor(cursor[1])}` : "",
      ),
      item && h("span", { class: "wide-only" }, `${item.width} × ${item.height} px`),
      this.quick ? h("span", null, quick) : h("span", { class: "clip foot-words" }, entry && words),
      h("span", { class: "spacer" }),
      entry &&
        isOpen(entry) &&
        h("span", { class: "wide-only" }, `${duration(Math.floor(seconds))} on this item`),
      h("span", null, kbd("?"), " keys"),
    );
  }
}
