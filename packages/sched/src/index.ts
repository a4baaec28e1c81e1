export type * from "./api.ts";
export { aborted, withSignal } from "./abort.ts";
export { currentClock, currentGoroutine, now, random, wall } from "./current.ts";
export { DeadlockError, type GoroutineInfo, isDeadlockError } from "./deadlock.ts";
export { type DeferScope, withDefer } from "./defer.ts";
export { createFifoScheduler } from "./fifo.ts";
export { createScheduler } from "./gmp.ts";
export { DONE, FAILED, FRESH, isOp, Op, PARKED, USED, type Waiter, WOKEN } from "./op.ts";
export {
  goexit,
  isGoexit,
  isPanicError,
  panic,
  PanicError,
  PanicNilError,
  recover,
} from "./panic.ts";
export { panicDump, panicText } from "./panic-text.ts";
export { poll } from "./poll.ts";
export {
  currentScheduler,
  defaultScheduler,
  go,
  numGoroutine,
  run,
  setDefaultScheduler,
} from "./preset.ts";
export { gosched, sleep } from "./sleep.ts";
export { WaitQueue } from "./wait-queue.ts";
export type { WaitReason } from "./wait-reason.ts";
