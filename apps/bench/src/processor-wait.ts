/**
 * How long this thread has stood ready and waited for a processor: what a machine shared with others adds to a pause that
 * is measured by the clock, and the program did not cause.
 *
 * Linux counts it per thread (`/proc/thread-self/schedstat`, the second number, nanoseconds); elsewhere it is taken for 0,
 * and the clock's word stands. Reading it takes some microseconds, so it is for steps of half a millisecond, not for operations.
 */
import { openSync, readSync } from "node:fs";

const SPACE = 32;
const ZERO = 48;

/** Milliseconds waited so far; only differences mean something. */
export function processorWait(path = "/proc/thread-self/schedstat"): () => number {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch {
    return () => 0;
  }
  const bytes = Buffer.alloc(96);
  // Without a string or an array: what measures pauses should not cause one.
  return () => {
    const end = readSync(fd, bytes, 0, bytes.length, 0);
    let i = bytes.indexOf(SPACE) + 1;
    let ns = 0;
    while (i < end && bytes[i] !== SPACE) ns = ns * 10 + bytes[i++]! - ZERO;
    return ns / 1e6;
  };
}
