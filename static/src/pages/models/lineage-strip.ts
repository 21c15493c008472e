/** The line of versions, each with the labels it learnt from; the best one green, a candidate hollow. */
import { h } from "../../lib/dom.ts";
import { plural } from "../../lib/format.ts";
import { modelUrl } from "./parts.ts";
import type { FamilyMember } from "./types.ts";

const MOST = 8;

function look(member: FamilyMember): string {
  if (member.status === "training") return "running";
  return member.stage || "plain";
}

export function lineageStrip(members: FamilyMember[], current?: string): HTMLElement {
  const shown = members.length > MOST ? members.slice(-MOST) : members;
  return h(
    "section",
    { class: "card lineage", "aria-label": "Lineage" },
    h("h2", null, "Lineage"),
    h(
      "ol",
      null,
      members.length > shown.length &&
        h(
          "li",
          { class: "earlier" },
          h("span", { class: "hint" }, `${members.length - shown.length} earlier`),
        ),
      shown.map((member) =>
        h(
          "li",
          { dataset: { look: look(member) } },
          h(
            "a",
            {
              href: modelUrl(member.id),
              title: member.name,
              "aria-current": member.id === current ? "page" : undefined,
            },
            `v${member.number}`,
          ),
          h("span", null, below(member)),
        ),
      ),
    ),
  );
}

function below(member: FamilyMember): string {
  if (member.status === "training") return "training";
  return member.train_count ? plural(member.train_count, "label") : "base";
}
