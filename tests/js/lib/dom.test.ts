import { beforeEach, describe, expect, it, vi } from "vitest";
import { append, copyText, delegate, find, h, isTyping, need, replace, swatch, uid } from "@/lib/dom.ts";
import { boot, may, requireProject } from "@/lib/boot.ts";

beforeEach(() => document.body.replaceChildren());

describe("h", () => {
  it("builds elements with classes, attributes, data and handlers", () => {
    const click = vi.fn();
    const seen = vi.fn();
    const button = h(
      "button",
      {
        class: ["btn", false, "big"],
        type: "button",
        disabled: false,
        "aria-pressed": false,
        dataset: { id: "7", no: undefined },
        onclick: click,
        ref: seen,
        title: null,
      },
      "Save ",
      2,
      null,
      false,
      ["a", [h("b", null, "c")]],
    );
    button.click();
    expect(button.outerHTML).toBe(
      '<button class="btn big" type="button" aria-pressed="false" data-id="7">Save 2a<b>c</b></button>',
    );
    expect(click).toHaveBeenCalledOnce();
    expect(seen).toHaveBeenCalledWith(button);
  });

  it("never turns text into markup", () => {
    const element = h("p", { title: '"><script>' }, "<img src=x onerror=alert(1)>");
    expect(element.querySelector("img")).toBeNull();
    expect(element.textContent).toBe("<img src=x onerror=alert(1)>");
  });

  it("sets values and styles as properties", () => {
    const select = h("select", { value: "b" }, h("option", { value: "a" }), h("option", { value: "b" }));
    expect(select.value).toBe("b");
    const bar = h("i", { style: { width: "40%", backgroundColor: "red", "--x": "1" } });
    expect(bar.style.width).toBe("40%");
    expect(bar.style.getPropertyValue("--x")).toBe("1");
    expect(h("input", { type: "checkbox", checked: true, hidden: true }).checked).toBe(true);
  });
});

describe("helpers", () => {
  it("append and replace", () => {
    const list = h("ul");
    append(list, [h("li"), h("li")]);
    replace(list, h("li"), "x");
    expect(list.childNodes).toHaveLength(2);
  });
  it("need names what the page lacks", () => {
    document.body.append(h("main", { id: "main" }));
    expect(need("#main").tagName).toBe("MAIN");
    expect(find("#other")).toBeNull();
    expect(() => need("#other")).toThrow('no element "#other"');
  });
  it("delegate hears children of now and later", () => {
    const heard = vi.fn();
    delegate(document.body, "click", "[data-act]", (_, target) => void heard(target.dataset["act"]));
    const inner = h("span");
    document.body.append(h("button", { dataset: { act: "go" } }, inner), h("button", null));
    inner.click();
    document.body.lastElementChild!.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    expect(heard.mock.calls).toEqual([["go"]]);
  });
  it("uid is unique and swatches are coloured", () => {
    expect(uid()).not.toBe(uid());
    expect(swatch("#ff0000").style.background).toContain("#ff0000");
  });
  it("knows where typing belongs", () => {
    expect(isTyping(h("input"))).toBe(true);
    expect(isTyping(h("textarea"))).toBe(true);
    expect(isTyping(h("input", { type: "checkbox" }))).toBe(false);
    expect(isTyping(h("button"))).toBe(false);
    expect(isTyping(null)).toBe(false);
  });
  it("copies where there is a clipboard and says so where not", async () => {
    const writeText = vi.fn(async () => undefined);
    vi.stubGlobal("navigator", { clipboard: { writeText } });
    expect(await copyText("x")).toBe(true);
    vi.stubGlobal("navigator", {});
    expect(await copyText("x")).toBe(false);
    vi.unstubAllGlobals();
  });
});

describe("boot", () => {
  it("is empty without data", () => {
    expect(boot()).toMatchObject({ user: null, project: null, can: [], page: {} });
    expect(() => requireProject()).toThrow("no project");
  });
  it("reads what the server printed", () => {
    const data = { project: { id: "p", name: "P" }, can: ["model.see"], page: { x: 1 } };
    document.body.append(h("script", { id: "boot", type: "application/json" }, JSON.stringify(data)));
    expect(boot<{ x: number }>().page.x).toBe(1);
    expect(requireProject().id).toBe("p");
    expect([may("model.see"), may("model.edit")]).toEqual([true, false]);
  });
});
