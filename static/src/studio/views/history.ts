/**
 * What became of the item: versions of its annotations (compare one with now, look at it by itself, restore it) and what
 * people did in the task. While a version is compared, the picture shows what was added since in green, what changed in
 * amber, what is gone in red.
 */
import { delegate, h, replace, type Child } from "../../lib/dom.ts";
import { ago, plural } from "../../lib/format.ts";
import { AlpApiError, messageOf } from "../../lib/http.ts";
import type { Viewport } from "../../lib/geometry.ts";
import type { Cell, Unsubscribe } from "../../lib/store.ts";
import { confirmDialog } from "../../ui/dialog.ts";
import { chip } from "../../ui/status.ts";
import { timeAgo } from "../../ui/time.ts";
import type { Past } from "../context.ts";
import type { Version, VersionsApi } from "../io/versions.ts";
import type { Annotation } from "../shapes/_shape.ts";
import { differenceOf, isSame, wordsOf, type Difference } from "../state/difference.ts";
import type { Document } from "../state/document.ts";
import type { LogEntry } from "../state/types.ts";
import { whoDid } from "../state/who.ts";
import { partsOf } from "../tools/acts.ts";
import { oneStep, type ToolContext } from "../tools/_tool.ts";
import { DifferenceOverlay } from "./difference-overlay.ts";
import { logRow } from "./task-log.ts";
import "./history.css";

export interface HistoryOptions {
  readonly ctx: ToolContext;
  readonly document: Document;
  readonly versions: VersionsApi;
  /** Set while a version is looked at by itself. */
  readonly past: Cell<Past | null>;
  /** What people did with a task item; null where there is none. */
  readonly log: ((taskItem: string) => Promise<LogEntry[]>) | null;
}

const WORDS: Record<string, string> = {
  create: "made",
  update: "changed",
  delete: "removed",
  restore: "brought back",
};

export class HistoryPanel {
  readonly element = h("div", { class: "history" });
  private readonly comparing = h("div", { class: "history-compare", role: "status", hidden: true });
  private readonly list = h("ol", { class: "versions", "aria-label": "Versions" });
  private readonly more = h(
    "button",
    { type: "button", class: "btn btn-ghost", hidden: true },
    "Older versions",
  );
  private readonly log = h("ol", { class: "log", "aria-label": "In this task" });
  private readonly off: Unsubscribe[];
  private readonly painted: DifferenceOverlay;
  private offOverlay: Unsubscribe | null = null;
  private shown: { taskItem: string; item: string } | null = null;
  private versions: Version[] = [];
  private next: number | null = null;
  private compared: { version: Version; then: readonly Annotation[]; difference: Difference } | null = null;
  /** Whether nothing could be edited before a version was looked at by itself. */
  private fixed = false;
  private stale = true;
  private seen = false;

  constructor(private readonly options: HistoryOptions) {
    replace(
      this.element,
      this.comparing,
      h("h3", null, "Versions of the annotations"),
      this.list,
      this.more,
      options.log && [h("h3", null, "In this task"), this.log],
    );
    this.painted = new DifferenceOverlay(options.ctx);
    this.more.addEventListener("click", () => void this.older());
    delegate(this.list, "click", "[data-version]", (_event, row) => {
      void this.compare(Number(row.dataset["version"]));
    });
    const { document, ctx } = options;
    this.off = [
      document.store.subscribe(({ origin }) => {
        if (origin === "silent") this.stop();
        else this.again();
      }),
      document.saved.subscribe(({ state }) => {
        if (state === "saved") this.refresh();
      }),
    ];
    this.off.push(options.past.subscribe(() => this.compared && this.drawCompared()));
    // Escape on the picture ends comparing before anything else.
    ctx.stage.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.compared) return;
      event.stopPropagation();
      if (options.past.value) options.past.set(null);
      else this.stop();
    });
    // Read only while somebody looks.
    new IntersectionObserver((entries) => {
      this.seen = entries.some(({ isIntersecting }) => isIntersecting);
      if (this.seen) void this.read();
    }).observe(this.element);
  }

  dispose(): void {
    this.stop();
    for (const off of this.off) off();
  }
  /** Another item is on the screen, or something happened to it. */
  show(taskItem: string | null, item: string | null): void {
    if (item !== this.shown?.item) this.stop();
    this.shown = taskItem && item ? { taskItem, item } : null;
    this.refresh();
  }
  /** Reads anew what is looked at. */
  refresh(): void {
    this.stale = true;
    if (this.seen) void this.read();
  }

  async read(): Promise<void> {
    const { shown } = this;
    if (!shown || !this.stale) return;
    this.stale = false;
    try {
      const [page, log] = await Promise.all([
        this.options.versions.list(shown.item),
        this.options.log?.(shown.taskItem) ?? [],
      ]);
      if (shown !== this.shown) return;
      this.versions = page.items;
      this.next = page.next;
      this.draw();
      replace(this.log, log.length ? log.map(logRow) : h("li", { class: "muted" }, "Nothing yet."));
    } catch {
      this.stale = true; // asked again with the next change
      replace(this.log, h("li", { class: "muted" }, "Comes when the server can be reached."));
    }
  }
  private async older(): Promise<void> {
    const { shown, next } = this;
    if (!shown || next === null) return;
    try {
      const page = await this.options.versions.list(shown.item, next);
      if (shown !== this.shown) return;
      this.versions = [...this.versions, ...page.items];
      this.next = page.next;
      this.draw();
    } catch (error) {
      this.options.ctx.announce(messageOf(error));
    }
  }

  private draw(): void {
    this.more.hidden = this.next === null;
    replace(
      this.list,
      this.versions.length
        ? this.versions.map((version) => this.row(version))
        : h("li", { class: "muted" }, "Nothing was saved yet."),
    );
  }
  private row(version: Version): HTMLElement {
    const on = version.id === this.compared?.version.id;
    const did = Object.entries(version.actions).map(([action, n]) => `${n} ${WORDS[action] ?? action}`);
    return h(
      "li",
      null,
      h(
        "button",
        {
          type: "button",
          class: "version",
          "aria-pressed": String(on),
          title: version.current ? "As it is now" : "Compare with now",
          dataset: { version: String(version.id) },
        },
        h("span", { class: "row" }, h("b", { class: "clip" }, whoDid(version.author)), timeAgo(version.at)),
        h(
          "span",
          { class: "row" },
          h("span", { class: "soft clip" }, did.join(", ") || "no change"),
          h("span", { class: "spacer" }),
          version.current && chip("Now", "accent"),
          version.approved && chip("Approved", "ok", "check"),
          h("span", { class: "hint nowrap" }, plural(version.count, "object")),
        ),
      ),
    );
  }

  // ---- comparing

  async compare(id: number): Promise<void> {
    const version = this.versions.find((one) => one.id === id);
    const { shown } = this;
    if (!version || !shown) return;
    if (this.compared?.version.id === id) {
      this.stop();
      return;
    }
    try {
      const then = await this.options.versions.at(shown.item, id);
      if (shown.item !== this.shown?.item) return;
      this.compared = { version, then, difference: differenceOf(then, this.now()) };
      this.offOverlay ??= this.options.ctx.stage.overlay((draw, viewport) => this.overlay(draw, viewport));
      this.drawCompared();
    } catch (error) {
      this.options.ctx.announce(messageOf(error));
    }
  }
  stop(): void {
    this.options.past.set(null);
    if (!this.compared) return;
    this.compared = null;
    this.offOverlay?.();
    this.offOverlay = null;
    this.drawCompared();
  }
  /** The picture with that version alone, as whoever saved it saw it; or beside what is there now. */
  private lookAlone(alone: boolean): void {
    const { compared, options } = this;
    if (!compared) return;
    const { then, version } = compared;
    const words = `${whoDid(version.author)}, ${ago(version.at)}`;
    if (!options.past.value) this.fixed = options.ctx.readOnly();
    options.past.set(alone ? { annotations: then, words } : null);
    options.ctx.announce(
      alone ? `As it was: ${words}, ${plural(then.length, "object")}` : "Compared with now",
    );
  }
  private now(): Annotation[] {
    return this.options.document.store.all();
  }
  /** What is on the screen changed meanwhile. */
  private again(): void {
    if (!this.compared) return;
    this.compared = { ...this.compared, difference: differenceOf(this.compared.then, this.now()) };
    this.drawCompared();
  }
  private drawCompared(): void {
    const { compared } = this;
    this.comparing.hidden = compared === null;
    this.options.ctx.stage.redraw();
    this.draw();
    if (!compared) return;
    const { version, difference } = compared;
    const key = (tone: string, list: readonly unknown[], word: string): Child =>
      list.length > 0 && h("span", { class: `difference ${tone}` }, `${list.length} ${word}`);
    replace(
      this.comparing,
      h("p", null, h("b", null, "Since "), whoDid(version.author), " ", timeAgo(version.at)),
      h(
        "p",
        { class: "row" },
        key("ok", difference.added, "added"),
        key("warn", difference.changed, "changed"),
        key("bad", difference.removed, "removed"),
        isSame(difference) && "Nothing changed.",
      ),
      this.ways(),
      h(
        "div",
        { class: "row" },
        h(
          "button",
          {
            type: "button",
            class: "btn",
            disabled: this.lockedNow() || isSame(difference),
            onclick: () => this.restore(),
          },
          "Restore this version",
        ),
        h("button", { type: "button", class: "btn btn-ghost", onclick: () => this.stop() }, "Close"),
      ),
    );
  }

  private ways(): HTMLElement {
    const way = (alone: boolean, words: string) =>
      h(
        "button",
        {
          type: "button",
          "aria-pressed": String((this.options.past.value !== null) === alone),
          dataset: { way: words },
          onclick: () => {
            this.lookAlone(alone);
            this.comparing.querySelector<HTMLElement>(`[data-way="${words}"]`)?.focus();
          },
        },
        words,
      );
    return h(
      "div",
      { class: "segment", role: "group", "aria-label": "How it is shown" },
      way(false, "Beside now"),
      way(true, "As it was"),
    );
  }
  /** Looking at a version by itself keeps from editing, not from restoring it. */
  private lockedNow(): boolean {
    return this.options.past.value ? this.fixed : this.options.ctx.readOnly();
  }

  private async restore(): Promise<void> {
    const { compared, shown } = this;
    const { document, ctx, versions, past } = this.options;
    if (!compared || !shown) return;
    past.set(null); // what is taken back is seen
    const sure = await confirmDialog({
      title: "Restore this version?",
      text: `The annotations become what they were: ${wordsOf(compared.difference)} since is taken back. The versions in between stay in the history.`,
      confirm: "Restore",
    });
    if (!sure) return;
    try {
      await document.flush();
      document.merge(await versions.restore(shown.item, compared.version.id, document.contentVersion));
      ctx.announce("Restored");
    } catch (error) {
      if (!(error instanceof AlpApiError && error.status === 403)) {
        ctx.announce(messageOf(error));
        return;
      }
      // Who may edit what is theirs only does the same by edits.
      this.takeBack(compared.difference);
      ctx.announce("Restored; undo takes it back");
    }
    this.stop();
    this.refresh();
  }
  /** The way back as edits of this person, one step of undo. What is gone comes back as new objects. */
  private takeBack({ added, changed, removed }: Difference): void {
    const { document, ctx } = this.options;
    const label = "Restore a version";
    oneStep(ctx, label, () => {
      document.remove(
        added.map(({ id }) => id),
        label,
      );
      for (const { before } of changed) {
        const { geometry, attributes, metadata } = before;
        document.change([before.id], { label: before.label, geometry, attributes, metadata }, label);
      }
      for (const one of removed) document.add(partsOf(one));
    });
  }

  private overlay(draw: CanvasRenderingContext2D, viewport: Viewport): void {
    const { compared } = this;
    if (!compared || this.options.past.value) return;
    const { added, changed, removed } = compared.difference;
    this.painted.draw(draw, viewport, [
      ...added.map((one) => ({ one, tone: "ok", dashed: false }) as const),
      ...changed.flatMap(({ before, after }) => [
        { one: before, tone: "warn", dashed: true } as const,
        { one: after, tone: "warn", dashed: false } as const,
      ]),
      ...removed.map((one) => ({ one, tone: "bad", dashed: true }) as const),
    ]);
  }
}
