import { beforeEach, describe, expect, it, vi } from "vitest";
import { h } from "@/lib/dom.ts";
import { announce } from "@/ui/live.ts";
import { emptyState, errorState, skeletonLines } from "@/ui/empty.ts";
import { icon, iconMarkup, ICONS } from "@/ui/icons.ts";
import { menuButton, openMenu } from "@/ui/menu.ts";
import { createPicker, fixedItems } from "@/ui/picker.ts";
import { createProgress, Eta, shareBar } from "@/ui/progress.ts";
import { sparkline } from "@/ui/sparkline.ts";
import { avatar, kbd, statusChip } from "@/ui/status.ts";
import { createTabs } from "@/ui/tabs.ts";
import { timeAgo } from "@/ui/time.ts";

beforeEach(() => {
  document.body.replaceChildren();
  window.location.hash = "";
});
const key = (target: Element, name: string) =>
  target.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));

describe("icons", () => {
  it("are drawn alike by code and for templates, hidden from screen readers", () => {
    for (const name of Object.keys(ICONS) as (keyof typeof ICONS)[]) {
      const svg = icon(name);
      expect(svg.getAttribute("aria-hidden")).toBe("true");
      expect(iconMarkup(name).match(/</g)).toHaveLength(svg.childElementCount);
    }
    expect(() => iconMarkup("unicorn")).toThrow('Unknown icon "unicorn"');
  });
});

describe("status chips", () => {
  it("have a word for every status, known or not", () => {
    expect(statusChip("discard").textContent).toBe("Discarded");
    expect(statusChip("").textContent).toBe("To do");
    expect(statusChip("Approved").className).toContain("ok");
    expect(statusChip("my_status").textContent).toBe("My status");
    expect(statusChip("failed", "3 failed").textContent).toBe("3 failed");
    expect(statusChip("constructor").className).toBe("status");
    expect(kbd("ctrl+enter").textContent).toBe("Ctrl ↵");
    expect(avatar("Ada Lovelace").textContent).toBe("AL");
  });
});

describe("menus", () => {
  const anchor = () => {
    const button = h("button", null, "Menu");
    document.body.append(button);
    return button;
  };
  const items = () => [...document.querySelectorAll<HTMLElement>("[role^=menuitem]")];

  it("open from their button, move by keys and letters, and run", async () => {
    const run = vi.fn();
    const button = anchor();
    menuButton(button, () => [
      { label: "Rename", run },
      "separator",
      { heading: "More" },
      { label: "Delete", danger: true, run },
      { label: "Docs", href: "/x" },
    ]);
    button.click();
    await vi.waitFor(() => expect(items()).toHaveLength(3));
    expect(button.getAttribute("aria-expanded")).toBe("true");
    expect(document.activeElement).toBe(items()[0]);
    key(items()[0]!, "ArrowDown");
    expect(document.activeElement).toBe(items()[1]);
    key(items()[1]!, "End");
    key(items()[2]!, "ArrowDown");
    expect(document.activeElement).toBe(items()[0]);
    key(items()[0]!, "d");
    expect(document.activeElement).toBe(items()[1]);
    items()[1]!.click();
    expect(run).toHaveBeenCalledOnce();
    expect(items()).toHaveLength(0);
    expect(button.getAttribute("aria-expanded")).toBe("false");
  });

  it("give the focus back on Escape and close on a press outside", () => {
    const button = anchor();
    openMenu(button, [{ label: "A", run: vi.fn() }]);
    key(items()[0]!, "Escape");
    expect(document.activeElement).toBe(button);
    openMenu(button, [{ label: "A", run: vi.fn() }]);
    document.body.dispatchEvent(new Event("pointerdown", { bubbles: true }));
    expect(items()).toHaveLength(0);
  });

  it("do nothing for what is disabled", () => {
    const run = vi.fn();
    openMenu(anchor(), [
      { label: "A", run, disabled: true },
      { label: "B", checked: true },
    ]);
    items()[0]!.click();
    expect(run).not.toHaveBeenCalled();
    expect(items()[1]!.getAttribute("aria-checked")).toBe("true");
  });
});

describe("tabs", () => {
  it("make a panel when first shown, and keep the choice in the address", () => {
    const made: string[] = [];
    const spec = (id: string) => ({
      id,
      title: id.toUpperCase(),
      panel: () => (made.push(id), h("p", null, id)),
    });
    const tabs = createTabs({ label: "T", tabs: [spec("a"), { ...spec("b"), count: 1200 }] });
    document.body.append(tabs.element, tabs.panels);
    expect(made).toEqual(["a"]);
    const [first, second] = [...tabs.element.querySelectorAll<HTMLButtonElement>("[role=tab]")];
    expect(second!.textContent).toBe("B1,200");
    key(first!, "ArrowRight");
    expect(tabs.current()).toBe("b");
    expect(window.location.hash).toBe("#b");
    expect(document.activeElement).toBe(second);
    key(second!, "Home");
    tabs.show("nowhere");
    expect(made).toEqual(["a", "b"]);
    expect(tabs.current()).toBe("a");
    expect(tabs.panels.querySelectorAll<HTMLElement>("[role=tabpanel]")[1]!.hidden).toBe(true);
    tabs.setCount("b", null);
    expect(second!.textContent).toBe("B");
  });
});

describe("progress", () => {
  it("tells share, time left and end", () => {
    let now = 0;
    const cancel = vi.fn();
    const bar = createProgress({ label: "Uploading", onCancel: cancel, now: () => now });
    const role = bar.element.querySelector("[role=progressbar]")!;
    bar.set({ done: 0, total: null, note: "counting" });
    expect(role.className).toContain("indeterminate");
    bar.set({ done: 0, total: 1000 });
    now = 10_000;
    bar.set({ done: 100, total: 1000, note: "f_1.jpg" });
    expect(bar.element.textContent).toContain("100 of 1,000, about 2 min left");
    expect(role.getAttribute("aria-valuenow")).toBe("10");
    bar.element.querySelector("button")!.click();
    expect(cancel).toHaveBeenCalledOnce();
    bar.finish("998 in, 2 refused", "bad");
    expect(bar.element.textContent).toContain("998 in, 2 refused");
    expect(bar.element.querySelector("button")).toBeNull();
    expect(shareBar(1.4, "x").getAttribute("aria-valuenow")).toBe("100");
  });
  it("takes the rate from the last while and starts anew when the count falls", () => {
    let now = 0;
    const eta = new Eta(() => now, 10_000);
    eta.add(0);
    expect(eta.left(100)).toBeNull();
    for (now = 10_000; now <= 40_000; now += 10_000) eta.add(now / 10_000);
    for (; now <= 60_000; now += 5000) eta.add(now / 100);
    expect(eta.left(700)).toBeLessThan(20);
    eta.add(0);
    expect(eta.left(100)).toBeNull();
  });
});

describe("picker", () => {
  const all = [
    { id: "1", name: "Raw frames" },
    { id: "2", name: "Ground truth" },
  ];
  it("finds by typing and chooses by keys", async () => {
    const changed = vi.fn();
    const picker = createPicker({ label: "Dataset", load: fixedItems(all), onChange: changed });
    document.body.append(picker.element);
    const { input } = picker;
    input.value = "ground";
    input.dispatchEvent(new Event("input"));
    await vi.waitFor(() => expect(picker.element.querySelectorAll("[role=option]")).toHaveLength(1));
    key(input, "ArrowDown");
    expect(input.getAttribute("aria-activedescendant")).toMatch(/-0$/);
    key(input, "Enter");
    expect(picker.value()?.id).toBe("2");
    expect(input.value).toBe("Ground truth");
    expect(changed).toHaveBeenCalledWith(all[1]);
  });
  it("goes back to what was chosen on Escape and on leaving, and empties when it may", async () => {
    const picker = createPicker({ label: "Dataset", load: fixedItems(all), value: all[0]!, optional: true });
    document.body.append(picker.element);
    picker.input.value = "xyz";
    picker.input.dispatchEvent(new Event("input"));
    await vi.waitFor(() => expect(picker.element.textContent).toContain("Nothing found"));
    key(picker.input, "Escape");
    expect(picker.input.value).toBe("Raw frames");
    picker.input.value = "";
    picker.input.dispatchEvent(new Event("blur"));
    expect(picker.value()).toBeNull();
    picker.set(all[1]!);
    expect(picker.input.value).toBe("Ground truth");
  });
  it("says why a list did not come", async () => {
    const picker = createPicker({ label: "Dataset", load: () => Promise.reject(new Error("It broke.")) });
    document.body.append(picker.element);
    picker.input.click();
    await vi.waitFor(() => expect(picker.element.textContent).toContain("It broke."));
  });
});

describe("small parts", () => {
  it("empty, error and loading states", () => {
    const retry = vi.fn();
    expect(emptyState({ title: "No models", text: "Train one." }).textContent).toBe("No modelsTrain one.");
    const failed = errorState(new Error("It broke."), retry);
    failed.querySelector("button")!.click();
    expect(retry).toHaveBeenCalledOnce();
    expect(skeletonLines(2).children).toHaveLength(2);
  });
  it("times carry the exact moment", () => {
    const element = timeAgo("2020-01-01T00:00:00Z");
    expect(element.title).toContain("2020");
    expect(timeAgo(null).textContent).toBe("—");
  });
  it("sparklines stay inside their box", () => {
    const svg = sparkline([3, 1, 2], "loss");
    const points = svg
      .querySelector("polyline")!
      .getAttribute("points")!
      .split(" ")
      .map((point) => point.split(",").map(Number));
    expect(points).toHaveLength(3);
    expect(points.every(([x, y]) => x! >= 0 && x! <= 160 && y! >= 0 && y! <= 36)).toBe(true);
    expect(sparkline([1], "one").querySelector("polyline")).not.toBeNull();
  });
  it("announcements are heard", async () => {
    announce("3 more rows");
    await vi.waitFor(() => expect(document.querySelector("[aria-live]")?.textContent).toBe("3 more rows"));
  });
});
