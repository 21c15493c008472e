/** What stands out in an evaluation: slices that are worse than the rest, and labels to look at again. */
import { h, replace } from "../../lib/dom.ts";
import { count, metric, plural, signed } from "../../lib/format.ts";
import { api } from "../../lib/http.ts";
import { emptyState, errorState, skeletonLines } from "../../ui/empty.ts";
import { factName, itemPicture, sliceName } from "./items-view.ts";
import { card, dataTable } from "./parts.ts";
import { reviewButton } from "./review-button.ts";

interface WorstSlice {
  facts: Record<string, string>;
  n: number;
  mean: number;
  rest: number;
  q: number;
}
interface Suspect {
  item: string | null;
  name: string;
  thumbnail: string | null;
  /** Empty where the model sees something that nobody marked. */
  label: string;
  suggested: string;
  margin: number;
}
interface Findings {
  measure: "right" | "f1" | "iou";
  n: number;
  mean: number | null;
  looked_at: number;
  worst: WorstSlice[];
  /** By one fact each; value: the mean, null where no picture of it could be read. */
  slices: { facts: Record<string, string>; n: number; value: number | null }[];
  suspects: Suspect[];
  suspects_total: number;
  dataset: string;
}

const MEASURES = { right: "Right", f1: "F1 of a picture", iou: "IoU of a picture" } as const;

type ShowSlice = (facts: Record<string, string>) => void;

/** Loads by itself; an evaluation from before pictures were judged one by one shows nothing. showSlice: opens the
 * pictures of a slice. */
export function findingsView(
  evaluationId: string,
  model: string,
  mayReview: boolean,
  showSlice: ShowSlice,
): HTMLElement {
  const host = h("div", { class: "stack" }, skeletonLines(3));
  const load = async (): Promise<void> => {
    try {
      const found = await api.get<Findings>(`/api/v1/evaluations/${evaluationId}/findings/`);
      replace(
        host,
        slicesCard(found, showSlice),
        everySliceCard(found, showSlice),
        found.suspects.length ? suspectsCard(found, mayReview ? model : null) : null,
      );
    } catch (error) {
      replace(host, errorState(error, load));
    }
  };
  void load();
  return host;
}

function slicesCard(found: Findings, showSlice: ShowSlice): HTMLElement {
  const looked = `${plural(found.looked_at, "slice")} of at least 20 pictures looked at`;
  if (!found.worst.length) {
    const text = found.looked_at
      ? "By folder, size, label, annotator and metadata, what differs is within chance."
      : "A slice is judged from 20 pictures on, beside as many others: this test set has none.";
    return card(
      "Where it is worse",
      emptyState({ icon: "done", title: "No slice stands out", text }),
      h("span", { class: "hint" }, looked),
    );
  }
  const head = ["Slice", "Pictures", MEASURES[found.measure], "All others", "Chance at most"];
  const number = (text: string) => h("td", { class: "num" }, text);
  const line = (one: WorstSlice) =>
    h(
      "tr",
      null,
      h("th", { scope: "row" }, sliceLink(one.facts, sliceName(one.facts), showSlice)),
      number(String(one.n)),
      number(metric(one.mean)),
      number(metric(one.rest)),
      number(one.q < 0.001 ? "<0.1 %" : `${(100 * one.q).toFixed(1)} %`),
    );
  return card(
    "Where it is worse",
    h(
      "div",
      { class: "table-wrap bleed" },
      h(
        "table",
        { class: "table", "aria-label": "Slices worse than the rest" },
        h(
          "thead",
          null,
          h(
            "tr",
            null,
            head.map((name, i) => h("th", { scope: "col", class: i ? "num" : "" }, name)),
          ),
        ),
        h("tbody", null, found.worst.map(line)),
      ),
    ),
    h("span", { class: "hint" }, looked),
  );
}

function sliceLink(facts: Record<string, string>, words: string, showSlice: ShowSlice): HTMLElement {
  return h("button", { type: "button", class: "linkish", onclick: () => showSlice(facts) }, words);
}

const MOST_ROWS = 100;
/** What parts the pictures: a fact with a single value does not. */
export function partingFacts(slices: readonly { facts: Record<string, string> }[]): string[] {
  const values = new Map<string, number>();
  for (const { facts } of slices)
    for (const name of Object.keys(facts)) values.set(name, (values.get(name) ?? 0) + 1);
  return [...values].filter(([, n]) => n > 1).map(([name]) => name);
}

/** Every slice by one fact at a time, the worst first. */
function everySliceCard(found: Findings, showSlice: ShowSlice): HTMLElement | null {
  const facts = partingFacts(found.slices);
  const [first] = facts;
  if (first === undefined) return null;
  const place = h("div");
  const show = (fact: string): void => {
    const rows = found.slices
      .filter((one) => fact in one.facts)
      .sort((a, b) => (a.value ?? 2) - (b.value ?? 2));
    replace(
      place,
      dataTable(
        `Slices by ${factName(fact)}`,
        [factName(fact), "Pictures", MEASURES[found.measure], "Beside all"],
        rows.slice(0, MOST_ROWS).map((one) => {
          const apart = one.value === null || found.mean === null ? null : one.value - found.mean;
          return h(
            "tr",
            null,
            h("th", { scope: "row" }, sliceLink(one.facts, one.facts[fact] ?? "", showSlice)),
            h("td", { class: "num" }, count(one.n)),
            h("td", { class: "num" }, metric(one.value)),
            h("td", { class: "num soft" }, signed(apart)),
          );
        }),
      ),
      rows.length > MOST_ROWS &&
        h("p", { class: "hint" }, `The worst ${MOST_ROWS} of ${plural(rows.length, "slice")}.`),
    );
  };
  show(first);
  const choice = h(
    "select",
    {
      class: "select select-sm",
      "aria-label": "Slices by",
      onchange: (event) => show((event.target as HTMLSelectElement).value),
    },
    facts.map((name) => h("option", { value: name }, `by ${factName(name)}`)),
  );
  return card(
    "Slices",
    place,
    h("span", { class: "row" }, h("span", { class: "hint" }, "a name opens its pictures"), choice),
  );
}

function suspectsCard(found: Findings, model: string | null): HTMLElement {
  const shown = found.suspects.length;
  const side =
    shown < found.suspects_total
      ? `the first ${shown} of ${plural(found.suspects_total, "picture")}`
      : plural(shown, "picture");
  return card(
    "Labels to look at again",
    [
      model !== null &&
        h(
          "div",
          { class: "row wrap" },
          reviewButton({
            name: `Doubted by ${model}`,
            dataset: found.dataset,
            items: found.suspects.flatMap((one) => (one.item === null ? [] : [one.item])),
            types: found.measure === "right" ? ["class"] : [],
          }),
        ),
      h(
        "div",
        { class: "mistakes" },
        found.suspects.map((one) => tile(one, found.dataset)),
      ),
    ],
    h("span", { class: "hint" }, `${side}, the most doubtful first`),
  );
}

function tile(one: Suspect, dataset: string): HTMLElement {
  return h(
    "figure",
    { class: "mistake" },
    itemPicture(one, dataset),
    h(
      "figcaption",
      null,
      h(
        "span",
        { class: "clip", title: one.name },
        one.label ? ["labelled ", h("b", null, one.label)] : "something unmarked",
      ),
      h("span", { class: "soft clip" }, `looks like ${one.suggested}`),
    ),
  );
}
