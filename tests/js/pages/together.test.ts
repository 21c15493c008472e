import { describe, expect, it } from "vitest";
import { bestAt, latencyRows, latencyWords, milliseconds } from "@/pages/models/latency.ts";
import { rightWords, shortName, spread, type TogetherModel } from "@/pages/models/together-view.ts";

describe("versions side by side", () => {
  it("mark the best only where it is one, the lowest of what should be low", () => {
    expect(bestAt([0.2, 0.9, 0.5])).toBe(1);
    expect(bestAt([0.2, 0.9, 0.5], true)).toBe(0);
    expect(bestAt([0.9, 0.9])).toBeNull();
    expect(bestAt([0.9, null])).toBeNull();
    expect(bestAt([null, 0, 0.1], true)).toBe(1);
  });

  it("say how far they lie apart", () => {
    expect(spread([0.25, null, 0.75])).toBe(0.5);
    expect(spread([0.25, undefined])).toBeNull();
  });

  it("are called by their numbers where there are more than two", () => {
    const model = (number: number) =>
      ({ name: `lite0-seed-2026_11_27-T21_5${number}`, number }) as TogetherModel;
    const [one, two, three] = [model(1), model(2), model(3)];
    expect(shortName(one, [one, two])).toBe(one.name);
    expect(shortName(three, [one, two, three])).toBe("v3");
  });

  it("are timed by the processor, and a clock that neighbours slowed down names no quickest", () => {
    const quick = { latency_ms: 18.25, latency_wall_ms: 790.4, latency_by: "processor" as const };
    const slow = { latency_ms: 30, latency_wall_ms: 31, latency_by: "processor" as const };
    expect(latencyRows([quick, slow]).map(({ values, best }) => [values, best])).toEqual([
      [[18.25, 30], 0],
      [[790.4, 31], null],
    ]);
    const server = { latency_ms: 9, latency_wall_ms: 9, latency_by: "clock" as const };
    expect(latencyRows([server, slow]).map(({ best }) => best)).toEqual([null, null]);
    expect(latencyRows([server, { ...server, latency_ms: 8, latency_wall_ms: 8 }])[0]?.best).toBe(1);
    expect(latencyRows([{ latency_ms: 12 }, {}])).toEqual([
      { name: "ms a picture, clock", values: [12, null], best: null },
    ]);
    expect(latencyRows([{}, {}])).toEqual([]);
    expect(latencyWords(quick)).toBe("18.3 ms of a processor a picture (790 by the clock)");
    expect(latencyWords({ latency_ms: 12 })).toBe("12.0 ms a picture by the clock");
    expect(latencyWords({ latency_ms: null })).toBe("");
    expect(milliseconds(2.345)).toBe("2.35");
  });

  it("say what counts as right", () => {
    expect(rightWords({ measure: "right", right_from: 1 })).toBe("its label");
    expect(rightWords({ measure: "iou", right_from: 0.9 })).toContain(".9");
  });
});
