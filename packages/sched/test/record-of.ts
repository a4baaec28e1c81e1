/** For the tests of sched, chan and sync that do with an op what its users do not. */
import { isOp, type Op, type OpRecord } from "@gort/sched";

/** The record of an op: tests of primitives do what goroutines and selects do with it. */
export function recordOf<T>(op: Op<T>): OpRecord<T> {
  if (!isOp(op)) throw new TypeError("not an op");
  return op;
}
