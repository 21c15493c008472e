/** The studio's page over a dataset: the list the browser showed, by the same filter and order, from the same place. */
import { datasetApi } from "../../browser/io/api.ts";
import { buildFilter, fromParams, sortOf, spotOf, toParams, withSpot } from "../../browser/query/filter.ts";
import { RowWindow } from "../../browser/state/window.ts";
import type { Item } from "../../browser/types.ts";
import type { NamedRef, RoleName } from "../../lib/boot.ts";
import type { LabelSpec, StudioOptions, WalkOptions, WorkItem } from "../../studio/state/types.ts";

export interface WalkPage {
  dataset: NamedRef;
  labels: LabelSpec[];
  types: string[];
  may_edit: boolean;
  role: RoleName;
}
type Picture = WorkItem["item"];

const PAGE = 60;

export function walkOptions(
  project: string,
  page: WalkPage,
  user: NamedRef,
  location: Pick<Location, "search">,
): StudioOptions {
  const params = new URLSearchParams(location.search);
  const asked = fromParams(params);
  const spot = spotOf(params);
  const base = `/p/${project}`;
  const list = `${base}/data/${page.dataset.id}/`;
  const rows = rowsOf(page.dataset.id, asked);
  const walk: WalkOptions = {
    dataset: page.dataset.id,
    rows,
    at: spot?.at ?? 0,
    shown: (item, at) => {
      const query = withSpot(asked, { item, at });
      history.replaceState(history.state, "", `${list}studio/?${query}`);
      // Going back leads to the same picture in the browser.
      const back = document.querySelector<HTMLAnchorElement>(".studio-bar a");
      if (back) back.href = `${list}?${query}`;
    },
    readOnlyWords: `A ${page.role} sees labels; reviewers, engineers and owners change them, and annotators in their tasks.`,
    listUrl: `${list}?${toParams(asked).toString()}`,
    taskUrl: (task, taskItem) => `${base}/studio/${task}/?item=${taskItem}`,
  };
  return {
    task: {
      id: "",
      name: page.dataset.name,
      kind: "annotation",
      project,
      instructions: "",
      due_date: null,
    },
    labels: page.labels,
    // Who only looks is shown nothing to draw with.
    allowed: { types: page.may_edit ? page.types : [], single_class: false },
    user,
    mayWork: true,
    answerKey: false,
    tasksUrl: walk.listUrl,
    item: spot?.item ?? null,
    picture: null,
    walk,
  };
}

/** The browser's rows, as pictures. */
function rowsOf(dataset: string, asked: ReturnType<typeof fromParams>): RowWindow<Picture> {
  const calls = datasetApi(dataset);
  const filter = buildFilter(asked);
  return new RowWindow<Picture>({
    pageSize: PAGE,
    load: async ({ page, after, count, signal }) => {
      const got = await calls.query(
        { filter, sort: sortOf(asked), page, pageSize: PAGE, after, count },
        signal,
      );
      return { items: got.items.map(pictureOf), total: got.totalItemsCount, next: got.next };
    },
    onError: (error) => {
      throw error; // to whoever asked for the rows
    },
  });
}

export function pictureOf(item: Item): Picture {
  const { width = 0, height = 0 } = item.metadata.system;
  return {
    id: item.id,
    name: item.name,
    filename: item.filename,
    width,
    height,
    content_version: item.contentVersion,
    image_url: item.picture ?? item.stream ?? "",
    tiles_url: item.tiles,
    thumbnail_url: `/api/v1/items/${item.id}/thumbnail/`,
  };
}
