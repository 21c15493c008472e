/**
 * Every shortcut of the studio with the keys it has unless a person rebinds them. Bare digits are labels and nothing
 * else may have them. Three layers: `drawing` (what the tool in hand uses) and `selection` (while something is selected
 * with the select tool) lie over everything else and may use a key again; within a layer no key has two meanings.
 */
import type { Tool } from "./_tool.ts";

export type Layer = "drawing" | "selection" | "everywhere";
/** In the order they are asked. */
export const LAYERS: readonly Layer[] = ["drawing", "selection", "everywhere"];
export interface ShortcutDef {
  readonly id: string;
  /** The heading it stands under in `?` and in the settings. */
  readonly scope: string;
  readonly layer: Layer;
  readonly title: string;
  readonly keys: readonly string[];
  readonly repeat?: boolean;
  readonly whileTyping?: boolean;
}

type Row = [id: string, title: string, ...keys: string[]];
interface More {
  layer?: Layer;
  repeat?: boolean;
  whileTyping?: boolean;
}

function rows(scope: string, more: More, list: readonly Row[]): ShortcutDef[] {
  return list.map(([id, title, ...keys]) => ({ id, scope, title, keys, layer: "everywhere", ...more }));
}
const arrow = (name: string) => [`arrow${name}`, `shift+arrow${name}`, `ctrl+arrow${name}`];

const DRAWING: ShortcutDef[] = [
  ...rows("Drawing", { layer: "drawing", repeat: true }, [
    ["draw.left", "Cross or selection to the left", ...arrow("left")],
    ["draw.right", "Cross or selection to the right", ...arrow("right")],
    ["draw.up", "Cross or selection up", ...arrow("up")],
    ["draw.down", "Cross or selection down", ...arrow("down")],
    ["draw.smaller", "Smaller brush, less tolerance", "["],
    ["draw.larger", "Larger brush, more tolerance", "]"],
    ["draw.back", "Take the last point back", "backspace"],
  ]),
  ...rows("Drawing", { layer: "drawing" }, [
    ["draw.place", "Set a point at the cross", "space", "shift+space"],
    ["draw.finish", "Finish the shape", "enter"],
    ["draw.cancel", "Drop the shape", "escape"],
    ["draw.occluded", "Keypoint is occluded", "q"],
    ["draw.skip", "Skip the keypoint", "s"],
    ["draw.switch", "Smart tool: mask or polygon", "shift+m"],
    ["draw.closer", "Smart tool: look closer at what is in sight, or at all of it", "alt+m"],
  ]),
];

const SELECTION: ShortcutDef[] = [
  ...rows("Selection", { layer: "selection", repeat: true }, [
    ["select.handle.next", "Next handle, for arrows to move", "."],
    ["select.handle.previous", "Previous handle", ","],
    ["select.forward", "One step to the front", "]"],
    ["select.backward", "One step to the back", "["],
  ]),
  ...rows("Selection", { layer: "selection" }, [
    ["select.delete", "Delete (a held vertex, or the selection)", "delete", "backspace"],
    ["select.delete.force", "Delete, locked ones too", "shift+delete"],
    ["select.lock", "Lock or unlock", "l", "alt+l"],
    ["select.hide", "Hide or show", "h", "alt+h"],
    ["select.group", "Group, or take the group apart", "g"],
    ["select.occluded", "Occluded or visible", "q"],
    ["select.pin", "Pin to its place, or unpin", "shift+q"],
    ["select.front", "To the front", "ctrl+]"],
    ["select.back", "To the back", "ctrl+["],
    ["select.join", "Join into one", "j"],
    ["select.split", "Split into its parts", "shift+j"],
    ["select.start", "First point: the held vertex, or the one under the pointer", "alt+s"],
    ["select.reverse", "Reverse the direction", "alt+d"],
    ["select.simplify", "Simplify the outline", "shift+s"],
    ["select.fill", "Fill holes", "shift+f"],
    ["select.convert.box", "Convert to box", "alt+r"],
    ["select.convert.polygon", "Convert to polygon", "alt+p"],
    ["select.convert.mask", "Convert to mask", "alt+b"],
    ["select.none", "Select nothing", "escape"],
  ]),
];

/** While one is selected: in review A and X are about the picture otherwise. */
const SUGGESTED: ShortcutDef[] = rows("Suggestion", { layer: "selection" }, [
  ["suggest.accept", "Accept the suggestion", "a", "enter"],
  ["suggest.reject", "Reject the suggestion", "x"],
]);

const EVERYWHERE: ShortcutDef[] = [
  ...rows("Edit", {}, [
    ["edit.undo", "Undo", "ctrl+z"],
    ["edit.redo", "Redo", "ctrl+shift+z", "ctrl+y"],
    ["edit.copy", "Copy", "ctrl+c"],
    ["edit.cut", "Cut", "ctrl+x"],
    ["edit.paste", "Paste, on any picture", "ctrl+v"],
    ["edit.duplicate", "Duplicate", "ctrl+d"],
    ["edit.propagate", "Copy to the next picture", "ctrl+b"],
    ["edit.all", "Select all", "ctrl+a"],
    ["edit.like", "Select all of the label", "shift+v"],
    ["edit.delete.all", "Delete all", "ctrl+backspace"],
    ["edit.lock.all", "Lock or unlock all", "shift+l"],
    ["edit.hide.all", "Hide or show all", "shift+h"],
    ["edit.again", "Finish, or draw with the last tool again", "n"],
    ["edit.cancel", "Put the tool down", "escape"],
  ]),
  ...rows("Edit", { repeat: true }, [
    ["edit.next", "Next object", "tab", "alt+."],
    ["edit.previous", "Previous object", "shift+tab", "alt+,"],
  ]),
  ...rows("Work", {}, [
    ["work.submit", "Submit", "ctrl+enter"],
    // macOS keeps Ctrl Space for itself.
    ["work.skip", "Skip", "ctrl+space", "alt+enter"],
    ["work.discard", "Discard: cannot be labelled", "shift+d"],
    ["work.accept", "Accept the suggestion (or keep the label) and go on", "enter"],
    ["work.takeback", "Undo and go back to it", "backspace"],
    ["work.reopen", "Take back what was submitted", "shift+u"],
    ["work.goto", "Go to a picture by its name", "/"],
    ["work.label", "Choose a label by its name", "shift+t"],
  ]),
  ...rows("Work", { whileTyping: true }, [["work.save", "Save now", "ctrl+s"]]),
  ...rows("Work", { repeat: true }, [
    ["work.next", "Next picture", "f", "arrowright"],
    ["work.previous", "Previous picture", "d", "arrowleft"],
    ["work.next.open", "Next picture still to be done", "shift+arrowright"],
    ["work.previous.open", "Previous picture still to be done", "shift+arrowleft"],
    ["work.next.far", "Ten pictures on", "pagedown"],
    ["work.previous.far", "Ten pictures back", "pageup"],
  ]),
  ...rows("Review", {}, [
    ["review.accept", "Accept", "a"],
    ["review.reject", "Reject with issues", "x"],
    ["review.unsure", "Unsure: look at it later", "u"],
    ["review.issue", "New issue", "i"],
    ["review.issue.next", "Next issue", "shift+n"],
    ["review.change.next", "Next change", "y"],
    ["review.change.previous", "Previous change", "shift+y"],
    ["review.issue.answer", "Issue is fixed, or resolved", "alt+i"],
  ]),
  ...rows("Suggestions", {}, [["suggest.accept.all", "Accept all above the threshold", "shift+a"]]),
  ...rows("Picture", { repeat: true }, [
    ["view.in", "Zoom in", "+", "="],
    ["view.out", "Zoom out", "-"],
  ]),
  ...rows("Picture", {}, [
    ["view.fit", "Fit the picture", "z", "home"],
    ["view.one", "One to one", "shift+z"],
    ["view.selection", "Zoom to what is selected", "alt+z"],
    ["view.rotate", "Rotate the view", "ctrl+alt+r"],
    ["view.labels", "Show or hide labels", "t"],
    ["view.snap", "Snap on or off", "shift+c"],
    ["view.look", "Settings: look of the picture and its shapes", "shift+g", "f2"],
  ]),
  ...rows("Panels", {}, [
    ["panel.objects", "To the list of objects", "alt+o"],
    ["panel.attributes", "To the attributes of what is selected", "alt+a"],
    ["panel.keys", "Shortcuts: list and change", "?", "f1"],
  ]),
  ...rows("Panels", { repeat: true, whileTyping: true }, [
    ["panel.attributes.next", "The same attribute of the next object", "alt+arrowdown"],
    ["panel.attributes.previous", "The same attribute of the previous object", "alt+arrowup"],
  ]),
];

/** All of them: the tools' own keys come from the tools. */
export function defaultShortcuts(tools: readonly Tool[]): ShortcutDef[] {
  const forTools = tools.map(({ id, title, keys }): Row => [`tool.${id}`, title, ...keys]);
  return [...DRAWING, ...SELECTION, ...SUGGESTED, ...rows("Tools", {}, forTools), ...EVERYWHERE];
}
