export type * from "./api.ts";
export { aborted, onAbort } from "./abort.ts";
export { isGoexit, isPanicError } from "./brands.ts";
export {
  type Abortable,
  type ContextLike,
  type DoneChan,
  type ReceiveOf,
  type WaitOptions,
  withSignal,
} from "./call-off.ts";
export { checkScheduler } from "./check.ts";
export { checkpoint, lockToP, unlockFromP } from "./checkpoint.ts";
export { currentClock, currentGoroutine, now, random, wall } from "./current.ts";
export {
  DeadlockError,
  formatGoroutine,
  type GoroutineInfo,
  goroutines,
  isDeadlockError,
} from "./deadlock.ts";
export { type DeferScope, withDefer } from "./defer.ts";
export { createDeterministicScheduler } from "./deterministic.ts";
export { createFifoScheduler } from "./fifo.ts";
export { createScheduler } from "./gmp.ts";
export { isOp, Op, type OpRecord, type Waiter } from "./op.ts";
export { goexit, Goexit, panic, PanicError, PanicNilError, recover } from "./panic.ts";
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
export { type TimeLoop, type TimeOp, TimerChan } from "./timer-chan.ts";
export {
  after,
  afterFunc,
  newTicker,
  newTimer,
  tick,
  Ticker,
  type TickerConstructor,
  Timer,
} from "./timers.ts";
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
export type { WaitReason } from "./wait-reason.ts";
