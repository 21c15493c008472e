/** One version: training live, evaluation, mistakes, lineage, log, configuration. */
import "./models/models.css";
import { boot, may } from "../lib/boot.ts";
import { h, need, replace, type Child } from "../lib/dom.ts";
import { feed } from "../lib/feed.ts";
import { bytes, count, date, plural } from "../lib/format.ts";
import { api } from "../lib/http.ts";
import { emptyState, errorState, skeletonLines } from "../ui/empty.ts";
import { icon } from "../ui/icons.ts";
import { openMenu, type MenuEntry } from "../ui/menu.ts";
import { statusChip } from "../ui/status.ts";
import { createTabs } from "../ui/tabs.ts";
import { timeAgo } from "../ui/time.ts";
import * as acts from "./models/acts.ts";
import { agreementView, nothingCompared } from "./models/agreement-view.ts";
import { evaluationState, evaluationView } from "./models/evaluation-view.ts";
import { exportVersion } from "./models/export-dialog.ts";
import { findingsView } from "./models/findings-view.ts";
import { itemsView, type Cell } from "./models/items-view.ts";
import { inService } from "./models/in-service.ts";
import { graphOf, lineageGraph } from "./models/lineage-graph.ts";
import { lineageStrip } from "./models/lineage-strip.ts";
import * as portable from "./models/portable.ts";
import { newVersion } from "./models/new-version.ts";
import { card, factList, madeBy, modelLink, projectId, stateChip, whyText } from "./models/parts.ts";
import { thresholdView } from "./models/threshold-view.ts";
import { tryView } from "./models/try-view.ts";
import { trainingView } from "./models/training-view.ts";
import type { Evaluation, Lineage, LogLine, Model, ModelUse } from "./models/types.ts";

const data = boot<{ canEdit: boolean; model: Model; task: string }>();
const canEdit = may("model.edit", data);
let model = data.page.model;
const url = `/api/v1/models/${model.id}/`;
const training = trainingView(model, canEdit ? () => act(acts.cancel) : null);
const about = h("div");
const evaluationPlace = h("div", { class: "stack" }, skeletonLines(5));
const itemsPlace = h("div", null, skeletonLines(4));
/** What it is, or can be, judged on. */
let testSet = model.test_set_version;
let items: ReturnType<typeof itemsView> | null = null;

async function act(verb: (model: Model) => Promise<Model | null>): Promise<void> {
  if (await verb(model)) await refresh();
}
async function refresh(): Promise<void> {
  model = await api.get<Model>(url);
  draw();
}

function draw(): void {
  replace(need("#model-chips"), stateChip(model));
  replace(
    need("#model-actions"),
    mainAct(),
    h(
      "button",
      {
        type: "button",
        class: "btn btn-square",
        "aria-label": "More",
        title: "More",
        "aria-haspopup": "menu",
        onclick: (event) => openMenu(event.currentTarget as HTMLElement, menu()),
      },
      icon("more"),
    ),
  );
  training.show(model);
  replace(about, aboutCard());
}

/** The one filled button: what a person most likely wants next. */
function mainAct(): Child {
  if (!canEdit) return null;
  const button = (text: string, run: () => unknown, primary = true) =>
    h(
      "button",
      { type: "button", class: ["btn", primary && "btn-primary"], onclick: () => void run() },
      text,
    );
  if (model.loaded && model.status === "failed") return button("Load again", () => act(acts.loadAgain));
  if (model.imported_as && !model.can_predict && model.status !== "pre-trained") return null; // nothing to train it from
  if (["created", "failed", "cancelled"].includes(model.status)) {
    return button(model.status === "created" ? "Train" : "Train again", () => act(acts.train));
  }
  if (model.status === "training") return button("Stop training", () => act(acts.cancel), false);
  if (model.status === "trained" && model.stage !== "best") return button("Promote", () => act(acts.promote));
  if (model.stage === "best" && model.can_predict)
    return button("Roll back", () => act(acts.rollBack), false);
  return button("New version", () => newVersion(model));
}

function menu(): MenuEntry[] {
  const entries: MenuEntry[] = [{ label: "Copy id", icon: "copy", run: () => acts.copyId(model) }];
  if (!canEdit) return entries;
  entries.push({ label: "New version from this", icon: "branch", run: () => void newVersion(model) });
  if (model.can_predict)
    entries.push({
      label: "Compare with…",
      icon: "compare",
      run: () => void acts.compareWith(model, data.page.task),
    });
  const version = testSet;
  if (model.can_predict && version) {
    entries.push({
      label: `Evaluate on test set version ${version.number}`,
      icon: "target",
      run: () => void acts.evaluate(model, version).then(loadEvaluation),
    });
  }
  if (model.can_predict && version)
    entries.push({
      label: "Compare with what people approved",
      icon: "check-all",
      run: () => void acts.scoreTestSet(model).then(() => tabs.show("agreement")),
    });
  if (model.can_predict)
    entries.push(
      "separator",
      { label: "Export…", icon: "download", run: () => exportVersion(model) },
      { label: "Copy to a new version…", icon: "copy", run: () => void portable.clone(model) },
    );
  entries.push("separator", {
    label: "Notes and tags…",
    icon: "tags",
    run: () => void act(portable.describe),
  });
  entries.push({
    label: "Rename",
    icon: "rename",
    run: () => void act(acts.rename).then(() => window.location.reload()),
  });
  if (model.stage !== "best" && model.status !== "training") {
    if (model.stage !== "archived")
      entries.push({ label: "Put aside", icon: "archive", run: () => void act(acts.archive) });
    entries.push({ label: "Delete", icon: "trash", danger: true, run: () => void acts.remove(model) });
  }
  return entries;
}

function aboutCard(): HTMLElement {
  const version = model.test_set_version;
  return card("About", [
    model.error &&
      h("div", { class: "notice bad", role: "alert" }, icon("failed"), h("div", null, model.error.message)),
    model.description && h("p", { class: "model-notes" }, model.description),
    model.tags.length > 0 &&
      h(
        "p",
        { class: "tag-row" },
        model.tags.map((tag) => h("a", { class: "tag", href: `../?tag=${encodeURIComponent(tag)}` }, tag)),
      ),
    factList([
      ["Why", whyText(model) || "—"],
      ["Base", model.base_model ? modelLink(model.base_model) : "none"],
      ["Kind", model.adapter],
      [
        "Learnt from",
        model.train_count
          ? `${plural(model.train_count, "item")}, ${count(model.validation_count)} for validation`
          : model.imported_as
            ? `elsewhere, as ${model.imported_as}`
            : "nothing yet",
      ],
      ["Dataset", model.dataset?.name ?? "—"],
      ["Test set", version ? `version ${version.number}, ${plural(version.item_count, "picture")}` : "none"],
      ["Classes", model.labels.join(", ") || "—"],
      ["In service", model.can_predict ? inService(model.id) : "—"],
      ["Made", h("span", null, madeBy(model), ", ", timeAgo(model.created_at))],
      ["Trained", timeAgo(model.trained_at)],
      [
        "Id",
        h(
          "button",
          { type: "button", class: "linkish mono", title: "Copy", onclick: () => void acts.copyId(model) },
          model.id,
        ),
      ],
    ]),
  ]);
}

/** What is looked at in a review of its mistakes (nothing named: all); null where this person may make none. */
function reviewTypes(): string[] | null {
  if (!may("task.manage", data)) return null;
  return data.page.task === "classification" ? ["class"] : [];
}

/** What the confusion matrix parts by: where its last row and column are for what is not there, that too. */
function cellNames({ metrics }: Evaluation): string[] {
  const classes = metrics?.class_names ?? model.labels;
  return (metrics?.confusion_matrix ?? []).length > classes.length ? [...classes, "nothing"] : classes;
}

async function loadEvaluation(): Promise<void> {
  try {
    const found = await api.list<Evaluation>(`${url}evaluations/`);
    const row = found.items.find((one) => one.status === "done") ?? found.items[0];
    if (!row) {
      await findTestSet();
      return noEvaluation();
    }
    if (row.status !== "done" || row.summary.untrained) return evaluationState(evaluationPlace, row);
    const full = await api.get<Evaluation>(`/api/v1/evaluations/${row.id}/`);
    const scored = full.metrics && !("task" in full.metrics && full.metrics.task === "semantic_segmentation");
    replace(
      evaluationPlace,
      evaluationView(full, showItems),
      scored && thresholdView(model, row.id, canEdit),
      full.metrics
        ? findingsView(row.id, model.name, may("task.manage", data), (slice) => showItems({ slice }))
        : null,
    );
    items = itemsView(row.id, {
      model: model.name,
      classes: cellNames(full),
      order: full.metrics && "task" in full.metrics ? "most mistakes" : "the surest",
      review: reviewTypes(),
      onTotal: (n) => tabs.setCount("mistakes", n),
    });
    replace(itemsPlace, items.element);
    items.show({ only: "wrong" });
  } catch (error) {
    replace(evaluationPlace, errorState(error, loadEvaluation));
  }
}

/** One that was imported is judged on what the best version is judged on. */
async function findTestSet(): Promise<void> {
  if (testSet || !model.can_predict) return;
  const query = { stage: "best", limit: 1 };
  const { items: best } = await api.list<Model>(`/api/v1/projects/${projectId()}/models/`, { query });
  testSet = best[0]?.test_set_version ?? null;
}

function noEvaluation(): void {
  const version = testSet;
  const text = !model.can_predict
    ? "It can be evaluated once it is trained."
    : version
      ? `Test set version ${version.number} was frozen ${model.test_set_version ? "for it" : "for the best version"}.`
      : "This version was made without a test set.";
  const state = (icon_: "target" | "image") =>
    emptyState({
      icon: icon_,
      title: "Not evaluated",
      text,
      actions:
        canEdit &&
        model.can_predict &&
        version &&
        h(
          "button",
          {
            type: "button",
            class: "btn btn-primary",
            onclick: () => void acts.evaluate(model, version).then(loadEvaluation),
          },
          "Evaluate now",
        ),
    });
  replace(evaluationPlace, state("target"));
  replace(itemsPlace, state("image"));
}

function showItems(cell: Cell): void {
  tabs.show("mistakes");
  items?.show({ only: "", ...cell });
}

/** How far it agrees with what people approved, picture by picture; filled again when the scores are there. */
function agreementPanel(): HTMLElement {
  const place = h("div");
  const ask = () =>
    canEdit && testSet
      ? h(
          "button",
          { type: "button", class: "btn btn-primary", onclick: () => void acts.scoreTestSet(model) },
          "Compare on its test set",
        )
      : null;
  const about = { kind: "model" as const, who: model.id, name: model.name };
  const fill = (): void => {
    replace(
      place,
      agreementView(about, () => nothingCompared("model", ask())),
    );
  };
  feed.watch(["job.status"], (events) => {
    if (events.some((one) => one.data["kind"] === "models.scores" && one.data["state"] === "done")) fill();
  });
  fill();
  return place;
}

/** A row for a version whose examples were weighed by who annotated them. */
function weighed(by: Lineage["summary"]["annotators"]): [string, Child][] {
  if (!by) return [];
  const people = plural(by.people, "person has a score", "people have a score");
  return [["Annotators", `${people}, ${plural(by.weighed, "item")} weighed less`]];
}

function lineagePanel(): HTMLElement {
  const place = h("div", { class: "stack" }, skeletonLines(4));
  void Promise.all([api.get<Lineage>(`${url}lineage/`), api.all<ModelUse>(`${url}uses/`)]).then(
    ([lineage, uses]) => {
      const { train, validation, test, software, calibration, annotators } = lineage.summary;
      const labels = [
        ...new Set([...Object.keys(train?.labels ?? {}), ...Object.keys(validation?.labels ?? {})]),
      ];
      replace(
        place,
        card("From data to use", lineageGraph(graphOf(model, lineage, uses))),
        lineage.family.length > 1 && lineageStrip(lineage.family, model.id),
        h("div", { class: "eval-grid" }, [
          card(
            "What it learnt from",
            train
              ? h(
                  "div",
                  { class: "table-wrap bleed" },
                  h(
                    "table",
                    { class: "table", "aria-label": "Items by class" },
                    h(
                      "thead",
                      null,
                      h(
                        "tr",
                        null,
                        ["Class", "Train", "Validation"].map((name, i) =>
                          h("th", { scope: "col", class: i ? "num" : "" }, name),
                        ),
                      ),
                    ),
                    h(
                      "tbody",
                      null,
                      labels.map((name) =>
                        h(
                          "tr",
                          null,
                          h("th", { scope: "row" }, name),
                          h("td", { class: "num" }, count(train.labels[name] ?? 0)),
                          h("td", { class: "num" }, count(validation?.labels[name] ?? 0)),
                        ),
                      ),
                    ),
                  ),
                )
              : h("p", { class: "soft" }, "Registered, not made from items."),
            train &&
              h("a", { class: "hint", href: `${url}lineage/items/` }, "exact items and revisions (JSON)"),
          ),
          card(
            "Made with",
            factList([
              ["Seed", h("span", { class: "mono" }, String(lineage.seed))],
              [
                "Test set",
                test?.number ? `version ${test.number}, ${plural(test.items, "picture")}` : "none",
              ],
              ...weighed(annotators),
              ["Temperature", calibration ? (calibration.reason ?? calibration.value.toFixed(2)) : "—"],
              [
                "Weights",
                h(
                  "span",
                  { class: "mono clip", title: lineage.weights_digest },
                  lineage.weights_digest.slice(0, 16) || "—",
                ),
              ],
              ...Object.entries(software ?? {}).map(
                ([name, value]) => [name, h("span", { class: "mono" }, value)] as [string, Child],
              ),
            ]),
          ),
          card(
            "Files",
            h(
              "ul",
              { class: "list bleed" },
              lineage.artifacts.map((file) =>
                h(
                  "li",
                  null,
                  canEdit
                    ? h(
                        "a",
                        { class: "mono clip", href: `${url}artifacts/${file.name}/`, download: "" },
                        file.name,
                      )
                    : h("span", { class: "mono clip" }, file.name),
                  h("span", { class: "spacer" }),
                  h("span", { class: "mono muted", title: file.sha256 }, file.sha256.slice(0, 10)),
                  h("span", { class: "soft nowrap" }, bytes(file.size)),
                ),
              ),
            ),
          ),
        ]),
      );
    },
    (error: unknown) => replace(place, errorState(error)),
  );
  return place;
}

function logPanel(): HTMLElement {
  const place = h("div", null, skeletonLines(4));
  const load = async () => {
    const { items: lines } = await api.list<LogLine>(`${url}log/`);
    replace(
      place,
      card(
        "Log",
        h(
          "ul",
          { class: "list bleed" },
          [...lines]
            .reverse()
            .map((line) =>
              h(
                "li",
                null,
                line.kind === "note"
                  ? h("span", { class: "status" }, "note")
                  : statusChip(line.status === "created" ? "draft" : line.status, line.status),
                h("span", { class: "log-text" }, line.text),
                h("span", { class: "spacer" }),
                line.person && h("span", { class: "soft nowrap" }, line.person.name),
                h("span", { title: date(line.at) }, timeAgo(line.at)),
              ),
            ),
        ),
      ),
    );
  };
  feed.watch(["model.status", "model.stage"], (events) => {
    if (!events.length || events.some((event) => event.ids.includes(model.id))) void load();
  });
  void load().catch((error: unknown) => replace(place, errorState(error)));
  return place;
}

function configurationPanel(): HTMLElement {
  const rows = Object.entries(model.configuration).map(
    ([name, value]) => [name, h("span", { class: "mono" }, JSON.stringify(value))] as [string, Child],
  );
  const json = (value: unknown) => h("pre", { class: "code-box filter" }, JSON.stringify(value, null, 1));
  return h("div", { class: "eval-grid" }, [
    card("Configuration", factList(rows)),
    card("Subsets", [
      h("h3", null, "Train"),
      json(model.train_filter),
      h("h3", null, "Validation"),
      json(model.validation_filter),
    ]),
  ]);
}

const tabs = createTabs({
  label: model.name,
  tabs: [
    {
      id: "training",
      title: "Training",
      panel: () => h("div", { class: "model-cols" }, training.element, about),
    },
    { id: "evaluation", title: "Evaluation", panel: () => evaluationPlace },
    { id: "mistakes", title: "Mistakes", panel: () => itemsPlace },
    ...(model.can_predict ? [{ id: "agreement", title: "Agreement", panel: agreementPanel }] : []),
    ...(canEdit && model.can_predict ? [{ id: "try", title: "Try it", panel: () => tryView(model) }] : []),
    { id: "lineage", title: "Lineage", panel: lineagePanel },
    { id: "log", title: "Log", panel: logPanel },
    { id: "configuration", title: "Configuration", panel: configurationPanel },
  ],
});
need("#model-tabs").append(tabs.element);
need("#model").append(tabs.panels);
draw();
void loadEvaluation();
feed.watch(["model.status", "model.stage"], (events) => {
  if (!events.length || events.some((event) => event.ids.includes(model.id))) void refresh();
});
feed.watch(["evaluation.status"], (events) => {
  if (!events.length || events.some((event) => event.data["model"] === model.id)) void loadEvaluation();
});
