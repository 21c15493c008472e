/** The editor of a code node, as a plain DOM component: text, test run on an item, versions with restore. */
import "./code.css";
import { h, replace } from "../../lib/dom";
import { ago } from "../../lib/format";
import { errorState, skeletonLines } from "../../ui/empty";
import { icon } from "../../ui/icons";
import { createPicker, type PickItem } from "../../ui/picker";
import { chip } from "../../ui/status";
import { act, toast } from "../../ui/toast";
import { findItems, listVersions, runTest, type CodeVersion, type TestReply } from "./api";
import { createTextField, type TextField } from "./text";

export interface CodeEditorOptions {
  projectId: string;
  pipelineId: string;
  nodeId: string;
  code: string;
  /** May it be written and tried? Otherwise it is shown. */
  canEdit: boolean;
  /** The node's configuration as it stands beside the code: ports, limits, parameters. */
  config: () => Record<string, unknown>;
  onChange?: (code: string) => void;
}

export interface CodeEditor {
  element: HTMLElement;
  value: () => string;
  setValue: (code: string) => void;
  /** Reads the versions anew: after a save. */
  refreshVersions: () => Promise<void>;
  focus: () => void;
  destroy: () => void;
}

export function createCodeEditor(options: CodeEditorOptions): CodeEditor {
  const host = h("div", { class: "code-text" });
  const versions = h("div", { class: "code-versions", role: "list", "aria-label": "Versions" });
  const field = createTextField({
    host,
    code: options.code,
    readOnly: !options.canEdit,
    label: "Code of the node, Python",
    onChange: () => {
      field.mark(null, "");
      options.onChange?.(field.value());
    },
  });
  const test = options.canEdit ? testPanel(options, field) : null;
  const element = h(
    "div",
    { class: "code-editor" },
    h("div", {}, host, h("p", { class: "hint" }, "Ctrl+Space completes. Esc, then Tab leaves the text.")),
    h("section", { "aria-label": "Versions of the code" }, h("h3", {}, "Versions"), versions),
    test?.element,
  );
  const refreshVersions = () => drawVersions(versions, options, field);
  void refreshVersions();
  return {
    element,
    value: field.value,
    setValue: field.setValue,
    refreshVersions,
    focus: field.focus,
    destroy: () => {
      test?.stop();
      field.destroy();
      element.remove();
    },
  };
}

async function drawVersions(host: HTMLElement, options: CodeEditorOptions, field: TextField): Promise<void> {
  replace(host, skeletonLines(3));
  try {
    const page = await listVersions(options.pipelineId, options.nodeId);
    replace(
      host,
      page.items.length
        ? page.items.map((version) => versionLine(version, options, field))
        : h("p", { class: "muted" }, "None is saved yet: each save keeps one."),
    );
  } catch (error) {
    replace(
      host,
      errorState(error, () => drawVersions(host, options, field)),
    );
  }
}

function versionLine(version: CodeVersion, options: CodeEditorOptions, field: TextField): HTMLElement {
  const who = version.author?.name ?? "unknown";
  const lines = version.code.split("\n").length;
  const restore = h(
    "button",
    {
      class: "btn btn-ghost btn-sm",
      type: "button",
      "aria-label": `Restore the version of ${who}, ${ago(version.created_at)}`,
      onclick: () => {
        field.setValue(version.code);
        field.focus();
        toast("That version is in the editor; save it to use it.", { kind: "ok" });
      },
    },
    icon("undo"),
    "Restore",
  );
  return h(
    "div",
    { class: "code-version", role: "listitem", title: version.code.slice(0, 600) },
    h(
      "span",
      {},
      who,
      h("br", {}),
      h("span", { class: "hint" }, `${ago(version.created_at)}, ${lines} lines`),
    ),
    h("span", { class: "spacer" }),
    version.code === options.code ? chip("saved", "ok", "check") : null,
    options.canEdit ? restore : null,
  );
}

function testPanel(options: CodeEditorOptions, field: TextField): { element: HTMLElement; stop: () => void } {
  let alive = true;
  const answer = h("div", { "aria-live": "polite" });
  const picker = createPicker<PickItem>({
    label: "Item for the test run",
    placeholder: "Find an item by its name",
    load: (text) => findItems(options.projectId, text),
  });
  const button = h("button", { class: "btn", type: "button" }, icon("run"), "Test run");
  button.addEventListener("click", () =>
    act(button, async () => {
      field.mark(null, "");
      replace(answer, h("p", { class: "muted" }, "Running…"));
      try {
        const body = {
          config: { ...options.config(), code: field.value() },
          item: picker.value()?.id ?? null,
        };
        const reply = await runTest(options.pipelineId, body, () => alive);
        replace(answer, reply ? replyView(reply) : null);
        if (reply?.error?.line) field.mark(reply.error.line, reply.error.message);
      } catch (error) {
        replace(answer);
        throw error;
      }
    }),
  );
  const element = h(
    "section",
    { class: "code-test", "aria-label": "Test run" },
    h("h3", {}, "Test run"),
    h("div", { class: "row" }, picker.element, button),
    h("p", { class: "hint" }, "Runs on the item as it is now; nothing is written."),
    answer,
  );
  return { element, stop: () => (alive = false) };
}

/** What a test run answered: print, error with its line, or the result. */
export function replyView(reply: TestReply): HTMLElement {
  const took = reply.seconds === undefined ? "" : `${reply.seconds.toLocaleString("en")} s`;
  return h(
    "div",
    { class: "stack" },
    h("div", { class: "row" }, chip(reply.ok ? "ran" : "failed", reply.ok ? "ok" : "bad"), took),
    reply.stdout ? [h("span", { class: "label" }, "Printed"), h("pre", {}, reply.stdout)] : null,
    reply.error
      ? [
          h("p", { class: "status bad" }, reply.error.message),
          reply.error.trace ? h("pre", {}, reply.error.trace) : null,
        ]
      : [
          h("span", { class: "label" }, "Result"),
          h("pre", {}, JSON.stringify(reply.result ?? null, null, 2)),
        ],
  );
}
