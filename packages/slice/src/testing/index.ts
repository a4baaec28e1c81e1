/**
 * The conformance suite for backings of `@gort/slice`.
 *
 * @module
 */
export { type BackingCase, type BackingUnderTest, backingCases } from "./cases.ts";
