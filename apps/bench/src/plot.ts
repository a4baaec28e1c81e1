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
  "#00a3b4",
  "#b0661a",
  "#9bbb2f",
  "#7a1f5c",
  "#b9a6f5",
  "#144d3d",
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

/** Of the two lines below a title, which lie on each other at ECharts' own distance. */
const subtextStyle = { lineHeight: 17 };

/**
 * Bars per job, one for each contender: how many times gort's value it needs, on a logarithmic axis. `origin` says when and
 * where it was measured.
 */
export function bars(title: string, all: readonly JobResult[], origin: string): string {
  // What nobody else does has no bar.
  const results = all.filter((r) => r.rows.some((row) => row.name !== "gort"));
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
        subtext: `times what gort needs; 1 is gort, right of it gort is better\n${origin}`,
        subtextStyle,
      },
      legend: { top: 84, itemGap: 18 },
      grid: {
        // No browser measures the labels here: about 7 px a character.
        left: 20 + 7 * Math.max(...results.map((r) => r.job.title.length)),
        right: 60,
        top: 88 + 26 * Math.ceil(names.length / 5),
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
    148 + results.length * Math.max(34, 15 * names.length),
  );
}

const COLUMNS = 3;
const CELL = { width: 300, height: 230 };

/**
 * A small chart per job, a line per contender: the value against the size, both logarithmic. Of values per operation a right
 * complexity is a level line.
 */
export function growthChart(title: string, growths: readonly Growth[], origin: string): string {
  const names = [...new Set(growths.flatMap((g) => g.lines.map((l) => l.name)))];
  const rows = Math.ceil(growths.length / COLUMNS);
  const columns = Math.min(COLUMNS, growths.length);
  const top = 124;
  const at = (i: number): { left: number; top: number } => ({
    left: 55 + (i % COLUMNS) * CELL.width,
    top: top + 25 + Math.floor(i / COLUMNS) * CELL.height,
  });
  const axis = { type: "log", axisLine: { onZero: false }, axisLabel: { fontSize: 10 } };
  return draw(
    {
      title: [
        {
          text: `${title}: growth`,
          subtext: `value per operation (or in all) against n\n${origin}`,
          subtextStyle,
        },
        ...growths.map((g, i) => ({
          text: `${g.job.title} (${g.job.unit})`,
          left: at(i).left - 30,
          top: at(i).top - 28,
          textStyle: { fontSize: 12, fontWeight: "normal" },
        })),
      ],
      legend: { top: 82, itemGap: 18, data: names },
      grid: growths.map((_, i) => ({ ...at(i), width: CELL.width - 80, height: CELL.height - 75 })),
      xAxis: growths.map((_, i) => ({
        ...axis,
        gridIndex: i,
        min: 1000,
        axisLabel: { fontSize: 10, formatter: power },
      })),
      yAxis: growths.map((_, i) => ({ ...axis, gridIndex: i })),
      series: growths.flatMap((g, i) =>
        g.lines.map((line) => ({
          name: line.name,
          type: "line",
          symbolSize: 4,
          xAxisIndex: i,
          yAxisIndex: i,
          color: palette[names.indexOf(line.name) % palette.length],
          lineStyle: { width: line.name === "gort" ? 3 : 1.5 },
          data: line.points,
        })),
      ),
    },
    40 + Math.max(2, columns) * CELL.width,
    top + rows * CELL.height,
  );
}

const superscript = "⁰¹²³⁴⁵⁶⁷⁸⁹";
/** `10⁶`. */
const power = (n: number): string => `10${superscript[Math.round(Math.log10(n))] ?? ""}`;
