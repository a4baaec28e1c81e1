/**
 * The conformance suites of `@gort/alloc`: what every allocator has to do, as plain cases for any test runner.
 *
 * @module
 */
export { allocatorCases } from "./allocator-cases.ts";
export type { ConformanceCase, MakeAllocator } from "./case.ts";
export { runCases } from "./case.ts";
export { tracedCases } from "./traced-cases.ts";
