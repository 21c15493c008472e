/** Pausing and resuming, each with its choice: what happens to events meanwhile, and to cycles that are open. */
import { h } from "../../lib/dom";
import { plural } from "../../lib/format";
import { api, messageOf } from "../../lib/http";
import type { PipelineDetail } from "../../pipeline_editor/io/api";
import { openDialog } from "../../ui/dialog";
import { toast } from "../../ui/toast";

interface Choice {
  value: string;
  title: string;
  text: string;
}

interface Asked {
  title: string;
  text: string;
  label: string;
  choices: Choice[];
  confirm: string;
  run: (chosen: string) => Promise<void>;
}

/** One of several ways on; answers whether one was gone. */
async function choose(asked: Asked): Promise<boolean> {
  let done = false;
  const name = `choice-${asked.confirm.toLowerCase().replaceAll(" ", "-")}`;
  const boxes = asked.choices.map((choice, i) =>
    h("input", { type: "radio", class: "radio", name, value: choice.value, checked: i === 0 }),
  );
  const dialog = openDialog({
    title: asked.title,
    body: h(
      "div",
      { class: "stack" },
      h("p", {}, asked.text),
      h(
        "fieldset",
        { class: "choices" },
        h("legend", { class: "label" }, asked.label),
        asked.choices.map((choice, i) =>
          h(
            "label",
            {},
            boxes[i] ?? null,
            h("span", {}, h("b", {}, choice.title), h("span", { class: "hint" }, choice.text)),
          ),
        ),
      ),
    ),
    actions: [
      { label: "Cancel" },
      {
        label: asked.confirm,
        primary: true,
        run: async () => {
          try {
            await asked.run(boxes.find((box) => box.checked)?.value ?? "");
            return (done = true);
          } catch (error) {
            dialog.setError(messageOf(error));
            return false;
          }
        },
      },
    ],
  });
  await dialog.closed;
  return done;
}

export function pausePipeline(pipeline: PipelineDetail): Promise<boolean> {
  return choose({
    title: `Pause ${pipeline.name}?`,
    text: "No node starts anything new. What people finish meanwhile is kept and flows on when it resumes.",
    label: "Events that come while it is paused",
    choices: [
      {
        value: "keep",
        title: "Keep them",
        text: "New items start cycles that wait for the pipeline to go on.",
      },
      { value: "drop", title: "Drop them", text: "What happens meanwhile starts nothing, then or later." },
    ],
    confirm: "Pause",
    run: async (chosen) => {
      await api.post(`/api/v1/pipelines/${pipeline.id}/pause/`, { keep_triggers: chosen === "keep" });
    },
  });
}

export function resumePipeline(pipeline: PipelineDetail, confirm = "Resume"): Promise<boolean> {
  const { pending, running, waiting } = pipeline.cycles;
  const open = pending + running + waiting;
  return choose({
    title: `${confirm}: ${pipeline.name}`,
    text: open
      ? `${plural(open, "cycle")} ${open === 1 ? "is" : "are"} open. What is drafted is published: new cycles take it, open ones finish on the graph they began with.`
      : "No cycle is open. What is drafted is published, and new cycles take it.",
    label: "Open cycles",
    choices: [
      { value: "resume", title: "Go on with them", text: "Each continues where it stopped." },
      {
        value: "cancel",
        title: "Cancel them first",
        text: "What already happened stays: labels, predictions, models.",
      },
    ],
    confirm,
    run: async (chosen) => {
      const now = await api.post<PipelineDetail>(`/api/v1/pipelines/${pipeline.id}/resume/`, {
        open_cycles: chosen,
      });
      if (now.status === "paused") toast("Its open cycles are being cancelled; then it goes on by itself.");
    },
  });
}
