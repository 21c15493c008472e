/** A filter of items built from rows, its JSON beside it, and how many items of a dataset it finds. */
import "../styles/filter.css";
import { h, replace, uid } from "../../lib/dom";
import { count } from "../../lib/format";
import { api, isAbort, messageOf } from "../../lib/http";
import {
  bareFilter,
  FIELDS,
  filterOf,
  OPS,
  readValue,
  rowsOf,
  showValue,
  wrapped,
  type FilterJson,
  type FilterRow,
  type Op,
} from "../graph/filter";
import { icon } from "../../ui/icons";
import type { ValueField } from "./value-field";

export interface FilterFieldOptions {
  label: string;
  value: unknown;
  /** A new filter is put into {"filter": …}. */
  envelope: boolean;
  dataset?: () => string | null;
  changed?: () => void;
}

/** Whether a JSON value is a filter, by its form or by what it is called. */
export function looksLikeFilter(label: string, value: unknown): boolean {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    if ("filter" in value || "$and" in value || "$or" in value) return true;
    if (Object.keys(value).length) return false;
  }
  return /filter|subset|query/i.test(label);
}

export interface FilterField extends ValueField {
  /** Whether it is a query over items, whose matches can be counted. */
  countable: (yes: boolean) => void;
  /** Counts anew: another dataset was chosen. */
  count: () => void;
}

export function filterField(options: FilterFieldOptions): FilterField {
  return new FilterView(options);
}

class FilterView implements FilterField {
  readonly element: HTMLElement;
  private rows: FilterRow[];
  private readonly list = h("div", { class: "filter-rows", role: "group" });
  private readonly area: HTMLTextAreaElement;
  private readonly told = h("p", { class: "hint", role: "status" });
  private readonly fields = uid("filter-fields");
  private request: AbortController | null = null;
  private timer = 0;

  constructor(private readonly options: FilterFieldOptions) {
    const { label } = options;
    this.list.setAttribute("aria-label", `${label}: conditions`);
    this.area = h("textarea", {
      class: "textarea mono",
      rows: 5,
      spellcheck: "false",
      "aria-label": `${label} as JSON`,
      value: JSON.stringify(options.value ?? (options.envelope ? { filter: {} } : {}), null, 1),
      oninput: () => this.typed(),
      onchange: () => this.options.changed?.(),
    });
    this.rows = this.parse() ?? [];
    this.element = h(
      "div",
      { class: "filter-builder" },
      h(
        "datalist",
        { id: this.fields },
        FIELDS.map(([value, words]) => h("option", { value }, words)),
      ),
      this.list,
      h("details", {}, h("summary", {}, "As JSON"), this.area),
      this.told,
    );
    this.draw();
    this.count();
  }

  value(): unknown {
    try {
      const value = JSON.parse(this.area.value || "{}") as unknown;
      if (typeof value !== "object" || value === null || Array.isArray(value))
        throw new Error("not an object");
      return value;
    } catch (error) {
      throw new Error(`${this.options.label} is not a JSON object.`, { cause: error });
    }
  }

  countable(yes: boolean): void {
    this.told.hidden = !yes;
  }

  /** Rows of what stands in the JSON; null when rows cannot say it. */
  private parse(): FilterRow[] | null {
    try {
      return rowsOf(bareFilter(this.value()));
    } catch {
      return null;
    }
  }

  private typed(): void {
    this.rows = this.parse() ?? [];
    this.draw();
    this.later();
  }

  private built(): void {
    const old = this.safe();
    const next: FilterJson = wrapped(old, filterOf(this.rows), this.options.envelope);
    this.area.value = JSON.stringify(next, null, 1);
    this.later();
    this.options.changed?.();
  }

  private safe(): unknown {
    try {
      return this.value();
    } catch {
      return {};
    }
  }

  private draw(): void {
    if (this.parse() === null) {
      replace(this.list, h("p", { class: "hint" }, "This filter says more than rows can: edit it as JSON."));
      return;
    }
    replace(
      this.list,
      this.rows.map((row, i) => this.line(row, i)),
      h(
        "button",
        {
          class: "btn btn-ghost btn-sm",
          type: "button",
          onclick: () => {
            this.rows.push({ field: "", op: "is", value: "" });
            this.draw();
            this.list.querySelector<HTMLElement>(".filter-row:last-of-type input")?.focus();
          },
        },
        icon("plus"),
        "Add a condition",
      ),
    );
  }

  private line(row: FilterRow, i: number): HTMLElement {
    const set = (part: Partial<FilterRow>) => {
      Object.assign(row, part);
      this.built();
    };
    const asks = row.op !== "exists" && row.op !== "missing";
    return h(
      "div",
      { class: "filter-row" },
      h("input", {
        class: "input",
        list: this.fields,
        "aria-label": `Field ${i + 1}`,
        placeholder: "field",
        value: row.field,
        onchange: (event) => set({ field: (event.target as HTMLInputElement).value.trim() }),
      }),
      h(
        "select",
        {
          class: "select",
          "aria-label": `Comparison ${i + 1}`,
          value: row.op,
          onchange: (event) => {
            set({ op: (event.target as HTMLSelectElement).value as Op });
            this.draw();
          },
        },
        OPS.map(([value, words]) => h("option", { value }, words)),
      ),
      asks
        ? h("input", {
            class: "input",
            "aria-label": `Value ${i + 1}`,
            placeholder: row.op === "in" ? "a, b, c" : "value",
            value: showValue(row.value),
            onchange: (event) => set({ value: readValue((event.target as HTMLInputElement).value, row.op) }),
          })
        : h("span", {}),
      h(
        "button",
        {
          class: "btn btn-ghost btn-square btn-sm",
          type: "button",
          "aria-label": `Remove condition ${i + 1}`,
          onclick: () => {
            this.rows.splice(i, 1);
            this.built();
            this.draw();
          },
        },
        icon("close"),
      ),
    );
  }

  private later(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.count(), 300);
  }

  count(): void {
    this.request?.abort();
    if (!this.options.dataset) return;
    const dataset = this.options.dataset();
    let filter: FilterJson;
    try {
      filter = bareFilter(this.value());
    } catch (error) {
      replace(this.told, messageOf(error));
      return;
    }
    if (!dataset) {
      replace(this.told, "Choose a dataset to see how many items match.");
      return;
    }
    this.request = new AbortController();
    const { signal } = this.request;
    api
      .post<{ totalItemsCount: number | null }>(
        `/api/v1/datasets/${dataset}/items/query/`,
        { filter, pageSize: 0 },
        { signal },
      )
      .then(
        (answer) => {
          const n = answer.totalItemsCount ?? 0;
          replace(this.told, `${count(n)} ${n === 1 ? "item matches" : "items match"} now.`);
        },
        (error: unknown) => {
          if (!isAbort(error)) replace(this.told, messageOf(error));
        },
      );
  }
}
