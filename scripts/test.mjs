/**
 * `npm test`: sets up what is missing, then everything that must hold on this machine: build, types, format, lint, docs,
 * and all tests (packages, demo, structure, documented examples, packed tarballs and their sizes), some of them again on a
 * heap under stress.
 * `npm run test:platforms`: what needs other runtimes (installed from npm) and a browser (Debian's Chromium, installed by
 * `apt-get` where that is possible): the tarballs on each, and the documentation's site.
 * Further arguments go to vitest. The last line is `N passed, N failed`; a test that is run again under stress counts twice.
 */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build, install, root, step } from "./setup.mjs";

const wanted = process.argv.slice(2);
const platforms = wanted.includes("--platforms");
const further = wanted.filter((arg) => arg !== "--platforms");

await install();
await build();

let passed = 0;
let failed = 0;
const check = async (title, command, args) => {
  const { ok } = await step(title, command, args);
  if (ok) passed++;
  else failed++;
};

/** Runs vitest with a configuration, on all of its files or those that are named, and adds its counts. */
async function tests(title, config, files = []) {
  const report = join(root, "node_modules", ".gort", `vitest-${title}.json`);
  mkdirSync(join(root, "node_modules", ".gort"), { recursive: true });
  rmSync(report, { force: true });
  const args = ["run", "--config", config, "--reporter=default", "--reporter=json"];
  const output = `--outputFile.json=${report}`;
  const { ok } = await step(title, "vitest", [...args, output, ...files, ...further], {
    show: true,
  });
  const before = failed;
  try {
    const result = JSON.parse(readFileSync(report, "utf8"));
    passed += result.numPassedTests;
    failed += result.numFailedTests;
    // A file that cannot be loaded has no failed test, yet it failed.
    failed += result.testResults.filter(
      (file) =>
        file.status === "failed" && !file.assertionResults.some((t) => t.status === "failed"),
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
  if (!ok && failed === before) failed++;
}

const docs = () => check("docs", "pnpm", ["--silent", "docs"]);
const turbo = ["run", "typecheck", "--output-logs=errors-only", "--log-prefix=none"];
if (platforms) await docs();
else {
  // Side by side: the linter, which takes longest, has one processor.
  await Promise.all([
    check("lint", "pnpm", ["--silent", "lint"]),
    check("types", "turbo", turbo)
      .then(() => check("format", "prettier", ["--check", ".", "--log-level", "warn"]))
      .then(docs),
  ]);
}
if (platforms) await tests("platforms", "vitest.platforms.config.ts");
else await tests("tests", "vitest.config.ts");
// What keeps pointers most, on a heap that collects at every safepoint. The whole run on it takes minutes.
if (!platforms && further.length === 0)
  await tests("stress", "packages/gc/stress.config.ts", ["packages/slice/test", "map/test/heap"]);

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
