export type * from "./api.ts";
export { aborted, isSignal, onAbort } from "./abort.ts";
export { isGoexit, isPanicError } from "./brands.ts";
export {
  type Abortable,
  type ContextLike,
  type DoneChan,
  type ReceiveOf,
  type WaitOptions,
  withOptions,
  withSignal,
} from "./call-off.ts";
export { checkScheduler } from "./check.ts";
export { checkpoint, lockToP, unlockFromP } from "./checkpoint.ts";
export { type Competing, CompetingOp } from "./competing.ts";
export { isContext, whyEnded } from "./context-like.ts";
export {
  type Carrier,
  currentBubble,
  currentClock,
  currentContext,
  currentGoroutine,
  currentProgram,
  enter,
  type Entered,
  isInside,
  keptContext,
  leave,
  now,
  random,
  wall,
} from "./current.ts";
export {
  DeadlockError,
  formatGoroutine,
  type GoroutineInfo,
  goroutines,
  isDeadlockError,
} from "./deadlock.ts";
export { type DeferScope, withDefer } from "./defer.ts";
export { createDeterministicScheduler } from "./deterministic.ts";
export { drive } from "./drive.ts";
export { createFifoScheduler } from "./fifo.ts";
export { createScheduler } from "./gmp.ts";
export type { EndHook } from "./g.ts";
export { holdProgram, pledge, startBy } from "./hold.ts";
export { reportUncaught } from "./host.ts";
export { launch } from "./launch.ts";
export { initOp, isOp, Op, opMaker, type OpRecord, type Waiter } from "./op.ts";
export { OpIterator } from "./op-iterator.ts";
export { DECIDED, DONE, FAILED, FRESH, PARKED, USED, WOKEN } from "./op-state.ts";
export { goexit, Goexit, panic, PanicError, PanicNilError, recover } from "./panic.ts";
export { OutsideOp } from "./outside-op.ts";
export { panicDump, panicText } from "./panic-text.ts";
export { poll } from "./poll.ts";
export { pendingOutside } from "./postpone.ts";
export { overdue, preempt } from "./preempt.ts";
export {
  currentScheduler,
  defaultScheduler,
  go,
  numGoroutine,
  run,
  setDefaultScheduler,
} from "./preset.ts";
export { rangeNext, unusedNext } from "./range-next.ts";
export { gosched, sleep } from "./sleep.ts";
export { steppedOn } from "./stepped-on.ts";
export { isStepper, type Stepper } from "./stepper.ts";
export { type TimeLoop, type TimeOp, TimerChan } from "./timer-chan.ts";
export { after, afterFunc, newTicker, newTimer, tick, Ticker, Timer } from "./timers.ts";
export { chromeTrace, type ChromeTraceOptions } from "./trace/chrome-trace.ts";
export {
  createRecorder,
  type Recorder,
  type RecorderOptions,
  type TraceEvent,
  type TraceKind,
} from "./trace/recorder.ts";
export { schedTrace, type SchedTraceOptions, schedTracer } from "./trace/sched-trace.ts";
export { tee } from "./trace/tee.ts";
export { WaitQueue } from "./wait-queue.ts";
export type { WaitReason } from "./wait-reason.ts";
