/** Runs the program from an ES module and prints what it found; then that a report names where goroutines were started. */
import { makeChan } from "@gort/chan";
import { go, run } from "@gort/sched";
import { expected, program } from "./program.mjs";

const found = await program();
const report = await run(function* main() {
  go(function* worker() {
    yield* makeChan().recv();
  });
  yield* makeChan().recv();
}).catch(String);
const sites = String(report).match(/\bmain\.mjs:\d+/g) ?? [];
const wrong = sites.length === 2 ? "" : `\n${report}`;
console.log(found === expected ? `ok${wrong}` : `found ${found}\nexpected ${expected}`);
