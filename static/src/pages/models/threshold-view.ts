/** Where to cut the answers: precision, recall and F1 at every score, the cut that suits a wish, and setting it. */
import { h, replace, type Child } from "../../lib/dom.ts";
import { api } from "../../lib/http.ts";
import { count, decimal, metric } from "../../lib/format.ts";
import { legendKeys, lineChart } from "../../ui/chart.ts";
import { errorState, skeletonLines } from "../../ui/empty.ts";
import { errorToast, toast } from "../../ui/toast.ts";
import { card } from "./parts.ts";
import type { Model } from "./types.ts";

interface Cut {
  threshold: number;
  precision: number;
  recall: number;
  f1: number;
  false: number;
  missed: number;
  cost: number;
}
interface Cutting {
  labels: string[];
  label: string | null;
  /** Whether all labels can be cut as one. */
  whole: boolean;
  cut: Cut | null;
  reason: string | null;
  curve: { threshold: number[]; precision: number[]; recall: number[]; f1: number[] } | null;
  shown_from: number | null;
}
type Wish = "f1" | "precision" | "recall" | "cost";
const LINES = [
  { name: "F1", role: "active" },
  { name: "precision", role: "second" },
  { name: "recall", role: "control" },
] as const;
const WISHES: [Wish, string][] = [
  ["f1", "the best F1"],
  ["precision", "at least this precision"],
  ["recall", "at least this recall"],
  ["cost", "the least cost"],
];

export function thresholdView(model: Model, evaluationId: string, canEdit: boolean): HTMLElement {
  const place = h("div", null, skeletonLines(4));
  let shownFrom = model.shown_from;
  const wish = h(
    "select",
    { class: "select select-sm", "aria-label": "What the score is chosen for", onchange: () => void load() },
    WISHES.map(([value, text]) => h("option", { value }, text)),
  );
  const label = h("select", {
    class: "select select-sm",
    "aria-label": "Class",
    onchange: () => void load(),
  });
  const number = (name: string, value: number, step: number, max?: number) =>
    h("input", {
      class: "input input-sm number",
      type: "number",
      min: 0,
      max,
      step,
      value: String(value),
      "aria-label": name,
      onchange: () => void load(),
    });
  const target = number("Target", 0.9, 0.01, 1);
  const costFalse = number("Cost of a wrong answer", 1, 0.5);
  const costMissed = number("Cost of a miss", 1, 0.5);
  const prices = h("span", { class: "row" }, "wrong answer", costFalse, "miss", costMissed);
  const form = h("div", { class: "row wrap threshold-form" }, label, wish, target, prices);
  let last = 0;

  async function load(): Promise<void> {
    const mine = ++last;
    target.hidden = wish.value === "f1" || wish.value === "cost";
    prices.hidden = wish.value !== "cost";
    try {
      const found = await api.get<Cutting>(`/api/v1/evaluations/${evaluationId}/thresholds/`, {
        query: {
          label: label.value || null,
          wish: wish.value,
          target: target.value || null,
          cost_false: costFalse.value || null,
          cost_missed: costMissed.value || null,
        },
      });
      if (mine !== last) return;
      if (!label.options.length) fill(found);
      replace(place, drawn(found));
    } catch (error) {
      if (mine === last) replace(place, errorState(error, load));
    }
  }
  function fill(found: Cutting): void {
    const all = found.whole ? [h("option", { value: "" }, "all classes")] : [];
    replace(
      label,
      all,
      found.labels.map((name) => h("option", { value: name }, name)),
    );
    label.value = found.label ?? "";
  }
  function drawn(found: Cutting): Child {
    const { cut, curve } = found;
    return [
      cut
        ? h(
            "p",
            null,
            "From a score of ",
            h("b", null, decimal(cut.threshold, 3)),
            ` on: ${words(cut, wish.value)}.`,
          )
        : h("p", { class: "soft" }, found.reason ?? ""),
      curve && [chartOf(curve, cut), h("div", { class: "row" }, legendKeys([...LINES]))],
      found.whole && canEdit && setting(cut),
    ];
  }
  function setting(cut: Cut | null): HTMLElement {
    const now = shownFrom === null ? "as training chose" : decimal(shownFrom, 3);
    const button = (text: string, score: number | null) =>
      h("button", { type: "button", class: "btn btn-sm", onclick: () => void set(score) }, text);
    return h(
      "div",
      { class: "row wrap" },
      h(
        "span",
        { class: "hint" },
        `People are shown its shapes ${shownFrom === null ? now : `from ${now} on`}.`,
      ),
      cut && button(`Show from ${decimal(cut.threshold, 3)}`, cut.threshold),
      shownFrom !== null && button("As training chose", null),
    );
  }
  async function set(score: number | null): Promise<void> {
    try {
      const after = await api.patch<Model>(`/api/v1/models/${model.id}/`, { shown_from: score });
      shownFrom = after.shown_from;
      toast(score === null ? "Shown as training chose." : `Shown from a score of ${decimal(score, 3)} on.`, {
        kind: "ok",
      });
      await load();
    } catch (error) {
      errorToast(error);
    }
  }
  void load();
  return card(
    "Where to cut",
    [form, place],
    h("span", { class: "hint" }, "precision and recall at every score"),
    "span-2",
  );
}

function words(cut: Cut, wish: string): string {
  const rates = `precision ${metric(cut.precision)}, recall ${metric(cut.recall)}, F1 ${metric(cut.f1)}`;
  const errors = `${count(cut.false)} wrong, ${count(cut.missed)} missed`;
  return wish === "cost" ? `${rates}; ${errors}, a cost of ${decimal(cut.cost, 1)}` : `${rates}; ${errors}`;
}

function chartOf(curve: NonNullable<Cutting["curve"]>, cut: Cut | null): HTMLElement {
  const points = (values: number[]) =>
    curve.threshold.map((x, at) => [x, values[at] ?? null] as const).reverse();
  return lineChart({
    label: "Precision, recall and F1 by score",
    height: 220,
    spec: {
      x: { name: "score", min: 0, max: 1, format: (value) => decimal(value, 1) },
      y: { min: 0, max: 1, format: (value) => metric(value, 1) },
      series: [
        { ...LINES[0], points: points(curve.f1), dots: false },
        { ...LINES[1], points: points(curve.precision), dots: false },
        { ...LINES[2], points: points(curve.recall), dots: false },
      ],
      marks: cut ? [{ x: cut.threshold, label: decimal(cut.threshold, 2) }] : [],
    },
  }).element;
}
