/**
 * Every text of the package, Go's to the letter, and the error classes that carry them.
 *
 * Invariants
 *  1. What is a fatal error in Go is a `FatalError`: a scheduler never lets `recover` stop it.
 *  2. What Go panics with as a plain string is a `MisuseError` whose message is that string.
 *  3. The state of the primitive is as before the call that threw.
 */
import { badArgument, FatalError } from "@gort/types";

export { isMisuseError, MisuseError } from "@gort/types";

/** Go's texts. */
export const texts = {
  unlockOfUnlockedMutex: "sync: unlock of unlocked mutex",
  unlockOfUnlockedRWMutex: "sync: Unlock of unlocked RWMutex",
  rUnlockOfUnlockedRWMutex: "sync: RUnlock of unlocked RWMutex",
  negativeCounter: "sync: negative WaitGroup counter",
  addDuringWait: "sync: WaitGroup misuse: Add called concurrently with Wait",
  reusedBeforeReturn: "sync: WaitGroup is reused before previous Wait has returned",
  condCopied: "sync.Cond is copied",
  storeNil: "sync/atomic: store of nil value into Value",
  storeOtherType: "sync/atomic: store of inconsistently typed value into Value",
  swapNil: "sync/atomic: swap of nil value into Value",
  swapOtherType: "sync/atomic: swap of inconsistently typed value into Value",
  casNil: "sync/atomic: compare and swap of nil value into Value",
  casOtherType: "sync/atomic: compare and swap of inconsistently typed value into Value",
  casTypesDiffer: "sync/atomic: compare and swap of inconsistently typed values",
  releasedTooMuch: "semaphore: released more than held",
  deadlock: "all goroutines are asleep - deadlock!",
} as const;

/** The name of a lock or the like, which reports put into their text. */
export function checkedName(where: string, name: unknown): string {
  if (typeof name === "string") return name;
  throw badArgument(where, "name", name, "a string", "type");
}

/** Go's text for `SetLimit` while goroutines run. */
export function limitWhileActive(n: number): string {
  return `errgroup: modify limit while ${n} goroutines in the group are still active`;
}

/** The program in which a function was handed to a group ended before its turn came. */
export function neverStarted(): Error {
  return new Error("gort: the program ended before a function of the ErrGroup was started");
}

/** A fatal error with Go's text. */
export function fatal(text: string): FatalError {
  return new FatalError(text);
}
