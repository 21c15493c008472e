/** The top row: where we are, how far, whether it is saved, and the acts with buttons. */
import { h, replace, setStyle } from "../../lib/dom.ts";
import { ago } from "../../lib/format.ts";
import { icon, type IconName } from "../../ui/icons.ts";
import { kbd } from "../../ui/status.ts";
import type { SavedState } from "../io/edits.ts";
import type { OutboxState } from "../io/outbox.ts";
import type { Standing, StudioTask } from "../state/types.ts";

export interface BarActs {
  undo: () => void;
  /** Null where nothing is edited. */
  redo: (() => void) | null;
  discard: () => void;
  /** Null where nothing is reviewed. */
  reject: (() => void) | null;
  skip: () => void;
  submit: () => void;
  giveBack: () => void;
  /** Through a list of pictures: nothing is submitted, one goes back and on. */
  walk: { back: () => void; next: () => void } | null;
  retry: () => void;
  help: () => void;
}
export interface BarState {
  filename: string;
  /** Of the pipeline's cycle that waits for it. */
  cycleUrl: string | null;
  /** 0: nothing that is still to be answered. */
  at: number;
  of: number;
  done: number;
  standing: Standing | null;
  canUndo: boolean;
  canRedo: boolean;
  /** What would be undone: "Move box". */
  undoLabel: string;
  redoLabel: string;
  hasItem: boolean;
  hasBack: boolean;
  hasNext: boolean;
  submitWord: string;
}

export class Bar {
  readonly element: HTMLElement;
  private readonly file = h("span", { class: "mono muted clip" });
  private readonly cycle = h(
    "a",
    {
      class: "btn btn-ghost btn-square btn-sm",
      title: "Its cycle in the pipeline",
      "aria-label": "Its cycle in the pipeline",
    },
    icon("pipelines", "sm"),
  );
  private readonly place = h("span", { class: "queue-place" });
  private readonly save = h("button", { type: "button", class: "save-state" });
  private readonly undo: HTMLButtonElement;
  private readonly redo: HTMLButtonElement | null;
  private readonly discard: HTMLButtonElement;
  private readonly skip: HTMLButtonElement;
  private readonly reject: HTMLButtonElement | null;
  private readonly submit: HTMLButtonElement;
  private readonly submitWord = h("span");
  private readonly back: HTMLButtonElement | null;
  private readonly next: HTMLButtonElement | null;

  constructor(
    task: StudioTask,
    review: boolean,
    listUrl: string,
    /** Where many are reviewed at once; null where that is not possible. */
    pagesUrl: string | null,
    acts: BarActs,
  ) {
    this.back = acts.walk && iconButton("chevron-left", "Previous picture", acts.walk.back);
    this.next = acts.walk && iconButton("chevron-right", "Next picture", acts.walk.next);
    this.undo = iconButton("undo", "Undo (Ctrl Z)", acts.undo);
    this.redo = acts.redo && iconButton("redo", "Redo (Ctrl ⇧ Z)", acts.redo);
    this.discard = h(
      "button",
      { type: "button", class: "btn", title: "Cannot be labelled (⇧ D)", onclick: acts.discard },
      icon("ban"),
      h("span", { class: "wide-only" }, "Discard"),
    );
    this.skip = h(
      "button",
      {
        type: "button",
        class: "btn",
        title: "Later: behind the rest of your queue (Ctrl Space, or Alt Enter)",
        onclick: acts.skip,
      },
      icon("skip"),
      h("span", { class: "wide-only" }, "Skip"),
    );
    this.reject =
      acts.reject &&
      h(
        "button",
        {
          type: "button",
          class: "btn",
          title: "Back to its annotator, with what is wrong (X)",
          onclick: acts.reject,
        },
        icon("return"),
        "Reject",
        kbd("x"),
      );
    this.submit = h(
      "button",
      { type: "button", class: "btn btn-primary", onclick: acts.submit },
      this.submitWord,
      kbd(acts.redo ? "ctrl+enter" : "enter"),
    );
    this.save.addEventListener("click", acts.retry);
    const words = acts.walk ? "Back to the dataset" : "Back to the tasks";
    const out = h(
      "a",
      { class: "btn btn-ghost btn-square", href: listUrl, title: words, "aria-label": words },
      icon(acts.walk ? "arrow-left" : "chevron-left"),
    );
    this.element = h(
      "header",
      { class: "studio-bar" },
      out,
      h("div", { class: "studio-title" }, h("b", { class: "clip" }, task.name), this.file),
      h(
        "span",
        { class: ["status", review ? "accent" : "wait"] },
        icon(acts.walk ? "images" : review ? "eye" : "tag"),
        acts.walk ? "Dataset" : review ? "Review" : "Label",
      ),
      this.cycle,
      h("span", { class: "spacer" }),
      pagesLink(pagesUrl),
      this.back,
      this.place,
      this.next,
      this.save,
      this.undo,
      this.redo,
      acts.walk
        ? null
        : [
            this.discard,
            this.skip,
            this.reject,
            this.submit,
            iconButton("inbox", "Give the rest of my queue back", acts.giveBack),
          ],
      iconButton("keyboard", "Shortcuts (?)", acts.help),
    );
  }

  update(state: BarState): void {
    this.file.textContent = state.filename;
    this.cycle.hidden = state.cycleUrl === null;
    if (state.cycleUrl) this.cycle.href = state.cycleUrl;
    this.updatePlace(state);
    if (this.back) this.back.disabled = !state.hasBack;
    if (this.next) this.next.disabled = !state.hasNext;
    this.undo.disabled = !state.canUndo;
    this.undo.title = `Undo${state.undoLabel && `: ${state.undoLabel}`} (Ctrl Z)`;
    if (this.redo) {
      this.redo.disabled = !state.canRedo;
      this.redo.title = `Redo${state.redoLabel && `: ${state.redoLabel}`} (Ctrl ⇧ Z)`;
    }
    for (const button of [this.discard, this.skip, this.reject, this.submit])
      if (button) button.disabled = !state.hasItem;
    this.submitWord.textContent = state.submitWord;
  }

  private updatePlace({ at, of, done, standing: s }: BarState): void {
    this.place.hidden = of === 0;
    const bar = h("i");
    setStyle(bar, { width: `${Math.round((of ? done / of : 0) * 100)}%` });
    replace(
      this.place,
      at > 0 && h("span", { class: "wide-only" }, this.next ? "Picture" : "Item"),
      h("b", null, String(at || done)),
      ` of ${of}${at ? "" : " done"}`,
      h("span", { class: "bar" }, bar),
    );
    this.place.title = s
      ? `Your queue: ${s.sent_back} sent back, ${s.held - s.sent_back} held, ${s.free} free to take; ${s.done_today} done today`
      : "";
  }

  saved(acts: OutboxState, edits: SavedState, refused: number): void {
    const look = edits.state === "conflict" ? CONFLICT : saveLook(together(acts, edits), refused);
    this.save.className = `save-state ${look.tone}`;
    this.save.title = look.title;
    replace(this.save, icon(look.icon, `sm${look.spin ? " spin" : ""}`), look.text);
  }
}

const TROUBLE = ["offline", "failing"] as const;

/** Acts and edits as one: people care whether their work is safe, not by which door it goes. */
export function together(acts: OutboxState, edits: SavedState): OutboxState {
  const waiting = acts.waiting + edits.pending;
  const phases = [acts.waiting ? acts.phase : "idle", edits.pending ? edits.state : "saved"] as const;
  const phase =
    phases.includes("signed_out") || phases.includes("signed-out")
      ? "signed-out"
      : (TROUBLE.find((one) => phases.includes(one)) ?? (waiting ? "sending" : "idle"));
  const savedAt = Math.max(acts.savedAt ?? 0, edits.at ?? 0) || null;
  return { phase, waiting, savedAt, durable: acts.durable && edits.durable };
}

interface SaveLook {
  tone: "ok" | "run" | "warn" | "bad";
  icon: IconName;
  text: string;
  title: string;
  spin?: boolean;
}

const CONFLICT: SaveLook = {
  tone: "bad",
  icon: "users",
  text: "Changed by two",
  title: "Someone else changed the same annotation: choose which version stays",
};

/** Words and colour of the save state. Pure, so that it can be tested. */
export function saveLook(state: OutboxState, refused: number, now: number = Date.now()): SaveLook {
  const kept = state.durable ? "kept in this browser" : "not kept if this tab closes";
  const n = state.waiting;
  if (state.phase === "signed-out")
    return {
      tone: "warn",
      icon: "lock",
      text: `Signed out, ${n} ${kept}`,
      title: "Sign in again and they are sent",
    };
  if (state.phase === "offline" && n)
    return {
      tone: "warn",
      icon: "wifi-off",
      text: `Offline, ${n} ${kept}`,
      title: "They are sent when the server answers; click to try now",
    };
  if (state.phase === "failing" && n)
    return {
      tone: "warn",
      icon: "alert",
      text: `Server error, ${n} ${kept}`,
      title: "The server answers with an error; it is asked again until it takes them. Click to try now",
    };
  if (n)
    return { tone: "run", icon: "loader", text: "Saving", title: `${n} on the way, ${kept}`, spin: true };
  if (refused)
    return {
      tone: "bad",
      icon: "alert",
      text: `${refused} not taken`,
      title: "The server did not take some of it: click to see what and why",
    };
  const when = state.savedAt && now - state.savedAt > 10_000 ? ` ${ago(state.savedAt, now)}` : "";
  return {
    tone: "ok",
    icon: "check",
    text: `Saved${when}`,
    title: "Every act is kept in this browser first, then sent",
  };
}

function pagesLink(url: string | null): HTMLElement | null {
  const title = "Review by pages of thumbnails";
  return (
    url === null
      ? null
      : h("a", { class: "btn btn-ghost btn-square", href: url, title, "aria-label": title }, icon("grid"))
  ); // prettier-ignore
}
function iconButton(name: IconName, title: string, run: () => void): HTMLButtonElement {
  return h(
    "button",
    { type: "button", class: "btn btn-ghost btn-square", title, "aria-label": title, onclick: run },
    icon(name),
  );
}
