import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Boot } from "@/lib/boot.ts";
import { h } from "@/lib/dom.ts";
import { addCommands, goCommands, pageCommands, ranked } from "@/shell/commands.ts";
import { openPalette } from "@/shell/palette.ts";
import { signIn } from "@/shell/signin.ts";
import { chooseTheme, isDark, themeChoice, THEME_CHANGED } from "@/shell/theme.ts";

const data: Boot = {
  user: { id: "u", name: "Ada", email: "ada@x" },
  project: { id: "p1", name: "Apples" },
  role: "owner",
  projects: [
    { id: "p1", name: "Apples" },
    { id: "p2", name: "Road signs" },
  ],
  can: ["model.see"],
  page: {},
};

beforeEach(() => {
  document.body.replaceChildren();
  localStorage.clear();
});

describe("theme", () => {
  it("is kept, told, and given back to the system", () => {
    const told = vi.fn();
    window.addEventListener(THEME_CHANGED, told);
    chooseTheme("dark");
    expect([document.documentElement.dataset["theme"], localStorage.getItem("alp-theme"), isDark()]).toEqual([
      "dark",
      "dark",
      true,
    ]);
    chooseTheme("system");
    expect([document.documentElement.dataset["theme"], localStorage.getItem("alp-theme")]).toEqual([
      undefined,
      null,
    ]);
    expect(themeChoice.value).toBe("system");
    expect(told).toHaveBeenCalledTimes(2);
  });
});

describe("commands", () => {
  it("lead to the pages of the rail and to other projects", () => {
    document.body.append(
      h("a", { class: "rail-link", href: "/p/p1/models/", title: "Models", dataset: { nav: "models" } }),
    );
    const labels = goCommands(data).map((entry) => entry.label);
    expect(labels).toEqual(["Models", "Road signs", "All projects"]);
  });
  it("come from the page while it wants", () => {
    const off = addCommands(() => [{ label: "Start pipeline" }]);
    expect(pageCommands()).toEqual([{ label: "Start pipeline", group: "On this page" }]);
    off();
    expect(pageCommands()).toEqual([]);
  });
  it("are found by every word typed, names first", () => {
    const entries = [
      { label: "Ground truth", group: "Datasets" },
      { label: "Truth table" },
      { label: "All projects", words: "new create" },
    ];
    expect(ranked(entries, "tru").map((one) => one.label)).toEqual(["Truth table", "Ground truth"]);
    expect(ranked(entries, "data gro").map((one) => one.label)).toEqual(["Ground truth"]);
    expect(ranked(entries, "create").map((one) => one.label)).toEqual(["All projects"]);
    expect(ranked(entries, "zzz")).toEqual([]);
    expect(ranked(entries, " ")).toBe(entries);
  });
});

describe("palette", () => {
  it("finds, marks and runs by keys, and adds the project's things as they come", async () => {
    const body = JSON.stringify({ items: [{ id: "m1", name: "fruit-v7" }], next: null });
    const fetchFake = vi.fn(
      async () => new Response(body, { headers: { "Content-Type": "application/json" } }),
    );
    vi.stubGlobal("fetch", fetchFake);
    const run = vi.fn();
    openPalette(data, [{ label: "Theme: dark", group: "Commands", run }]);
    openPalette(data, []);
    expect(document.querySelectorAll("dialog")).toHaveLength(1);
    const input = document.querySelector<HTMLInputElement>("dialog input")!;
    const options = () => [...document.querySelectorAll("[role=option]")].map((one) => one.textContent);
    await vi.waitFor(() => expect(options()).toContain("fruit-v7"));
    expect(fetchFake).toHaveBeenCalledTimes(1);
    input.value = "theme";
    input.dispatchEvent(new Event("input"));
    expect(options()).toEqual(["Theme: dark"]);
    expect(document.querySelector("[aria-selected=true]")?.id).toBe(
      input.getAttribute("aria-activedescendant"),
    );
    input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    expect(run).toHaveBeenCalledOnce();
    expect(document.querySelector("dialog")).toBeNull();
    vi.unstubAllGlobals();
  });
  it("says when nothing is called so", () => {
    openPalette({ ...data, project: null }, []);
    const input = document.querySelector<HTMLInputElement>("dialog input")!;
    input.value = "zzz";
    input.dispatchEvent(new Event("input"));
    expect(document.querySelector(".palette-none")?.textContent).toContain("zzz");
  });
});

describe("signing in again", () => {
  it("is a redirect when it worked and the form again when not", async () => {
    document.cookie = "csrftoken=tok";
    const answers = [
      { type: "opaqueredirect", redirected: false },
      { type: "basic", redirected: false },
    ];
    const fetchFake = vi.fn(
      async (_url: string, _init?: RequestInit) => answers.shift() as unknown as Response,
    );
    vi.stubGlobal("fetch", fetchFake);
    expect(await signIn("ada@x", "right")).toBe(true);
    expect(await signIn("ada@x", "wrong")).toBe(false);
    const sent = fetchFake.mock.calls[0]![1]!.body as URLSearchParams;
    expect([sent.get("username"), sent.get("csrfmiddlewaretoken")]).toEqual(["ada@x", "tok"]);
    vi.unstubAllGlobals();
  });
});
