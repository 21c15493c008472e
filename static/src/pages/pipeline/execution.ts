/** One execution in a dialog: inputs, outputs, progress, log, error; retry and rerun. */
import { h, type Child } from "../../lib/dom";
import { dateTime, duration } from "../../lib/format";
import { api, messageOf } from "../../lib/http";
import { shown, type ExecutionDetail, type Names } from "../../pipeline_editor/io/api";
import { openDialog, type DialogAction } from "../../ui/dialog";
import { statusChip } from "../../ui/status";
import { sendOn, type LooseHost } from "./loose-ends";
import { errorToast, toast } from "../../ui/toast";

export interface ExecutionContext {
  projectId: string;
  canEdit: boolean;
  reload: () => Promise<void>;
  /** The graph a loose end may be sent on in. */
  pipeline?: LooseHost["pipeline"];
}

export async function openExecution(id: string, context: ExecutionContext): Promise<void> {
  try {
    const execution = await api.get<ExecutionDetail>(`/api/v1/executions/${id}/`);
    showExecution(execution, context);
  } catch (error) {
    errorToast(error);
  }
}

function showExecution(execution: ExecutionDetail, context: ExecutionContext): void {
  const dialog = openDialog({
    title: `Execution at ${nodeWords(execution.node_id, context)}`,
    wide: true,
    body: h(
      "div",
      { class: "stack" },
      h(
        "div",
        { class: "row" },
        statusChip(execution.status),
        h("span", { class: "hint" }, timing(execution)),
      ),
      execution.wait_reason ? h("p", {}, execution.wait_reason) : null,
      execution.error
        ? h(
            "div",
            { class: "notice bad" },
            h("div", {}, h("b", {}, execution.error_code), h("p", {}, execution.error)),
          )
        : null,
      execution.progress?.total
        ? h(
            "p",
            {},
            `${execution.progress.note ?? ""} ${execution.progress.done ?? 0} of ${execution.progress.total}`,
          )
        : null,
      values("Inputs", execution.inputs, execution.names),
      values("Outputs", execution.outputs, execution.names),
      execution.action ? h("p", {}, "Action: ", h("b", {}, execution.action)) : null,
      execution.log ? h("pre", { class: "json-block" }, execution.log) : null,
    ),
    actions: actionsOf(execution, context, (error) => dialog.setError(messageOf(error))),
  });
}

/** The node's name; its id in words where the graph no longer has it. */
function nodeWords(id: string, { pipeline }: ExecutionContext): string {
  return pipeline?.graph.nodes.find((node) => node.id === id)?.name ?? id.replaceAll("_", " ");
}

function timing(execution: ExecutionDetail): string {
  const parts = [`made ${dateTime(execution.created_at)}`, `attempt ${execution.attempt}`];
  if (execution.started_at && execution.finished_at) {
    const seconds = (Date.parse(execution.finished_at) - Date.parse(execution.started_at)) / 1000;
    parts.push(`took ${duration(seconds)}`);
  }
  return parts.join(" · ");
}

export function values(title: string, given: Record<string, unknown>, names: Names): Child {
  const entries = Object.entries(given);
  if (!entries.length) return null;
  return h(
    "section",
    {},
    h("h3", {}, title),
    h(
      "dl",
      { class: "pairs" },
      ...entries.flatMap(([key, value]) => [
        h("dt", {}, key),
        h("dd", { title: typeof value === "string" ? value : "" }, shown(value, names)),
      ]),
    ),
  );
}

function actionsOf(
  execution: ExecutionDetail,
  context: ExecutionContext,
  failed: (error: unknown) => void,
): DialogAction[] {
  const close: DialogAction = { label: "Close" };
  if (!context.canEdit) return [close];
  const doing = (path: string, words: string) => async () => {
    try {
      await api.post(`/api/v1/executions/${execution.id}/${path}/`);
      toast(words, { kind: "ok" });
      await context.reload();
      return true;
    } catch (error) {
      failed(error);
      return false;
    }
  };
  if (execution.status === "failed")
    return [
      close,
      { label: "Retry", primary: true, run: doing("retry", "It runs again with the inputs it had.") },
    ];
  const { pipeline } = context;
  const ended = {
    node: execution.node_id,
    words: execution.action || "a loose end",
    count: 1,
    which: { ids: [execution.id] },
  };
  if (execution.status === "done")
    return [
      close,
      ...(execution.loose && pipeline
        ? [{ label: "Send on…", run: () => sendOn(ended, { ...context, pipeline }) }]
        : []),
      {
        label: "Run again from here",
        run: doing("rerun", "A new execution started; variables are read anew."),
      },
    ];
  return [close];
}
