/** The cost tables of the READMEs: every row does its work, and every figure is one that a command wrote. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { measure } from "../src/child.ts";
import { type Figures, idOf, readFigures, root, withCosts } from "../src/cost-figures.ts";
import { costCells, short, withoutFigure, withTable } from "../src/cost-tables.ts";
import { sheets } from "../src/costs/index.ts";
import { bodiesOf, isJob, isMeasured, type Sheet } from "../src/costs/sheet.ts";
import { jobs } from "../src/jobs.ts";

const figures = readFigures();
const readme = (sheet: Sheet): string =>
  readFileSync(join(root, "packages", sheet.package, "README.md"), "utf8");

/** A multiple of all that bodies divide by. */
const tiny = 3000;

describe.each(sheets.map((s) => [s.package, s] as const))("@gort/%s", (_, sheet) => {
  test.each(
    sheet.rows
      .filter(isMeasured)
      .flatMap((row) =>
        Object.entries(bodiesOf(row)).map(([who, f]) => [row.id, who, row, f] as const),
      ),
  )("%s: %s does its work", async (_id, _who, row, body) => {
    const n = Math.min(tiny, row.n);
    const { check, value, ms } = await measure(body, n);
    expect(check).toBe(row.check(n));
    expect(value === undefined).toBe((row.unit ?? "ns") === "ns");
    // What V8 holds may shrink meanwhile by what the test runner lets go, so bytes of so few may be below nothing.
    if (row.unit === "B") expect(value).toSatisfy(Number.isFinite);
    else expect(value ?? ms).toBeGreaterThanOrEqual(0);
  });

  test("each row has a name of its own, a title and a figure", () => {
    const ids = sheet.rows.filter(isMeasured).map((row) => row.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const row of sheet.rows.filter(isMeasured)) {
      expect(Object.keys(bodiesOf(row)), row.id).not.toEqual([]);
      if (row.javascript !== undefined) expect(sheet.beside).toHaveProperty("JavaScript");
      const kept = Object.keys(figures.costs.get(idOf(sheet, row))?.values ?? {});
      expect(kept, `pnpm costs ${sheet.package} --write`).toEqual(Object.keys(bodiesOf(row)));
    }
    for (const row of sheet.rows.filter(isJob)) {
      expect(jobs.map((j) => j.id)).toContain(row.job);
    }
    expect(withoutFigure(sheet, figures)).toEqual([]);
    // Who has a column has a figure in it.
    const { head, body } = costCells(sheet, figures);
    head.forEach((name, i) => {
      expect(
        body.some((cells) => cells[i] !== ""),
        name,
      ).toBe(true);
    });
    expect(sheet.rows.length).toBeLessThanOrEqual(16);
  });

  test("the README shows the figures that are kept; if not: pnpm costs --tables", async () => {
    const text = readme(sheet);
    expect(await withTable(text, sheet, figures)).toBe(text);
  });
});

test.each(
  sheets.flatMap((s) =>
    s.rows
      .filter(isMeasured)
      .filter((row) => row.flags !== undefined)
      .map((row) => [s, row] as const),
  ),
)("a sheet loads under the flags of its rows", (s, row) => {
  const file = join(root, `apps/bench/src/costs/${s.package}.ts`);
  const program =
    "console.log(Object.keys((await import(process.argv[1])).default.jobs).length > 0)";
  const run = [
    "--conditions=@gort/source",
    "--import",
    "tsx",
    "--input-type=module",
    "-e",
    program,
  ];
  const out = execFileSync(process.execPath, [...row.flags!, ...run, file], {
    cwd: root,
    encoding: "utf8",
    timeout: 50_000,
  });
  expect(out.trim()).toBe("true");
});

test("there is a sheet for each package, and no figure without a row", () => {
  const packages = ["alloc", "chan", "context", "gc", "map", "sched", "slice", "sync", "types"];
  expect(sheets.map((s) => s.package).sort()).toEqual(packages);
  const ids = sheets.flatMap((s) => s.rows.filter(isMeasured).map((row) => idOf(s, row)));
  expect([...figures.costs.keys()]).toEqual(ids);
});

test("a figure is two digits and a unit", () => {
  expect([short(103.2, "ns"), short(9.14, "ns"), short(0.936, "ns")]).toEqual([
    "100 ns",
    "9.1 ns",
    "0.94 ns",
  ]);
  expect([short(2849, "ns"), short(312_000, "ns"), short(12_345_678, "ns")]).toEqual([
    "2,800 ns",
    "310 µs",
    "12 ms",
  ]);
  expect([short(0.04, "ns"), short(0.02353, "ms"), short(16.291, "B")]).toEqual([
    "below 0.1 ns",
    "0.024 ms",
    "16.3 B",
  ]);
  expect([short(Infinity, "ms"), short(NaN, "ns")]).toEqual(["never", "–"]);
});

test("new figures take the place of their rows only, and rows that went are dropped", () => {
  const [a, b] = [...figures.costs.values()];
  const now: Figures = withCosts(
    { ...figures, costs: new Map([...figures.costs, ["gone/gone", { ...a!, id: "gone/gone" }]]) },
    [{ ...b!, values: { gort: 12_345 } }],
  );
  expect(now.costs.has("gone/gone")).toBe(false);
  expect(now.costs.get(a!.id)).toEqual(a);
  expect(now.costs.get(b!.id)!.values).toEqual({ gort: 12_345 });
  expect([...now.costs.keys()]).toEqual([...figures.costs.keys()]);
});
