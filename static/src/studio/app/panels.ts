/** The panels of the studio, in the order they stand. To add one, write a class and name it here. */
import { feed } from "../../lib/feed.ts";
import { Cell } from "../../lib/store.ts";
import { remembered } from "./remembered.ts";
import type { Panel, PanelSpec, StudioContext } from "../context.ts";
import { history } from "../io/client.ts";
import { issueApi, pictureIssues, type Issue } from "../io/issues.ts";
import { membersOfProject } from "../io/members.ts";
import { versionsApi } from "../io/versions.ts";
import { isSuggestion } from "../shapes/_shape.ts";
import { missing } from "../state/attributes.ts";
import { Issues } from "../state/issues.ts";
import { numbersOf } from "../state/numbers.ts";
import type { Entry } from "../state/session.ts";
import { whoDid } from "../state/who.ts";
import { AttributesPanel } from "../views/attributes.ts";
import { ChangesPanel } from "../views/changes.ts";
import { askConflicts } from "../views/conflict.ts";
import { HistoryPanel } from "../views/history.ts";
import { IssuesPanel } from "../views/issues.ts";
import { LookPanel } from "../views/look.ts";
import { ObjectsPanel } from "../views/objects.ts";
import { PastCard } from "../views/past.ts";
import { pinIssues } from "../views/pins.ts";
import { Presence } from "../views/presence.ts";
import { SuggestionsPanel } from "../views/suggestions.ts";
import { TaskLog } from "../views/task-log.ts";
import { ToolOptions } from "../views/tool-options.ts";

/** One a page: the list flags what the panel lists. */
const issuesOf = onceFor(
  ({ dataset, document }: StudioContext) =>
    new Issues(dataset ? pictureIssues(dataset) : issueApi, feed, (id) => document.arrived(id)),
);

const shapes = (studio: StudioContext) => studio.shapes;

function onceFor<R>(make: (studio: StudioContext) => R): (studio: StudioContext) => R {
  const made = new WeakMap<StudioContext, R>();
  return (studio) => {
    const known = made.get(studio);
    if (known !== undefined) return known;
    const fresh = make(studio);
    made.set(studio, fresh);
    return fresh;
  };
}

function suggestionsPanel(studio: StudioContext): Panel {
  return new SuggestionsPanel({
    suggestions: studio.suggestions,
    selection: studio.document.selection,
    readOnly: studio.readOnly,
    shown: (id) => studio.shortcuts.shown(id),
  });
}

function objectsPanel(studio: StudioContext): Panel {
  const { tools, document, stage } = studio;
  const count = new Cell(0);
  const panel = new ObjectsPanel({
    ctx: tools,
    numbers: numbersOf(document.store),
    issues: issuesOf(studio).ofAnnotation,
    threshold: studio.suggestions.threshold,
    colorOf: ({ id, label }) => stage.colorOf(id) ?? tools.color(label),
    reveal: ({ type, geometry }) => {
      const box = tools.typeOf(type)?.bounds(geometry, stage.imageSize());
      if (box) stage.reveal(box);
    },
    onCount: () => count.set(document.store.all().filter((one) => !isSuggestion(one)).length),
  });
  studio.handle("panel.objects", () => panel.focus());
  for (const cell of [studio.readOnly, studio.settings] as Cell<unknown>[])
    cell.subscribe(() => panel.refresh());
  return { element: panel.element, count };
}

function attributesPanel(studio: StudioContext): Panel {
  const { document, attributes, tools, labels, stage } = studio;
  const panel = new AttributesPanel({
    ctx: tools,
    numbers: numbersOf(document.store),
    labels,
    attributes,
    refused: {
      list: document.refused,
      retry: (id) => void document.retry(id),
      giveUp: (id) => void document.giveUp(id),
    },
    shown: (id) => studio.shortcuts.shown(id),
    frame: ({ type, geometry }) => {
      const box = tools.typeOf(type)?.bounds(geometry, stage.imageSize());
      if (box) stage.frame(box);
    },
  });
  studio.handle("panel.attributes", () => {
    if (!panel.focus()) tools.announce("Select something first.");
  });
  studio.handle("panel.attributes.next", () => panel.along(1));
  studio.handle("panel.attributes.previous", () => panel.along(-1));
  studio.readOnly.subscribe(() => panel.refresh());
  studio.check(() => !panel.ask(missing(document, { attributes: attributes.value })));
  return panel;
}

function issuesPanel(studio: StudioContext): Panel {
  const { tools, document, stage, review } = studio;
  const issues = issuesOf(studio);
  const people = membersOfProject();
  const panel = new IssuesPanel({
    ctx: tools,
    issues,
    numbers: numbersOf(document.store),
    review,
    only: studio.walk,
    shapes: studio.shapes,
    people,
    reveal: (box) => stage.reveal(box),
    shown: (id) => studio.shortcuts.shown(id),
    resolvedToo: remembered(studio.prefs, "studio_resolved_issues", true),
  });
  const show = () => studio.showPanel("issues");
  let shown: string | undefined;
  studio.entry.subscribe((entry) => {
    const another = entry?.item.id !== shown;
    shown = entry?.item.id;
    if (another) panel.another();
    showIssues(issues, entry);
    if (another && isBack(entry) && issues.unresolved().length) show();
  });
  let asked = studio.askedIssue;
  issues.list.subscribe((list) => {
    const wanted = asked;
    if (wanted && list.some(({ id }) => id === wanted)) {
      asked = null;
      show();
      queueMicrotask(() => panel.pick(wanted)); // after the item has chosen its own first issue
    }
    studio.openIssues.set(list.filter(({ state }) => state === "open").length);
  });
  pinIssues(tools, issues, ({ id }) => {
    show();
    panel.pick(id);
  });
  if (review) {
    studio.handle("review.issue", () => {
      show();
      panel.begin();
    });
    studio.askIssueBy((send) => {
      show();
      panel.reject(send);
    });
  }
  studio.handle("review.issue.next", () => {
    show();
    panel.next();
  });
  studio.handle("review.issue.answer", () => panel.answer());
  return panel;
}
function historyPanel(studio: StudioContext): Panel {
  const { tools, document, stage, entry, past } = studio;
  const log = studio.walk ? null : history;
  const panel = new HistoryPanel({ ctx: tools, document, versions: versionsApi, past, log });
  studio.check(() => {
    if (!past.value) return true;
    past.set(null);
    tools.announce("This is how it is now. Nothing was answered yet.");
    return false;
  });
  entry.subscribe((shown) => panel.show(shown?.item.id ?? null, shown?.item.item.id ?? null));
  askConflicts({
    ctx: tools,
    document,
    numbers: numbersOf(document.store),
    picture: () => stage.picture,
    saver,
  });
  return panel;
}
function changesPanel(studio: StudioContext): Panel {
  const { tools, document, stage, entry, me } = studio;
  const panel = new ChangesPanel({
    ctx: tools,
    document,
    numbers: numbersOf(document.store),
    versions: versionsApi,
    log: history,
    me: me.id,
    frame: (box) => stage.frame(box),
    shown: (id) => studio.shortcuts.shown(id),
  });
  entry.subscribe((shown) => panel.show(shown?.item.id ?? null, shown?.item.item.id ?? null));
  const walk = (by: 1 | -1) => () => {
    studio.showPanel("changes");
    void panel.step(by);
  };
  studio.handle("review.change.next", walk(1));
  studio.handle("review.change.previous", walk(-1));
  // What can be compared with is read when somebody looks.
  new IntersectionObserver((seen) => {
    if (seen.some(({ isIntersecting }) => isIntersecting)) void panel.read();
  }).observe(panel.element);
  return panel;
}
function logPanel({ entry }: StudioContext): Panel {
  const log = new TaskLog(history);
  entry.subscribe((shown) => log.show(shown));
  return log;
}
async function saver(item: string): Promise<{ name: string; at: string } | null> {
  const [newest] = (await versionsApi.list(item)).items;
  return newest ? { name: whoDid(newest.author), at: newest.at } : null;
}
/** What came with the item; of a picture outside of a task it comes a little later. */
function showIssues(issues: Issues, entry: Entry | null): void {
  const known = (entry?.item.issues ?? []).filter(isIssue);
  issues.show(entry?.item.id ?? null, entry?.item.item.id ?? null, known);
  if (entry) issues.read(entry.item.id, known);
}
/** What came back is read first. */
function isBack(entry: Entry | null): boolean {
  return entry?.item.place === "sent_back";
}
function isIssue(one: object): one is Issue {
  return "comments" in one && "number" in one;
}

export const PANELS: readonly PanelSpec[] = [
  {
    id: "presence",
    title: "Also here",
    place: "desk",
    make: ({ entry, tools }) => new Presence({ entry, feed, announce: (text) => tools.announce(text) }),
  },
  {
    id: "past",
    title: "Earlier version",
    place: "desk",
    when: shapes,
    make: ({ past, stage }) => new PastCard(past, () => stage.element.focus({ preventScroll: true })),
  },
  {
    id: "tool-options",
    title: "Options of the tool",
    place: "desk",
    when: shapes,
    make: ({ tools, toolbox }) => new ToolOptions({ ctx: tools, active: toolbox.active }),
  },
  { id: "suggestions", title: "Suggestions", place: "above", when: shapes, make: suggestionsPanel },
  { id: "objects", title: "Objects", place: "tab", when: shapes, make: objectsPanel },
  { id: "issues", title: "Issues", place: "tab", make: issuesPanel },
  { id: "history", title: "History", place: "tab", when: shapes, make: historyPanel },
  {
    id: "changes",
    title: "Changes",
    place: "tab",
    when: ({ shapes, review }) => shapes && review,
    make: changesPanel,
  },
  { id: "log", title: "History", place: "tab", when: (studio) => !studio.shapes, make: logPanel },
  { id: "attributes", title: "Attributes", place: "below", when: shapes, make: attributesPanel },
  {
    id: "look",
    title: "Look",
    place: "tools",
    icon: "sliders",
    shortcut: "view.look",
    when: shapes,
    make: ({ stage, settings }) => new LookPanel({ look: stage.look, settings }),
  },
];
