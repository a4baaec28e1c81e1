/**
 * The conformance suite of `@gort/map`, and the reference map to compare with.
 *
 * @module
 */
export { type MakeMap, type MapCase, mapCases } from "./cases.ts";
export { createReferenceMap, type SimpleMap } from "./reference.ts";
