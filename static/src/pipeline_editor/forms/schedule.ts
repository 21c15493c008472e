/** A clock's settings as people choose them: its zone and its times, and a line that tells when it would fire. */
import { h, replace, uid } from "../../lib/dom";
import { api, isAbort, messageOf } from "../../lib/http";
import type { components } from "../../lib/api-types";
import type { Widget } from "../../ui/form";
import { clockWords } from "../graph/clock";

type Times = components["schemas"]["ScheduleTimes"];

const PAUSE_MS = 300;

export interface ScheduleLine {
  element: HTMLElement;
  /** Asks anew, once nothing more is typed; null: it is no clock. */
  tell: (spec: Record<string, unknown> | null) => void;
}

export function scheduleLine(): ScheduleLine {
  const element = h("div", { class: "stack", role: "status", hidden: true });
  let timer = 0;
  let request: AbortController | null = null;
  const ask = async (spec: Record<string, unknown>) => {
    request = new AbortController();
    try {
      const told = await api.post<Times>("/api/v1/trigger-schedule/", { spec }, { signal: request.signal });
      replace(element, timesView(told, spec));
    } catch (error) {
      if (!isAbort(error)) replace(element, h("p", { class: "status bad" }, messageOf(error)));
    }
  };
  return {
    element,
    tell(spec) {
      clearTimeout(timer);
      request?.abort();
      element.hidden = spec === null;
      if (spec !== null) timer = window.setTimeout(() => void ask(spec), PAUSE_MS);
    },
  };
}

/** "Mondays at 09:00 (Europe/Berlin). Next on …", and the times after it; or what is wrong. */
export function timesView(told: Times, spec: Record<string, unknown>): HTMLElement[] {
  if (told.problems.length) return told.problems.map((text) => h("p", { class: "status bad" }, text));
  const [zone = "UTC", cron = ""] = [spec["timezone"], spec["cron"]].map((one) =>
    typeof one === "string" && one ? one : undefined,
  );
  const time = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: zone });
  const later = told.next.slice(1).map((one) => time.format(new Date(one)));
  const words = clockWords(cron, zone);
  return [
    h("p", {}, h("b", {}, words.charAt(0).toUpperCase() + words.slice(1)), `. ${told.says}`),
    ...(later.length ? [h("p", { class: "hint" }, `Then ${later.join(", and ")}.`)] : []),
  ];
}

/** A zone by its name, with all that the browser knows to choose from. */
export const zoneWidget: Widget = ({ id, value, changed }) => {
  const list = uid("zones");
  const input = h("input", {
    class: "input",
    id,
    list,
    placeholder: "UTC",
    autocomplete: "off",
    value: typeof value === "string" ? value : "",
    oninput: changed,
  });
  const names = Intl.supportedValuesOf("timeZone").map((name) => h("option", { value: name }));
  return {
    element: h("div", {}, input, h("datalist", { id: list }, names)),
    input,
    read: () => input.value.trim(),
    write: (next) => (input.value = typeof next === "string" ? next : ""),
  };
};

/** A time in the trigger's zone. One that names its own offset stays text, or it would become another time. */
export const momentWidget: Widget = ({ id, value, changed }) => {
  const text = typeof value === "string" ? value : "";
  const fits = text === "" || /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?$/.test(text);
  const input = h("input", {
    class: "input",
    id,
    type: fits ? "datetime-local" : "text",
    value: fits && text.length === 10 ? `${text}T00:00` : text,
    oninput: changed,
  });
  return {
    element: input,
    input,
    read: () => input.value,
    write: (next) => (input.value = typeof next === "string" ? next : ""),
  };
};
