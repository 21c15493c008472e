/** The pictures behind a figure: mistakes first shown surest first, or one cell of the confusion matrix. */
import { h, replace } from "../../lib/dom.ts";
import { api } from "../../lib/http.ts";
import { metric, plural } from "../../lib/format.ts";
import { emptyState, errorState, skeletonLines } from "../../ui/empty.ts";
import { icon } from "../../ui/icons.ts";
import { projectId } from "./parts.ts";
import { reviewButton } from "./review-button.ts";
import type { EvaluatedItem } from "./types.ts";

export interface Cell {
  truth?: string;
  predicted?: string;
  only?: "wrong" | "right" | "";
  /** What is known of the pictures: the facts of a slice. */
  slice?: Record<string, string>;
}
interface Answer {
  items: EvaluatedItem[];
  next: string | null;
  total: number;
  dataset: string;
}

/** How a review of what is shown is called: "v3: mistakes, cat said to be dog". */
export function reviewName(model: string, { only, truth, predicted, slice }: Cell): string {
  const what = only === "wrong" ? "mistakes" : only === "right" ? "right answers" : "answers";
  const where = slice && `in ${sliceName(slice)}`;
  const pair = [truth && `of ${truth}`, predicted && `said to be ${predicted}`, where]
    .filter(Boolean)
    .join(" ");
  return `${model}: ${what}${pair ? ` ${pair}` : ""}`;
}

export interface ItemsOptions {
  model: string;
  classes: string[];
  /** Which come first: "the surest", or those with most mistakes where there are several answers on a picture. */
  order: string;
  /** Annotation types of a review that is made of the shown pictures; null: this person may make none. */
  review: string[] | null;
  onTotal?: (n: number) => void;
}

export function itemsView(evaluationId: string, { model, classes, order, review, onTotal }: ItemsOptions) {
  let cell: Cell = { only: "wrong" };
  let turn = 0;
  let shown: string[] = [];
  const send = h("span");
  const grid = h("div", { class: "mistakes" });
  const total = h("span", { class: "soft" });
  const among = h("span", { class: "row" });
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
    among,
    total,
    h("span", { class: "spacer" }),
    send,
  );
  const element = h("div", { class: "stack" }, bar, grid, h("div", { class: "row center" }, more));

  /** Of the pictures on the page, but for those whose item is gone. */
  function offer(answer: Answer, anew: boolean): void {
    const here = answer.items.flatMap((row) => (row.thumbnail ? [row.item] : []));
    shown = anew ? here : [...shown, ...here];
    const asked = { name: reviewName(model, cell), dataset: answer.dataset, items: shown };
    replace(send, review && shown.length > 0 ? reviewButton({ ...asked, types: review }) : null);
  }
  async function load(offset: number): Promise<void> {
    const mine = offset ? turn : ++turn;
    try {
      const answer = await api.get<Answer>(`/api/v1/evaluations/${evaluationId}/items/`, {
        query: {
          only: cell.only || null,
          truth: cell.truth,
          predicted: cell.predicted,
          slice: cell.slice ? JSON.stringify(cell.slice) : null,
          offset,
          limit: 60,
        },
      });
      if (mine !== turn) return; // another choice was made meanwhile
      total.textContent = `${plural(answer.total, "picture")}, ${order} first`;
      if (cell.only === "wrong" && !cell.truth && !cell.predicted && !cell.slice) onTotal?.(answer.total);
      const tiles = answer.items.map((row) => tile(row, answer.dataset));
      offer(answer, offset === 0);
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
    replace(among, next.slice ? sliceChip(next.slice, () => show({ ...cell, slice: undefined })) : null);
    replace(grid, skeletonLines(4));
    replace(send);
    void load(0);
  }
  return { element, show };
}

/** {folder: "/night", "metadata.user.lens": "wide"} -> "folder /night, lens wide". */
export function sliceName(facts: Record<string, string>): string {
  return Object.entries(facts)
    .map(([name, value]) => `${factName(name)} ${value}`)
    .join(", ");
}
/** A fact without its path. */
export const factName = (name: string): string => name.replace(/^metadata\.(user\.)?/, "");

function sliceChip(facts: Record<string, string>, drop: () => void): HTMLElement {
  return h(
    "button",
    { type: "button", class: "btn btn-sm", title: "Show the pictures of every slice", onclick: drop },
    sliceName(facts),
    icon("close", "sm"),
  );
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
