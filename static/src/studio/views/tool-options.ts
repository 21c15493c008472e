/** What the tool in hand can be set to, at the top of the desk: size and form of the brush, tolerance, what lies below. */
import { h, replace } from "../../lib/dom.ts";
import { Cell, type Unsubscribe } from "../../lib/store.ts";
import type { Panel } from "../context.ts";
import type { Nib } from "../render/spans.ts";
import { previewSimplified, simplifiable, simplifySelected } from "../tools/reshape.ts";
import type { Tool, ToolContext, ToolOption } from "../tools/_tool.ts";
import { slider } from "./slider.ts";
import "./tool-options.css";

export interface ToolOptionsOptions {
  readonly ctx: ToolContext;
  readonly active: Cell<Tool>;
}

/** The slider's largest brush, in image pixels; keys and the number go further. */
const LARGEST = 400;
const MOST_TOLERANCE = 128;
/** Of simplifying, in screen pixels. */
const COARSEST = 12;
const NIBS: readonly [Nib, string][] = [
  ["circle", "Round"],
  ["square", "Square"],
];

export class ToolOptions implements Panel {
  readonly element = h("div", {
    class: "desk-card tool-options",
    role: "group",
    "aria-label": "Options of the tool",
    hidden: true,
  });
  readonly visible = new Cell(false);
  private readonly off: Unsubscribe[];
  /** What stands here now, so that a slider under the hand is not made anew. */
  private shown = "";
  private showers: (() => void)[] = [];

  constructor(private readonly options: ToolOptionsOptions) {
    const { ctx, active } = options;
    const show = () => this.showers.forEach((one) => one());
    this.off = [
      active.subscribe(() => this.draw()),
      ctx.document.selection.subscribe(() => this.draw()),
      ...[ctx.brush, ctx.nib, ctx.tolerance, ctx.removeUnderlying].map((cell) =>
        (cell as Cell<unknown>).subscribe(show),
      ),
    ];
  }

  dispose(): void {
    for (const off of this.off) off();
  }

  private draw(): void {
    const { active, ctx } = this.options;
    const wanted = (active.value.options ?? []).filter((one) => one !== "simplify" || simplifiable(ctx));
    const key = wanted.join(" ");
    if (key !== this.shown) {
      this.shown = key;
      this.showers = [];
      const makes: Record<ToolOption, () => HTMLElement> = {
        size: () => this.size(),
        nib: () => this.nib(),
        tolerance: () => this.tolerance(),
        underlying: () => this.underlying(),
        simplify: () => this.simplify(),
      };
      replace(
        this.element,
        wanted.map((one) => makes[one]()),
      );
    }
    this.element.hidden = wanted.length === 0;
    for (const one of this.showers) one();
  }

  private size(): HTMLElement {
    const { brush } = this.options.ctx;
    return this.slider(
      "Size",
      [1, LARGEST, 1],
      () => brush.value,
      "px",
      (value) => brush.set(value),
    );
  }
  private tolerance(): HTMLElement {
    const { tolerance } = this.options.ctx;
    return this.slider(
      "Tolerance",
      [0, MOST_TOLERANCE, 1],
      () => tolerance.value,
      "",
      (value) => tolerance.set(value),
    );
  }
  private nib(): HTMLElement {
    const { nib } = this.options.ctx;
    const buttons = NIBS.map(([value, title]) => {
      const button = h("button", { type: "button", onclick: () => nib.set(value) }, title);
      this.showers.push(() => button.setAttribute("aria-pressed", String(nib.value === value)));
      return button;
    });
    return h("div", { class: "segment", role: "group", "aria-label": "Form of the brush" }, buttons);
  }
  private underlying(): HTMLElement {
    const { removeUnderlying } = this.options.ctx;
    const box: HTMLInputElement = h("input", {
      type: "checkbox",
      class: "checkbox",
      onchange: () => removeUnderlying.set(box.checked),
    });
    this.showers.push(() => (box.checked = removeUnderlying.value));
    const title = "What is painted is taken from the other masks; suggestions, locked and hidden ones stay";
    return h("label", { class: "tick", title }, box, "Take from masks below");
  }
  /** Shown while it slides, done when it is let go. */
  private simplify(): HTMLElement {
    const { ctx } = this.options;
    const length = (pixels: number) => ctx.stage.viewport.value.imageLength(pixels);
    let value = 0;
    const row = this.slider(
      "Simplify",
      [0, COARSEST, 0.25],
      () => value,
      "",
      (now) => {
        value = now;
        previewSimplified(ctx, now ? length(now) : null);
      },
    );
    row.addEventListener("change", () => {
      previewSimplified(ctx, null);
      if (value) simplifySelected(ctx, length(value));
      value = 0;
      for (const one of this.showers) one();
    });
    return row;
  }

  private slider(
    title: string,
    range: readonly [number, number, number],
    get: () => number,
    unit: string,
    set: (value: number) => void,
  ): HTMLElement {
    const words = () => `${Math.round(get() * 100) / 100}${unit && ` ${unit}`}`;
    const said = (value: number) => {
      set(value);
      for (const one of this.showers) one();
    };
    const made = slider({ title, range, get, words, set: said });
    this.showers.push(made.show);
    return h("label", { class: "tool-option" }, ...made.parts);
  }
}
