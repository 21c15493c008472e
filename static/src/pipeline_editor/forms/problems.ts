/** Problems of the draft: code, sentence, and a click to the place. */
import { h } from "../../lib/dom";
import { icon } from "../../ui/icons";
import type { Problem } from "../io/api";
import { keyOfProblem, type PanelContext } from "./context";

export function problemLines(problems: readonly Problem[], context: PanelContext, links = true): HTMLElement {
  return h(
    "ul",
    { class: "problem-list" },
    problems.map((problem) => {
      const key = keyOfProblem(problem);
      const words = [problem.message, " ", h("code", { class: "hint" }, problem.code)];
      return h(
        "li",
        { class: problem.level },
        icon(problem.level === "error" ? "alert" : "info"),
        links && key
          ? h("button", { class: "problem-link", type: "button", onclick: () => context.show(key) }, words)
          : h("span", {}, words),
      );
    }),
  );
}
