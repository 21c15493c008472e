/** The editor's keys; `?` lists them. */
import { PASS, type Shortcut } from "../lib/keys";
import type { Edge } from "./graph/arrange";
import type { Editor } from "./editor";

export function shortcutsOf(editor: Editor): Shortcut[] {
  const far = 50;
  const near = 10;
  const move = (key: string, dx: number, dy: number): Shortcut[] => [
    {
      keys: `arrow${key}`,
      label: `Move the chosen ${key}`,
      run: () => (editor.chosen().size ? editor.nudge(dx * near, dy * near) : PASS),
      repeat: true,
    },
    {
      keys: `shift+arrow${key}`,
      label: `Move the chosen far ${key}`,
      run: () => (editor.chosen().size ? editor.nudge(dx * far, dy * far) : PASS),
      repeat: true,
      hidden: true,
    },
    {
      keys: `alt+arrow${key}`,
      label: `Choose the node to the ${key}`,
      run: () => editor.step(dx, dy),
      repeat: true,
    },
  ];
  const edge = (key: string, where: Edge): Shortcut => ({
    keys: `alt+shift+${key}`,
    label: `Align: ${where}`,
    run: () => editor.align(where),
  });
  return [
    { keys: "/", label: "Find a node to add", run: () => editor.focusPalette() },
    {
      keys: "c",
      label: "Connect the chosen node",
      run: () => {
        const [node] = editor.chosenNodes();
        return node ? editor.askConnect(node) : PASS;
      },
    },
    { keys: ["delete", "backspace"], label: "Delete the chosen", run: () => editor.remove() },
    { keys: "ctrl+z", label: "Undo", run: () => editor.undo(), repeat: true },
    { keys: ["ctrl+shift+z", "ctrl+y"], label: "Redo", run: () => editor.redo(), repeat: true },
    { keys: "ctrl+a", label: "Choose everything", run: () => editor.model.selectAll() },
    { keys: "ctrl+d", label: "Duplicate the chosen", run: () => editor.duplicate() },
    // The browser's own copy and paste events carry the text: these two are only told.
    { keys: "ctrl+c", label: "Copy the chosen (also into another pipeline)", run: () => PASS },
    { keys: "ctrl+x", label: "Cut the chosen", run: () => PASS },
    { keys: "ctrl+v", label: "Paste at the pointer", run: () => PASS },
    {
      keys: "f2",
      label: "Rename the chosen",
      run: () => {
        const [key] = editor.chosen();
        return key ? editor.rename(key) : PASS;
      },
    },
    { keys: "g", label: "Group the chosen nodes", run: () => editor.group() },
    { keys: "shift+g", label: "Ungroup", run: () => editor.ungroup() },
    { keys: "m", label: "Write a comment", run: () => editor.comment() },
    { keys: "l", label: "Arrange by itself (the chosen, or all)", run: () => editor.arrange() },
    edge("l", "left"),
    edge("c", "centre"),
    edge("r", "right"),
    edge("t", "top"),
    edge("m", "middle"),
    edge("b", "bottom"),
    { keys: "alt+shift+h", label: "Distribute across", run: () => editor.distribute("x") },
    { keys: "alt+shift+v", label: "Distribute down", run: () => editor.distribute("y") },
    ...move("left", -1, 0),
    ...move("right", 1, 0),
    ...move("up", 0, -1),
    ...move("down", 0, 1),
    { keys: "0", label: "Fit the graph", run: () => editor.fit() },
    { keys: "+", label: "Zoom in", run: () => editor.zoom(1) },
    { keys: "-", label: "Zoom out", run: () => editor.zoom(-1) },
    { keys: "escape", label: "Choose nothing", run: () => editor.model.select([]) },
  ];
}
