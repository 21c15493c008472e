/** "Why this image": the selection's own words, in plain ones. Pure. */
import { metric, words } from "../../lib/format.ts";
import type { Selection, Suggestion } from "./types.ts";

const STRATEGIES: Record<string, string> = {
  margin: "it is torn between two labels",
  entropy: "it is unsure among many labels",
  least_confidence: "it is least sure of its first choice",
  cluster_margin: "it is unsure, and the image stands for a group of similar ones",
  typiclust: "it is typical of images nobody labelled yet",
  k_center: "it lies far from everything labelled so far",
  badge: "it would change the model most",
  random: "drawn at random",
};

/** Strategies that look at the gap between the first two. */
const TORN = new Set(["margin", "cluster_margin"]);

/** The two likeliest labels, likeliest first. */
export function topTwo(suggestion: Suggestion | null): [string, string] | null {
  const ranked = Object.entries(suggestion?.probs ?? {}).sort(([, a], [, b]) => b - a);
  const [first, second] = ranked;
  return first && second ? [first[0], second[0]] : null;
}

/** One sentence, or null when nobody chose the image. */
export function whyThisImage(selection: Selection | null, suggestion: Suggestion | null): string | null {
  if (!selection?.strategy && !selection?.arm) return null;
  const round = selection.round ? `round ${selection.round}` : "a round";
  if (selection.arm === "random" || selection.strategy === "random") {
    return `Random control pick of ${round}: chosen without asking the model, so that the measure stays honest`;
  }
  return `${reasonOf(selection, suggestion)} (${factsOf(selection, round).join(", ")})`;
}

function reasonOf(selection: Selection, suggestion: Suggestion | null): string {
  // Items told before selections named their model, and whose shapes alone are suggested, name none.
  const name = selection.model_name ?? suggestion?.model_name ?? "The model";
  const strategy = selection.strategy ?? "";
  const pair = topTwo(suggestion);
  if (pair && TORN.has(strategy)) return `${name} is torn between ${pair[0]} and ${pair[1]}`;
  return `${name}: ${STRATEGIES[strategy] ?? words(strategy).toLowerCase()}`;
}

function factsOf(selection: Selection, round: string): string[] {
  const facts = [words(selection.strategy ?? "").toLowerCase()];
  if (typeof selection.score === "number") facts.push(`score ${metric(selection.score)}`);
  const of = selection.chosen ? ` of ${selection.chosen}` : "";
  facts.push(selection.rank === undefined ? `in ${round}` : `pick ${selection.rank + 1}${of} in ${round}`);
  return facts.filter(Boolean);
}
