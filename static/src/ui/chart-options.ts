/** What charts are drawn from: our own small specifications turned into ECharts options. Pure: no DOM, no ECharts code. */
import type { EChartsCoreOption } from "echarts/core";
import { metric } from "../lib/format.ts";

/** The tokens a chart needs, as plain colours. */
export interface ChartTheme {
  text: string;
  text2: string;
  text3: string;
  surface: string;
  surface2: string;
  line: string;
  lineStrong: string;
  grid: string;
  series: [string, string];
  muted: string;
  band: string;
  accent: string;
  ok: string;
  warn: string;
  bad: string;
  run: string;
  font: string;
}
export interface TableData {
  head: string[];
  rows: (string | number)[][];
}
export type Point = readonly [x: number, y: number | null];

export interface LineSeries {
  name: string;
  points: Point[];
  /** The active one is solid, a control or incumbent dashed grey. */
  role?: "active" | "second" | "control";
  /** Of several equals, 0 to 5: each its own colour and dashes. */
  rank?: number;
  /** An interval around it: [x, low, high]. */
  band?: readonly (readonly [x: number, low: number, high: number])[];
  /** A word at each point, such as the version's name. */
  labels?: (string | undefined)[];
  /** Points without a line, or a line without points. */
  dots?: boolean;
}
export interface Axis {
  name?: string;
  min?: number;
  max?: number;
  format?: (value: number) => string;
  /** For tips and the table, where there is room for every decimal. Default: as `format`; metrics in full. */
  detail?: (value: number) => string;
  log?: boolean;
  /** Its marks stand no closer: 1 for counts, which have no halves. */
  step?: number;
}
export interface LineSpec {
  series: LineSeries[];
  x?: Axis;
  y?: Axis;
  /** Upright lines with a word: "best epoch". */
  marks?: { x: number; label: string }[];
}

const plain = (value: number): string => value.toLocaleString("en", { maximumFractionDigits: 4 });
export const asMetric = (value: number): string =>
  Math.abs(value) >= 1 ? plain(value) : metric(value, 3).replace(/0+$/, "").replace(/\.$/, "0");

/** How a value is written where it stands alone. */
function detailOf(spec: Axis = {}): (value: number) => string {
  if (spec.detail) return spec.detail;
  return spec.format === asMetric ? (value) => metric(value) : (spec.format ?? plain);
}

function axis(theme: ChartTheme, spec: Axis, upright: boolean): Record<string, unknown> {
  const format = spec.format ?? plain;
  return {
    type: spec.log ? "log" : "value",
    name: spec.name,
    nameLocation: upright ? "end" : "middle",
    nameGap: upright ? 10 : 24,
    nameTextStyle: { color: theme.text3, fontSize: 12, align: upright ? "left" : "center" },
    min: spec.min,
    max: spec.max,
    scale: true,
    minInterval: spec.step,
    axisLabel: { color: theme.text3, fontSize: 12, formatter: format, hideOverlap: true },
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { show: upright, lineStyle: { color: theme.grid } },
  };
}

function base(theme: ChartTheme): EChartsCoreOption {
  return {
    animation: false,
    textStyle: { fontFamily: theme.font, color: theme.text2 },
    // richText is drawn on the canvas: HTML tooltips need inline styles, which the CSP forbids.
    tooltip: {
      renderMode: "richText",
      backgroundColor: theme.surface,
      borderColor: theme.line,
      textStyle: { color: theme.text, fontSize: 12, fontFamily: theme.font },
      confine: true,
    },
  };
}

/** What equals are told apart by: never by colour alone. */
const DASHES: (string | number[])[] = ["solid", [7, 3], [2, 3], [10, 3, 2, 3], [4, 2], [1, 2]];
function rankStyle(theme: ChartTheme, rank: number): Record<string, unknown> {
  const colors = [...theme.series, theme.run, theme.warn, theme.ok, theme.muted];
  return { color: colors[rank % colors.length], width: 2.25, type: DASHES[rank % DASHES.length] };
}

function lineStyle(theme: ChartTheme, { role, rank }: LineSeries): Record<string, unknown> {
  if (rank !== undefined) return rankStyle(theme, rank);
  if (role === "control") return { color: theme.muted, width: 2, type: [5, 4] };
  return { color: role === "second" ? theme.series[1] : theme.series[0], width: 2.5, type: "solid" };
}

function bandSeries(theme: ChartTheme, series: LineSeries): Record<string, unknown>[] {
  if (!series.band?.length) return [];
  const shared = {
    type: "line",
    symbol: "none",
    silent: true,
    lineStyle: { opacity: 0 },
    tooltip: { show: false },
  };
  const stack = `band ${series.name}`;
  return [
    { ...shared, stack, data: series.band.map(([x, low]) => [x, low]), areaStyle: { opacity: 0 } },
    {
      ...shared,
      stack,
      data: series.band.map(([x, low, high]) => [x, high - low]),
      areaStyle: { color: theme.band, opacity: 1 },
    },
  ];
}

/** A word over an upright line near an edge of the chart goes inwards: it would be cut off there. */
function alignOf(x: number, series: LineSeries): "left" | "center" | "right" {
  const all = series.points.map(([at]) => at);
  const share = (x - Math.min(...all)) / (Math.max(...all) - Math.min(...all));
  if (share > 0.8) return "right";
  return share < 0.2 ? "left" : "center";
}

function oneLine(theme: ChartTheme, series: LineSeries, marks: LineSpec["marks"]): Record<string, unknown> {
  const style = lineStyle(theme, series);
  const few = series.points.length <= 40;
  return {
    type: "line",
    name: series.name,
    data: series.points.map((point, i) => ({
      value: [...point],
      label: { show: series.labels?.[i] !== undefined, formatter: series.labels?.[i] ?? "", position: "top" },
    })),
    labelLayout: { hideOverlap: true },
    label: { color: theme.text, fontWeight: 600, fontSize: 12 },
    showSymbol: (series.dots ?? series.role !== "control") && few,
    symbol: "circle",
    symbolSize: 7,
    itemStyle: { color: style["color"] },
    lineStyle: style,
    connectNulls: false,
    z: series.role === "control" ? 2 : 3,
    markLine: marks?.length
      ? {
          silent: true,
          symbol: "none",
          lineStyle: { color: theme.lineStrong, type: [2, 3] },
          label: { color: theme.text2, fontSize: 12, formatter: "{b}" },
          data: marks.map((mark) => ({
            xAxis: mark.x,
            name: mark.label,
            label: { align: alignOf(mark.x, series) },
          })),
        }
      : undefined,
  };
}

export function lineOption(spec: LineSpec, theme: ChartTheme): EChartsCoreOption {
  const y = spec.y ?? {};
  const format = detailOf(y);
  const formatX = detailOf(spec.x);
  return {
    ...base(theme),
    grid: { left: 4, right: 16, top: y.name ? 8 : 16, bottom: 4, outerBoundsMode: "same" },
    // A point with a name keeps clear of the numbers of the other axis.
    xAxis: {
      ...axis(theme, spec.x ?? {}, false),
      boundaryGap: spec.series.some((one) => one.labels) ? ["6%", "4%"] : undefined,
    },
    yAxis: axis(theme, y, true),
    tooltip: {
      ...(base(theme)["tooltip"] as object),
      trigger: "axis",
      axisPointer: { type: "line", lineStyle: { color: theme.lineStrong } },
      formatter: (found: unknown) => lineTip(found as TipPoint[], spec, formatX, format),
    },
    series: spec.series.flatMap((series, i) => [
      ...bandSeries(theme, series),
      oneLine(theme, series, i === 0 ? spec.marks : undefined),
    ]),
  };
}

interface TipPoint {
  seriesName?: string;
  value?: [number, number | null];
}
function lineTip(
  points: TipPoint[],
  spec: LineSpec,
  formatX: (v: number) => string,
  format: (v: number) => string,
): string {
  const names = new Set(spec.series.map((series) => series.name));
  const shown = points.filter((point) => names.has(point.seriesName ?? "") && point.value?.[1] != null);
  const x = shown[0]?.value?.[0];
  if (x === undefined) return "";
  const head = spec.x?.name ? `${spec.x.name} ${formatX(x)}` : formatX(x);
  return [head, ...shown.map((point) => `${point.seriesName ?? ""}  ${format(point.value?.[1] ?? 0)}`)].join(
    "\n",
  );
}

/** One row per x, one column per series. */
export function lineTable(spec: LineSpec): TableData {
  const format = detailOf(spec.y);
  const formatX = detailOf(spec.x);
  const xs = [...new Set(spec.series.flatMap((series) => series.points.map(([x]) => x)))].sort(
    (a, b) => a - b,
  );
  const values = spec.series.map((series) => new Map(series.points.map(([x, y]) => [x, y])));
  return {
    head: [spec.x?.name ?? "x", ...spec.series.map((series) => series.name)],
    rows: xs.map((x) => [
      formatX(x),
      ...values.map((map) => {
        const y = map.get(x);
        return y === undefined || y === null ? "—" : format(y);
      }),
    ]),
  };
}

/** So many standing bars have room for the names of all. */
const FEW_BARS = 6;

export interface BarSpec {
  bars: { name: string; value: number; color?: string; low?: number; high?: number }[];
  /** Lying bars read better with names. Default true. */
  lying?: boolean;
  value?: Axis;
  valueName?: string;
}

export function barOption(spec: BarSpec, theme: ChartTheme): EChartsCoreOption {
  const lying = spec.lying ?? true;
  const format = detailOf(spec.value);
  const names = {
    type: "category",
    data: spec.bars.map((bar) => bar.name),
    inverse: lying,
    axisLabel: {
      color: theme.text2,
      fontSize: 12,
      width: lying ? 120 : undefined,
      overflow: "truncate",
      // Left to itself the chart names every other one of a few standing bars, though there is room.
      ...(!lying && spec.bars.length <= FEW_BARS && { interval: 0, hideOverlap: true }),
    },
    axisLine: { lineStyle: { color: theme.line } },
    axisTick: { show: false },
  };
  const values = {
    ...axis(theme, { min: 0, ...spec.value }, true),
    splitLine: { lineStyle: { color: theme.grid } },
  };
  const intervals = spec.bars.some((bar) => bar.low !== undefined && bar.high !== undefined);
  return {
    ...base(theme),
    grid: { left: 8, right: lying ? 48 : 8, top: 8, bottom: 8, outerBoundsMode: "same" },
    xAxis: lying ? values : names,
    yAxis: lying ? names : values,
    tooltip: {
      ...(base(theme)["tooltip"] as object),
      formatter: (found: unknown) => {
        const bar = spec.bars[(found as { dataIndex: number }).dataIndex];
        if (!bar) return "";
        const interval =
          bar.low !== undefined && bar.high !== undefined
            ? `\n${format(bar.low)} to ${format(bar.high)}`
            : "";
        return `${bar.name}  ${format(bar.value)}${interval}`;
      },
    },
    series: [
      {
        type: "bar",
        data: spec.bars.map((bar) => ({
          value: bar.value,
          itemStyle: { color: bar.color ?? theme.series[0] },
        })),
        barMaxWidth: lying ? 16 : 44,
        itemStyle: { borderRadius: 2 },
        label: {
          show: lying && !intervals,
          position: "right",
          color: theme.text2,
          fontSize: 12,
          formatter: (found: { value: number }) => format(found.value),
        },
      },
      ...(intervals ? [intervalSeries(spec, theme, lying)] : []),
    ],
  };
}

/** Thin whiskers over the bars. */
function intervalSeries(spec: BarSpec, theme: ChartTheme, lying: boolean): Record<string, unknown> {
  return {
    type: "custom",
    silent: true,
    z: 5,
    data: spec.bars.map((bar, i) => [i, bar.low ?? bar.value, bar.high ?? bar.value]),
    encode: lying ? { x: [1, 2], y: 0 } : { x: 0, y: [1, 2] },
    renderItem: (_: unknown, at: { value: (i: number) => number; coord: (p: number[]) => number[] }) => {
      const point = (value: number) => at.coord(lying ? [value, at.value(0)] : [at.value(0), value]);
      const [x1 = 0, y1 = 0] = point(at.value(1));
      const [x2 = 0, y2 = 0] = point(at.value(2));
      return { type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: theme.text, lineWidth: 1.5 } };
    },
  };
}

export function barTable(spec: BarSpec): TableData {
  const format = detailOf(spec.value);
  const intervals = spec.bars.some((bar) => bar.low !== undefined);
  return {
    head: ["", spec.valueName ?? spec.value?.name ?? "value", ...(intervals ? ["interval"] : [])],
    rows: spec.bars.map((bar) => [
      bar.name,
      format(bar.value),
      ...(intervals
        ? [
            bar.low !== undefined && bar.high !== undefined
              ? `${format(bar.low)} to ${format(bar.high)}`
              : "—",
          ]
        : []),
    ]),
  };
}

export interface HeatSpec {
  rows: string[];
  columns: string[];
  /** values[row][column]; null is left empty. */
  values: (number | null)[][];
  rowName?: string;
  columnName?: string;
  format?: (value: number) => string;
  /** A confusion matrix: what lies off the diagonal is a mistake and drawn red. */
  confusion?: boolean;
}

/** "#4f6df5" -> "rgb(79 109 245 / 0.4)"-like; what is no hex colour stays as it is. */
export function faded(color: string, alpha: number): string {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  if (!hex) return color;
  const [r, g, b] = hex.slice(1).map((part) => Number.parseInt(part, 16));
  return `rgba(${r}, ${g}, ${b}, ${alpha.toFixed(3)})`;
}

/** As many letters of columns' names as half a page holds beside each other. */
const SIDE_BY_SIDE = 60;

export function heatOption(spec: HeatSpec, theme: ChartTheme): EChartsCoreOption {
  const format = spec.format ?? plain;
  const most = Math.max(1e-9, ...spec.values.flat().map((value) => value ?? 0));
  const wrong = Math.max(
    1e-9,
    ...spec.values.flatMap((row, r) => row.map((value, c) => (r === c ? 0 : (value ?? 0)))),
  );
  const longest = Math.max(0, ...spec.columns.map((name) => name.length));
  const slant = longest * spec.columns.length > SIDE_BY_SIDE ? -40 : 0; // or they would lie over each other
  const names = (data: string[], name: string | undefined, inverse: boolean, gap: number) => ({
    type: "category",
    data,
    inverse,
    name,
    nameLocation: "middle",
    nameGap: gap,
    nameTextStyle: { color: theme.text3, fontSize: 12 },
    axisLabel: {
      color: theme.text2,
      fontSize: 12,
      width: 84,
      overflow: "truncate",
      interval: data.length > 20 ? "auto" : 0,
      rotate: inverse ? 0 : slant,
    },
    axisLine: { show: false },
    axisTick: { show: false },
    position: inverse ? undefined : "top",
  });
  const cells = spec.values.flatMap((row, r) =>
    row.map((value, c) => {
      const right = !spec.confusion || r === c;
      const share = (value ?? 0) / (right ? most : wrong);
      return {
        value: [c, r, value ?? 0],
        itemStyle: {
          // A colour with alpha, not an opacity: that would fade the number with its cell.
          color: value
            ? faded(right ? theme.accent : theme.bad, right ? 0.12 + 0.4 * share : 0.1 + 0.3 * share)
            : faded(theme.surface2, 0.35),
          borderColor: theme.surface,
          borderWidth: 1,
          borderRadius: 3,
        },
        label: { show: value !== null && value !== 0 && spec.columns.length <= 20 },
      };
    }),
  );
  return {
    ...base(theme),
    grid: { left: 8, right: 8, top: 8, bottom: 8, outerBoundsMode: "same" },
    xAxis: names(spec.columns, spec.columnName, false, slant ? 24 + Math.min(longest, 12) * 5 : 28),
    yAxis: names(spec.rows, spec.rowName, true, 92),
    tooltip: {
      ...(base(theme)["tooltip"] as object),
      formatter: (found: unknown) => {
        const [c = 0, r = 0] = (found as { value: number[] }).value;
        const value = spec.values[r]?.[c];
        return `${spec.rowName ?? "row"} ${spec.rows[r] ?? ""}\n${spec.columnName ?? "column"} ${spec.columns[c] ?? ""}\n${value == null ? "—" : format(value)}`;
      },
    },
    series: [
      {
        type: "heatmap",
        data: cells,
        label: {
          color: theme.text,
          fontSize: 12,
          formatter: (found: { value: number[] }) => format(found.value[2] ?? 0),
        },
        emphasis: { itemStyle: { borderColor: theme.text, borderWidth: 1 } },
      },
    ],
    // The heatmap asks for one; colours are set per cell.
    visualMap: { show: false, min: 0, max: most, inRange: { opacity: 1 }, seriesIndex: [] },
  };
}

export function heatTable(spec: HeatSpec): TableData {
  const format = spec.format ?? plain;
  return {
    head: [[spec.rowName, spec.columnName].filter(Boolean).join(" \\ "), ...spec.columns],
    rows: spec.rows.map((name, r) => [
      name,
      ...spec.columns.map((_, c) => {
        const value = spec.values[r]?.[c];
        return value == null ? "—" : format(value);
      }),
    ]),
  };
}
