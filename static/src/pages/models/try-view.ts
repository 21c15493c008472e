/** A picture of one's own shown to a version: bars of a classifier, outlines of one that says where. */
import { h, replace } from "../../lib/dom.ts";
import { api } from "../../lib/http.ts";
import { decimal, percent, plural } from "../../lib/format.ts";
import { feed } from "../../lib/feed.ts";
import { errorState } from "../../ui/empty.ts";
import { createProgress } from "../../ui/progress.ts";
import { hueOf, labelsOf, outline, overlayOf, type DrawnShape } from "./drawn.ts";
import { card } from "./parts.ts";
import type { Model } from "./types.ts";

export interface Tried {
  size_wh: [number, number];
  seconds: number;
  classes?: { label: string; share: number }[];
  shapes?: DrawnShape[];
  threshold?: number;
}
interface Standing {
  job: string;
  state: string;
  message: string;
  answer: Tried | null;
}
const MOST_BARS = 12;
const LOOK_AGAIN_MS = 2000;

export function tryView(model: Model): HTMLElement {
  const place = h("div", { class: "stack", "aria-live": "polite" });
  const input = h("input", {
    type: "file",
    accept: "image/*",
    class: "input",
    "aria-label": "Picture",
    onchange: () => void send(),
  });
  let shown: string | null = null;
  let turn = 0;

  async function send(): Promise<void> {
    const file = input.files?.[0];
    if (!file) return;
    const mine = ++turn;
    const bar = createProgress({ label: `${model.name} looks at ${file.name}` });
    replace(place, bar.element);
    const form = new FormData();
    form.append("file", file);
    try {
      const asked = await api.upload<Standing>(`/api/v1/models/${model.id}/try/`, form, {
        onProgress: (done, total) => bar.set({ done, total, note: "sending" }),
      });
      bar.set({ done: 0, total: null, note: "waiting for a worker" });
      const answer = await answered(`/api/v1/models/${model.id}/try/${asked.job}/`, asked.job);
      if (mine !== turn) return;
      if (shown) URL.revokeObjectURL(shown);
      shown = URL.createObjectURL(file);
      replace(place, picture(shown, file.name, answer));
    } catch (error) {
      if (mine === turn) replace(place, errorState(error, send));
    }
  }

  return card("Try it", [
    h("p", { class: "soft" }, "Show it a picture of yours. The picture goes into no dataset."),
    input,
    place,
  ]);
}

/** Waits for the job: the feed tells at once, a look now and then helps where there is none. */
async function answered(url: string, job: string): Promise<Tried> {
  for (;;) {
    const found = await api.get<Standing>(url);
    if (found.answer) return found.answer;
    if (found.message) throw new Error(found.message);
    await new Promise<void>((resolve) => {
      const timer = window.setTimeout(done, LOOK_AGAIN_MS);
      const stop = feed.on("job.status", (event) => event.ids.includes(job) && done());
      function done(): void {
        window.clearTimeout(timer);
        stop();
        resolve();
      }
    });
  }
}

function picture(source: string, name: string, answer: Tried): HTMLElement {
  const image = h("img", { src: source, alt: name });
  const seconds = h("span", { class: "hint" }, `answered in ${decimal(answer.seconds, 2)} s`);
  if (answer.classes)
    return h("div", { class: "tried" }, image, h("div", null, bars(answer.classes), seconds));
  const overlay = overlayOf(answer.size_wh);
  const list = h("ul", { class: "tried-list" });
  const said = h("b");
  const draw = (from: number) => {
    const all = answer.shapes ?? [];
    const kept = all.filter((one) => one.confidence >= from);
    said.textContent = `${plural(kept.length, "answer")} from a score of ${decimal(from, 2)} on`;
    overlay.replaceChildren(...kept.map((one) => outline(one, labelsOf(all), answer.size_wh)));
    replace(
      list,
      kept.slice(0, 50).map((one) => shapeLine(one, labelsOf(all))),
    );
  };
  const start = answer.threshold ?? 0.5;
  const slider = h("input", {
    type: "range",
    class: "range range-xs",
    min: 0,
    max: 1,
    step: 0.01,
    value: String(start),
    "aria-label": "Lowest score that is shown",
    oninput: (event) => draw(Number((event.target as HTMLInputElement).value)),
  });
  draw(start);
  return h(
    "div",
    { class: "tried" },
    h("div", { class: "tried-picture" }, image, overlay),
    h("div", { class: "stack" }, said, slider, list, seconds),
  );
}

function shapeLine(shape: DrawnShape, labels: string[]): HTMLElement {
  return h(
    "li",
    { dataset: { hue: hueOf(shape.label, labels) } },
    h("i"),
    h("span", { class: "clip" }, shape.label),
    h("span", { class: "spacer" }),
    h("span", { class: "mono" }, decimal(shape.confidence, 2)),
  );
}

function bars(classes: NonNullable<Tried["classes"]>): HTMLElement {
  return h(
    "ul",
    { class: "tried-bars" },
    classes
      .slice(0, MOST_BARS)
      .map(({ label, share }) =>
        h(
          "li",
          null,
          h("span", { class: "clip" }, label),
          h("meter", { min: 0, max: 1, value: share, "aria-label": label }),
          h("span", { class: "mono" }, percent(share)),
        ),
      ),
    classes.length > MOST_BARS &&
      h("li", { class: "hint" }, `${plural(classes.length - MOST_BARS, "class", "classes")} more`),
  );
}
