/**
 * Go's package `maps`. Where Go has an iterator, any iterable of pairs will do.
 *
 * @module
 */
export { clone, copy, deleteFunc } from "./copy.ts";
export { equal, equalFunc } from "./equal.ts";
export { all, collect, insert, keys, values } from "./iterators.ts";
