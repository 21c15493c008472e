/**
 * Charts: ECharts with our tokens, redrawn when the theme changes or the place grows, with the same figures as a table.
 *
 *   const chart = lineChart({ label: "mAP against labels", spec: { series: [{ name: "active", points }], x: { name: "labels" } } });
 *   host.append(chart.element);      chart.set(nextSpec);      chart.dispose();
 *
 * barChart and heatChart alike. At most two series; colours come by role, never by hand.
 */
import { BarChart, CustomChart, HeatmapChart, LineChart } from "echarts/charts";
import { GridComponent, MarkLineComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { init, use, type ECharts, type EChartsCoreOption } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { h, replace } from "../lib/dom.ts";
import {
  barOption,
  barTable,
  heatOption,
  heatTable,
  lineOption,
  lineTable,
  type BarSpec,
  type ChartTheme,
  type HeatSpec,
  type LineSeries,
  type LineSpec,
  type TableData,
} from "./chart-options.ts";

export type { BarSpec, ChartTheme, HeatSpec, LineSeries, LineSpec, TableData } from "./chart-options.ts";
export { asMetric } from "./chart-options.ts";

use([
  BarChart,
  CustomChart,
  HeatmapChart,
  LineChart,
  GridComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
  CanvasRenderer,
]);

export interface Chart<S> {
  element: HTMLElement;
  set: (spec: S) => void;
  dispose: () => void;
}
export interface ChartOptions<S> {
  /** What it shows, in words: read out instead of the picture. */
  label: string;
  spec: S;
  /** Pixels; default 232. */
  height?: number;
  /** A click on a point, bar or cell: its index in the data, and its series. */
  onClick?: (dataIndex: number, seriesName: string) => void;
}

export function chartTheme(root: Element = document.documentElement): ChartTheme {
  const style = getComputedStyle(root);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: token("text"),
    text2: token("text-2"),
    text3: token("text-3"),
    surface: token("surface"),
    surface2: token("surface-2"),
    line: token("line"),
    lineStrong: token("line-strong"),
    grid: token("grid"),
    series: [token("series-1"), token("series-2")],
    muted: token("series-muted"),
    band: token("series-band"),
    accent: token("accent"),
    ok: token("ok-mark"),
    warn: token("warn-mark"),
    bad: token("bad-mark"),
    run: token("run-mark"),
    font: token("font"),
  };
}

export function lineChart(options: ChartOptions<LineSpec>): Chart<LineSpec> {
  return createChart(options, lineOption, lineTable);
}
export function barChart(options: ChartOptions<BarSpec>): Chart<BarSpec> {
  return createChart(options, barOption, barTable);
}
export function heatChart(options: ChartOptions<HeatSpec>): Chart<HeatSpec> {
  return createChart(options, heatOption, heatTable);
}

/** A chart of an own kind: `option` and `table` from one specification. */
export function createChart<S>(
  options: ChartOptions<S>,
  option: (spec: S, theme: ChartTheme) => EChartsCoreOption,
  table: (spec: S) => TableData,
): Chart<S> {
  let { spec } = options;
  let chart: ECharts | null = null;
  let asTable = false;
  const place = h("div", { class: "chart", role: "img", "aria-label": options.label });
  place.style.setProperty("height", `${options.height ?? 232}px`);
  const figures = h("div", { class: "chart-table", tabIndex: 0, hidden: true });
  const toggle = h("button", { type: "button", class: "chart-toggle" });
  const element = h("div", { class: "chart-block" }, place, figures, toggle);

  const draw = () => {
    if (asTable) replace(figures, tableOf(table(spec), options.label));
    else chart?.setOption(option(spec, chartTheme()), { notMerge: true });
  };
  const show = () => {
    place.hidden = asTable;
    figures.hidden = !asTable;
    toggle.textContent = asTable ? "Show as chart" : "Show as table";
    draw();
  };
  toggle.addEventListener("click", () => {
    asTable = !asTable;
    show();
  });
  // A canvas needs its size, which is known once the element stands in the page.
  const observer = new ResizeObserver(() => {
    if (!place.clientWidth) return;
    if (chart) {
      chart.resize();
      return;
    }
    chart = init(place, undefined, { renderer: "canvas" });
    chart.on("click", (event) => options.onClick?.(event.dataIndex ?? -1, event.seriesName ?? ""));
    draw();
  });
  observer.observe(place);
  window.addEventListener("alp:theme", draw);
  show();
  return {
    element,
    set: (next) => {
      spec = next;
      draw();
    },
    dispose: () => {
      observer.disconnect();
      window.removeEventListener("alp:theme", draw);
      chart?.dispose();
      element.remove();
    },
  };
}

/** The words for the lines, to stand in the chart's header. */
export function legendKeys(series: Pick<LineSeries, "name" | "role" | "rank">[]): HTMLElement[] {
  return series.map(({ name, role, rank }) =>
    h(
      "span",
      {
        class: [
          "legend-key",
          role === "control" && "control",
          role === "second" && "second",
          rank !== undefined && `rank-${rank}`,
        ],
      },
      h("i"),
      name,
    ),
  );
}

export function tableOf(data: TableData, label: string): HTMLElement {
  return h(
    "table",
    { class: "table", "aria-label": label },
    h(
      "thead",
      null,
      h(
        "tr",
        null,
        data.head.map((name, i) => h("th", { scope: "col", class: i ? "num" : "" }, name)),
      ),
    ),
    h(
      "tbody",
      null,
      data.rows.map((row) =>
        h(
          "tr",
          null,
          row.map((cell, i) => (i ? h("td", { class: "num" }, cell) : h("th", { scope: "row" }, cell))),
        ),
      ),
    ),
  );
}
