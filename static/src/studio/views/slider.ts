/** A slider with its title before it and its value in words behind it. */
import { h } from "../../lib/dom.ts";
import "./range.css";

export interface SliderOptions {
  title: string;
  range: readonly [min: number, max: number, step: number];
  get: () => number;
  words: () => string;
  set: (value: number) => void;
  /** Where a double click sets it back to. */
  plain?: number;
}
export interface Slider {
  parts: readonly HTMLElement[];
  /** Shows what the value is now. */
  show: () => void;
}

export function slider({ title, range, get, words, set, plain }: SliderOptions): Slider {
  const [min, max, step] = range;
  const said = h("b", { class: "num" });
  const input: HTMLInputElement = h("input", {
    type: "range",
    class: "studio-range",
    min,
    max,
    step,
    "aria-label": title,
    oninput: () => set(Number(input.value)),
    // A slider back in the middle is hard to hit: twice does it.
    ...(plain !== undefined && {
      title: `${title}: double click sets it back`,
      ondblclick: () => set(plain),
    }),
  });
  const show = () => {
    // A value between two steps, under the hand, is not pulled to one.
    if (input.value === "" || Math.abs(Number(input.value) - get()) > step / 2) input.value = String(get());
    said.textContent = words();
    input.setAttribute("aria-valuetext", words());
  };
  return { parts: [h("span", null, title), input, said], show };
}
