/** The keys of both modes, as tables: what `?` lists is what works. Letters are acts and tools, digits are labels. */
import type { Shortcut } from "../../lib/keys.ts";
import type { KeyedLabel } from "../state/labels.ts";

export interface Acts {
  choose: (label: KeyedLabel) => void;
  submit: () => void;
  undo: () => void;
  discard: () => void;
  skip: () => void;
  back: () => void;
  next: () => void;
  sendBack: () => void;
  fit: () => void;
  oneToOne: () => void;
  zoomIn: () => void;
  zoomOut: () => void;
  save: () => void;
}

export function labelKeys(labels: readonly KeyedLabel[], acts: Acts, review: boolean): Shortcut[] {
  const verb = review ? "Correct to" : "Label";
  return labels
    .filter((label) => label.digit)
    .map((label) => ({
      keys: label.digit,
      label: `${verb} ${label.name} and go on`,
      run: () => acts.choose(label),
    }));
}

export function modeKeys(acts: Acts, review: boolean): Shortcut[] {
  const submit = review
    ? { keys: ["a", "enter", "ctrl+enter"], label: "Approve and go on", run: acts.submit }
    : {
        keys: ["enter", "ctrl+enter"],
        label: "Accept the suggestion (or keep the label) and go on",
        run: acts.submit,
      };
  const reviewOnly: Shortcut[] = review
    ? [{ keys: ["r", "x"], label: "Return with a note", run: acts.sendBack }]
    : [];
  return [
    submit,
    ...reviewOnly,
    { keys: ["ctrl+z", "backspace"], label: "Undo and go back to it", run: acts.undo },
    { keys: "ctrl+space", label: "Skip: behind the rest of the queue", run: acts.skip },
    { keys: "shift+d", label: "Discard: cannot be labelled", run: acts.discard },
    { keys: ["arrowleft", "d"], label: "Back", run: acts.back, repeat: true },
    { keys: ["arrowright", "f"], label: "Next", run: acts.next, repeat: true },
    { keys: "ctrl+s", label: "Send what waits now", run: acts.save },
  ];
}

export function viewKeys(acts: Acts): Shortcut[] {
  return [
    { keys: ["+", "="], label: "Zoom in", run: acts.zoomIn, repeat: true },
    { keys: "-", label: "Zoom out", run: acts.zoomOut, repeat: true },
    { keys: ["z", "home"], label: "Fit the picture", run: acts.fit },
    { keys: "shift+z", label: "One to one", run: acts.oneToOne },
  ];
}
