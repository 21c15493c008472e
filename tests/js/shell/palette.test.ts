/** The palette asks the page's searches for what is typed, and keeps what it had. */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Boot } from "@/lib/boot.ts";
import { addCommands, addSearch, type Search } from "@/shell/commands.ts";
import { openPalette } from "@/shell/palette.ts";

const data = { projects: [], project: null, can: [] } as unknown as Boot;
const labels = () =>
  [...document.querySelectorAll(".palette [role=option] .clip")].map((one) => one.textContent);
const type = (text: string) => {
  const input = document.querySelector<HTMLInputElement>(".palette input");
  if (!input) throw new Error("The palette is shut.");
  input.value = text;
  input.dispatchEvent(new Event("input"));
};
const offs: (() => void)[] = [];
afterEach(() => {
  for (const off of offs.splice(0)) off();
  document.body.replaceChildren();
});

describe("the palette's searches", () => {
  it("are asked once nothing more is typed, and add what is not at hand", async () => {
    const went = vi.fn();
    const search = vi.fn<Search>((typed) =>
      Promise.resolve([
        { label: "/near/bird.png", group: "Pictures" },
        { label: `/far/${typed}.png`, group: "Pictures", run: went },
      ]),
    );
    offs.push(addCommands(() => [{ label: "/near/bird.png", group: "Pictures" }]));
    offs.push(addSearch(search));
    openPalette(data, []);
    for (const typed of ["b", "bi", "bird"]) type(typed);
    expect(labels()).toEqual(["/near/bird.png"]);
    await vi.waitFor(() => expect(labels()).toEqual(["/near/bird.png", "/far/bird.png"]));
    expect(search).toHaveBeenCalledOnce();
    document.querySelectorAll<HTMLElement>(".palette [role=option]")[1]?.click();
    expect(went).toHaveBeenCalledOnce();
  });

  it("for one group show nothing else, neither at hand nor found", async () => {
    const search = vi.fn<Search>(() =>
      Promise.resolve([
        { label: "/far/bird.png", group: "Pictures" },
        { label: "Birds", group: "Datasets" },
      ]),
    );
    offs.push(addCommands(() => [{ label: "/near/bird.png", group: "Pictures" }, { label: "Bird by bird" }]));
    offs.push(addSearch(search));
    openPalette(data, [{ label: "Birdsong" }], { group: "Pictures", words: "Go to a picture" });
    expect(labels()).toEqual(["/near/bird.png"]);
    expect(document.querySelector(".palette input")?.getAttribute("aria-label")).toBe("Go to a picture");
    type("bird");
    await vi.waitFor(() => expect(labels()).toEqual(["/near/bird.png", "/far/bird.png"]));
  });

  it("that fail leave what is there", async () => {
    const search = vi.fn<Search>(() => Promise.reject(new Error("gone")));
    offs.push(addCommands(() => [{ label: "Start", group: "On this page" }]));
    offs.push(addSearch(search));
    openPalette(data, []);
    type("st");
    await vi.waitFor(() => expect(search).toHaveBeenCalled());
    expect(labels()).toEqual(["Start"]);
  });
});
