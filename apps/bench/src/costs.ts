/**
 * `pnpm costs [package…]`: measures and prints the tables under "What it costs" of the packages' READMEs; `--write` writes them there.
 *
 * Each body runs in fresh processes of its own, gort and JavaScript in turns, as `pnpm bench` does it: after a warm-up the least
 * of some runs counts, then the median of the processes. Rows that `pnpm bench` measures are taken from its kept figures, and said to be.
 */
import { cpus } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import pc from "picocolors";
import { ask, type Entrant, home } from "./contender-list.ts";
import { argumentsOf } from "./job.ts";
import {
  type CostFigure,
  type Figures,
  idOf,
  keep,
  readFigures,
  withCosts,
} from "./cost-figures.ts";
import { costCells, writeTables } from "./cost-tables.ts";
import { sheets } from "./costs/index.ts";
import { bodiesOf, bodyName, isMeasured, type MeasuredRow, type Sheet } from "./costs/sheet.ts";
import { terminal } from "./report.ts";
import { spread } from "./stats.ts";

const names = sheets.map((s) => s.package);
const command = new Command("costs")
  .description("Measures and prints what the packages' READMEs say under “What it costs”.")
  .argument("[package...]", names.join(", "))
  .option("--write", "write the tables into the READMEs, and keep the figures")
  .option("--tables", "measure nothing: write the tables of the figures that are kept")
  .option("--rounds <n>", "processes per body", "3")
  .parse();
const options = command.opts<{ write?: boolean; tables?: boolean; rounds: string }>();
const asked = command.args;
const rounds = Number(options.rounds);

function fail(text: string): never {
  process.stderr.write(`costs: ${text}\n`);
  process.exit(2);
}
const unknown = asked.find((name) => !names.includes(name));
if (unknown !== undefined) fail(`there is no package ${JSON.stringify(unknown)}`);
if (!Number.isInteger(rounds) || rounds < 1) {
  fail(`rounds: ${options.rounds} is not a whole number from 1`);
}

/** After that long a row takes no further round. */
const SECONDS = 4;

const began = performance.now();
const progress = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
};
const print = (text: string): void => {
  process.stdout.write(text + "\n");
};

/** Measures one body in a process of its own. */
async function measure(sheet: Sheet, row: MeasuredRow, who: string): Promise<number> {
  const file = join(home, `dist/costs/${sheet.package}.js`);
  const flags = ["--expose-gc", "--max-old-space-size=8192", ...(row.flags ?? [])];
  const entrant: Entrant = {
    name: who,
    version: "",
    jobs: [],
    library: false,
    notes: {},
    limits: {},
    command: (task) => [
      process.execPath,
      [...flags, join(home, "dist/child.js"), file, ...argumentsOf(task)],
    ],
  };
  const { check, value } = await ask(entrant, {
    job: bodyName(row.id, who),
    n: row.n,
    runs: row.runs ?? 5,
    ms: Infinity,
    unit: row.unit ?? "ns",
  });
  if (check !== row.check(row.n)) {
    throw new Error(`${idOf(sheet, row)}, ${who}: its result is ${check}, not ${row.check(row.n)}`);
  }
  return value;
}

const origin = {
  date: new Date().toISOString().slice(0, 10),
  machine: `${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}`,
  node: process.version,
};

/** The rows of a sheet that are measured here. */
async function measureSheet(sheet: Sheet): Promise<CostFigure[]> {
  const figures: CostFigure[] = [];
  for (const row of sheet.rows.filter(isMeasured)) {
    const who = Object.keys(bodiesOf(row));
    const values = new Map(who.map((w) => [w, [] as number[]]));
    const started = performance.now();
    // A row that takes long has fewer rounds: all packages together stay at some three minutes.
    const late = (round: number): boolean =>
      round > 0 && performance.now() - started > SECONDS * 1000;
    for (let round = 0; round < rounds && !late(round); round++) {
      for (const w of who) {
        progress(`${idOf(sheet, row)}, ${w}, ${round + 1} of ${rounds}`);
        values.get(w)!.push(await measure(sheet, row, w));
      }
    }
    progress("");
    // Four digits, so that a line of the file can be read.
    const median = (w: string): number => Number(spread(values.get(w)!).median.toPrecision(4));
    figures.push({
      id: idOf(sheet, row),
      values: Object.fromEntries(who.map((w) => [w, median(w)])),
      ...origin,
    });
  }
  return figures;
}

/** The same sheet without the rows that this command does not measure, or only with those. */
const part = (sheet: Sheet, measured: boolean): Sheet => ({
  ...sheet,
  rows: sheet.rows.filter((row) => isMeasured(row) === measured),
});
const show = (sheet: Sheet, figures: Figures): string => {
  const { head, body } = costCells(sheet, figures);
  // Columns that say nothing here are left out.
  const used = head.map((_, i) => i < 2 || body.some((cells) => cells[i] !== ""));
  const some = (cells: readonly string[]): string[] => cells.filter((_, i) => used[i]);
  return terminal({ head: some(head), body: body.map(some) });
};

let figures = readFigures();
if (options.tables !== true) {
  for (const sheet of sheets) {
    if (asked.length > 0 && !asked.includes(sheet.package)) continue;
    try {
      figures = withCosts(figures, await measureSheet(sheet));
    } catch (error) {
      fail((error as Error).message);
    }
    print(`\n${pc.bold(`@gort/${sheet.package}`)}\n${show(part(sheet, true), figures)}`);
    print(pc.dim("kept figures, not measured now: of pnpm bench, and of pnpm sizes"));
    print(pc.dim(show(part(sheet, false), figures)));
    if (options.write === true) keep(figures);
  }
}
if (options.write === true || options.tables === true) {
  const changed = await writeTables(figures);
  print(
    `${changed.length === 0 ? "no README changed" : `wrote the READMEs of ${changed.join(", ")}`}`,
  );
}
print(pc.dim(`took ${Math.round((performance.now() - began) / 1000)} s`));
