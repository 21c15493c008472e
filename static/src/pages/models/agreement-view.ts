/** How far one model, person or pair agrees with what is true: by label, and the pictures on which it does not. */
import { boot, may, type NamedRef } from "../../lib/boot.ts";
import { h, replace, type Child } from "../../lib/dom.ts";
import { count, metric, percent } from "../../lib/format.ts";
import { api } from "../../lib/http.ts";
import { emptyState, errorState, skeletonLines } from "../../ui/empty.ts";
import { itemPicture } from "./items-view.ts";
import { card, dataTable, projectId } from "./parts.ts";
import { reviewButton } from "./review-button.ts";

export type Kind = "model" | "person" | "people";
export interface Means {
  label: number | null;
  attributes: number | null;
  geometry: number | null;
  score: number;
}
export interface ScoreSummary extends Means {
  who: NamedRef;
  other: NamedRef | null;
  n: number;
  subsets: { subset: string; n: number; score: number }[];
}
interface ScoreRow extends Means {
  id: string;
  item: string;
  name: string;
  dataset: string;
  thumbnail: string | null;
  truths: number;
  found: number;
  matched: number;
}
export interface LabelRow {
  type: string;
  label: string;
  n: number;
  found: number;
  same: number;
  attributes: number | null;
  geometry: number | null;
  score: number;
}
/** Whom it is about, as the API narrows it. */
export interface About {
  kind: Kind;
  who: string;
  other?: string;
  name: string;
}

export const scoresUrl = (): string => `/api/v1/projects/${projectId()}/scores/`;
const figure = (value: number | null): string => (value === null ? "—" : metric(value));
const numbers = (values: (number | null)[]): HTMLElement[] =>
  values.map((value) => h("td", { class: "num" }, figure(value)));

export function queryOf(about: About): Record<string, string> {
  return {
    kind: about.kind,
    [about.kind === "model" ? "model" : "person"]: about.who,
    ...(about.other ? { other: about.other } : {}),
  };
}

/** "train 0.98 of 40" says little of what a model can do: pictures that it learnt from are told apart. */
export function subsetWords(subsets: ScoreSummary["subsets"]): string {
  return subsets
    .map((one) => `${one.subset || "in no subset"} ${metric(one.score)} of ${count(one.n)}`)
    .join(" · ");
}

/** What the figures of one picture say, shortest first: what is missing before what is not exact. */
export function scoreWords(
  row: Pick<ScoreRow, "truths" | "found" | "matched" | "label" | "geometry">,
): string {
  const missed = row.truths - row.matched;
  const extra = row.found - row.matched;
  const words = [
    missed > 0 && `${count(missed)} not found`,
    extra > 0 && `${count(extra)} too many`,
    !missed && !extra && row.label !== null && row.label < 1 && "another label",
    !missed && !extra && row.geometry !== null && `place ${metric(row.geometry, 2)}`,
  ].filter(Boolean);
  return words.join(", ") || (row.truths ? "the same" : "nothing, and nothing was said");
}

function labelTable(rows: LabelRow[], people: boolean): HTMLElement {
  const head = [
    "Label",
    "True",
    "Found",
    "Same label",
    ...(people ? ["Attributes"] : []),
    "Place",
    "Overall",
  ];
  return dataTable(
    "Agreement by label",
    head,
    rows.map((row) =>
      h(
        "tr",
        null,
        h("th", { scope: "row" }, row.label || h("span", { class: "soft" }, "nothing there"), " ", [
          h("span", { class: "soft" }, row.type),
        ]),
        h("td", { class: "num" }, row.label ? count(row.n) : "—"),
        h("td", { class: "num" }, row.label ? percent(row.found / row.n) : count(row.n)),
        h("td", { class: "num" }, row.label ? percent(row.same / row.n) : "—"),
        numbers([...(people ? [row.attributes] : []), row.geometry, row.score]),
      ),
    ),
  );
}

/** Loads by itself; `none` is said where nothing was compared yet. */
export function agreementView(about: About, none: () => Child): HTMLElement {
  const host = h("div", { class: "stack" }, skeletonLines(5));
  const query = queryOf(about);
  const load = async (): Promise<void> => {
    try {
      const [labels, first] = await Promise.all([
        api.list<LabelRow>(`${scoresUrl()}labels/`, { query }),
        api.list<ScoreRow>(scoresUrl(), { query }),
      ]);
      if (!first.items.length) return replace(host, none());
      const note = "a label's place and attributes are means over what was found";
      replace(
        host,
        labels.items.length
          ? card(
              "By label",
              labelTable(labels.items, about.kind !== "model"),
              h("span", { class: "hint" }, note),
            )
          : null,
        picturesCard(about, first.items, first.next),
      );
    } catch (error) {
      replace(host, errorState(error, load));
    }
  };
  void load();
  return host;
}

function picturesCard(about: About, first: ScoreRow[], next: string | null): HTMLElement {
  const grid = h("div", { class: "mistakes" });
  const send = h("span", { class: "row wrap" });
  const more = h("button", { type: "button", class: "btn", hidden: true }, "Show more");
  let shown: ScoreRow[] = [];
  const add = (rows: ScoreRow[], after: string | null): void => {
    shown = [...shown, ...rows];
    grid.append(...rows.map(tile));
    more.hidden = after === null;
    more.onclick = () => {
      more.disabled = true;
      void api
        .list<ScoreRow>(scoresUrl(), { query: { ...queryOf(about), after: after ?? "" } })
        .then((page) => add(page.items, page.next))
        .catch((error: unknown) => grid.append(errorState(error)))
        .finally(() => (more.disabled = false));
    };
    replace(send, may("task.manage", boot()) ? reviews(about, shown) : null);
  };
  add(first, next);
  return card(
    "Pictures",
    [send, grid, h("div", { class: "row center" }, more)],
    h("span", { class: "hint" }, "those that agree least come first"),
  );
}

/** A button for each dataset the shown pictures lie in; those that agree wholly have nothing to be looked at. */
function reviews(about: About, rows: ScoreRow[]): HTMLElement[] {
  const doubtful = new Map<string, Set<string>>();
  for (const row of rows.filter((one) => one.score < 1))
    doubtful.set(row.dataset, (doubtful.get(row.dataset) ?? new Set()).add(row.item));
  return [...doubtful].map(([dataset, items]) =>
    reviewButton({ name: `Not as ${about.name}`, dataset, items: [...items], types: [] }),
  );
}

function tile(row: ScoreRow): HTMLElement {
  return h(
    "figure",
    { class: ["mistake", row.score === 1 && "right"] },
    itemPicture(row, row.dataset),
    h(
      "figcaption",
      null,
      h("span", { class: "clip", title: row.name }, h("b", null, metric(row.score, 2)), ` ${row.name}`),
      h("span", { class: "soft clip" }, scoreWords(row)),
    ),
  );
}

const HEADS: Record<Kind, string[]> = {
  model: ["Version", "Pictures", "Label", "Place", "Overall", "By subset"],
  person: ["Person", "Pictures", "Label", "Attributes", "Place", "Overall"],
  people: ["Two people", "Pictures", "Label", "Attributes", "Place", "Overall"],
};

/** One line each; its name opens what it comes from. */
export function summaryTable(
  kind: Kind,
  rows: ScoreSummary[],
  openOne: (row: ScoreSummary) => void,
): HTMLElement {
  return dataTable(
    "Agreement",
    HEADS[kind],
    rows.map((row) =>
      h(
        "tr",
        null,
        h(
          "th",
          { scope: "row" },
          h(
            "button",
            { type: "button", class: "linkish", onclick: () => openOne(row) },
            row.other ? `${row.who.name} and ${row.other.name}` : row.who.name,
          ),
        ),
        h("td", { class: "num" }, count(row.n)),
        numbers([row.label, ...(kind === "model" ? [] : [row.attributes]), row.geometry, row.score]),
        kind === "model" && h("td", { class: "num soft" }, subsetWords(row.subsets)),
      ),
    ),
  );
}

export function aboutOf(kind: Kind, row: ScoreSummary): About {
  return {
    kind,
    who: row.who.id,
    ...(row.other ? { other: row.other.id } : {}),
    name: row.other ? `${row.who.name} and ${row.other.name}` : row.who.name,
  };
}

export function nothingCompared(kind: Kind, actions?: Child): HTMLElement {
  const text = {
    model:
      "A version is compared where it predicted a picture that people have approved since, or when it is asked to predict its test set.",
    person: "What a person handed in is compared when somebody else, or a rule, approves the picture.",
    people:
      "Two people are compared where each labelled a copy of the same picture, as in front of a Consensus node.",
  }[kind];
  return emptyState({ icon: "scale", title: "Nothing compared yet", text, actions });
}
