/** Which pipeline the picture of the loop shows: the one a person chose here, else the one with the most under way. */
import { h, replace } from "../../lib/dom";
import type { PipelineRow } from "../../pipeline_editor/io/api";

type Row = Pick<PipelineRow, "id" | "name" | "status" | "cycles">;

const underWay = ({ cycles }: Row) => cycles.pending + cycles.running + cycles.waiting;

/** `rows` come newest first; a chosen one that is gone is forgotten. */
export function whichPipeline<R extends Row>(rows: readonly R[], chosen: string | null): R | undefined {
  const running = rows.filter((row) => row.status === "running");
  const busiest = [...running].sort((a, b) => underWay(b) - underWay(a))[0];
  return rows.find((row) => row.id === chosen) ?? busiest ?? rows[0];
}

const key = (projectId: string) => `alp-home-pipeline ${projectId}`;

/** What this person chose in this browser. */
export function chosenPipeline(projectId: string): string | null {
  try {
    return localStorage.getItem(key(projectId));
  } catch {
    return null;
  }
}

function choosePipeline(projectId: string, id: string): void {
  try {
    localStorage.setItem(key(projectId), id);
  } catch {
    // Storage is shut: the choice holds until the next look.
  }
}

export interface Chooser {
  element: HTMLElement;
  show: (rows: readonly Row[], now: string) => void;
}

/** A choice among several pipelines; nothing where there is one. It stays in place: a list that is open is not closed. */
export function pipelineChooser(projectId: string, changed: () => void): Chooser {
  const select = h("select", {
    class: "select select-sm",
    "aria-label": "Pipeline of the picture",
    hidden: true,
    onchange: () => {
      choosePipeline(projectId, select.value);
      changed();
    },
  });
  let drawn = "";
  return {
    element: select,
    show: (rows, now) => {
      const names = JSON.stringify(rows.map((row) => [row.id, row.name]));
      if (names !== drawn) {
        drawn = names;
        replace(
          select,
          rows.map((row) => h("option", { value: row.id }, row.name)),
        );
      }
      select.hidden = rows.length < 2;
      select.value = now;
    },
  };
}
