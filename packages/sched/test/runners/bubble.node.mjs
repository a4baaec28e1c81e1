/** Bubbles under `node --test`. */
import { test } from "node:test";
import { cases, failing } from "./cases.mjs";

for (const [name, run] of Object.entries(cases)) test(name, run);
if (process.env.GORT_RUNNER_FAILS === "1") test("fails", failing);
