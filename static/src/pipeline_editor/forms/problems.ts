/** Problems of the draft: code, sentence, and a click to the place. */
import { h } from "../../lib/dom";
import { icon } from "../../ui/icons";
import type { Problem } from "../io/api";
import { keyOfProblem, type PanelContext } from "./context";
import { openVariable } from "./variables";

export function problemLines(problems: readonly Problem[], context: PanelContext, links = true): HTMLElement {
  return h(
    "ul",
    { class: "problem-list" },
    problems.map((problem) => {
      const place = links ? placeOf(problem, context) : null;
      const words = [problem.message, " ", h("code", { class: "hint" }, problem.code)];
      return h(
        "li",
        { class: problem.level },
        icon(problem.level === "error" ? "alert" : "info"),
        place
          ? h("button", { class: "problem-link", type: "button", onclick: place }, words)
          : h("span", {}, words),
      );
    }),
  );
}

/** Goes to what the problem is at: on the canvas, or the variable itself. */
function placeOf(problem: Problem, context: PanelContext): (() => void) | null {
  const key = keyOfProblem(problem);
  if (key) return () => context.show(key);
  const variable = problem.variable ? context.doc.variable(problem.variable) : undefined;
  return variable ? () => void openVariable(variable, context) : null;
}
