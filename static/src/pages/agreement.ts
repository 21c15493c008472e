/** Agreement: models and people against what is true, people with each other; a line opens what it comes from. */
import "./models/models.css";
import { boot, may } from "../lib/boot.ts";
import { h, need, replace, type Child } from "../lib/dom.ts";
import { feed } from "../lib/feed.ts";
import { api } from "../lib/http.ts";
import { errorState, skeletonLines } from "../ui/empty.ts";
import { icon } from "../ui/icons.ts";
import { createTabs } from "../ui/tabs.ts";
import { errorToast, toast } from "../ui/toast.ts";
import {
  aboutOf,
  agreementView,
  nothingCompared,
  scoresUrl,
  summaryTable,
  type Kind,
  type ScoreSummary,
} from "./models/agreement-view.ts";
import { card } from "./models/parts.ts";

const data = boot<{ canEdit: boolean; people: boolean }>();
const canEdit = may("model.edit", data);

/** The means of one kind, and under them what one of them comes from. */
function panelOf(kind: Kind): { element: HTMLElement; load: () => Promise<void> } {
  const list = h("div", null, skeletonLines(4));
  const detail = h("div", { class: "stack" });
  const element = h("div", { class: "stack" }, list, detail);
  const open = (row: ScoreSummary): void => {
    const about = aboutOf(kind, row);
    const heading = h("h2", { class: "section-title", tabindex: "-1" }, about.name);
    replace(
      detail,
      heading,
      agreementView(about, () => nothingCompared(kind)),
    );
    heading.focus();
  };
  const load = async (): Promise<void> => {
    try {
      const { items } = await api.list<ScoreSummary>(`${scoresUrl()}summary/`, { query: { kind } });
      replace(
        list,
        items.length
          ? card(
              kind === "people" ? "With each other" : "Against what is true",
              summaryTable(kind, items, open),
              h("span", { class: "hint" }, "a name opens its pictures"),
            )
          : nothingCompared(kind),
      );
    } catch (error) {
      replace(list, errorState(error, load));
    }
  };
  return { element, load };
}

const kinds: [Kind, string][] = [
  ["model", "Models"],
  ...(data.page.people
    ? ([
        ["person", "People"],
        ["people", "Two people"],
      ] as [Kind, string][])
    : []),
];
const panels = new Map(kinds.map(([kind]) => [kind, panelOf(kind)]));
const tabs = createTabs({
  label: "Agreement",
  tabs: kinds.map(([kind, title]) => ({
    id: kind,
    title,
    panel: () => {
      const panel = panels.get(kind);
      void panel?.load();
      return panel?.element ?? h("div");
    },
  })),
});

function again(): Child {
  if (!canEdit) return null;
  const ask = async (): Promise<void> => {
    button.disabled = true;
    try {
      await api.post(scoresUrl(), {});
      toast("Everything that was approved is compared anew.");
    } catch (error) {
      errorToast(error);
    } finally {
      button.disabled = false;
    }
  };
  const button = h(
    "button",
    { type: "button", class: "btn", onclick: () => void ask() },
    icon("refresh"),
    "Compare anew",
  );
  return button;
}

replace(need("#agreement-actions"), again());
need("#agreement-tabs").append(tabs.element);
need("#agreement").append(tabs.panels);
feed.watch(["job.status"], (events) => {
  const done = events.some((one) => one.data["kind"] === "models.scores" && one.data["state"] === "done");
  if (!events.length || done) for (const panel of panels.values()) void panel.load();
});
