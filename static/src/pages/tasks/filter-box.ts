/** A filter of the query language, typed, with what it finds told as one types. */
import { h, replace } from "../../lib/dom.ts";
import { isAbort, messageOf } from "../../lib/http.ts";
import { FilterError, parseText } from "../../browser/query/filter.ts";
import type { JsonObject } from "../../browser/types.ts";
import { icon } from "../../ui/icons.ts";

export interface FilterBoxOptions {
  /** What stands there at first: a part of a name, or a filter as JSON. */
  text?: string;
  label: string;
  /** Says in words what a filter finds. */
  count: (filter: JsonObject, signal: AbortSignal) => Promise<string>;
  changed?: () => void;
}
export interface FilterBox {
  element: HTMLElement;
  input: HTMLInputElement;
  /** The filter; throws an Error whose message says what is wrong. An empty box finds everything. */
  read: () => JsonObject;
  /** Asks again, such as after the dataset changed. */
  recount: () => void;
}

const PAUSE = 250;

export function createFilterBox(options: FilterBoxOptions): FilterBox {
  const input = h("input", {
    class: "filter-input mono",
    type: "text",
    "aria-label": options.label,
    placeholder: 'Part of a name, or a JSON filter such as {"dir": "/night"}',
    spellcheck: "false",
    autocomplete: "off",
    value: options.text ?? "",
  });
  const told = h("p", { class: "hint filter-count", role: "status" });
  let request: AbortController | null = null;
  let typing = 0;

  const read = (): JsonObject => {
    const typed = parseText(input.value) ?? {};
    return "filter" in typed ? ((typed["filter"] as JsonObject | null) ?? {}) : typed;
  };
  const say = (text: string, wrong = false) => {
    told.classList.toggle("wrong", wrong);
    input.setAttribute("aria-invalid", String(wrong));
    replace(told, text);
  };
  const recount = () => {
    request?.abort();
    let filter: JsonObject;
    try {
      filter = read();
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      say(error.message, true);
      return;
    }
    request = new AbortController();
    const { signal } = request;
    say("Counting…");
    options.count(filter, signal).then(
      (words) => say(words),
      (error: unknown) => {
        if (!isAbort(error)) say(messageOf(error), true);
      },
    );
  };
  input.addEventListener("input", () => {
    window.clearTimeout(typing);
    typing = window.setTimeout(() => {
      recount();
      options.changed?.();
    }, PAUSE);
  });
  return {
    element: h(
      "div",
      { class: "stack filter-field" },
      h("div", { class: "filter-box" }, icon("filter"), input),
      told,
    ),
    input,
    read,
    recount,
  };
}
