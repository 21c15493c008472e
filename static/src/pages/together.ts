/** Several versions side by side on the test set they share: figures, curves, classes, slices, and who alone is right. */
import "./models/models.css";
import { boot, may } from "../lib/boot.ts";
import { h, need, replace } from "../lib/dom.ts";
import { count, metric, plural } from "../lib/format.ts";
import { api } from "../lib/http.ts";
import { legendKeys, lineChart } from "../ui/chart.ts";
import { emptyState, errorState, skeletonLines } from "../ui/empty.ts";
import { itemPicture } from "./models/items-view.ts";
import { card, classSelect, projectId } from "./models/parts.ts";
import { reviewButton } from "./models/review-button.ts";
import {
  classesTable,
  figuresTable,
  measureName,
  rightWords,
  shortName,
  slicesTable,
  type Together,
} from "./models/together-view.ts";
import type { Curve, Evaluation } from "./models/types.ts";

interface ToldApart {
  items: { item: string | null; name: string; thumbnail: string | null; values: number[] }[];
  next: string | null;
  total: number;
}

const data = boot<{ models: string }>();
const url = `/api/v1/projects/${projectId()}/models/together/`;
const asked = { models: data.page.models };
const host = need("#together");

/** The curves of one class, a line for each version. */
function curvesCard(found: Together): HTMLElement {
  const place = h("div", null, skeletonLines(3));
  const side = h("span");
  const names = found.models.map((one, rank) => ({ name: shortName(one, found.models), rank }));
  const read = async (): Promise<void> => {
    try {
      const rows = await Promise.all(
        found.models.map((one) => api.get<Evaluation>(`/api/v1/evaluations/${one.evaluation}/`)),
      );
      show(rows.map((row) => row.metrics?.pr_curves ?? {}));
    } catch (error) {
      replace(place, errorState(error, read));
    }
  };
  const show = (curves: Record<string, Curve>[]): void => {
    const classes = found.classes.map(({ name }) => name).filter((name) => curves.some((own) => own[name]));
    const [first] = classes;
    if (first === undefined) {
      replace(place, h("p", { class: "soft" }, "Answers by pixel have no curve."));
      return;
    }
    const spec = (name: string) => ({
      series: names.map((one, i) => {
        const curve = curves[i]?.[name];
        const points = (curve?.recall ?? []).map((x, at) => [x, curve?.precision[at] ?? null] as const);
        return { ...one, dots: false, points };
      }),
      x: { name: "recall", min: 0, max: 1 },
      y: { name: "precision", min: 0, max: 1, format: (value: number) => metric(value, 1) },
    });
    const chart = lineChart({ label: "Precision against recall of each", spec: spec(first), height: 260 });
    replace(place, chart.element, h("div", { class: "row wrap" }, legendKeys(names)));
    replace(
      side,
      classSelect(classes, first, (name) => chart.set(spec(name))),
    );
  };
  void read();
  return card("Precision, recall", place, side);
}

/** The pictures that one version alone got right, or none of them did. */
function apartCard(found: Together): HTMLElement {
  const grid = h("div", { class: "mistakes" });
  const side = h("span", { class: "hint" });
  const send = h("span");
  const more = h("button", { type: "button", class: "btn", hidden: true }, "Show more");
  const choices = [
    ...found.models.map((one) => ({ only: one.id, name: shortName(one, found.models), n: one.only })),
    { only: "", name: "None of them", n: found.none_right },
  ];
  let shown: string[] = [];
  let turn = 0;
  const load = async (only: string, name: string, offset: number): Promise<void> => {
    const mine = offset ? turn : ++turn;
    try {
      const page = await api.get<ToldApart>(`${url}items/`, {
        query: { ...asked, only: only || null, offset },
      });
      if (mine !== turn) return; // another choice was made meanwhile
      const tiles = page.items.map((one) => tile(one, found));
      shown = [...(offset ? shown : []), ...page.items.flatMap((one) => (one.item ? [one.item] : []))];
      if (offset) grid.append(...tiles);
      else if (tiles.length) replace(grid, tiles);
      else replace(grid, emptyState({ icon: "done", title: "No such picture", text: "" }));
      side.textContent = only
        ? `${plural(page.total, "picture")} of which only ${name} got ${rightWords(found)}`
        : `${plural(page.total, "picture")} of which none got ${rightWords(found)}`;
      const types = found.measure === "right" ? ["class"] : [];
      const title = only ? `Only ${name} is right` : "None is right";
      replace(
        send,
        may("task.manage", data) && shown.length > 0
          ? reviewButton({ name: title, dataset: found.dataset, items: shown, types })
          : null,
      );
      more.hidden = page.next === null;
      more.onclick = () => void load(only, name, Number(page.next));
    } catch (error) {
      if (mine === turn)
        replace(
          grid,
          errorState(error, () => load(only, name, offset)),
        );
    }
  };
  const bar = h(
    "div",
    { class: "segment wrap", role: "group", "aria-label": "Who is right" },
    choices.map((one) =>
      h(
        "button",
        { type: "button", dataset: { only: one.only }, onclick: () => choose(one) },
        `${one.name} ${count(one.n)}`,
      ),
    ),
  );
  const choose = (one: (typeof choices)[number]): void => {
    for (const button of bar.querySelectorAll("button"))
      button.setAttribute("aria-pressed", String(button.dataset["only"] === one.only));
    replace(grid, skeletonLines(3));
    void load(one.only, one.name, 0);
  };
  const first = choices.find((one) => one.n > 0) ?? choices[0];
  if (first) choose(first);
  return card(
    "Only one is right",
    [h("div", { class: "row wrap" }, bar, send), grid, h("div", { class: "row center" }, more)],
    side,
    "span-2",
  );
}

function tile(one: ToldApart["items"][number], found: Together): HTMLElement {
  return h(
    "figure",
    { class: "mistake" },
    itemPicture(one, found.dataset),
    h(
      "figcaption",
      null,
      one.values.map((value, i) =>
        h(
          "span",
          { class: ["clip", value < found.right_from && "soft"], title: found.models[i]?.name },
          `v${found.models[i]?.number ?? ""} `,
          found.measure === "right" ? (value < 1 ? "wrong" : "right") : metric(value, 2),
        ),
      ),
    ),
  );
}

async function load(): Promise<void> {
  try {
    const found = await api.get<Together>(url, { query: asked });
    const pictures = `${plural(found.n, "picture")} of test set version ${found.test_set_version.number}`;
    replace(
      host,
      h(
        "div",
        { class: "eval-grid" },
        card("Figures", figuresTable(found), h("span", { class: "hint" }, pictures)),
        curvesCard(found),
        card(
          "Classes",
          classesTable(found),
          h(
            "span",
            { class: "hint" },
            found.measure === "iou" ? "intersection over union" : "average precision",
          ),
        ),
        card(
          "Slices",
          found.slices.length
            ? slicesTable(found)
            : emptyState({
                icon: "done",
                title: "No slices",
                text: "A slice is shown from 5 pictures on that share a folder, a label or another fact.",
              }),
          h("span", { class: "hint" }, `${measureName(found)}; those apart most come first`),
        ),
        apartCard(found),
      ),
    );
  } catch (error) {
    replace(host, errorState(error, load));
  }
}

replace(host, skeletonLines(6));
void load();
