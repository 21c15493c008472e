/** Versions as files: taken in from a zip, handed out as one, copied; their notes and tags. */
import { h } from "../../lib/dom.ts";
import { api } from "../../lib/http.ts";
import { openDialog, promptDialog } from "../../ui/dialog.ts";
import { createProgress } from "../../ui/progress.ts";
import { errorToast } from "../../ui/toast.ts";
import { modelUrl, projectId } from "./parts.ts";
import type { Model } from "./types.ts";

const NOTES_MAX = 20_000;

/** Asks for an exported version and takes it in; its page tells when its weights are checked. */
export function importVersion(): void {
  const input = h("input", {
    type: "file",
    class: "input",
    accept: ".zip,application/zip",
    "aria-label": "Exported version",
  });
  const bar = createProgress({ label: "Sending" });
  bar.element.hidden = true;
  const stop = new AbortController();
  const send = async (): Promise<boolean> => {
    const file = input.files?.[0];
    if (!file) {
      input.focus();
      return false;
    }
    const form = new FormData();
    form.append("file", file);
    bar.element.hidden = false;
    try {
      const model = await api.upload<Model>(`/api/v1/projects/${projectId()}/models/import/`, form, {
        signal: stop.signal,
        onProgress: (done, total) => bar.set({ done, total }),
      });
      window.location.assign(modelUrl(model.id));
      return true;
    } catch (error) {
      bar.element.hidden = true;
      if (!stop.signal.aborted) errorToast(error);
      return false;
    }
  };
  openDialog({
    title: "Import a version",
    body: [
      h(
        "p",
        null,
        "A zip that was exported here or on another server: safetensors and JSON. Files that could run code when loaded are refused.",
      ),
      input,
      bar.element,
    ],
    actions: [{ label: "Cancel" }, { label: "Import", primary: true, run: send }],
    onClose: () => stop.abort(),
  });
}

export async function clone(model: Model): Promise<void> {
  const name = await promptDialog({
    title: `Copy ${model.name}`,
    label: "Name of the copy",
    value: `${model.name} copy`,
    hint: "It has the same weights and is in no stage; predictions and evaluations are not made twice.",
    confirm: "Copy",
  });
  if (name === null) return;
  try {
    const made = await api.post<Model>(`/api/v1/models/${model.id}/clone/`, { name });
    window.location.assign(modelUrl(made.id));
  } catch (error) {
    errorToast(error);
  }
}

/** Notes and tags; null when given up. */
export function describe(model: Model): Promise<Model | null> {
  return new Promise((resolve) => {
    let after: Model | null = null;
    const notes = h("textarea", {
      class: "textarea",
      id: "model-notes",
      rows: 6,
      maxlength: NOTES_MAX,
      value: model.description,
    });
    const tags = h("input", { class: "input", id: "model-tags-input", value: model.tags.join(", ") });
    openDialog({
      title: "Notes and tags",
      body: [
        h("div", { class: "field" }, h("label", { for: notes.id }, "Notes"), notes),
        h(
          "div",
          { class: "field" },
          h("label", { for: tags.id }, "Tags"),
          tags,
          h("div", { class: "hint" }, "Words that the list can be narrowed to, with commas between."),
        ),
      ],
      actions: [
        { label: "Cancel" },
        {
          label: "Save",
          primary: true,
          run: async () => {
            try {
              after = await api.patch<Model>(`/api/v1/models/${model.id}/`, {
                description: notes.value,
                tags: tags.value.split(","),
              });
              return true;
            } catch (error) {
              errorToast(error);
              return false;
            }
          },
        },
      ],
      onClose: () => resolve(after),
    });
  });
}
