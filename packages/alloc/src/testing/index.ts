/**
 * The conformance suites of `@gort/alloc`: what every allocator has to do, as plain cases for any test runner.
 * Re-exports only: see allocator-cases.ts, traced-cases.ts and case.ts.
 */
export { allocatorCases } from "./allocator-cases.ts";
export type { ConformanceCase, MakeAllocator } from "./case.ts";
export { runCases } from "./case.ts";
export { tracedCases } from "./traced-cases.ts";
