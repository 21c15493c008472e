/** The text field itself: CodeMirror with Python. It lives in a shadow root, where its styles need no <style> element,
 * which the pages' CSP forbids. */
import { indentWithTab } from "@codemirror/commands";
import { python, pythonLanguage } from "@codemirror/lang-python";
import { HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { basicSetup } from "codemirror";
import { completeContext } from "./completion";

export interface TextOptions {
  host: HTMLElement;
  code: string;
  readOnly: boolean;
  label: string;
  onChange: () => void;
}

export interface TextField {
  value: () => string;
  setValue: (code: string) => void;
  /** Marks a line (from 1) with a message; null takes the mark away. */
  mark: (line: number | null, message: string) => void;
  focus: () => void;
  destroy: () => void;
}

const theme = EditorView.theme({
  "&": { fontSize: "13px", color: "var(--text)", backgroundColor: "var(--surface)", height: "100%" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-content": { fontFamily: "var(--mono)", caretColor: "var(--text)" },
  ".cm-scroller": { fontFamily: "var(--mono)", overflow: "auto" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--surface-2)", color: "var(--text-3)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": {
    backgroundColor: "color-mix(in srgb, var(--accent) 7%, transparent)",
  },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--accent-soft)",
  },
  ".cm-tooltip, .cm-panels": {
    backgroundColor: "var(--surface)",
    color: "var(--text)",
    border: "1px solid var(--line-strong)",
  },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--accent-soft)",
    color: "var(--text)",
  },
});

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword], color: "var(--accent)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--ok)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--warn)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--text-3)", fontStyle: "italic" },
  { tag: [tags.function(tags.definition(tags.variableName)), tags.className], color: "var(--run)" },
]);

export function createTextField(options: TextOptions): TextField {
  const root = options.host.attachShadow({ mode: "open" });
  const frame = document.createElement("div");
  frame.style.height = "100%";
  root.append(frame);
  // Seen from outside, what is typed here comes from a plain element: no shortcut of the page may take it for its own.
  for (const kind of ["keydown", "copy", "cut", "paste"])
    frame.addEventListener(kind, (event) => {
      if (!(event instanceof KeyboardEvent && event.key === "Escape")) event.stopPropagation();
    });
  const extensions: Extension[] = [
    basicSetup,
    keymap.of([indentWithTab]),
    indentUnit.of("    "),
    python(),
    pythonLanguage.data.of({ autocomplete: completeContext }),
    lintGutter(),
    theme,
    syntaxHighlighting(colours),
    EditorView.contentAttributes.of({ "aria-label": options.label }),
    EditorState.readOnly.of(options.readOnly),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) options.onChange();
    }),
  ];
  const view = new EditorView({ doc: options.code, extensions, parent: frame, root });
  return {
    value: () => view.state.doc.toString(),
    setValue: (code) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: code } }),
    mark: (line, message) => {
      const doc = view.state.doc;
      const place = line === null || line < 1 || line > doc.lines ? null : doc.line(line);
      const found = place
        ? [{ from: place.from, to: place.to, severity: "error" as const, message, source: "test run" }]
        : [];
      view.dispatch(setDiagnostics(view.state, found));
      if (place) view.dispatch({ effects: EditorView.scrollIntoView(place.from, { y: "center" }) });
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}
