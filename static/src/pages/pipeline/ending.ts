/** A pipeline that begins anew, goes, or comes back: reset, delete, trash. */
import { h, replace } from "../../lib/dom";
import { count, plural } from "../../lib/format";
import { api, messageOf } from "../../lib/http";
import type { PipelineDetail, PipelineRow } from "../../pipeline_editor/io/api";
import { confirmDialog, openDialog } from "../../ui/dialog";
import { errorState, skeletonLines } from "../../ui/empty";
import type { MenuEntry } from "../../ui/menu";
import { act, toast } from "../../ui/toast";

const DELETED = "#deleted=";

/** All its cycles, open and ended. */
export function cyclesOf({ cycles }: Pick<PipelineRow, "cycles">): number {
  const { pending, running, waiting, done, failed, cancelled } = cycles;
  return pending + running + waiting + done + failed + cancelled;
}

async function reset(pipeline: PipelineDetail, reload: () => Promise<void>): Promise<void> {
  const running = pipeline.status === "running";
  const open = pipeline.cycles.pending + pipeline.cycles.running + pipeline.cycles.waiting;
  const sure = await confirmDialog({
    title: `Reset ${pipeline.name}?`,
    text: `${running ? "It is stopped. " : ""}It begins anew: triggers that answer once answer again. Labels, predictions, models, what lies in datasets and the values of its variables stay.`,
    loss: [
      `${plural(cyclesOf(pipeline), "cycle")} with executions and logs${open ? `, ${count(open)} of them open` : ""}`,
      "all counters",
    ],
    confirm: "Reset",
    danger: true,
  });
  if (!sure) return;
  await act(null, async () => {
    await api.post(`/api/v1/pipelines/${pipeline.id}/reset/`, { stop: running });
    toast(`${pipeline.name} is a draft again; its cycles are being deleted.`, { kind: "ok" });
    await reload();
  });
}

async function remove(projectId: string, pipeline: PipelineDetail): Promise<void> {
  const open = pipeline.cycles.pending + pipeline.cycles.running + pipeline.cycles.waiting;
  const sure = await confirmDialog({
    title: `Delete ${pipeline.name}?`,
    text: open
      ? `It goes to the trash. ${plural(open, "open cycle")} will be cancelled; what already happened stays.`
      : "It goes to the trash, and can be restored from there.",
    confirm: "Delete the pipeline",
    danger: true,
  });
  if (!sure) return;
  await act(null, async () => {
    await api.del(`/api/v1/pipelines/${pipeline.id}/`);
    location.assign(`/p/${projectId}/pipelines/${DELETED}${pipeline.id}`);
  });
}

export function endActs(
  projectId: string,
  pipeline: PipelineDetail,
  reload: () => Promise<void>,
): MenuEntry[] {
  const running = pipeline.status === "running";
  return [
    "separator",
    { label: "Reset…", icon: "refresh", run: () => reset(pipeline, reload) },
    {
      label: "Delete…",
      icon: "trash",
      danger: true,
      disabled: running,
      side: running ? "pause it first" : null,
      run: () => remove(projectId, pipeline),
    },
  ];
}

const restore = (id: string) => api.post<PipelineRow>(`/api/v1/pipelines/${id}/restore/`);

/** On the list, after one was deleted on its page: a word, and the way back. */
export function tellDeleted(restored: () => void): void {
  if (!location.hash.startsWith(DELETED)) return;
  const id = location.hash.slice(DELETED.length);
  history.replaceState(null, "", location.pathname);
  const undo = () => act(null, () => restore(id).then(restored));
  toast("The pipeline is in the trash.", { kind: "ok", action: { label: "Undo", run: undo } });
}

export function openTrash(projectId: string, restored: () => void): void {
  const body = h("div", null, skeletonLines(3));
  const dialog = openDialog({ title: "Trash", body, actions: [{ label: "Close" }] });
  const bring = async (row: PipelineRow) => {
    try {
      await restore(row.id);
      restored();
      await fill();
    } catch (error) {
      dialog.setError(messageOf(error));
    }
  };
  const fill = async () => {
    const rows = await api.all<PipelineRow>(`/api/v1/projects/${projectId}/pipelines/trash/`);
    const line = (row: PipelineRow) =>
      h(
        "li",
        null,
        h("b", { class: "clip" }, row.name),
        h("span", { class: "hint" }, plural(cyclesOf(row), "cycle")),
        h("span", { class: "spacer" }),
        h(
          "button",
          {
            type: "button",
            class: "btn btn-sm",
            "aria-label": `Restore ${row.name}`,
            onclick: () => void bring(row),
          },
          "Restore",
        ),
      );
    replace(
      body,
      rows.length
        ? h("ul", { class: "list" }, rows.map(line))
        : h("p", { class: "muted" }, "The trash is empty."),
    );
  };
  fill().catch((error: unknown) => replace(body, errorState(error)));
}
