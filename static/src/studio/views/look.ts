/** How the picture and its shapes look to this person. What is set here is remembered by who owns the cells. */
import { h, replace } from "../../lib/dom.ts";
import type { Cell, Unsubscribe } from "../../lib/store.ts";
import type { ViewSettings } from "../context.ts";
import { PLAIN_ADJUST, type Adjust } from "../render/adjust.ts";
import { PLAIN_LOOK, PLAIN_VIEW, type SceneView, type StageLook } from "../render/types.ts";
import { slider } from "./slider.ts";
import "./look.css";

export interface LookOptions {
  readonly look: Cell<StageLook>;
  readonly settings: Cell<ViewSettings>;
}

type Level = Exclude<keyof Adjust, "equalise">;
/** Gamma's slider runs over its logarithm, so that the middle is 1. */
const LEVELS: readonly { name: Level; title: string; min: number; max: number; step: number }[] = [
  { name: "brightness", title: "Brightness", min: -1, max: 1, step: 0.02 },
  { name: "contrast", title: "Contrast", min: -1, max: 1, step: 0.02 },
  { name: "saturation", title: "Saturation", min: -1, max: 1, step: 0.02 },
  { name: "gamma", title: "Gamma", min: Math.log(0.2), max: Math.log(5), step: 0.02 },
];
const COLORS: readonly [SceneView["colorBy"], string][] = [
  ["label", "Label"],
  ["object", "Object"],
  ["author", "Author"],
];
type Switch = "crosshair" | "minimap" | "pixelGrid";
const SWITCHES: readonly [Switch, string][] = [
  ["crosshair", "Crosshair"],
  ["minimap", "Minimap"],
  ["pixelGrid", "Pixel grid when zoomed in"],
];

export class LookPanel {
  readonly element = h("div", { class: "look" });
  private readonly off: Unsubscribe[];
  private readonly showers: (() => void)[] = [];

  constructor(private readonly options: LookOptions) {
    replace(
      this.element,
      h(
        "div",
        { class: "look-part", role: "group", "aria-label": "Picture" },
        LEVELS.map((level) => this.level(level)),
      ),
      this.tick(
        "Equalise",
        () => this.adjust.equalise,
        (equalise) => this.setAdjust({ equalise }),
      ),
      h("hr"),
      h(
        "div",
        { class: "look-part", role: "group", "aria-label": "Shapes" },
        this.colorRow(),
        this.opacity(),
      ),
      this.tick(
        "Outlines",
        () => this.settings.outlines,
        (outlines) => this.set({ outlines }),
      ),
      this.tick(
        "Labels",
        () => this.settings.labelsShown,
        (labelsShown) => this.set({ labelsShown }),
      ),
      h("hr"),
      SWITCHES.map(([name, title]) =>
        this.tick(
          title,
          () => options.look.value[name],
          (on) => options.look.update((now) => ({ ...now, [name]: on })),
        ),
      ),
      h(
        "div",
        { class: "look-foot" },
        h("button", { type: "button", class: "btn", onclick: () => this.reset() }, "Reset"),
        h("span", { class: "hint" }, "Remembered for you."),
      ),
    );
    const show = () => this.showers.forEach((one) => one());
    this.off = [options.look.subscribe(show), options.settings.subscribe(show)];
  }

  reset(): void {
    const { look, settings } = this.options;
    const { colorBy, opacity, labelsShown, outlines } = PLAIN_VIEW;
    look.set(PLAIN_LOOK);
    settings.set({ colorBy, opacity, labelsShown, outlines });
  }
  dispose(): void {
    for (const off of this.off) off();
  }

  private get adjust(): Adjust {
    return { ...PLAIN_ADJUST, ...this.options.look.value.adjust };
  }
  private get settings(): ViewSettings {
    return this.options.settings.value;
  }
  private setAdjust(part: Partial<Adjust>): void {
    this.options.look.update((now) => ({ ...now, adjust: { ...this.adjust, ...part } }));
  }
  private set(part: Partial<ViewSettings>): void {
    this.options.settings.update((now) => ({ ...now, ...part }));
  }

  private slider(
    title: string,
    range: readonly [number, number, number],
    get: () => number,
    words: () => string,
    set: (value: number) => void,
    plain: number,
  ): HTMLElement {
    const made = slider({ title, range, get, words, set, plain });
    this.showers.push(made.show);
    return h("div", { class: "look-row" }, ...made.parts);
  }
  private level({ name, title, min, max, step }: (typeof LEVELS)[number]): HTMLElement {
    const isGamma = name === "gamma";
    const value = () => this.adjust[name] ?? 0;
    const words = () => (isGamma ? value().toFixed(2) : String(Math.round(value() * 100)));
    return this.slider(
      title,
      [min, max, step],
      () => (isGamma ? Math.log(value()) : value()),
      words,
      (raw) => this.setAdjust({ [name]: isGamma ? Number(Math.exp(raw).toFixed(3)) : near(raw, step) }),
      0,
    );
  }
  private opacity(): HTMLElement {
    return this.slider(
      "Fill",
      [0, 1, 0.05],
      () => this.settings.opacity,
      () => `${Math.round(this.settings.opacity * 100)} %`,
      (opacity) => this.set({ opacity }),
      PLAIN_VIEW.opacity,
    );
  }
  private colorRow(): HTMLElement {
    const buttons = COLORS.map(([value, title]) => {
      const button = h("button", { type: "button", onclick: () => this.set({ colorBy: value }) }, title);
      this.showers.push(() => button.setAttribute("aria-pressed", String(this.settings.colorBy === value)));
      return button;
    });
    return h(
      "div",
      { class: "look-row" },
      h("span", null, "Colour by"),
      h("div", { class: "segment", role: "group", "aria-label": "Colour by" }, buttons),
    );
  }
  private tick(title: string, get: () => boolean, set: (on: boolean) => void): HTMLElement {
    const box: HTMLInputElement = h("input", {
      type: "checkbox",
      class: "checkbox",
      onchange: () => set(box.checked),
    });
    this.showers.push(() => (box.checked = get()));
    return h("label", { class: "tick" }, box, title);
  }
}

/** Off by less than a step and a half from nothing is nothing. */
function near(value: number, step: number): number {
  return Math.abs(value) < step * 1.5 ? 0 : Number(value.toFixed(3));
}
