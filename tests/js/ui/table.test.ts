import { beforeEach, describe, expect, it, vi } from "vitest";
import { h } from "@/lib/dom.ts";
import { AlpApiError, type Page } from "@/lib/http.ts";
import { createTable, type Column, type TableQuery } from "@/ui/table.ts";

interface Row {
  id: string;
  name: string;
  n: number | null;
}
const row = (id: string, name: string, n: number | null): Row => ({ id, name, n });
const columns: Column<Row>[] = [
  { key: "name", title: "Name", cell: (one) => one.name, sort: true, value: (one) => one.name },
  { key: "n", title: "Count", cell: (one) => one.n, num: true, sort: true, value: (one) => one.n },
  { key: "act", title: "Remove", hiddenTitle: true, cell: () => h("button", null, "x") },
];
const three = [row("1", "Birne", 2), row("2", "apple", null), row("3", "cherry 10", 30)];

function setup(pages: (Page<Row> | Error)[], more: Partial<Parameters<typeof createTable<Row>>[0]> = {}) {
  const asked: Omit<TableQuery, "signal">[] = [];
  const table = createTable<Row>({
    label: "Fruit",
    columns,
    load: async ({ after, sort }) => {
      asked.push({ after, sort });
      const page = pages.shift();
      if (!page) throw new Error("one load too many");
      if (page instanceof Error) throw page;
      return page;
    },
    ...more,
  });
  document.body.append(table.element);
  const names = () =>
    [...table.element.querySelectorAll("tbody tr td:first-child")].map((cell) => cell.textContent);
  const heads = () => [...table.element.querySelectorAll<HTMLButtonElement>("th .sort")];
  return { table, asked, names, heads };
}
const whole = (items: Row[]): Page<Row> => ({ items, next: null });

beforeEach(() => document.body.replaceChildren());

describe("a table", () => {
  it("shows a skeleton first, then the rows", async () => {
    const { table, names } = setup([whole(three)]);
    expect(table.element.querySelectorAll(".skeleton").length).toBeGreaterThan(0);
    await vi.waitFor(() => expect(names()).toEqual(["Birne", "apple", "cherry 10"]));
    expect(table.element.querySelector(".skeleton")).toBeNull();
    expect(table.element.querySelector("table")?.getAttribute("aria-label")).toBe("Fruit");
  });

  it("sorts a whole list here, empty values last both ways", async () => {
    const { names, heads, asked } = setup([whole(three)]);
    await vi.waitFor(() => expect(names()).toHaveLength(3));
    heads()[0]!.click();
    expect(names()).toEqual(["apple", "Birne", "cherry 10"]);
    heads()[1]!.click();
    expect(names()).toEqual(["cherry 10", "Birne", "apple"]);
    heads()[1]!.click();
    expect(names()).toEqual(["Birne", "cherry 10", "apple"]);
    expect(heads()[1]!.closest("th")?.getAttribute("aria-sort")).toBe("ascending");
    expect(heads()[0]!.closest("th")?.getAttribute("aria-sort")).toBe("none");
    expect(asked).toHaveLength(1);
  });

  it("lets the server sort what it does not hold whole", async () => {
    const { heads, names, asked } = setup([{ items: three.slice(0, 2), next: "k" }, whole(three)]);
    await vi.waitFor(() => expect(names()).toHaveLength(2));
    heads()[1]!.click();
    await vi.waitFor(() => expect(asked.at(-1)).toEqual({ after: null, sort: "-n" }));
  });

  it("loads more by the key, and a reload keeps as many rows", async () => {
    const { table, names, asked } = setup([
      { items: three.slice(0, 1), next: "k1" },
      { items: three.slice(1), next: null },
      { items: three.slice(0, 2), next: "k2" },
      { items: three.slice(2), next: null },
    ]);
    await vi.waitFor(() => expect(names()).toHaveLength(1));
    table.element.querySelector<HTMLButtonElement>(".table-more button")!.click();
    await vi.waitFor(() => expect(names()).toHaveLength(3));
    expect(table.element.querySelector(".table-more")).toBeNull();
    await table.reload();
    expect(names()).toHaveLength(3);
    expect(asked.map((one) => one.after)).toEqual([null, "k1", null, "k2"]);
  });

  it("says what to do when it is empty", async () => {
    const { table } = setup([whole([])], { empty: () => h("p", { class: "hello" }, "Make one") });
    await vi.waitFor(() => expect(table.element.textContent).toContain("Make one"));
    expect(table.element.querySelector<HTMLElement>(".table-wrap")!.hidden).toBe(true);
  });

  it("tells a failure and tries again", async () => {
    const { table, names } = setup([new AlpApiError("x", "It broke.", 500), whole(three)]);
    await vi.waitFor(() => expect(table.element.textContent).toContain("It broke."));
    table.element.querySelector<HTMLButtonElement>(".empty button")!.click();
    await vi.waitFor(() => expect(names()).toHaveLength(3));
    expect(table.element.querySelector<HTMLElement>(".table-wrap")!.hidden).toBe(false);
  });

  it("opens rows by click and Enter, but not through their buttons", async () => {
    const open = vi.fn();
    const { table, names } = setup([whole(three)], { open });
    await vi.waitFor(() => expect(names()).toHaveLength(3));
    const rows = table.element.querySelectorAll<HTMLTableRowElement>("tbody tr");
    rows[0]!.querySelector("td")!.click();
    rows[1]!.querySelector("button")!.click();
    rows[0]!.focus();
    rows[0]!.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
    expect(document.activeElement).toBe(rows[1]);
    rows[1]!.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    expect(open.mock.calls.map(([one]) => (one as Row).id)).toEqual(["1", "2"]);
  });

  it("does not exchange the rows between press and click", async () => {
    vi.useFakeTimers();
    try {
      const { table, names } = setup([whole(three), whole(three.slice(1))]);
      await vi.waitFor(() => expect(names()).toHaveLength(3));
      const button = table.element.querySelector<HTMLButtonElement>("tbody button")!;
      button.dispatchEvent(new Event("pointerdown", { bubbles: true }));
      await table.reload();
      expect(button.isConnected).toBe(true);
      button.dispatchEvent(new Event("pointerup", { bubbles: true }));
      expect(button.isConnected).toBe(true);
      vi.runAllTimers();
      expect(button.isConnected).toBe(false);
      expect(names()).toEqual(["apple", "cherry 10"]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("keeps the focused row over a reload, updates one row and selects", async () => {
    const { table, names } = setup([whole(three), whole([three[2]!, three[1]!])], { open: vi.fn() });
    await vi.waitFor(() => expect(names()).toHaveLength(3));
    table.element.querySelectorAll<HTMLTableRowElement>("tbody tr")[1]!.focus();
    await table.reload();
    expect((document.activeElement as HTMLElement).dataset["id"]).toBe("2");
    table.update(row("3", "cherry", 1));
    table.update(row("99", "unknown", 1));
    expect(names()).toEqual(["cherry", "apple"]);
    table.select("3");
    expect(table.element.querySelector('tr[data-id="3"]')?.getAttribute("aria-selected")).toBe("true");
    expect(table.rows().map((one) => one.id)).toEqual(["3", "2"]);
  });
});
