/** What a version says of a few validation pictures after each epoch: a strip of them, and a slider through the epochs. */
import { h, replace, type Child } from "../../lib/dom.ts";
import { percent } from "../../lib/format.ts";
import { api } from "../../lib/http.ts";
import { errorState } from "../../ui/empty.ts";
import { icon } from "../../ui/icons.ts";
import { border, overlayOf, type DrawnShape } from "./drawn.ts";
import { card } from "./parts.ts";
import type { Model } from "./types.ts";

export interface Answer {
  classes?: { label: string; share: number }[];
  shapes?: DrawnShape[];
}
export interface SamplePicture {
  item: string | null;
  name: string;
  thumbnail: string | null;
  size_wh: [number, number];
  truth: Answer;
}
export interface Samples {
  shown_from: number;
  pictures: SamplePicture[];
  epochs: { epoch: number; answers: Answer[] }[];
}
export interface SamplesView {
  element: HTMLElement;
  /** Looks for new epochs in a moment; asked often, it looks once a second. */
  soon: () => void;
}
const WAIT_MS = 1000;

/** The epochs there are, the newest answers of each; a training that goes on tells some again. */
export function merged(known: Samples["epochs"], told: Samples["epochs"]): Samples["epochs"] {
  const byEpoch = new Map([...known, ...told].map((one) => [one.epoch, one]));
  return [...byEpoch.values()].sort((a, b) => a.epoch - b.epoch);
}

/** "2 cat, 1 dog", of labels that are there once "cat, dog"; "nothing". */
export function counted(shapes: readonly Pick<DrawnShape, "label" | "rings">[]): string {
  const counts = new Map<string, number>();
  for (const { label } of shapes) counts.set(label, (counts.get(label) ?? 0) + 1);
  const placed = shapes.some((one) => one.rings.length > 0);
  const words = [...counts]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([label, n]) => (placed ? `${n} ${label}` : label));
  return words.join(", ") || "nothing";
}

/** Of its shapes those that are sure enough to be shown. */
export const sure = (answer: Answer, from: number): DrawnShape[] =>
  (answer.shapes ?? []).filter((one) => one.confidence >= from);

export function samplesView(model: Model): SamplesView {
  let pictures: SamplePicture[] = [];
  let epochs: Samples["epochs"] = [];
  let from = 0;
  let at = -1;
  let follows = true;
  let timer = 0;
  let tiles: ReturnType<typeof tile>[] = [];
  const strip = h("div", { class: "samples" });
  const words = h("span", { class: "soft", "aria-live": "off" });
  const slider = h("input", {
    type: "range",
    class: "range range-xs",
    min: 0,
    step: 1,
    "aria-label": "Epoch",
    oninput: () => {
      at = Number(slider.value);
      follows = at === epochs.length - 1;
      draw();
    },
  });
  const key = h("span", { class: "hint" });
  const body = h("div", { class: "stack" }, strip, h("div", { class: "row" }, slider, words));
  const element = h("div", { class: "when-filled" });

  function draw(): void {
    const shown = epochs[at];
    if (!shown) return;
    slider.max = String(epochs.length - 1);
    slider.value = String(at);
    slider.disabled = epochs.length < 2;
    slider.setAttribute("aria-valuetext", `epoch ${shown.epoch + 1}`);
    words.textContent = `after epoch ${shown.epoch + 1}`;
    for (const [place, one] of tiles.entries()) one.show(shown.answers[place] ?? {}, from);
  }
  function take(told: Samples): void {
    const same = told.pictures.length === pictures.length && tiles.length > 0;
    epochs = merged(same ? epochs : [], told.epochs);
    from = told.shown_from;
    if (!same && told.pictures.length) {
      pictures = told.pictures;
      tiles = pictures.map((one) => tile(one, model.labels));
      replace(strip, ...tiles.map((one) => one.element));
      const placed = pictures.some((one) => one.truth.shapes?.some((shape) => shape.rings.length > 0));
      key.textContent = placed ? "said: drawn through; true: dashed" : "";
      replace(element, card("What it says of validation pictures", body, key));
    }
    if (follows || at >= epochs.length) at = epochs.length - 1;
    draw();
  }
  async function load(): Promise<void> {
    const last = epochs.at(-1)?.epoch;
    try {
      take(
        await api.get<Samples>(`/api/v1/models/${model.id}/samples/`, {
          query: last === undefined ? {} : { after: last },
        }),
      );
    } catch (error) {
      if (tiles.length === 0) replace(element, errorState(error, load));
    }
  }
  void load();
  return {
    element,
    soon() {
      timer ||= window.setTimeout(() => {
        timer = 0;
        void load();
      }, WAIT_MS);
    },
  };
}

function tile(picture: SamplePicture, labels: readonly string[]) {
  const overlay = overlayOf(picture.size_wh);
  const caption = h("figcaption");
  const seen = picture.thumbnail
    ? h("img", { src: picture.thumbnail, alt: picture.name, loading: "lazy", decoding: "async" })
    : h("div", { class: "no-picture" }, icon("image"));
  const truth = (picture.truth.shapes ?? []).map((shape) => {
    const drawn = border(shape, labels);
    drawn.classList.add("truth");
    return drawn;
  });
  return {
    element: h(
      "figure",
      { class: "sample" },
      h("div", { class: "sample-picture" }, seen, picture.thumbnail !== null && overlay),
      caption,
    ),
    show(answer: Answer, from: number) {
      const said = sure(answer, from);
      overlay.replaceChildren(...truth, ...said.map((shape) => border(shape, labels)));
      replace(
        caption,
        picture.truth.classes ? classWords(answer, picture.truth) : shapeWords(said, picture.truth),
      );
    },
  };
}

function classWords(answer: Answer, truth: Answer): Child {
  const best = answer.classes?.[0];
  const wanted = truth.classes?.[0]?.label ?? "";
  const right = best?.label === wanted;
  return [
    h(
      "span",
      { class: ["said", right ? "ok" : "bad"] },
      icon(right ? "check" : "close", "sm"),
      h("b", { class: "clip" }, best?.label ?? "nothing"),
      h("span", { class: "mono" }, best ? percent(best.share) : ""),
    ),
    h("span", { class: "hint clip" }, `true: ${wanted}`),
  ];
}

function shapeWords(said: readonly DrawnShape[], truth: Answer): Child {
  return [
    h("b", { class: "clip" }, counted(said)),
    h("span", { class: "hint clip" }, `true: ${counted(truth.shapes ?? [])}`),
  ];
}
