/** The versions of a project: who is best, what is being trained, what the gate said last. */
import "./models/models.css";
import { boot, may } from "../lib/boot.ts";
import { h, need, replace } from "../lib/dom.ts";
import { feed } from "../lib/feed.ts";
import { count, metric, plural } from "../lib/format.ts";
import { api } from "../lib/http.ts";
import { lineChart } from "../ui/chart.ts";
import { emptyState } from "../ui/empty.ts";
import { icon } from "../ui/icons.ts";
import { menuButton } from "../ui/menu.ts";
import { chip, statusChip } from "../ui/status.ts";
import { createTable, type Table } from "../ui/table.ts";
import { createTabs } from "../ui/tabs.ts";
import { timeAgo } from "../ui/time.ts";
import { cancel, compareWith, open, promote } from "./models/acts.ts";
import { importVersion } from "./models/portable.ts";
import { figureCell, listFigures } from "./models/list-figures.ts";
import { listFilter } from "./models/list-filter.ts";
import { lineageStrip } from "./models/lineage-strip.ts";
import { gallery, newVersion, registerBase } from "./models/new-version.ts";
import {
  card,
  checkList,
  comparisonUrl,
  madeBy,
  modelLink,
  modelUrl,
  pairChips,
  projectId,
  stateChip,
  verdictTitle,
  verdictWords,
  waitsForApproval,
  whyText,
} from "./models/parts.ts";
import { createProgress } from "../ui/progress.ts";
import type { Comparison, FamilyMember, FiguresAnswer, Model } from "./models/types.ts";

const data = boot<{ canEdit: boolean; comparison: Comparison | null; task: string }>();
const canEdit = may("model.edit", data);
const base = `/api/v1/projects/${projectId()}`;
const picked = new Map<string, Model>();
const compareButton = h(
  "button",
  {
    type: "button",
    class: "btn",
    disabled: true,
    onclick: () => {
      const [one, two] = [...picked.values()];
      if (one && two) void compareWith(one, data.page.task, two);
    },
  },
  icon("compare"),
  "Compare",
);
const sideBySide = h(
  "button",
  {
    type: "button",
    class: "btn",
    disabled: true,
    title: "Choose two to six versions",
    onclick: () =>
      window.location.assign(`/p/${projectId()}/models/together/?models=${[...picked.keys()].join()}`),
  },
  icon("layers"),
  "Side by side",
);

function pick(model: Model): HTMLElement {
  return h("input", {
    type: "checkbox",
    class: "checkbox checkbox-sm",
    "aria-label": `Choose ${model.name} to compare`,
    checked: picked.has(model.id),
    disabled: !model.can_predict,
    onclick: (event) => event.stopPropagation(),
    onchange: (event) => {
      if ((event.target as HTMLInputElement).checked) picked.set(model.id, model);
      else picked.delete(model.id);
      compareButton.disabled = picked.size !== 2;
      compareButton.title = picked.size === 2 ? "" : "Choose two versions";
      sideBySide.disabled = picked.size < 2 || picked.size > 6;
      sideBySide.title = sideBySide.disabled ? "Choose two to six versions" : "";
    },
  });
}

function versionTable(): Table<Model> {
  return createTable<Model>({
    label: "Versions",
    columns: [
      { key: "pick", title: "Choose", hiddenTitle: true, cell: pick, class: "pick" },
      {
        key: "name",
        title: "Version",
        cell: (model) => [
          h("span", { class: "muted" }, `v${model.number} `),
          modelLink(model),
          model.tags.map((tag) => h("span", { class: "tag" }, tag)),
        ],
        class: "name-cell",
        sort: true,
      },
      { key: "stage", title: "Stage", cell: stateChip },
      {
        key: "base",
        title: "Base",
        cell: (model) => model.base_model?.name ?? "—",
        wideOnly: true,
        class: "clip-cell",
      },
      {
        key: "train_count",
        title: "Train",
        num: true,
        sort: true,
        cell: (model) => (model.train_count ? count(model.train_count) : "—"),
      },
      ...listFigures(data.page.task).map(({ key, title, wideOnly = false }, i) => ({
        key,
        title,
        num: true,
        sort: true,
        cell: (model: Model) => figureCell(model.evaluation?.summary, key, i === 0),
        wideOnly,
      })),
      {
        key: "why",
        title: "Why",
        cell: (model) => h("span", { title: whyText(model) }, whyText(model)),
        class: "why",
      },
      {
        key: "by",
        title: "Made by",
        cell: (model) => h("span", { class: "hint nowrap" }, madeBy(model), ", ", timeAgo(model.created_at)),
        wideOnly: true,
      },
    ],
    load: ({ after, sort, signal }) =>
      api.list<Model>(`${base}/models/`, { query: { after, sort, ...filter.query() }, signal }),
    href: (model) => modelUrl(model.id),
    empty: () => (filter.isActive() ? nothingMatches() : noModel()),
    onRows: (rows) => {
      if (!filter.isActive()) around(rows);
      drawVerdict(lastVerdict); // whose candidate may have been promoted meanwhile
    },
  });
}

function nothingMatches(): HTMLElement {
  return emptyState({
    icon: "search",
    title: "No version matches",
    text: "Other words, another stage or another tag may find some.",
    actions: h(
      "button",
      { type: "button", class: "btn", onclick: () => filter.clear() },
      "Show all versions",
    ),
  });
}

function noModel(): HTMLElement {
  return emptyState({
    icon: "models",
    title: "No model yet",
    text: "Register a base model first: an architecture, perhaps pretrained. Versions are made from it with your ground truth.",
    actions:
      canEdit &&
      h(
        "button",
        { type: "button", class: "btn btn-primary", onclick: () => void registerBase() },
        "Register a base model",
      ),
  });
}

const lineage = h("div");
const training = h("div");
const verdict = h("div", { class: "verdict-slot" });
const top = h("div", { class: "verdict-row" }, verdict, training);

/** What stands above the table follows from its rows: the line of versions, the training that runs. */
function around(rows: Model[]): void {
  if (rows.length) tabs.setCount("versions", rows.length);
  const newest = [...rows].sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at))[0];
  const family = rows.filter((model) => model.family === newest?.family).sort((a, b) => a.number - b.number);
  const members: FamilyMember[] = family.map((model) => ({
    ...model,
    base_model: model.base_model?.id ?? null,
  }));
  replace(lineage, members.length > 1 && lineageStrip(members));
  drawTraining(rows.filter((model) => model.status === "training"));
}

function drawTraining(running: Model[]): void {
  top.classList.toggle("alone", running.length === 0);
  replace(
    training,
    running.slice(0, 2).map((model) => {
      const bar = createProgress({
        label: model.name,
        ...(canEdit ? { onCancel: () => cancel(model).then(() => table.reload()) } : {}),
      });
      const { done, total, note } = model.job?.progress ?? {};
      bar.set({ done: done ?? 0, total: total && total > 1 ? total : null, note: note ?? whyText(model) });
      feed.on("job.progress", (event) => {
        const progress = event.data["progress"] as { done: number; total: number; note: string } | undefined;
        if (progress && model.job && event.ids.includes(model.job.id)) bar.set(progress);
      });
      return h(
        "section",
        { class: "card" },
        h(
          "header",
          null,
          h("h2", null, "Training"),
          chip(whyText(model), "run", "train"),
          h("span", { class: "spacer" }),
          modelLink({ id: model.id, name: "Open" }),
        ),
        h("div", { class: "card-body" }, bar.element),
      );
    }),
  );
}

let lastVerdict = data.page.comparison;
function drawVerdict(row: Comparison | null): void {
  lastVerdict = row;
  top.hidden = row === null && !training.childElementCount;
  if (!row?.report) {
    replace(verdict);
    return;
  }
  const won = row.verdict === "update model";
  const waits = waitsForApproval(row.report);
  const current = table.rows().find((model) => model.id === row.candidate.id);
  replace(
    verdict,
    h(
      "section",
      { class: ["card focus verdict", won && "won"], "aria-label": "Last verdict" },
      pairChips(row),
      h(
        "div",
        { class: "verdict-main" },
        h(
          "div",
          null,
          h("h2", { class: "figure" }, verdictTitle(row)),
          h("p", { class: "soft" }, verdictWords(row.report)),
        ),
        h(
          "div",
          { class: "verdict-acts" },
          canEdit &&
            (won || waits) &&
            current?.stage === "candidate" &&
            h(
              "button",
              {
                type: "button",
                class: "btn btn-primary",
                onclick: () => void promote(row.candidate, row.id).then((done) => done && table.reload()),
              },
              waits ? "Approve and promote" : "Promote",
            ),
          h("a", { class: "btn", href: comparisonUrl(row.id) }, "Open report"),
        ),
      ),
      checkList(row.report),
    ),
  );
}

function comparisonTable(): Table<Comparison> {
  return createTable<Comparison>({
    label: "Comparisons",
    columns: [
      {
        key: "verdict",
        title: "Verdict",
        cell: (row) =>
          row.waits
            ? chip("to approve", "accent", "scale")
            : row.verdict === "update model"
              ? chip("better", "ok", "check")
              : chip("kept out", "plain", "close"),
      },
      { key: "candidate", title: "Candidate", cell: (row) => modelLink(row.candidate), class: "name-cell" },
      { key: "incumbent", title: "Against", cell: (row) => modelLink(row.incumbent), class: "name-cell" },
      {
        key: "test",
        title: "Test set",
        num: true,
        cell: (row) => (row.test_set_version ? `version ${row.test_set_version.number}` : "—"),
      },
      { key: "why", title: "Why", cell: (row) => h("span", { title: row.reason }, row.reason), class: "why" },
      { key: "at", title: "When", cell: (row) => timeAgo(row.created_at) },
    ],
    load: ({ after, signal }) => api.list<Comparison>(`${base}/comparisons/`, { query: { after }, signal }),
    href: (row) => comparisonUrl(row.id),
    empty: () =>
      emptyState({
        icon: "scale",
        title: "Nothing compared yet",
        text: "Choose two evaluated versions in the list and compare them.",
      }),
  });
}

function historyPanel(): HTMLElement {
  const panel = h("div", { class: "stack" });
  void api
    .get<FiguresAnswer>(`${base}/models/figures/`)
    .then(({ labels_vs_metric: points, best_history: history }) => {
      const known = points.filter((point) => point.accuracy !== null);
      if (!known.length) {
        replace(
          panel,
          emptyState({
            icon: "train",
            title: "No curve yet",
            text: "It starts with the first evaluated version.",
          }),
        );
        return;
      }
      const promoted = known.filter((point) => point.promoted || point.stage === "best");
      const figureName = known.at(-1)?.metric ?? "accuracy";
      const title = figureName.charAt(0).toUpperCase() + figureName.slice(1);
      const chart = lineChart({
        label: `${title} against labels`,
        height: 280,
        onClick: (index) => {
          const point = promoted[index];
          if (point) open({ id: point.model });
        },
        spec: {
          x: { name: "labels (train, validation and test)", format: count },
          y: { name: figureName, format: (value) => metric(value, 2) },
          series: [
            {
              name: "best version",
              role: "active",
              points: promoted.map((point) => [point.labels, point.accuracy] as const),
              band: promoted.flatMap((point) =>
                point.interval ? [[point.labels, ...point.interval] as const] : [],
              ),
            },
            {
              name: "every version",
              role: "control",
              dots: true,
              points: known.map((point) => [point.labels, point.accuracy] as const),
            },
          ],
        },
      });
      const last = known.at(-1);
      replace(
        panel,
        card(`${title} against labels`, [
          h(
            "p",
            { class: "soft" },
            `${plural(known.length, "evaluated version")}; the newest reads ${metric(last?.accuracy)} with ${plural(last?.labels ?? 0, "label")}. Every label counts: train, validation and test.`,
          ),
          chart.element,
        ]),
        card(
          "Who was best",
          h(
            "ul",
            { class: "list bleed" },
            [...history]
              .reverse()
              .map((entry) =>
                h(
                  "li",
                  null,
                  statusChip(
                    entry.kind === "rollback" ? "returned" : "best",
                    entry.kind === "rollback" ? "rolled back" : "promoted",
                  ),
                  modelLink({ id: entry.model, name: entry.name }),
                  entry.previous && h("span", { class: "soft nowrap" }, `for ${entry.previous}`),
                  h("span", { class: "hint clip" }, entry.reason),
                  h("span", { class: "spacer" }),
                  timeAgo(entry.at),
                ),
              ),
          ),
        ),
      );
    });
  return panel;
}

const filter = listFilter(`${base}/models/tags/`, () => void table.reload());
const table = versionTable();
const tabs = createTabs({
  label: "Models",
  tabs: [
    {
      id: "versions",
      title: "Versions",
      panel: () =>
        h(
          "div",
          { class: "stack" },
          top,
          lineage,
          h("section", { class: "card" }, filter.element, table.element),
        ),
    },
    {
      id: "comparisons",
      title: "Comparisons",
      panel: () => h("section", { class: "card" }, comparisonTable().element),
    },
    { id: "history", title: "Progress", panel: historyPanel },
  ],
});
need("#model-tabs").append(tabs.element);
need("#models").append(tabs.panels);
need("#model-actions").append(
  h("a", { class: "btn", href: `/p/${projectId()}/models/agreement/` }, icon("check-all"), "Agreement"),
  sideBySide,
);
if (canEdit) {
  const more = h("button", { type: "button", class: "btn btn-primary" }, icon("plus"), "New version");
  menuButton(more, () => [
    { label: "Version from ground truth", icon: "branch", run: () => void newVersion(bestOf(table.rows())) },
    { label: "Base model", icon: "box", run: () => void registerBase() },
    { label: "Public model…", icon: "download", run: () => void gallery() },
    { label: "Model from a file or server…", icon: "server", run: () => void registerBase(true) },
    { label: "Import a version…", icon: "upload", run: importVersion },
  ]);
  need("#model-actions").append(compareButton, more);
}
const bestOf = (rows: Model[]): Model | null =>
  rows.find((row) => row.stage === "best") ?? rows.at(-1) ?? null;

drawVerdict(data.page.comparison);
feed.watch(["model.status", "model.stage", "evaluation.status"], () => void table.reload());
feed.watch(["comparison.done"], (events) => {
  const id = events.at(-1)?.ids[0];
  if (id) void api.get<Comparison>(`/api/v1/comparisons/${id}/`).then(drawVerdict);
});
