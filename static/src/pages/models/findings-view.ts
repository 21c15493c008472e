/** What stands out in an evaluation: slices that are worse than the rest, and labels to look at again. */
import { h, replace } from "../../lib/dom.ts";
import { metric, plural } from "../../lib/format.ts";
import { api } from "../../lib/http.ts";
import { emptyState, errorState, skeletonLines } from "../../ui/empty.ts";
import { itemPicture } from "./items-view.ts";
import { card } from "./parts.ts";
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
  suspects: Suspect[];
  suspects_total: number;
  dataset: string;
}

const MEASURES = { right: "Right", f1: "F1 of a picture", iou: "IoU of a picture" } as const;

/** Loads by itself; an evaluation from before pictures were judged one by one shows nothing. */
export function findingsView(evaluationId: string, model: string, mayReview: boolean): HTMLElement {
  const host = h("div", { class: "stack" }, skeletonLines(3));
  const load = async (): Promise<void> => {
    try {
      const found = await api.get<Findings>(`/api/v1/evaluations/${evaluationId}/findings/`);
      replace(
        host,
        slicesCard(found),
        found.suspects.length ? suspectsCard(found, mayReview ? model : null) : null,
      );
    } catch (error) {
      replace(host, errorState(error, load));
    }
  };
  void load();
  return host;
}

/** {folder: "/night", "metadata.user.lens": "wide"} -> "folder /night, lens wide". */
export function sliceName(facts: Record<string, string>): string {
  const short = (name: string) => name.replace(/^metadata\.(user\.)?/, "");
  return Object.entries(facts)
    .map(([name, value]) => `${short(name)} ${value}`)
    .join(", ");
}

function slicesCard(found: Findings): HTMLElement {
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
      h("th", { scope: "row" }, sliceName(one.facts)),
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
