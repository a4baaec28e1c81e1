/**
 * The functions of Go's package `strings` that work on bytes, for Go strings and JavaScript's.
 *
 * @module
 */
export {
  contains,
  count,
  hasPrefix,
  hasSuffix,
  index,
  indexByte,
  lastIndex,
  trimPrefix,
  trimSuffix,
} from "./search.ts";
export { cut, fields, join, repeat, split, splitN, trimSpace } from "./parts.ts";
