/** The conformance suite for backings of `@gort/slice`. Re-exports only. */
export { type BackingCase, type BackingUnderTest, backingCases } from "./cases.ts";
