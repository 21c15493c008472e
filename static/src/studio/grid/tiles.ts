/** The thumbnails of a page, each with its label, what the model says where it differs, and what will become of it. */
import { h, replace, setStyle, swatch, type Child } from "../../lib/dom.ts";
import { metric } from "../../lib/format.ts";
import { icon } from "../../ui/icons.ts";
import { CATEGORIES } from "../state/issues.ts";
import { DONE, reasonOf, type Mark, type Marks } from "./marks.ts";

export interface TilesOptions {
  readonly marks: Marks;
  readonly color: (label: string) => string;
  readonly onOpen: (mark: Mark) => void;
}

export class Tiles {
  readonly element = h("div", {
    class: "review-grid",
    role: "listbox",
    "aria-label": "Pictures of this page",
    tabIndex: 0,
  });
  private tiles: HTMLElement[] = [];
  private shown: readonly Mark[] = [];

  constructor(private readonly options: TilesOptions) {
    const { marks, onOpen } = options;
    const press = (event: Event, act: (at: number) => void) => {
      const tile = event.target instanceof Element ? event.target.closest<HTMLElement>(".review-tile") : null;
      if (tile) act(Number(tile.dataset["at"]));
    };
    this.element.addEventListener("click", (event) => press(event, (at) => marks.moveTo(at)));
    this.element.addEventListener("dblclick", (event) =>
      press(event, (at) => {
        const mark = marks.all()[at];
        if (mark) onOpen(mark);
      }),
    );
    marks.changed.subscribe(() => this.draw());
  }

  size(pixels: number): void {
    setStyle(this.element, { "--tile": `${pixels}px` });
  }
  /** How many stand in a row. */
  columns(): number {
    const top = this.tiles[0]?.offsetTop;
    const below = this.tiles.findIndex(({ offsetTop }) => offsetTop !== top);
    return below < 0 ? Math.max(1, this.tiles.length) : below;
  }

  private draw(): void {
    const { marks } = this.options;
    const all = marks.all();
    const another =
      all.length !== this.shown.length || all.some(({ item }, i) => item.id !== this.shown[i]?.item.id);
    if (another) {
      this.tiles = all.map((mark, at) => this.tile(mark, at));
      replace(this.element, this.tiles);
      this.element.scrollTop = 0;
    }
    all.forEach((mark, at) => {
      const tile = this.tiles[at] as HTMLElement;
      if (another || mark !== this.shown[at]) this.fill(tile, mark);
      tile.setAttribute("aria-selected", String(at === marks.at));
    });
    this.shown = all;
    const here = this.tiles[marks.at];
    this.element.setAttribute("aria-activedescendant", here?.id ?? "");
    here?.scrollIntoView({ block: "nearest" });
  }

  private tile({ item }: Mark, at: number): HTMLElement {
    return h(
      "div",
      { class: "review-tile", role: "option", id: `tile-${item.id}`, dataset: { at: String(at) } },
      h("img", { src: item.item.thumbnail_url, alt: "", loading: "lazy", draggable: false }),
      h("div", { class: "review-words" }),
    );
  }

  private fill(tile: HTMLElement, mark: Mark): void {
    const { item, label, flag, left, result } = mark;
    const state = result ? (DONE.has(result) ? "done" : "kept") : flag ? "rejected" : left ? "left" : "";
    tile.className = `review-tile ${state}`;
    tile.setAttribute("aria-label", wordsOf(mark));
    const words = tile.querySelector(".review-words");
    if (!words) return;
    const model = item.suggestion && item.suggestion.label !== label ? item.suggestion : null;
    replace(
      words,
      h(
        "div",
        { class: "row" },
        label ? swatch(this.options.color(label)) : null,
        h("b", { class: "clip" }, label ?? "no label"),
        label !== item.label && h("s", { class: "hint clip" }, item.label ?? "no label"),
      ),
      model &&
        h(
          "div",
          { class: "row hint", title: "What the model says" },
          icon("sparkles", "sm"),
          h("span", { class: "clip" }, model.label),
          h("span", { class: "num" }, metric(model.confidence, 2)),
        ),
      this.fate(mark),
    );
  }

  private fate({ flag, left, result }: Mark): Child {
    const line = (tone: string, name: Parameters<typeof icon>[0], text: string) =>
      h("div", { class: `fate row ${tone}` }, icon(name, "sm"), h("span", null, text));
    if (result === "returned") return line("bad", "return", "Sent back");
    if (result && DONE.has(result))
      return line("ok", "check", result === "corrected" ? "Corrected" : "Approved");
    if (result) return line("warn", "warning", reasonOf(result));
    if (flag) return line("bad", "flag", CATEGORIES[flag]);
    return left && line("plain", "skip", "Left out");
  }
}

/** What is read to those who do not see it. */
export function wordsOf({ item, label, flag, left, result }: Mark): string {
  const said = item.suggestion;
  return [
    item.item.name,
    label ?? "no label",
    label !== item.label && `was ${item.label ?? "no label"}`,
    said && said.label !== label && `the model says ${said.label}`,
    flag && `rejected: ${CATEGORIES[flag]}`,
    left && "left out",
    result && (DONE.has(result) ? result : `left: ${reasonOf(result)}`),
  ]
    .filter(Boolean)
    .join(", ");
}
