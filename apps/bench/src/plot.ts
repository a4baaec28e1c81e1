/**
 * Plots as SVG text, drawn by ECharts without a browser. ECharts is installed with the libraries in `peers/`, not with the
 * workspace.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { home } from "./contender-list.ts";
import type { Growth, JobResult } from "./run.ts";

interface Chart {
  setOption(option: object): void;
  renderToSVGString(): string;
  dispose(): void;
}
interface ECharts {
  init(dom: null, theme: null, options: object): Chart;
}

const palette = [
  "#2a78d6",
  "#1baf7a",
  "#eda100",
  "#e34948",
  "#4a3aa7",
  "#e87ba4",
  "#008300",
  "#eb6834",
  "#8a8a85",
  "#555550",
];

function draw(option: object, width: number, height: number): string {
  const echarts = createRequire(join(home, "peers/package.json"))("echarts") as ECharts;
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
  chart.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    color: palette,
    textStyle: { fontFamily: "sans-serif" },
    ...option,
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg + "\n";
}

/** Bars per job, one for each contender: how many times gort's value it needs, on a logarithmic axis. */
export function bars(title: string, results: readonly JobResult[]): string {
  const names = [...new Set(results.flatMap((r) => r.rows.map((row) => row.name)))].filter(
    (n) => n !== "gort",
  );
  const factor = (r: JobResult, name: string): number | null => {
    const x = r.rows.find((row) => row.name === name)?.ratio.median;
    return x !== undefined && Number.isFinite(x) && x > 0 ? Number(x.toPrecision(3)) : null;
  };
  return draw(
    {
      title: {
        text: title,
        subtext: "times what gort needs; 1 is gort, right of it gort is better",
      },
      legend: { top: 66 },
      grid: {
        // No browser measures the labels here: about 7 px a character.
        left: 20 + 7 * Math.max(...results.map((r) => r.job.title.length)),
        right: 60,
        top: 70 + 26 * Math.ceil(names.length / 5),
        bottom: 30,
      },
      xAxis: { type: "log", logBase: 10, axisLabel: { formatter: "{value}×" } },
      yAxis: { type: "category", inverse: true, data: results.map((r) => r.job.title) },
      series: names.map((name) => ({
        name,
        type: "bar",
        barMaxWidth: 12,
        label: { show: true, position: "right", fontSize: 9, formatter: "{c}×" },
        data: results.map((r) => factor(r, name)),
        markLine:
          name === names[0]
            ? {
                symbol: "none",
                silent: true,
                lineStyle: { color: "#333" },
                label: { show: false },
                data: [{ xAxis: 1 }],
              }
            : undefined,
      })),
    },
    900,
    130 + results.length * Math.max(34, 15 * names.length),
  );
}

/** A line per contender: the value per operation against the size, both logarithmic. A right complexity is a level line. */
export function growth(g: Growth, date: string): string {
  return draw(
    {
      title: {
        text: g.job.title,
        subtext: `${g.job.unit}${g.job.unit === "ns" ? " per operation" : ""} against n; ${date}`,
      },
      legend: { top: 66 },
      grid: { left: 10, right: 40, top: 110, bottom: 30, containLabel: true },
      xAxis: { type: "log", min: 1000, name: "n" },
      yAxis: { type: "log", name: g.job.unit },
      series: g.lines.map((line) => ({
        name: line.name,
        type: "line",
        lineStyle: { width: line.name === "gort" ? 3 : 1.5 },
        data: line.points,
      })),
    },
    700,
    420,
  );
}
