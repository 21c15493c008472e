// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from "vitest";
import { h } from "@/lib/dom";
import { roveFocus } from "@/ui/roving";

let bar: HTMLElement;
const buttons = () => [...bar.querySelectorAll("button")];
const stops = () => buttons().filter(({ tabIndex }) => tabIndex === 0);
const press = (key: string) => {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  document.activeElement?.dispatchEvent(event);
  return event.defaultPrevented;
};

beforeEach(() => {
  bar = h(
    "div",
    { role: "toolbar" },
    ["a", "b", "c"].map((text) => h("button", { type: "button" }, text)),
  );
  document.body.replaceChildren(bar);
});

describe("a bar that is one stop for Tab", () => {
  it("begins at its first button, and goes round and round by arrows", () => {
    roveFocus(bar);
    const [a, b, c] = buttons();
    expect(stops()).toEqual([a]);
    a?.focus();
    press("ArrowRight");
    expect(document.activeElement).toBe(b);
    expect(stops()).toEqual([b]);
    press("End");
    press("ArrowRight");
    expect(document.activeElement).toBe(a);
    press("ArrowLeft");
    expect(document.activeElement).toBe(c);
    press("Home");
    expect(document.activeElement).toBe(a);
  });
  it("stays where a click left the focus, and passes over what cannot be used", () => {
    roveFocus(bar);
    const [a, b, c] = buttons();
    c?.focus();
    expect(stops()).toEqual([c]);
    a?.focus();
    if (b) b.disabled = true;
    press("ArrowRight");
    expect(document.activeElement).toBe(c);
  });
  it("takes the arrows of its own direction only", () => {
    bar.setAttribute("aria-orientation", "vertical");
    roveFocus(bar);
    const [a, b] = buttons();
    a?.focus();
    expect(press("ArrowRight")).toBe(false);
    expect(press("ArrowDown")).toBe(true);
    expect(document.activeElement).toBe(b);
  });
});
