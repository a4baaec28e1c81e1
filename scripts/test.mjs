/**
 * `npm test`: sets up what is missing, then everything that must hold: build, types, format, lint, docs,
 * and all tests (packages, demo, structure, documented examples, packed tarballs).
 * The last line is `N passed, N failed`.
 */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build, install, root, step } from "./setup.mjs";

await install();
await build();

let passed = 0;
let failed = 0;
const check = async (title, command, args) => {
  const { ok } = await step(title, command, args);
  if (ok) passed++;
  else failed++;
};

await check("types", "turbo", [
  "run",
  "typecheck",
  "--output-logs=errors-only",
  "--log-prefix=none",
]);
await check("format", "prettier", ["--check", ".", "--log-level", "warn"]);
await check("lint", "pnpm", ["--silent", "lint"]);
await check("docs", "pnpm", ["--silent", "docs"]);

const report = join(root, "node_modules", ".gort", "vitest.json");
mkdirSync(join(root, "node_modules", ".gort"), { recursive: true });
rmSync(report, { force: true });
const args = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
const { ok } = await step("tests", "vitest", [...args, ...process.argv.slice(2)], { show: true });
try {
  const result = JSON.parse(readFileSync(report, "utf8"));
  passed += result.numPassedTests;
  failed += result.numFailedTests;
  // A file that cannot be loaded has no failed test, yet it failed.
  failed += result.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((t) => t.status === "failed"),
  ).length;
  if (result.numPendingTests > 0) {
    failed += result.numPendingTests;
    console.error(
      `${result.numPendingTests} skipped tests; a test that is skipped counts as failed`,
    );
  }
} catch (error) {
  failed++;
  console.error(`no test report: ${error.message}`);
}
if (!ok && failed === 0) failed++;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
