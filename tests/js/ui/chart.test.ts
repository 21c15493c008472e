import { describe, expect, it } from "vitest";
import {
  barOption,
  barTable,
  heatOption,
  heatTable,
  lineOption,
  lineTable,
  type ChartTheme,
} from "@/ui/chart-options.ts";
import { asMetric, tableOf } from "@/ui/chart.ts";

const theme = new Proxy(
  {},
  { get: (_, name) => (name === "series" ? ["#s1", "#s2"] : `#${String(name)}`) },
) as ChartTheme;
type Dict = Record<string, unknown>;
const seriesOf = (option: object) => (option as { series: Dict[] }).series;

describe("line charts", () => {
  const spec = {
    series: [
      {
        name: "active",
        points: [
          [50, 0.5],
          [100, 0.6],
        ] as const,
        labels: ["v1", "v2"],
      },
      {
        name: "random",
        points: [[50, 0.45]] as const,
        role: "control" as const,
        band: [[50, 0.4, 0.5]] as const,
      },
    ].map((one) => ({ ...one, points: [...one.points] })),
    x: { name: "labels" },
    y: { format: asMetric },
    marks: [{ x: 80, label: "promoted" }],
  };
  it("draw the active solid and the control dashed with its band below", () => {
    const series = seriesOf(lineOption(spec, theme));
    expect(series.map((one) => one["name"])).toEqual(["active", undefined, undefined, "random"]);
    expect(series[0]!["lineStyle"]).toMatchObject({ color: "#s1", type: "solid" });
    expect(series[3]!["lineStyle"]).toMatchObject({ color: "#muted", type: [5, 4] });
    expect(series[2]!["data"]).toEqual([[50, expect.closeTo(0.1)]]);
    expect(series[0]!["markLine"]).toMatchObject({ data: [{ xAxis: 80, name: "promoted" }] });
  });
  it("keep the word of an upright line within the chart", () => {
    const marks = [50, 75, 100].map((x) => ({ x, label: "best" }));
    const line = seriesOf(lineOption({ ...spec, marks }, theme))[0]!["markLine"] as {
      data: { label: object }[];
    };
    expect(line.data.map((one) => one.label)).toEqual([
      { align: "left" },
      { align: "center" },
      { align: "right" },
    ]);
  });
  it("tell the drawn series in the tip, not the band", () => {
    const option = lineOption(spec, theme) as {
      tooltip: { renderMode: string; formatter: (points: object[]) => string };
    };
    expect(option.tooltip.renderMode).toBe("richText");
    const tip = option.tooltip.formatter([{ seriesName: "active", value: [50, 0.5] }, { value: [50, 0.4] }]);
    expect(tip).toBe("labels 50\nactive  .500");
    expect(option.tooltip.formatter([])).toBe("");
  });
  it("have the same figures as a table", () => {
    expect(lineTable(spec)).toEqual({
      head: ["labels", "active", "random"],
      rows: [
        ["50", ".500", ".450"],
        ["100", ".600", "—"],
      ],
    });
  });
});

describe("bars", () => {
  const bars = [
    { name: "rot", value: 0.4, low: 0.3, high: 0.5 },
    { name: "scab", value: 0.2 },
  ];
  it("draw intervals only where there are any", () => {
    expect(seriesOf(barOption({ bars }, theme))).toHaveLength(2);
    expect(seriesOf(barOption({ bars: [bars[1]!] }, theme))).toHaveLength(1);
    expect(barTable({ bars, valueName: "AP" })).toEqual({
      head: ["", "AP", "interval"],
      rows: [
        ["rot", "0.4", "0.3 to 0.5"],
        ["scab", "0.2", "—"],
      ],
    });
  });
});

describe("heat maps", () => {
  const spec = {
    rows: ["a", "b"],
    columns: ["a", "b"],
    values: [
      [9, 1],
      [null, 10],
    ],
    confusion: true,
    rowName: "true",
    columnName: "predicted",
  };
  it("draw mistakes red and hits in the accent", () => {
    const cells = seriesOf(heatOption(spec, theme))[0]!["data"] as { value: number[]; itemStyle: Dict }[];
    expect(cells[0]!.itemStyle["color"]).toBe("#accent");
    expect(cells[1]!.itemStyle["color"]).toBe("#bad");
    expect(cells[2]!.itemStyle["color"]).toBe("#surface2");
  });
  it("have the same figures as a table", () => {
    expect(heatTable(spec)).toEqual({
      head: ["true \\ predicted", "a", "b"],
      rows: [
        ["a", "9", "1"],
        ["b", "—", "10"],
      ],
    });
    const table = tableOf(heatTable(spec), "Confusion");
    expect(table.querySelectorAll("tbody th[scope=row]")).toHaveLength(2);
    expect(table.getAttribute("aria-label")).toBe("Confusion");
  });
});
