/** How the dataset is dealt out, and the frozen test sets models are measured on. */
import type { Facets, JsonObject } from "../../browser/types.ts";
import { h, replace } from "../../lib/dom.ts";
import { feed } from "../../lib/feed.ts";
import { count, percent, plural } from "../../lib/format.ts";
import { api } from "../../lib/http.ts";
import { openDialog } from "../../ui/dialog.ts";
import { emptyState, errorState, skeletonLines } from "../../ui/empty.ts";
import { icon } from "../../ui/icons.ts";
import { shareBar } from "../../ui/progress.ts";
import { chip } from "../../ui/status.ts";
import { timeAgo } from "../../ui/time.ts";
import { act, toast } from "../../ui/toast.ts";

interface Version {
  id: string;
  number: number;
  item_count: number;
  label_counts: Record<string, number>;
  hash: string;
  created_at: string;
}
interface TestSet {
  id: string;
  name: string;
  filter: JsonObject;
  grow: number | null;
  newest: Version | null;
  candidates: number;
}

export function subsetsPanel(options: { dataset: string; canEdit: boolean }): HTMLElement {
  const host = h("div", { class: "narrow-page" }, skeletonLines(6));
  const base = `/api/v1/datasets/${options.dataset}`;

  async function load(): Promise<void> {
    try {
      const [facets, sets] = await Promise.all([
        api.get<Facets>(`${base}/facets/`),
        api.all<TestSet>(`${base}/test-sets/`),
      ]);
      replace(host, subsetsCard(facets), testSetsCard(sets));
    } catch (error) {
      replace(host, errorState(error, load));
    }
  }

  function subsetsCard(facets: Facets): HTMLElement {
    const total = facets.subset.reduce((sum, one) => sum + one.count, 0);
    const words: Record<string, string> = {
      "": "in no subset",
      train: "train",
      validation: "validation",
      test: "test",
    };
    return h(
      "section",
      { class: "card" },
      h("header", null, h("h2", null, "Subsets"), h("span", { class: "hint" }, plural(total, "image"))),
      h(
        "ul",
        { class: "list subset-list" },
        facets.subset.map((one) =>
          h(
            "li",
            null,
            h("a", { href: `?u=${one.value}#browse` }, words[one.value] ?? one.value),
            shareBar(total ? one.count / total : 0, one.value || "none"),
            h("b", { class: "num" }, count(one.count)),
            h("span", { class: "hint num" }, percent(total ? one.count / total : 0, 1)),
          ),
        ),
      ),
    );
  }

  function testSetsCard(sets: TestSet[]): HTMLElement {
    const add = h(
      "button",
      { type: "button", class: "btn", onclick: () => create() },
      icon("plus"),
      "Test set",
    );
    return h(
      "section",
      { class: "card" },
      h(
        "header",
        null,
        h("h2", null, "Test sets"),
        h("span", { class: "spacer" }),
        options.canEdit && sets.length ? add : null,
      ),
      sets.length
        ? sets.map(testSet)
        : emptyState({
            icon: "lock",
            title: "No frozen test set yet",
            text: "A test set freezes approved images with their labels, so that every model is measured on the same ones. A pipeline makes one by itself when it first needs it.",
            actions: options.canEdit ? add : null,
          }),
    );
  }

  function testSet(one: TestSet): HTMLElement {
    const { newest } = one;
    const versions = h("div", { class: "versions" });
    const labels = newest ? Object.entries(newest.label_counts).sort((a, b) => b[1] - a[1]) : [];
    return h(
      "article",
      { class: "test-set" },
      h(
        "div",
        { class: "row" },
        icon("lock", "sm"),
        h("b", null, one.name),
        newest ? chip(`v${newest.number}`, "accent") : chip("not published"),
        newest ? h("span", { class: "soft" }, plural(newest.item_count, "image")) : null,
        newest ? h("span", { class: "hint" }, timeAgo(newest.created_at)) : null,
        h("span", { class: "spacer" }),
        one.candidates ? h("span", { class: "hint" }, `${count(one.candidates)} more would join`) : null,
        options.canEdit
          ? h(
              "button",
              {
                type: "button",
                class: "btn btn-sm",
                disabled: newest !== null && one.candidates === 0,
                onclick: (event) => void publish(one, event.currentTarget as HTMLButtonElement),
              },
              newest ? `Publish v${newest.number + 1}` : "Publish v1",
            )
          : null,
      ),
      h("pre", { class: "code-line" }, JSON.stringify(one.filter)),
      labels.length
        ? h(
            "p",
            { class: "hint" },
            labels
              .slice(0, 12)
              .map(([name, n]) => `${name} ${count(n)}`)
              .join(" · "),
          )
        : null,
      one.grow ? h("p", { class: "hint" }, `Publishes by itself at +${percent(one.grow)}`) : null,
      newest && newest.number > 1
        ? h(
            "button",
            { type: "button", class: "link", onclick: () => void history(one, versions) },
            "All versions",
          )
        : null,
      versions,
    );
  }

  async function history(one: TestSet, into: HTMLElement): Promise<void> {
    const rows = await api.all<Version>(`/api/v1/test-sets/${one.id}/versions/`);
    replace(
      into,
      h(
        "ul",
        { class: "list" },
        rows.map((row) =>
          h(
            "li",
            null,
            h("b", null, `v${row.number}`),
            plural(row.item_count, "image"),
            h("span", { class: "mono hint" }, row.hash.slice(0, 12)),
            h("span", { class: "spacer" }),
            h("span", { class: "hint" }, timeAgo(row.created_at)),
          ),
        ),
      ),
    );
  }

  async function publish(one: TestSet, button: HTMLButtonElement): Promise<void> {
    await act(button, async () => {
      const version = await api.post<Version>(`/api/v1/test-sets/${one.id}/versions/`);
      toast(`${one.name} v${version.number} frozen with ${plural(version.item_count, "image")}`, {
        kind: "ok",
      });
      await load();
    });
  }

  function create(): void {
    const name = h("input", { class: "input", id: "test-set-name", value: "Test" });
    const filter = h("textarea", {
      class: "textarea code-box",
      id: "test-set-filter",
      rows: 4,
      value: JSON.stringify({ "metadata.system.tags.test": true }),
    });
    const grow = h(
      "select",
      { class: "select", id: "test-set-grow" },
      h("option", { value: "" }, "only by hand"),
      h("option", { value: "0.1" }, "at 10 % more"),
      h("option", { value: "0.2" }, "at 20 % more"),
      h("option", { value: "0.5" }, "at 50 % more"),
    );
    openDialog({
      title: "New test set",
      body: h(
        "div",
        { class: "form" },
        h("div", { class: "field" }, h("label", { for: "test-set-name" }, "Name"), name),
        h(
          "div",
          { class: "field" },
          h("label", { for: "test-set-filter" }, "Images that pass"),
          filter,
          h("span", { class: "hint" }, "Approved ones only are frozen."),
        ),
        h("div", { class: "field" }, h("label", { for: "test-set-grow" }, "Publish the next version"), grow),
      ),
      actions: [
        { label: "Cancel" },
        {
          label: "Make test set",
          primary: true,
          run: async () => {
            const body = {
              name: name.value,
              filter: { filter: JSON.parse(filter.value) as JsonObject },
              grow: grow.value ? Number(grow.value) : null,
            };
            await api.post(`${base}/test-sets/`, body);
            await load();
          },
        },
      ],
    });
  }

  void load();
  feed.watch(["dataset.updated", "item.approved", "item.updated"], () => void load(), 1500);
  return host;
}
