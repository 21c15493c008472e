import { afterEach, describe, expect, it, vi } from "vitest";
import { momentWidget, scheduleLine, timesView, zoneWidget } from "@/pipeline_editor/forms/schedule";

const text = (parts: HTMLElement[]) => parts.map((one) => one.textContent).join("|");
const at = (value: string, changed = () => undefined) => ({
  id: "f",
  path: "startAt",
  schema: { type: "string" as const },
  value,
  disabled: false,
  changed,
});

describe("when a clock fires", () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("is told in words, with the times after the next in the clock's own zone", () => {
    const told = {
      says: "Next on Monday 24 March 2031 at 09:00.",
      next: ["2031-03-24T08:00:00Z", "2031-03-31T07:00:00Z", "2031-04-07T07:00:00Z"],
      problems: [],
    };
    expect(text(timesView(told, { cron: "0 9 * * 1", timezone: "Europe/Berlin" }))).toBe(
      "Mondays at 09:00 (Europe/Berlin). Next on Monday 24 March 2031 at 09:00.|" +
        "Then 31 Mar 2031, 09:00, and 7 Apr 2031, 09:00.",
    );
  });

  it("is told what is wrong instead", () => {
    const [one, two, ...none] = timesView({ says: "", next: [], problems: ["No.", "Not so."] }, {});
    expect([one?.textContent, two?.textContent, none]).toEqual(["No.", "Not so.", []]);
    expect(one?.className).toContain("bad");
  });

  it("is asked once nothing more is typed, and never of what is no clock", async () => {
    vi.useFakeTimers();
    const asked: unknown[] = [];
    vi.stubGlobal("fetch", (_url: string, init: RequestInit) => {
      asked.push(JSON.parse(init.body as string));
      return Promise.resolve(Response.json({ says: "Next on Monday.", next: [], problems: [] }));
    });
    const line = scheduleLine();
    line.tell({ cron: "0 8 * * 1" });
    line.tell({ cron: "0 9 * * 1" });
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toEqual([{ spec: { cron: "0 9 * * 1" } }]);
    await vi.waitFor(() => expect(line.element.textContent).toContain("Next on Monday."));
    line.tell(null);
    await vi.advanceTimersByTimeAsync(1000);
    expect([asked.length, line.element.hidden]).toEqual([1, true]);
  });
});

describe("a clock's settings", () => {
  it("take a zone by its name, of all there are", () => {
    const zone = zoneWidget(at("Europe/Berlin"));
    expect(zone.read()).toBe("Europe/Berlin");
    expect(zone.element.querySelectorAll("option").length).toBeGreaterThan(100);
  });

  it("take a time to choose; one with an offset of its own stays as it is", () => {
    const chosen = momentWidget(at("2031-03-20T08:00")).element as HTMLInputElement;
    expect([chosen.type, chosen.value]).toEqual(["datetime-local", "2031-03-20T08:00"]);
    expect((momentWidget(at("2031-03-20")).element as HTMLInputElement).value).toBe("2031-03-20T00:00");
    const told = momentWidget(at("2031-03-20T08:00:00+02:00"));
    expect((told.element as HTMLInputElement).type).toBe("text");
    expect(told.read()).toBe("2031-03-20T08:00:00+02:00");
  });
});
