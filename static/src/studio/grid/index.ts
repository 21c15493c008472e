/**
 * A review of classes by pages of thumbnails: arrows move, digits set another label, X rejects, one act approves the rest.
 *
 *   createReviewGrid(element, { task, labels, mayWork, urls });
 */
import { h, replace } from "../../lib/dom.ts";
import { plural } from "../../lib/format.ts";
import { keys, PASS, type Shortcut } from "../../lib/keys.ts";
import { Cell } from "../../lib/store.ts";
import { emptyState, errorState } from "../../ui/empty.ts";
import { icon } from "../../ui/icons.ts";
import { announce } from "../../ui/live.ts";
import { chip, kbd } from "../../ui/status.ts";
import { errorToast, toast } from "../../ui/toast.ts";
import type { IssueCategory } from "../io/issues.ts";
import { personPrefs } from "../io/prefs.ts";
import { NEUTRAL } from "../render/style.ts";
import { CATEGORIES } from "../state/issues.ts";
import { withDigits, type KeyedLabel } from "../state/labels.ts";
import type { LabelSpec } from "../state/types.ts";
import { LabelBar } from "../views/labels.ts";
import { GridActs, gridApi, type GridApi } from "./acts.ts";
import { neighbour, reasonOf, type Mark } from "./marks.ts";
import { Tiles } from "./tiles.ts";
import "../views/range.css";
import "./grid.css";

export interface ReviewGridOptions {
  task: { id: string; name: string };
  labels: readonly LabelSpec[];
  mayWork: boolean;
  /** Where "back" leads, and the studio. */
  urls: { task: string; studio: string };
  api?: GridApi;
}

const SIZE_PREF = "review_grid_size";
const SIZES = { least: 88, most: 320, plain: 148 };
/** "Something else" needs words: that is said in the studio. */
const KINDS = (Object.keys(CATEGORIES) as IssueCategory[]).filter((kind) => kind !== "other");
const ARROWS = ["arrowleft", "arrowright", "arrowup", "arrowdown", "home", "end"];

export class ReviewGrid {
  readonly acts: GridActs;
  private readonly labels: readonly KeyedLabel[];
  private readonly tiles: Tiles;
  private readonly bar: LabelBar;
  private readonly kinds = h("div", { class: "review-kinds", role: "toolbar", "aria-label": "Why" });
  private readonly empty = h("div", { class: "review-empty", hidden: true });
  private readonly counts = h("div", { class: "review-counts row", role: "status" });
  private readonly place = h("span", { class: "hint nowrap" });
  private readonly progress = h("progress", { class: "review-progress", "aria-label": "Progress" });
  private readonly approve = h("button", { type: "button", class: "btn btn-primary" });
  private readonly undoButton = this.button("undo", "Undo (Ctrl Z)", () => void this.undo());
  private readonly backButton = this.button("chevron-left", "Previous page (P)", () => void this.turn(-1));
  private readonly nextButton = this.button("chevron-right", "Next page (N)", () => void this.turn(1));
  /** What X rejects for, until another kind is chosen. */
  private readonly kind = new Cell<IssueCategory>("wrong_label");

  constructor(
    element: HTMLElement,
    private readonly options: ReviewGridOptions,
  ) {
    this.acts = new GridActs(options.api ?? gridApi(options.task.id));
    this.labels = withDigits(options.labels);
    this.tiles = new Tiles({
      marks: this.acts.marks,
      color: (label) => this.labels.find(({ name }) => name === label)?.color ?? NEUTRAL,
      onOpen: (mark) => this.open(mark),
    });
    this.bar = new LabelBar(this.labels, (label) => this.relabel(label));
    this.approve.addEventListener("click", () => void this.send());
    replace(element, this.head(), this.rows(), this.tiles.element, this.empty, this.foot());
    this.acts.marks.changed.subscribe(() => this.draw());
    this.acts.work.subscribe(() => this.draw());
    this.kind.subscribe(() => this.drawKinds());
    keys.scope("Review by pages", this.shortcuts());
  }

  async start(): Promise<void> {
    if (!this.options.mayWork) {
      this.say(
        emptyState({ icon: "lock", title: "This task takes no work from you", text: "It is closed, or other people work on it." }),
      ); // prettier-ignore
      return;
    }
    await this.read(() => this.acts.first());
    this.tiles.element.focus({ preventScroll: true });
  }

  // ---- acts

  private relabel(label: KeyedLabel): void {
    this.bar.flash(label.name);
    if (this.acts.marks.relabel(label.name)) announce(label.name);
    this.tiles.element.focus({ preventScroll: true });
  }
  private reject(kind: IssueCategory): void {
    this.kind.set(kind);
    if (this.acts.marks.flag(kind)) announce(`Rejected: ${CATEGORIES[kind]}`);
    else this.cannot();
    this.tiles.element.focus({ preventScroll: true });
  }
  private toggle(): void {
    if (!this.acts.marks.toggle(this.kind.value)) this.cannot();
  }
  private cannot(): void {
    const here = this.acts.marks.here();
    if (here && !here.result)
      toast("Nobody labelled this item in a task: give it its label instead.", { kind: "warn" });
  }
  private open({ item }: Mark): void {
    window.open(`${this.options.urls.studio}?item=${item.id}`, "_blank", "noopener");
  }

  private async send(): Promise<void> {
    if (this.acts.work.value || !this.acts.marks.verdicts().length) return;
    const { approve, rejected } = this.acts.marks.counts();
    try {
      const left = await this.acts.decide();
      const kept = [...left.values()].reduce((sum, n) => sum + n, 0);
      const said = [approve && `${approve} approved`, rejected && `${rejected} sent back`].filter(Boolean);
      if (kept) {
        const reasons = [...left].map(([reason, n]) => `${n} ${reasonOf(reason)}`).join(", ");
        toast(`${plural(kept, "item")} left as they are: ${reasons}.`, { kind: "warn", ms: 0 });
        return;
      }
      toast(`${said.join(", ")}.`, { kind: "ok", action: { label: "Undo", run: () => this.undo() } });
      await this.read(() => this.acts.first());
    } catch (error) {
      errorToast(error, "The page was not taken; approve it again, nothing counts twice.");
    }
  }
  private async undo(): Promise<void> {
    if (this.acts.work.value) return;
    if (!this.acts.canUndo) {
      toast("There is nothing to undo.");
      return;
    }
    try {
      const back = await this.acts.undo();
      if (!back) return;
      const kept = back.kept.length ? ` ${plural(back.kept.length, "item")} could not be.` : "";
      toast(`${plural(back.reopened, "item")} taken back.${kept}`, { kind: kept ? "warn" : "ok" });
    } catch (error) {
      errorToast(error);
    }
    await this.read(() => this.acts.first());
  }
  private async turn(step: 1 | -1): Promise<void> {
    if (this.acts.work.value) return;
    await this.read(async () => {
      const turned = await (step === 1 ? this.acts.forward() : this.acts.back());
      if (!turned) announce(step === 1 ? "This is the last page." : "This is the first page.");
    });
  }
  private async read(load: () => Promise<unknown>): Promise<void> {
    try {
      await load();
      if (!this.acts.marks.all().length)
        this.say(
          emptyState({
            icon: "done",
            title: "Nothing to review now",
            text: "What others hold or have sent back is not shown here.",
            actions: h("a", { class: "btn", href: this.options.urls.task }, "Back to the task"),
          }),
        );
    } catch (error) {
      this.say(errorState(error, () => void this.read(load), "The page could not be loaded"));
    }
  }

  // ---- keys

  private shortcuts(): Shortcut[] {
    const marks = this.acts.marks;
    const free = (run: (event: KeyboardEvent) => void) => (event: KeyboardEvent) => {
      const { target } = event;
      const own = target === this.tiles.element || target === document.body;
      if (!own || this.acts.work.value) return PASS;
      run(event);
      return undefined;
    };
    return [
      { keys: ARROWS, label: "Move", repeat: true, run: free((event) => this.step(event.key)) },
      { keys: ["space", "enter"], label: "Reject, or not", run: free(() => this.toggle()) },
      { keys: "x", label: "Reject, or not", hidden: true, run: () => this.toggle() },
      { keys: "s", label: "Leave out: neither approved nor rejected", run: () => void marks.leave() },
      ...this.labels.filter(({ digit }) => digit).map((label): Shortcut => ({
        keys: label.digit,
        label: `The label is ${label.name}`,
        run: () => this.relabel(label),
      })),
      ...KINDS.map((kind, i): Shortcut => ({
        keys: `shift+${i + 1}`,
        label: `Reject: ${CATEGORIES[kind]}`,
        run: () => this.reject(kind),
      })),
      { keys: "ctrl+enter", label: "Approve the page but for the rejected", run: () => void this.send() },
      { keys: "ctrl+z", label: "Take the last page back", run: () => void this.undo() },
      { keys: ["n", "pagedown"], label: "Next page", run: () => void this.turn(1) },
      { keys: ["p", "pageup"], label: "Previous page", run: () => void this.turn(-1) },
      { keys: "o", label: "Open it in the studio", run: () => marks.here() && this.open(marks.here() as Mark) },
    ]; // prettier-ignore
  }
  private step(key: string): void {
    const { marks } = this.acts;
    marks.moveTo(neighbour(marks.at, key, this.tiles.columns(), marks.all().length));
  }

  // ---- drawing

  private head(): HTMLElement {
    const prefs = personPrefs(errorToast);
    const kept = prefs.get(SIZE_PREF);
    const size = typeof kept === "number" ? kept : SIZES.plain;
    const range: HTMLInputElement = h("input", {
      type: "range",
      class: "studio-range",
      min: SIZES.least,
      max: SIZES.most,
      step: 4,
      value: size,
      "aria-label": "Size of the pictures",
      oninput: () => {
        this.tiles.size(Number(range.value));
        prefs.set(SIZE_PREF, Number(range.value));
      },
    });
    this.tiles.size(size);
    const { task, urls } = this.options;
    return h(
      "header",
      { class: "studio-bar" },
      h("a", { class: "btn btn-ghost btn-square", href: urls.task, title: "Back to the task", "aria-label": "Back to the task" }, icon("chevron-left")),
      h("div", { class: "studio-title" }, h("b", { class: "clip" }, task.name), this.place),
      chip("Review by pages", "accent", "grid"),
      h("span", { class: "spacer" }),
      this.counts,
      range,
      h("a", { class: "btn", href: urls.studio, title: "One picture at a time" }, icon("eye"), h("span", { class: "wide-only" }, "Studio")),
      this.undoButton,
      this.backButton,
      this.nextButton,
      this.approve,
    ); // prettier-ignore
  }
  private rows(): HTMLElement {
    return h("div", { class: "review-rows" }, this.bar.element, this.kinds);
  }
  private foot(): HTMLElement {
    return h(
      "footer",
      { class: "studio-foot" },
      this.progress,
      h("span", null, "Arrows move, a digit sets another label, ", kbd("x"), " or ", kbd("space"), " rejects, ", kbd("s"), " leaves out, ", kbd("ctrl+enter"), " approves the rest"),
      h("span", { class: "spacer" }),
      h("span", null, kbd("?"), " keys"),
    ); // prettier-ignore
  }
  private draw(): void {
    const { acts } = this;
    const busy = acts.work.value !== null;
    const any = acts.marks.all().length > 0;
    this.tiles.element.hidden = !any;
    this.tiles.element.setAttribute("aria-busy", String(busy));
    if (any) this.empty.hidden = true;
    this.place.textContent = `Page ${acts.page.value}${acts.more ? ", more follow" : ""}`;
    this.undoButton.disabled = busy || !acts.canUndo;
    this.nextButton.disabled = busy || !acts.more;
    this.backButton.disabled = busy || acts.page.value < 2;
    this.drawCounts();
    this.drawProgress();
    this.drawLabels(busy);
    this.drawKinds();
  }
  private drawCounts(): void {
    const { marks, work } = this.acts;
    const { approve, corrected, rejected, left } = marks.counts();
    replace(
      this.counts,
      corrected > 0 && chip(`${corrected} corrected`, "accent", "edit"),
      rejected > 0 && chip(`${rejected} rejected`, "bad", "flag"),
      left > 0 && chip(`${left} left out`, "plain", "skip"),
    );
    const word = approve ? `Approve ${approve}` : rejected ? `Send ${rejected} back` : "Approve page";
    replace(this.approve, work.value?.what === "Approving" ? "Approving…" : word, kbd("ctrl+enter"));
    this.approve.disabled = work.value !== null || approve + rejected === 0;
  }
  private drawProgress(): void {
    const work = this.acts.work.value;
    this.progress.hidden = work === null;
    if (work?.total) {
      this.progress.max = work.total;
      this.progress.value = work.done;
    } else this.progress.removeAttribute("value");
  }
  private drawLabels(busy: boolean): void {
    const here = this.acts.marks.here();
    const model = here?.item.suggestion?.label ?? null;
    this.bar.update(here?.label && !here.flag ? [here.label] : [], model, here?.result === null && !busy);
  }
  private drawKinds(): void {
    const here = this.acts.marks.here();
    replace(
      this.kinds,
      h("span", { class: "hint" }, "Reject:"),
      KINDS.map((kind, i) =>
        h(
          "button",
          {
            type: "button",
            class: ["label-key", kind === this.kind.value && "suggested"],
            "aria-pressed": String(here?.flag === kind),
            disabled: here?.result !== null,
            onclick: () => this.reject(kind),
          },
          h("kbd", null, `⇧ ${i + 1}`),
          CATEGORIES[kind],
        ),
      ),
    );
  }
  private say(content: HTMLElement): void {
    this.empty.hidden = false;
    replace(this.empty, content);
  }
  private button(name: Parameters<typeof icon>[0], title: string, run: () => void): HTMLButtonElement {
    return h(
      "button",
      { type: "button", class: "btn btn-ghost btn-square", title, "aria-label": title, onclick: run },
      icon(name),
    );
  }
}

export async function createReviewGrid(
  element: HTMLElement,
  options: ReviewGridOptions,
): Promise<ReviewGrid> {
  const grid = new ReviewGrid(element, options);
  await grid.start();
  return grid;
}
