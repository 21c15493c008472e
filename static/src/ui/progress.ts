/**
 * A long job's bar: how far, how long still, and a way to stop it. The job goes on when the page is left.
 *
 *   const bar = createProgress({ label: "Uploading", onCancel: () => upload.abort() });
 *   bar.set({ done: 310, total: 1200, note: "f_0310.jpg" });      bar.finish("310 in, 2 refused", "ok");
 */
import { h, replace, setStyle } from "../lib/dom.ts";
import { count, duration } from "../lib/format.ts";
import { icon } from "./icons.ts";
import type { Tone } from "./status.ts";

export interface ProgressState {
  done: number;
  /** null: not known yet; the bar only shows that work goes on. */
  total: number | null;
  note?: string;
}
export interface Progress {
  element: HTMLElement;
  set: (state: ProgressState) => void;
  finish: (text: string, tone?: Extract<Tone, "ok" | "bad" | "plain">) => void;
}
export interface ProgressOptions {
  label: string;
  /** Stands there when it is finished; default the label. */
  finished?: string;
  /** Formats done and total; default plain counts. */
  format?: (n: number) => string;
  onCancel?: () => unknown;
  now?: () => number;
}

/** Seconds left, from the rate over the last while rather than from the start: warm-up does not count for ever. */
export class Eta {
  private samples: { at: number; done: number }[] = [];
  constructor(
    private readonly now: () => number = Date.now,
    private readonly windowMs = 20_000,
  ) {}
  add(done: number): void {
    const at = this.now();
    if (this.samples.length && done < (this.samples.at(-1)?.done ?? 0)) this.samples = [];
    this.samples.push({ at, done });
    while (this.samples.length > 2 && at - (this.samples[0]?.at ?? at) > this.windowMs) this.samples.shift();
  }
  /** null until two samples tell a rate. */
  left(total: number): number | null {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (!first || !last || last.done <= first.done || last.at <= first.at) return null;
    const perMs = (last.done - first.done) / (last.at - first.at);
    return (total - last.done) / perMs / 1000;
  }
}

export function createProgress(options: ProgressOptions): Progress {
  const format = options.format ?? count;
  const eta = new Eta(options.now);
  const fill = h("i");
  const bar = h(
    "div",
    { class: "bar run indeterminate", role: "progressbar", "aria-label": options.label },
    fill,
  );
  const title = h("b", null, options.label);
  const figures = h("span", { class: "soft" });
  const note = h("span", { class: "hint clip" });
  const cancel = options.onCancel
    ? h(
        "button",
        { type: "button", class: "btn btn-ghost btn-sm", onclick: () => void options.onCancel?.() },
        "Cancel",
      )
    : null;
  const element = h(
    "div",
    { class: "progress-block" },
    h("div", { class: "progress-line" }, title, figures, h("span", { class: "spacer" }), cancel),
    bar,
    note,
  );
  return {
    element,
    set({ done, total, note: text }) {
      note.textContent = text ?? "";
      eta.add(done);
      bar.classList.toggle("indeterminate", total === null);
      if (total === null) {
        bar.removeAttribute("aria-valuenow");
        figures.textContent = done ? format(done) : "";
        return;
      }
      const share = total > 0 ? Math.min(done / total, 1) : 1;
      setStyle(fill, { width: `${(share * 100).toFixed(1)}%` });
      bar.setAttribute("aria-valuenow", String(Math.round(share * 100)));
      bar.setAttribute("aria-valuemin", "0");
      bar.setAttribute("aria-valuemax", "100");
      const left = eta.left(total);
      const time = left !== null && left > 1 ? `, about ${duration(left)} left` : "";
      figures.textContent = `${format(done)} of ${format(total)}${time}`;
    },
    finish(text, tone = "ok") {
      bar.classList.remove("indeterminate", "run");
      if (tone !== "plain") bar.classList.add(tone);
      setStyle(fill, { width: "100%" });
      bar.setAttribute("aria-valuenow", "100");
      cancel?.remove();
      if (options.finished) title.textContent = options.finished;
      note.textContent = "";
      replace(figures, tone === "bad" ? icon("failed", "sm") : icon("check", "sm"), " ", text);
    },
  };
}

/** A plain small bar for a share between 0 and 1. */
export function shareBar(
  share: number,
  label: string,
  tone: "accent" | "run" | "ok" = "accent",
): HTMLElement {
  const percent = Math.round(Math.min(Math.max(share, 0), 1) * 100);
  return h(
    "div",
    {
      class: `bar ${tone}`,
      role: "progressbar",
      "aria-label": label,
      "aria-valuenow": percent,
      "aria-valuemin": 0,
      "aria-valuemax": 100,
    },
    h("i", { style: { width: `${percent}%` } }),
  );
}
