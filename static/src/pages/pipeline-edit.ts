/** The editor's page: the draft of one pipeline, its save state, and publishing it. */
import "../pipeline_editor/editor.css";
import "./pipeline.css";
import { boot } from "../lib/boot";
import { h, need, replace } from "../lib/dom";
import { feed } from "../lib/feed";
import { AlpApiError, api, messageOf } from "../lib/http";
import { keys } from "../lib/keys";
import { Editor } from "../pipeline_editor/editor";
import {
  loadMeasures,
  loadNodeTypes,
  loadPipeline,
  loadVariables,
  type PipelineDetail,
} from "../pipeline_editor/io/api";
import type { SaveState } from "../pipeline_editor/state/draft";
import { openDialog, promptDialog } from "../ui/dialog";
import { errorState } from "../ui/empty";
import { icon, type IconName } from "../ui/icons";
import { statusChip } from "../ui/status";
import { act, errorToast, toast } from "../ui/toast";
import { modes } from "./pipeline/modes";
import { resumePipeline } from "./pipeline/state-dialogs";

const { project, user, page } = boot<{ pipeline: { id: string; name: string } }>();
if (!project) throw new Error("This page needs a project.");
const projectId = project.id;
const id = page.pipeline.id;
const runPage = `/p/${projectId}/pipelines/${id}/`;
const host = need("#editor");

let pipeline: PipelineDetail;
let editor: Editor | null = null;

function button(words: string, name: IconName, run: () => unknown, title = words): HTMLButtonElement {
  return h(
    "button",
    { class: "btn btn-ghost btn-square", type: "button", title, "aria-label": words, onclick: run },
    icon(name),
  );
}

function drawHead(): void {
  if (!editor) return;
  const { log } = editor.doc;
  const undo = button("Undo", "undo", () => editor?.undo(), `Undo ${log.undoLabel} (Ctrl Z)`);
  const redo = button("Redo", "redo", () => editor?.redo(), `Redo ${log.redoLabel} (Ctrl Shift Z)`);
  undo.disabled = !log.canUndo;
  redo.disabled = !log.canRedo;
  replace(need("#pipeline-status"), statusChip(pipeline.status));
  replace(
    need("#pipeline-actions"),
    undo,
    redo,
    button("Fit the graph", "target", () => editor?.fit(), "Fit (0)"),
    modes(projectId, id, "edit"),
    publishButton(),
  );
}

function publishButton(): HTMLElement {
  const [words, path] = (
    {
      draft: ["Start", "start"],
      running: ["Publish", "start"],
      paused: ["Publish and resume", "resume"],
    } as const
  )[pipeline.status];
  const element = h(
    "button",
    { class: "btn btn-primary", type: "button", id: "publish" },
    icon("play"),
    words,
  );
  element.addEventListener("click", () => act(element, () => publish(path)));
  return element;
}

async function publish(path: "start" | "resume"): Promise<void> {
  if (!editor) return;
  if (!(await editor.settled())) {
    editor.showProblems();
    toast("It cannot start yet: the problems are listed below the graph.", { kind: "bad" });
    return;
  }
  try {
    const was = pipeline.status;
    if (path === "resume") {
      // The dialog says itself what the server refuses.
      if (!(await resumePipeline(pipeline, "Publish and resume"))) return;
      pipeline = { ...(await loadPipeline(id)), graph: pipeline.graph };
    } else pipeline = await api.post<PipelineDetail>(`/api/v1/pipelines/${id}/start/`, {});
    const words =
      was === "draft"
        ? "is running"
        : `runs revision ${pipeline.revision_number ?? ""}; open cycles finish on theirs`;
    toast(`${pipeline.name} ${words}.`, { kind: "ok" });
    drawHead();
    editor.published();
  } catch (error) {
    if (!(error instanceof AlpApiError) || error.code !== "graph_invalid") throw error;
    await editor.checks.now();
    editor.showProblems();
    toast(error.message, { kind: "bad" });
  }
}

const WORDS: Record<SaveState["kind"], [string, IconName, string]> = {
  saved: ["Saved", "check", "ok"],
  pending: ["Saving…", "loader", ""],
  saving: ["Saving…", "loader", ""],
  failed: ["Not saved", "alert", "bad"],
  conflict: ["Changed by someone else", "alert", "bad"],
};

let asking = false;
function drawSaveState(state: SaveState): void {
  const [words, name, tone] = WORDS[state.kind];
  const place = need("#save-state");
  place.className = `save-state ${tone}`;
  place.dataset["state"] = state.kind;
  const more =
    state.kind === "failed"
      ? h(
          "button",
          { class: "btn btn-sm", type: "button", onclick: () => editor?.draft.retry() },
          "Try again",
        )
      : state.kind === "conflict"
        ? h("button", { class: "btn btn-sm", type: "button", onclick: () => void ask() }, "Choose…")
        : null;
  replace(place, icon(name, "sm"), h("span", {}, words), more);
  place.title = state.kind === "failed" ? `${state.message} Your edits are kept in this browser.` : "";
  if (state.kind === "conflict" && !asking) void ask();
}

/** Two drafts, one place: a person says which. */
async function ask(): Promise<void> {
  const { draft } = editor ?? {};
  if (!draft) return;
  asking = true;
  const dialog = openDialog({
    title: "This draft was changed elsewhere",
    body: h(
      "p",
      {},
      "Someone, or another window of yours, saved this pipeline after you opened it. Your edits are kept in this browser until you choose.",
    ),
    actions: [
      { label: "Decide later" },
      { label: "Put mine over it", danger: true, run: () => draft.resolve("mine") },
      { label: "Load theirs", primary: true, run: () => draft.resolve("theirs") },
    ],
    onClose: () => (asking = false),
  });
  await dialog.closed;
}

async function rename(): Promise<void> {
  const name = await promptDialog({ title: "Rename the pipeline", label: "Name", value: pipeline.name });
  if (name === null || name === pipeline.name) return;
  try {
    pipeline = await api.patch<PipelineDetail>(`/api/v1/pipelines/${id}/`, { name });
    replace(need("#pipeline-name"), pipeline.name);
    document.title = `Edit ${pipeline.name} · ALP`;
  } catch (error) {
    errorToast(error);
  }
}

async function open(): Promise<void> {
  const [detail, types, measures, variables] = await Promise.all([
    loadPipeline(id),
    loadNodeTypes(),
    loadMeasures(),
    loadVariables(id),
  ]);
  pipeline = detail;
  host.replaceChildren();
  editor = new Editor({
    host,
    projectId,
    userId: user?.id ?? "",
    pipeline: detail,
    types: types.items,
    measures: measures.items,
    names: variables.names,
  });
  editor.draft.state.subscribe(drawSaveState);
  editor.doc.log.changed.subscribe(drawHead);
}

/** Others' saves, and what became of the pipeline meanwhile. */
async function look(): Promise<void> {
  if (!editor) return;
  await editor.draft.look();
  const fresh = await loadPipeline(id);
  if (fresh.revision_number !== pipeline.revision_number) editor.published();
  pipeline = { ...fresh, graph: pipeline.graph };
  drawHead();
}

try {
  await open();
  feed.watch(["pipeline.status"], () => void look().catch(() => undefined), 1500);
  feed.watch(["variable.updated"], () => void editor?.reload().catch(() => undefined), 600);
} catch (error) {
  replace(host, errorState(error, open));
}
need("#pipeline-rename").addEventListener("click", () => void rename());
keys.scope("Pipeline", [
  {
    keys: "e",
    label: "To the run view",
    run: async () => {
      try {
        await editor?.draft.flush();
      } catch (error) {
        toast(messageOf(error), { kind: "bad" });
        return;
      }
      location.assign(runPage);
    },
  },
]);
