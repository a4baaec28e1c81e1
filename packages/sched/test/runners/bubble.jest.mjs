/** Bubbles under jest. */
import { test } from "@jest/globals";
import { cases, failing } from "./cases.mjs";

for (const [name, run] of Object.entries(cases)) test(name, run);
if (process.env.GORT_RUNNER_FAILS === "1") test("fails", failing);
