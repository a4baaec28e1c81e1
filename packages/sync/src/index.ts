export type * from "./api.ts";
export {
  AtomicBool,
  AtomicInt32,
  AtomicInt64,
  AtomicPointer,
  AtomicUint32,
  AtomicUint64,
} from "./atomic.ts";
export { AtomicValue } from "./atomic-value.ts";
export { Cond } from "./cond.ts";
export { type ContextMember, type DerivedContext, ErrGroup } from "./err-group.ts";
export { isMisuseError, MisuseError } from "./errors.ts";
export { FlightPanic, isFlightPanic } from "./flight-panic.ts";
export { Mutex } from "./mutex.ts";
export { Once } from "./once.ts";
export { onceFunc, onceValue, onceValues } from "./once-func.ts";
export { Pool, type PoolConstructor, type PoolOptions } from "./pool.ts";
export type {
  ChanResult,
  FlightOutcome,
  ResultChan,
  ResultLoop,
  ResultRecv,
} from "./result-chan.ts";
export { RWMutex } from "./rw-mutex.ts";
export { Semaphore } from "./semaphore.ts";
export { type FlightResult, SingleFlight } from "./single-flight.ts";
export { SyncMap } from "./sync-map.ts";
export { WaitGroup } from "./wait-group.ts";
