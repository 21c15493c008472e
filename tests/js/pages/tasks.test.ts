import { beforeEach, describe, expect, it, vi } from "vitest";
import { markup } from "@/lib/markup.ts";
import { fromParams, toParams, wordsOf } from "@/pages/task/filter.ts";
import type { Label } from "@/browser/types.ts";
import { labelField } from "@/pages/tasks/drawing.ts";
import { createFilterBox } from "@/pages/tasks/filter-box.ts";
import { createShareList } from "@/pages/tasks/share-list.ts";
import { asPercentages, equalShares, faultOf } from "@/pages/tasks/shares.ts";

const sum = (list: number[]) => list.reduce((total, one) => total + one, 0);

describe("shares", () => {
  it("are equal by default and sum to 100 for any number of people", () => {
    for (let n = 1; n <= 100; n++) {
      const shares = equalShares(n);
      expect(sum(shares)).toBe(100);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }
    expect(equalShares(0)).toEqual([]);
  });
  it("made of any weights sum to 100 and forget nobody", () => {
    for (const weights of [[1, 1, 1], [7, 3], [1, 999], [5], [2, 3, 5, 7, 11, 13], [0, 0]]) {
      const shares = asPercentages(weights);
      expect(sum(shares)).toBe(100);
      expect(Math.min(...shares)).toBeGreaterThanOrEqual(1);
    }
    expect(asPercentages([50, 30, 20])).toEqual([50, 30, 20]);
  });
  it("that do not sum to 100 are refused with what to do", () => {
    expect(faultOf([50, 50])).toBeNull();
    expect(faultOf([])).toMatch(/Choose who/);
    expect(faultOf([60, 60])).toMatch(/120 %.*Equal shares/);
    expect(faultOf([0, 100])).toMatch(/from 1/);
    expect(faultOf([33.5, 66.5])).toMatch(/whole number/);
  });
});

describe("the list of people", () => {
  const member = (name: string, role = "annotator") => ({
    id: name,
    role,
    user: { id: name.toLowerCase(), name, email: `${name}@example.org` },
  });
  const few = ["Ada", "Bo", "Cy"].map((name) => member(name));
  const finding =
    (all: ReturnType<typeof member>[], most = 20) =>
    (text: string) => {
      const found = all.filter(({ user }) => user.name.toLowerCase().includes(text));
      return Promise.resolve({
        items: found.slice(0, most),
        more: found.length > most,
      });
    };
  const shown = (list: HTMLElement) =>
    [...list.querySelectorAll('input[type="checkbox"]')].map((one) => one.getAttribute("aria-label"));
  const box = (list: HTMLElement, name: string) =>
    list.querySelector<HTMLInputElement>(`input[aria-label="${name}"]`)!;
  const press = (input: HTMLInputElement) => {
    input.checked = !input.checked;
    input.dispatchEvent(new Event("change"));
  };
  const search = async (list: HTMLElement, text: string) => {
    const input = list.querySelector<HTMLInputElement>('input[type="search"]')!;
    input.value = text;
    input.dispatchEvent(new Event("input"));
    await new Promise((resolve) => setTimeout(resolve));
    return input;
  };

  it("deals equal shares to whom one ticks, and refuses others until they sum to 100", async () => {
    const list = createShareList({ find: finding(few), dealt: true });
    await vi.waitFor(() => expect(shown(list.element)).toEqual(["Ada", "Bo", "Cy"]));
    expect(() => list.read()).toThrow(/Choose who/);
    for (const name of ["Ada", "Bo", "Cy"]) press(box(list.element, name));
    expect(list.read().map(({ share }) => share)).toEqual([34, 33, 33]);
    const ada = list.element.querySelector<HTMLInputElement>('input[aria-label="Share of Ada, percent"]')!;
    ada.value = "50";
    ada.dispatchEvent(new Event("input"));
    expect(() => list.read()).toThrow(/116 %/);
    press(box(list.element, "Cy"));
    expect(list.read()).toEqual([
      { person: "ada", share: 50 },
      { person: "bo", share: 50 },
    ]);
  });
  it("asks for no shares where people pull, and keeps of who was ticked those who may", async () => {
    const rex = member("Rex", "reviewer");
    const present = [
      { member: few[1]!, share: 3 },
      { member: rex, share: 1 },
    ];
    const list = createShareList({
      find: finding([...few, rex]),
      present,
      dealt: false,
    });
    expect(list.read()).toEqual([
      { person: "bo", share: 1 },
      { person: "rex", share: 1 },
    ]);
    list.keep(({ role }) => role === "reviewer");
    expect(list.read()).toEqual([{ person: "rex", share: 1 }]);
    await vi.waitFor(() => expect(shown(list.element)).toContain("Ada"));
    expect(box(list.element, "Bo").checked).toBe(false);
  });
  it("shows a few of hundreds, finds the others by name, and whoever is ticked stays", async () => {
    const many = Array.from({ length: 300 }, (_, n) => member(`Person ${String(n).padStart(3, "0")}`));
    const list = createShareList({ find: finding(many), dealt: true });
    await vi.waitFor(() => expect(shown(list.element)).toHaveLength(20));
    const input = await search(list.element, "person 29");
    expect(input.hidden).toBe(false);
    expect(shown(list.element)).toHaveLength(10);
    press(box(list.element, "Person 295"));
    await search(list.element, "person 12");
    expect(shown(list.element)).toEqual([
      "Person 295",
      ...Array.from({ length: 10 }, (_, n) => `Person 12${n}`),
    ]);
    press(box(list.element, "Person 120"));
    await search(list.element, "nobody");
    expect(shown(list.element)).toEqual(["Person 295", "Person 120"]);
    expect(list.element.textContent).toContain("Nothing found.");
    expect(list.read()).toEqual([
      { person: "person 295", share: 50 },
      { person: "person 120", share: 50 },
    ]);
  });
  it("needs no search where all are in sight", async () => {
    const list = createShareList({ find: finding(few), dealt: false });
    await vi.waitFor(() => expect(shown(list.element)).toHaveLength(3));
    expect(list.element.querySelector<HTMLInputElement>('input[type="search"]')!.hidden).toBe(true);
    press(box(list.element, "Cy"));
    expect(shown(list.element)).toEqual(["Ada", "Bo", "Cy"]);
  });
});

describe("the field of labels", () => {
  const label = (name: string): Label => ({
    id: name,
    name,
    color: "#53b3b8",
    hotkey: "",
    group: "",
    order: 0,
    skeleton: null,
  });
  const context = (value: string[]) => ({
    id: "labels",
    path: "labels",
    schema: {},
    value,
    disabled: false,
    changed: () => undefined,
  });
  const shown = (element: HTMLElement) =>
    [...element.querySelectorAll(".tick-list label")].map((one) => one.textContent);

  it("draws forty of hundreds with what is chosen first, and finds the rest by name", async () => {
    const field = labelField(Array.from({ length: 400 }, (_, n) => label(`bird ${n}`)));
    const control = field.widget(context(["bird 399", "gone"]));
    await vi.waitFor(() => expect(shown(control.element)).toHaveLength(41));
    expect(shown(control.element)[0]).toBe("bird 399");
    const input = control.element.querySelector<HTMLInputElement>('input[type="search"]')!;
    input.value = "BIRD 250";
    input.dispatchEvent(new Event("input"));
    await vi.waitFor(() => expect(shown(control.element)).toEqual(["bird 399", "bird 250"]));
    const [, second] = control.element.querySelectorAll<HTMLInputElement>('input[type="checkbox"]');
    second!.click();
    expect(control.read()).toEqual(["bird 399", "bird 250"]);
  });
  it("of another dataset keeps what is there too", async () => {
    const field = labelField(["cat", "dog"].map(label));
    const control = field.widget(context(["cat", "dog"]));
    field.setLabels(["dog", "owl"].map(label));
    expect(control.read()).toEqual(["dog"]);
    await vi.waitFor(() => expect(shown(control.element)).toEqual(["dog", "owl"]));
    field.setLabels([]);
    expect(control.element.textContent).toContain("no ontology");
    expect(control.read()).toEqual([]);
  });
});

describe("the filter of a task's items", () => {
  it("survives the address and is told in words", () => {
    const params = new URLSearchParams("status=returned&person=p1&from=2026-03-01&to=2026-03-01");
    const filter = fromParams(params, "Europe/Berlin");
    expect(filter.tz).toBe("Europe/Berlin");
    expect(toParams(filter).toString()).toBe(params.toString());
    expect(wordsOf(filter, () => "Ada").map(({ text }) => text)).toEqual([
      "sent back at least once",
      "Ada",
      "finished on 1 Mar 2026",
    ]);
    expect(fromParams(new URLSearchParams("status=free"), "UTC").tz).toBeNull();
  });
});

describe("the filter box", () => {
  beforeEach(() => void vi.useFakeTimers());

  it("tells what is found, and what is wrong, as one types", async () => {
    const count = vi.fn((filter: unknown) => Promise.resolve(`found ${JSON.stringify(filter)}`));
    const box = createFilterBox({ label: "Filter", count });
    const type = async (text: string) => {
      box.input.value = text;
      box.input.dispatchEvent(new Event("input"));
      await vi.advanceTimersByTimeAsync(300);
      return box.element.querySelector(".filter-count")?.textContent;
    };
    expect(await type("night")).toBe('found {"name":"*night*"}');
    expect(await type('{"dir": ')).toMatch(/Not JSON yet/);
    expect(() => box.read()).toThrow(/Not JSON yet/);
    expect(await type('{"filter": {"dir": "/a"}}')).toBe('found {"dir":"/a"}');
    expect(count).toHaveBeenCalledTimes(2);
    count.mockRejectedValueOnce(new Error("There is no field colour."));
    expect(await type('{"colour": 1}')).toBe("There is no field colour.");
    vi.useRealTimers();
  });
});

describe("text that people wrote", () => {
  it("is taken over without anything that acts, whatever the server let through", () => {
    const element = markup(
      '<p onclick="x()">a <b>b</b><strong>c</strong></p><script>x()</script><img src="https://e.example/x" alt="y" onerror="x()"><a href="javascript:x()">no</a><a href="https://e.example/">yes</a>',
    );
    expect(element.querySelector("script, b, [onclick], [onerror]")).toBeNull();
    expect(element.querySelector("strong")?.textContent).toBe("c");
    expect(element.querySelector("img")?.hasAttribute("src")).toBe(false);
    const [no, yes] = element.querySelectorAll("a");
    expect(no?.hasAttribute("href")).toBe(false);
    expect([yes?.getAttribute("href"), yes?.target, yes?.rel]).toEqual([
      "https://e.example/",
      "_blank",
      "noopener noreferrer",
    ]);
  });
});
