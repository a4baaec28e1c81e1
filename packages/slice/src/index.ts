export type * from "./api.ts";
export { Slice, isSlice } from "./slice.ts";
export type { ArrayBacking, ArraySlice, ValueRules } from "./array-slice.ts";
export { viewOf, type TypedSlice } from "./typed-slice.ts";
export { backingOf, makeSlice, nilSlice, sliceFrom, sliceOf, withGrowth } from "./make.ts";
export { values } from "./values.ts";
export {
  append,
  appendSlice,
  cap,
  clear,
  copy,
  len,
  type ElementType,
  type Lengthy,
  type Text,
} from "./append.ts";
export { range, type Rangeable } from "./iterate.ts";
export { growthGo117, growthGo118, growthGo122Pointers } from "./growth.ts";
export {
  GoString,
  compareStrings,
  concat,
  goString,
  isGoString,
  runeString,
  type StringSource,
} from "./go-string.ts";
export {
  MaxRune,
  RuneError,
  RuneSelf,
  UTFMax,
  decodeLastRune,
  decodeRune,
  fullRune,
  runeCount,
  runeLen,
  runeStart,
  validRune,
  validUtf8,
  type Bytes,
} from "./utf8.ts";
export { appendRune, encodeRune } from "./utf8-encode.ts";
export { inHeap, type HeapElem, type SliceVar } from "./heap.ts";
export * as slices from "./slices/index.ts";
export * as strings from "./strings/index.ts";
export {
  GoArray,
  arrayOf,
  isGoArray,
  makeArray,
  sliceToArray,
  sliceToArrayPointer,
} from "./array.ts";
export { StringBuilder, createInterner, type Interner } from "./string-builder.ts";
export { checkSlice } from "./check.ts";
