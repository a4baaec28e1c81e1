export { clone, copy, deleteFunc } from "./copy.ts";
export { equal, equalFunc } from "./equal.ts";
export { all, collect, insert, keys, values } from "./iterators.ts";
