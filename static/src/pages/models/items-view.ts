/** The pictures behind a figure: mistakes first shown surest first, or one cell of the confusion matrix. */
import { h, replace } from "../../lib/dom.ts";
import { api } from "../../lib/http.ts";
import { metric, plural } from "../../lib/format.ts";
import { emptyState, errorState, skeletonLines } from "../../ui/empty.ts";
import { icon } from "../../ui/icons.ts";
import { projectId } from "./parts.ts";
import type { EvaluatedItem } from "./types.ts";

export interface Cell {
  truth?: string;
  predicted?: string;
  only?: "wrong" | "right" | "";
}
interface Answer {
  items: EvaluatedItem[];
  next: string | null;
  total: number;
  dataset: string;
}

export function itemsView(evaluationId: string, classes: string[], onTotal?: (n: number) => void) {
  let cell: Cell = { only: "wrong" };
  let turn = 0;
  const grid = h("div", { class: "mistakes" });
  const total = h("span", { class: "soft" });
  const more = h("button", { type: "button", class: "btn", hidden: true }, "Show more");
  const select = (name: "truth" | "predicted", title: string) =>
    h(
      "label",
      { class: "row" },
      h("span", { class: "hint" }, title),
      h(
        "select",
        {
          class: "select select-sm",
          "aria-label": title,
          dataset: { name },
          onchange: (event) =>
            show({ ...cell, [name]: (event.target as HTMLSelectElement).value || undefined }),
        },
        h("option", { value: "" }, "any"),
        classes.map((one) => h("option", { value: one }, one)),
      ),
    );
  const only = h(
    "div",
    { class: "segment", role: "group", "aria-label": "Which answers" },
    (
      [
        ["wrong", "Mistakes"],
        ["right", "Right"],
        ["", "All"],
      ] as const
    ).map(([value, text]) =>
      h(
        "button",
        { type: "button", dataset: { only: value }, onclick: () => show({ ...cell, only: value }) },
        text,
      ),
    ),
  );
  const bar = h(
    "div",
    { class: "row wrap" },
    only,
    select("truth", "True"),
    select("predicted", "Predicted"),
    total,
  );
  const element = h("div", { class: "stack" }, bar, grid, h("div", { class: "row center" }, more));

  async function load(offset: number): Promise<void> {
    const mine = offset ? turn : ++turn;
    try {
      const answer = await api.get<Answer>(`/api/v1/evaluations/${evaluationId}/items/`, {
        query: {
          ...cell,
          only: cell.only || null,
          truth: cell.truth,
          predicted: cell.predicted,
          offset,
          limit: 60,
        },
      });
      if (mine !== turn) return; // another choice was made meanwhile
      total.textContent = `${plural(answer.total, "picture")}, the surest first`;
      if (cell.only === "wrong" && !cell.truth && !cell.predicted) onTotal?.(answer.total);
      const tiles = answer.items.map((row) => tile(row, answer.dataset));
      if (offset) grid.append(...tiles);
      else if (tiles.length) replace(grid, tiles);
      else
        replace(
          grid,
          emptyState({ icon: "done", title: "No such picture", text: "Nothing in the test set falls here." }),
        );
      more.hidden = answer.next === null;
      more.onclick = () => void load(Number(answer.next));
    } catch (error) {
      if (mine !== turn) return;
      replace(
        grid,
        errorState(error, () => load(offset)),
      );
    }
  }
  function show(next: Cell): void {
    cell = next;
    for (const button of only.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset["only"] === (cell.only ?? "")));
    }
    for (const one of bar.querySelectorAll<HTMLSelectElement>("select")) {
      one.value = (one.dataset["name"] === "truth" ? cell.truth : cell.predicted) ?? "";
    }
    replace(grid, skeletonLines(4));
    void load(0);
  }
  return { element, show };
}

/** The picture, which opens in the studio; of an item that is gone, a sign. */
export function itemPicture(
  row: { item: string | null; name: string; thumbnail: string | null },
  dataset: string,
): HTMLElement {
  if (!row.thumbnail || !row.item) return h("div", { class: "no-picture" }, icon("image"));
  return h(
    "a",
    { href: `/p/${projectId()}/data/${dataset}/studio/?item=${row.item}`, title: `Open ${row.name}` },
    h("img", { src: row.thumbnail, alt: row.name, loading: "lazy", decoding: "async" }),
  );
}

function tile(row: EvaluatedItem, dataset: string): HTMLElement {
  return h(
    "figure",
    { class: ["mistake", row.right && "right"] },
    itemPicture(row, dataset),
    h(
      "figcaption",
      null,
      h(
        "span",
        { class: "clip", title: row.name },
        h("b", null, row.predicted),
        ` ${metric(row.confidence, 2)}`,
      ),
      !row.right && h("span", { class: "soft clip" }, `is ${row.truth}`),
    ),
  );
}
