/** What each shortcut of the page does, by its id; quick tasks (one class a picture) have no tools. */
import { keys, PASS, type Shortcut } from "../../lib/keys.ts";
import type { Unsubscribe } from "../../lib/store.ts";
import { askPalette } from "../../shell/commands.ts";
import type { KeyedLabel } from "../state/labels.ts";
import type { Handler } from "../tools/shortcuts.ts";
import { openShortcuts } from "../views/shortcuts.ts";
import type { Answers } from "./answers.ts";
import type { Desk } from "./desk.ts";
import type { Queue } from "./queue.ts";
import type { AnnotationScene } from "./scene.ts";

export interface KeymapParts {
  answers: Answers;
  desk: Desk;
  queue: Queue;
  scene: AnnotationScene;
  labels: readonly KeyedLabel[];
  review: boolean;
  quick: boolean;
  /** Whether the picture may have classes beside its shapes. */
  classes: boolean;
  /** Through a list of pictures, where nothing is submitted. */
  walk: boolean;
  /** Sends what waits. */
  save: () => void;
  /** Of panels. */
  more: Readonly<Record<string, Handler>>;
}

export function bindKeys(parts: KeymapParts): Unsubscribe {
  const { scene, quick, review, answers } = parts;
  const handlers: Record<string, Handler> = {
    ...viewHandlers(parts),
    ...workHandlers(parts),
    ...(quick ? quickHandlers(parts) : { ...scene.toolbox.handlers(), ...shapeHandlers(parts) }),
    ...(review ? reviewHandlers(parts) : {}),
    ...parts.more,
  };
  const off = scene.shortcuts.bind(keys, handlers, labelKeys(parts));
  if (!quick || !review) return off;
  // R is a tool elsewhere; here it has always been "return".
  const old: Shortcut = {
    keys: "r",
    label: "Reject with issues",
    run: () => answers.sendBack(),
    hidden: true,
  };
  const offOld = keys.scope("Return", [old]);
  return () => {
    off();
    offOld();
  };
}

function viewHandlers({ desk: { stage }, scene, labels }: KeymapParts): Record<string, Handler> {
  return {
    "view.fit": () => stage.fit(),
    "view.one": () => stage.oneToOne(),
    "view.in": () => stage.zoom(1.25),
    "view.out": () => stage.zoom(0.8),
    "view.rotate": () => stage.rotateView(),
    "panel.keys": () => openShortcuts({ shortcuts: scene.shortcuts, labels }),
    "work.goto": () => askPalette({ group: PICTURES, words: "Go to a picture by its name" }),
    "work.label": () => askPalette({ group: LABELS, words: "Choose a label by its name" }),
    "view.labels": () => scene.settings.update((now) => ({ ...now, labelsShown: !now.labelsShown })),
  };
}

/** Groups of the palette that the page fills (pages/studio/go-to.ts, by-name.ts). */
export const PICTURES = "Pictures";
export const LABELS = "Labels";
/** Pictures that a page's key goes on by. */
const FAR = 10;

function workHandlers({ answers, queue, save, walk }: KeymapParts): Record<string, Handler> {
  if (walk)
    return {
      "work.submit": () => queue.session.next(),
      "work.save": () => save(),
      "work.next": () => queue.session.next(),
      "work.previous": () => queue.session.back(),
    };
  return {
    "work.submit": () => answers.submit(),
    "work.skip": () => answers.skip(),
    "work.discard": () => answers.discard(),
    "work.reopen": () => answers.reopen(),
    "work.save": () => save(),
    "work.next": () => queue.session.step(1),
    "work.previous": () => queue.session.step(-1),
    "work.next.far": () => queue.session.step(FAR),
    "work.previous.far": () => queue.session.step(-FAR),
    "work.next.open": () => queue.session.stepOpen(1),
    "work.previous.open": () => queue.session.stepOpen(-1),
  };
}

function quickHandlers({ answers }: KeymapParts): Record<string, Handler> {
  return {
    "work.accept": (event) => (onButton(event) ? PASS : answers.submit()),
    "work.takeback": () => answers.undo(),
    "edit.undo": () => answers.undo(),
  };
}

function shapeHandlers({ scene }: KeymapParts): Record<string, Handler> {
  const { suggestions, toolbox } = scene;
  const edit = toolbox.handlers();
  const chosen =
    (act: (ids: string[]) => void): Handler =>
    (event) => {
      const ids = onButton(event) ? [] : suggestions.selected();
      if (!ids.length) return PASS;
      return act(ids);
    };
  const step =
    (by: 1 | -1, otherwise: Handler | undefined): Handler =>
    (event) => {
      const onStage = event.target === scene.tools.stage.element || event.target === document.body;
      if (onStage && suggestions.next(by)) {
        scene.tools.stage.element.focus({ preventScroll: true });
        return undefined;
      }
      return otherwise?.(event);
    };
  return {
    "suggest.accept": chosen((ids) => suggestions.accept(ids)),
    "suggest.reject": chosen((ids) => suggestions.reject(ids)),
    "suggest.accept.all": () => suggestions.acceptShown(),
    "edit.next": step(1, edit["edit.next"]),
    "edit.previous": step(-1, edit["edit.previous"]),
  };
}

function reviewHandlers({ answers }: KeymapParts): Record<string, Handler> {
  return {
    "review.accept": () => answers.submit(),
    "review.reject": () => answers.sendBack(),
    "review.unsure": () => answers.skip(),
  };
}

function labelKeys({ labels, answers, quick, review, classes }: KeymapParts): Shortcut[] {
  const words = (name: string) =>
    quick
      ? `${review ? "Correct to" : "Label"} ${name} and go on`
      : `${name}: for what is selected, or drawn next`;
  const keyed = labels.filter(({ digit }) => digit);
  const plain = keyed.map((label): Shortcut => ({
    keys: label.digit,
    label: words(label.name),
    run: () => answers.choose(label),
  }));
  if (quick || !classes) return plain;
  const whole = keyed.map((label): Shortcut => ({
    keys: `shift+${label.digit}`,
    label: `The whole picture is ${label.name}, or not`,
    run: () => answers.chooseClass(label),
  }));
  return [...plain, ...whole];
}

/** Enter and Space press what has the focus. */
function onButton({ target, key }: KeyboardEvent): boolean {
  if (key !== "Enter" && key !== " ") return false;
  return target instanceof Element && target.closest("button, a[href], summary, [role=tab]") !== null;
}
