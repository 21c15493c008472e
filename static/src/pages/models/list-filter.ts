/** What is shown of the versions: by words, stage and tag. Kept in the page's address. */
import { h, replace } from "../../lib/dom.ts";
import { api } from "../../lib/http.ts";

const STAGES = [
  ["", "Every stage"],
  ["best", "Best"],
  ["candidate", "Candidates"],
  ["archived", "Put aside"],
] as const;
const TYPING_MS = 250;

export interface ListFilter {
  readonly element: HTMLElement;
  /** As the API takes it; what is not asked for is null. */
  query: () => Record<"search" | "stage" | "tag", string | null>;
  isActive: () => boolean;
  clear: () => void;
  /** Reads anew which tags there are. */
  readTags: () => Promise<void>;
}

export function listFilter(tagsUrl: string, onChange: () => void): ListFilter {
  const before = new URLSearchParams(location.search);
  const search = h("input", {
    class: "input",
    type: "search",
    placeholder: "Name or notes",
    "aria-label": "Search versions",
    value: before.get("search") ?? "",
  });
  const stage = h(
    "select",
    { class: "select", "aria-label": "Stage" },
    STAGES.map(([value, title]) => h("option", { value }, title)),
  );
  const tag = h("select", { class: "select", "aria-label": "Tag", hidden: true });
  stage.value = before.get("stage") ?? "";
  let wantedTag = before.get("tag") ?? "";

  const query = () => ({
    search: search.value.trim() || null,
    stage: stage.value || null,
    tag: wantedTag || null,
  });
  const changed = () => {
    const said = Object.entries(query()).flatMap(([name, value]) => (value ? [[name, value] as const] : []));
    const text = new URLSearchParams(said.map(([name, value]) => [name, value])).toString();
    history.replaceState(history.state, "", `${location.pathname}${text && `?${text}`}${location.hash}`);
    onChange();
  };
  let timer = 0;
  search.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(changed, TYPING_MS);
  });
  stage.addEventListener("change", changed);
  tag.addEventListener("change", () => {
    wantedTag = tag.value;
    changed();
  });

  const readTags = async () => {
    const { items } = await api.list<string>(tagsUrl);
    const names = wantedTag && !items.includes(wantedTag) ? [wantedTag, ...items] : items;
    tag.hidden = names.length === 0;
    replace(
      tag,
      h("option", { value: "" }, "Every tag"),
      names.map((name) => h("option", { value: name }, name)),
    );
    tag.value = wantedTag;
  };
  void readTags().catch(() => undefined); // the list is there without them

  return {
    element: h("div", { class: "list-filter", role: "search" }, search, stage, tag),
    query,
    isActive: () => Object.values(query()).some(Boolean),
    clear: () => {
      search.value = stage.value = wantedTag = tag.value = "";
      changed();
    },
    readTags,
  };
}
