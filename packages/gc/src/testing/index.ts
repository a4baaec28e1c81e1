/**
 * The conformance suite of `@gort/gc`: what every heap has to do, as plain cases for any test runner.
 *
 * @module
 */
export { heapCases } from "./heap-cases.ts";
export { runHeapCases } from "./case.ts";
export type { HeapCase, MakeHeap } from "./case.ts";
