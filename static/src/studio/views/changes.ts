/**
 * Flipping through changes only: what was added, changed or removed since the version a reviewer last saw, since any other
 * version, or against the model's prediction. Each step selects the object, brings it into sight and draws what was
 * (dashed) against what is; the prediction has a colour of its own.
 */
import { delegate, h, replace, type Child } from "../../lib/dom.ts";
import { metric, plural } from "../../lib/format.ts";
import type { BoxXYXY, Viewport } from "../../lib/geometry.ts";
import { messageOf } from "../../lib/http.ts";
import { Cell, type Unsubscribe } from "../../lib/store.ts";
import { ago } from "../../lib/format.ts";
import { icon, type IconName } from "../../ui/icons.ts";
import type { Version, VersionsApi } from "../io/versions.ts";
import { overlapOf } from "../shapes/_overlap.ts";
import type { Annotation } from "../shapes/_shape.ts";
import {
  differenceOf,
  matchedWith,
  stepsOf,
  type Difference,
  type Matched,
  type Step,
} from "../state/difference.ts";
import type { Document } from "../state/document.ts";
import type { Numbers } from "../state/numbers.ts";
import type { LogEntry } from "../state/types.ts";
import { whoDid } from "../state/who.ts";
import type { ToolContext } from "../tools/_tool.ts";
import { DifferenceOverlay, type Stroke, type Tone } from "./difference-overlay.ts";
import "./changes.css";

export interface ChangesOptions {
  readonly ctx: ToolContext;
  readonly document: Document;
  readonly numbers: Numbers;
  readonly versions: VersionsApi;
  /** What people did with a task item, oldest first. */
  readonly log: (taskItem: string) => Promise<LogEntry[]>;
  readonly me: string;
  /** Brings a part of the picture into sight, large enough to be seen. */
  readonly frame: (box: BoxXYXY) => void;
  readonly shown?: (shortcut: string) => string;
}

const MODEL = "model";
/** Acts of a review: after one of them a person has seen the item. */
const REVIEWED: ReadonlySet<string> = new Set(["return", "approve", "correct", "reject"]);
const KINDS: Record<Step["kind"], readonly [tone: Tone, icon: IconName, word: string]> = {
  added: ["ok", "plus", "Added"],
  changed: ["warn", "edit", "Changed"],
  removed: ["bad", "minus", "Removed"],
};

function lastDecision(log: readonly LogEntry[], me: string): LogEntry | undefined {
  return log.filter(({ person, action }) => person?.id === me && REVIEWED.has(action)).at(-1);
}
/** The newest version that was there when this person last decided on the item; null: they never did. */
export function lastSeen(versions: readonly Version[], log: readonly LogEntry[], me: string): Version | null {
  const mine = lastDecision(log, me);
  return (mine && versions.find(({ at }) => Date.parse(at) <= Date.parse(mine.at))) ?? null;
}
/** Whether this person decided on the item before any of these versions. */
function isSought(versions: readonly Version[], log: readonly LogEntry[], me: string): boolean {
  return lastDecision(log, me) !== undefined && lastSeen(versions, log, me) === null;
}

export class ChangesPanel {
  readonly element = h("div", { class: "changes" });
  /** How many there are, while something is compared. */
  readonly count = new Cell(0);
  private readonly base = h("select", { class: "select", "aria-label": "Compared with" });
  private readonly said = h("p", { class: "row changes-said", role: "status" });
  private readonly list = h("ol", { class: "change-list", "aria-label": "Changes" });
  private readonly walk = h("div", { class: "row changes-walk", role: "group", "aria-label": "Step" });
  private readonly overlay: DifferenceOverlay;
  private readonly off: Unsubscribe[];
  private offOverlay: Unsubscribe | null = null;
  private shown: { taskItem: string; item: string } | null = null;
  private versions: readonly Version[] = [];
  private seenBefore: Version | null = null;
  private before: readonly Annotation[] | null = null;
  private chosen = "";
  private difference: Difference | Matched | null = null;
  private steps: readonly Step[] = [];
  private at = -1;

  constructor(private readonly options: ChangesOptions) {
    const { ctx, document } = options;
    this.overlay = new DifferenceOverlay(ctx);
    replace(
      this.element,
      h("header", { class: "changes-head" }, h("span", { class: "hint" }, "Compared with"), this.base),
      this.said,
      this.walk,
      this.list,
    );
    this.base.addEventListener("change", () => void this.compare(this.base.value));
    delegate(this.list, "click", "[data-step]", (_event, row) => this.go(Number(row.dataset["step"])));
    this.off = [
      document.store.subscribe(({ origin }) => {
        if (origin !== "silent") this.again();
      }),
    ];
    ctx.stage.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.difference) return;
      event.stopPropagation();
      this.stop();
    });
    this.draw();
  }

  dispose(): void {
    this.stop();
    for (const off of this.off) off();
  }
  /** Another item is on the screen. */
  show(taskItem: string | null, item: string | null): void {
    if (taskItem === (this.shown?.taskItem ?? null)) return;
    this.stop();
    this.shown = taskItem && item ? { taskItem, item } : null;
    this.versions = [];
    this.seenBefore = null;
    this.drawBases();
  }

  /** To the next change; the first time it compares with what this person saw last, or with what else there is. */
  async step(by: 1 | -1): Promise<void> {
    if (!this.difference) {
      await this.read();
      await this.compare(this.usual());
      if (!this.difference) return;
    }
    if (!this.steps.length) {
      this.options.ctx.announce("Nothing changed.");
      return;
    }
    const from = this.at < 0 && by === -1 ? 0 : this.at;
    this.go((from + by + this.steps.length) % this.steps.length);
  }

  /** Which versions there are. */
  async read(): Promise<void> {
    const { shown } = this;
    if (!shown || this.versions.length) return;
    const { versions, log, me } = this.options;
    try {
      const [page, lines] = await Promise.all([versions.list(shown.item), log(shown.taskItem)]);
      const found = [...page.items];
      // What this person saw last may lie behind many saves of others.
      for (let { next } = page; next !== null && isSought(found, lines, me);) {
        const older = await versions.list(shown.item, next);
        found.push(...older.items);
        next = older.next;
      }
      if (shown !== this.shown) return;
      this.versions = found;
      this.seenBefore = lastSeen(found, lines, me);
      this.drawBases();
    } catch (error) {
      this.options.ctx.announce(messageOf(error));
    }
  }

  /** Against a version, by its number, or the model's prediction; "" ends it. */
  async compare(base: string): Promise<void> {
    const { shown } = this;
    this.stop();
    if (!shown || !base) return;
    try {
      const before =
        base === MODEL ? this.predicted() : await this.options.versions.at(shown.item, Number(base));
      if (shown !== this.shown) return;
      this.before = before;
      this.chosen = base;
      this.offOverlay ??= this.options.ctx.stage.overlay((canvas, viewport) => this.paint(canvas, viewport));
      this.again();
    } catch (error) {
      this.options.ctx.announce(messageOf(error));
      this.drawBases();
    }
  }
  stop(): void {
    this.before = this.difference = null;
    this.chosen = "";
    this.steps = [];
    this.at = -1;
    this.offOverlay?.();
    this.offOverlay = null;
    this.draw();
  }

  // ---- inside

  private predicted(): Annotation[] {
    return this.options.document.predicted();
  }
  private usual(): string {
    const older = this.versions.filter(({ current }) => !current).at(-1);
    if (this.seenBefore) return String(this.seenBefore.id);
    return this.predicted().length ? MODEL : String((older ?? this.versions[0])?.id ?? "");
  }
  private bounds(one: Annotation): BoxXYXY | null {
    const { ctx } = this.options;
    return ctx.typeOf(one.type)?.bounds(one.geometry, ctx.size()) ?? null;
  }
  /** What is on the screen changed, or what it is compared with. */
  private again(): void {
    const { before, options } = this;
    if (!before) return;
    const now = options.document.store.all();
    const size = options.ctx.size();
    const kept = this.steps[this.at];
    this.difference =
      this.chosen === MODEL
        ? matchedWith(before, now, (a, b) => overlapOf(a, b, size))
        : differenceOf(before, now);
    this.steps = stepsOf(this.difference, (one) => {
      const box = this.bounds(one);
      return box ? [box[0], box[1]] : [0, 0];
    });
    const id = kept && idOf(kept);
    this.at = this.steps.findIndex((step) => idOf(step) === id);
    this.draw();
  }

  private go(at: number): void {
    const step = this.steps[at];
    if (!step) return;
    this.at = at;
    const { document, frame, ctx } = this.options;
    const { before, after } = step;
    document.selection.set(new Set(after && document.store.has(after.id) ? [after.id] : []));
    const boxes = [before, after].flatMap((one) => {
      const box = one && this.bounds(one);
      return box ? [box] : [];
    });
    if (boxes.length) frame(around(boxes));
    this.draw();
    ctx.announce(`${at + 1} of ${plural(this.steps.length, "change")}: ${this.words(step)}`);
  }

  private paint(canvas: CanvasRenderingContext2D, viewport: Viewport): void {
    const strokes = this.steps.flatMap((step, i): Stroke[] => {
      const [tone] = KINDS[step.kind];
      const width = i === this.at ? 4 : 1.5;
      const was = this.chosen === MODEL ? "run" : tone;
      return [
        ...(step.before ? [{ one: step.before, tone: was, dashed: true, width }] : []),
        ...(step.after ? [{ one: step.after, tone, dashed: false, width }] : []),
      ];
    });
    // The prediction is shown whole, where it agrees too.
    const changed = new Set(this.steps.map(({ before }) => before));
    const agreed = this.chosen === MODEL ? (this.before ?? []).filter((one) => !changed.has(one)) : [];
    const whole = agreed.map((one): Stroke => ({ one, tone: "run", dashed: true, width: 1.5 }));
    this.overlay.draw(canvas, viewport, [...whole, ...strokes]);
  }

  private words({ kind, before, after }: Step): string {
    const { numbers } = this.options;
    const was = before?.label || "no label";
    const word = this.chosen === MODEL ? { added: "Only the person's", changed: "Differs", removed: "Only the model's" }[kind] : KINDS[kind][2]; // prettier-ignore
    const name = after
      ? `${before && before.label !== after.label ? `${was} → ` : ""}${after.label || "no label"} #${numbers.of(after.id)}`
      : was;
    return `${word}: ${name}`;
  }

  private drawBases(): void {
    const { versions, seenBefore } = this;
    const option = (value: string, text: string) => h("option", { value }, text);
    replace(
      this.base,
      option("", "Nothing"),
      seenBefore && option(String(seenBefore.id), `What I saw last, ${ago(seenBefore.at)}`),
      this.predicted().length > 0 && option(MODEL, "The model's prediction"),
      versions
        .filter(({ id, current }) => !current && id !== seenBefore?.id)
        .map(({ id, author, at, count: n }) =>
          option(String(id), `${whoDid(author)}, ${ago(at)}, ${plural(n, "object")}`),
        ),
    );
    this.base.value = this.chosen;
  }
  private draw(): void {
    const { difference, steps, at, options } = this;
    options.ctx.stage.redraw();
    this.count.set(steps.length);
    this.drawBases();
    replace(this.said, difference ? this.summary(difference) : h("span", { class: "hint" }, "Choose what to compare with, or press ", h("kbd", null, options.shown?.("review.change.next") ?? "Y"), ".")); // prettier-ignore
    this.walk.hidden = !steps.length;
    replace(
      this.walk,
      this.button("chevron-left", "Previous change", "review.change.previous", -1),
      h("b", null, `${at < 0 ? "–" : at + 1} of ${plural(steps.length, "change")}`),
      this.button("chevron-right", "Next change", "review.change.next", 1),
    );
    replace(
      this.list,
      steps.map((step, i) => this.row(step, i)),
    );
  }
  private button(name: IconName, title: string, shortcut: string, by: 1 | -1): HTMLElement {
    const keys = this.options.shown?.(shortcut);
    const label = keys ? `${title} (${keys})` : title;
    return h(
      "button",
      { type: "button", class: "btn btn-square", title: label, "aria-label": label, onclick: () => this.step(by) },
      icon(name),
    ); // prettier-ignore
  }
  private row(step: Step, i: number): HTMLElement {
    const [tone, name] = KINDS[step.kind];
    const { difference } = this;
    const pairs = difference && "pairs" in difference ? difference.pairs : [];
    const iou = pairs.find(({ before, after }) => before === step.before && after === step.after)?.iou;
    return h(
      "li",
      null,
      h(
        "button",
        {
          type: "button",
          class: "change-row",
          "aria-current": i === this.at ? "true" : undefined,
          dataset: { step: String(i) },
        },
        h("span", { class: `change-kind ${tone}` }, icon(name, "sm")),
        h("span", { class: "clip" }, this.words(step)),
        iou !== undefined && h("span", { class: "hint num" }, `IoU ${metric(iou, 2)}`),
      ),
    );
  }
  private summary(difference: Difference | Matched): Child {
    const { added, changed, removed } = difference;
    const part = (tone: string, n: number, word: string): Child =>
      n > 0 && h("span", { class: `difference ${tone}` }, `${n} ${word}`);
    if (!("pairs" in difference)) {
      const none = !this.steps.length && "Nothing changed.";
      return [part("ok", added.length, "added"), part("warn", changed.length, "changed"), part("bad", removed.length, "removed"), none]; // prettier-ignore
    }
    const { pairs } = difference;
    const mean = pairs.reduce((sum, { iou }) => sum + iou, 0) / (pairs.length || 1);
    return [
      h("span", { class: "difference run" }, `${pairs.length} matched`),
      pairs.length > 0 && h("span", { class: "hint num" }, `mean IoU ${metric(mean, 2)}`),
      part("warn", changed.length, "other"),
      part("bad", removed.length, "only the model's"),
      part("ok", added.length, "only the person's"),
    ];
  }
}

function idOf({ before, after }: Step): string {
  return (after ?? before)?.id ?? "";
}
function around(boxes: readonly BoxXYXY[]): BoxXYXY {
  return [
    Math.min(...boxes.map((box) => box[0])),
    Math.min(...boxes.map((box) => box[1])),
    Math.max(...boxes.map((box) => box[2])),
    Math.max(...boxes.map((box) => box[3])),
  ];
}
