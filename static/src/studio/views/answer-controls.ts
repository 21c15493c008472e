/** The control of one question, by its kind. A digit beside a value sets it while the panel has the focus. */
import { h, uid, type Child } from "../../lib/dom.ts";
import { inRange, toggled, type Answer, type AttributeSpec } from "../state/attributes.ts";
import "./range.css";

export type Change = (value: unknown) => void;
type Make = (spec: AttributeSpec, answer: Answer, disabled: boolean, change: Change) => Child;

/** More values than this, or longer words, do not fit beside one another. */
const IN_A_ROW = 4;
const LETTERS = 22;

const KINDS: Record<AttributeSpec["kind"], Make> = { boolean: tick, text: words, range: slider, options };

export const control: Make = (spec, answer, disabled, change) =>
  KINDS[spec.kind](spec, answer, disabled, change);

function held(answer: Answer): unknown {
  return answer.mixed ? undefined : answer.value;
}

function tick(spec: AttributeSpec, answer: Answer, disabled: boolean, change: Change): HTMLElement {
  const value = held(answer);
  const box: HTMLInputElement = h("input", {
    type: "checkbox",
    class: "checkbox",
    disabled,
    checked: value === true,
    // Nobody has said yes or no.
    indeterminate: typeof value !== "boolean",
    onchange: () => change(box.checked),
  });
  const word = answer.mixed ? "" : value === true ? "yes" : value === false ? "no" : "not said";
  return h("label", { class: "tick", title: "1 yes, 2 no" }, box, h("span", null, word || spec.title));
}

function words(spec: AttributeSpec, answer: Answer, disabled: boolean, change: Change): HTMLElement {
  const value = held(answer);
  const was = typeof value === "string" ? value : "";
  const input: HTMLInputElement = h("input", {
    type: "text",
    class: "input",
    "aria-label": spec.title,
    disabled,
    value: was,
    dataset: { was },
    placeholder: answer.mixed ? "Mixed" : "",
    maxlength: 1000,
    autocomplete: "off",
    onchange: () => change(input.value.trim() || undefined),
  });
  commitOnEnter(input);
  return input;
}

function slider(spec: AttributeSpec, answer: Answer, disabled: boolean, change: Change): Child {
  const { min, max, step } = { min: 0, max: 100, ...spec.value_range };
  const value = held(answer);
  const was = typeof value === "number" ? String(value) : "";
  const fine =
    step ?? (Number.isInteger(min) && Number.isInteger(max) && max - min >= 10 ? 1 : (max - min) / 100);
  const range: HTMLInputElement = h("input", {
    type: "range",
    class: "studio-range",
    "aria-label": spec.title,
    disabled,
    min,
    max,
    step: fine,
    value: was || String((min + max) / 2),
    oninput: () => (number.value = range.value),
    onchange: () => change(Number(range.value)),
  });
  range.classList.toggle("unset", was === "");
  const number: HTMLInputElement = h("input", {
    type: "number",
    class: "input",
    "aria-label": `${spec.title}, ${min} to ${max}`,
    disabled,
    min,
    max,
    step: step ?? "any",
    value: was,
    dataset: { was },
    placeholder: answer.mixed ? "Mixed" : "",
    onchange: () => {
      if (number.value === "") change(undefined);
      else if (inRange(spec, Number(number.value))) change(Number(number.value));
      else number.setAttribute("aria-invalid", "true");
    },
  });
  commitOnEnter(number);
  return [range, number];
}

function options(spec: AttributeSpec, answer: Answer, disabled: boolean, change: Change): Child {
  const { values, multi, title } = spec;
  const short = values.length <= IN_A_ROW && values.join("").length <= LETTERS;
  if (multi) return several(spec, answer, disabled, change);
  return short ? segment(spec, answer, disabled, change) : list(title, spec, answer, disabled, change);
}
function segment(
  { values, optional }: AttributeSpec,
  answer: Answer,
  disabled: boolean,
  change: Change,
): HTMLElement {
  const now = held(answer);
  return h(
    "div",
    { class: "segment" },
    values.map((value, i) =>
      h(
        "button",
        {
          type: "button",
          disabled,
          "aria-pressed": String(value === now),
          title: `${value} (${i + 1})`,
          // Once more takes it back, where it need not be answered.
          onclick: () => change(value === now && optional ? undefined : value),
        },
        value,
      ),
    ),
  );
}
function several(spec: AttributeSpec, answer: Answer, disabled: boolean, change: Change): HTMLElement {
  const now = held(answer);
  return h(
    "div",
    { class: "choices" },
    spec.values.map((value, i) =>
      h(
        "button",
        {
          type: "button",
          class: "choice",
          disabled,
          "aria-pressed": String(Array.isArray(now) && now.includes(value)),
          title: i < 10 ? `${value} (${(i + 1) % 10})` : value,
          onclick: () => change(toggled(spec, answer, value)),
        },
        value,
      ),
    ),
  );
}
function list(
  title: string,
  { values }: AttributeSpec,
  answer: Answer,
  disabled: boolean,
  change: Change,
): HTMLElement {
  const now = held(answer);
  const known = typeof now === "string" && values.includes(now);
  const select: HTMLSelectElement = h(
    "select",
    {
      class: "select",
      id: uid("answer"),
      "aria-label": title,
      disabled,
      onchange: () => change(select.value || undefined),
    },
    h("option", { value: "" }, answer.mixed ? "Mixed" : "Choose…"),
    values.map((value) => h("option", { value }, value)),
  );
  select.value = known ? now : "";
  return select;
}

function commitOnEnter(input: HTMLInputElement): void {
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    if (input.value !== input.dataset["was"]) input.dispatchEvent(new Event("change"));
  });
}
