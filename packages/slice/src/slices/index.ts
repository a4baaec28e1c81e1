/**
 * Go's package `slices`, on slices of any kind.
 *
 * @module
 */
export { compareOrdered, type Compare, type Ordered } from "./order.ts";
export {
  isSorted,
  isSortedFunc,
  max,
  maxFunc,
  min,
  minFunc,
  sort,
  sortFunc,
  sortStableFunc,
} from "./sort.ts";
export {
  binarySearch,
  binarySearchFunc,
  compare,
  compareFunc,
  contains,
  containsFunc,
  equal,
  equalFunc,
  index,
  indexFunc,
} from "./search.ts";
export {
  clip,
  clone,
  compact,
  compactFunc,
  concat,
  delete,
  deleteFunc,
  grow,
  repeat,
  reverse,
} from "./edit.ts";
export { insert, insertSlice, replace, replaceSlice } from "./splice.ts";
export {
  all,
  appendSeq,
  backward,
  chunk,
  collect,
  sorted,
  sortedFunc,
  sortedStableFunc,
  values,
} from "./iterators.ts";
