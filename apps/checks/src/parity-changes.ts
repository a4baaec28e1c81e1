/** Where gort differs from Go on purpose: what, why, and the test that shows it (`file.test.ts: part of its title`). */
export interface Change {
  readonly package: string;
  readonly status: "changed" | "dropped";
  /** What Go does. */
  readonly go: string;
  /** What gort does. */
  readonly here: string;
  readonly why: string;
  readonly test: string;
}

export const changes: readonly Change[] = [
  {
    package: "sync",
    status: "changed",
    go: "a synctest bubble does not count a goroutine that waits for a mutex as durably blocked",
    here: "it counts, as every gort primitive does",
    why: "a mutex here is an object of the bubble's own code; waiting for it hangs tests in Go",
    test: "durable.test.ts: lets time pass and `wait` return, and is named as a leak",
  },
  {
    package: "sched",
    status: "changed",
    go: "a goroutine that runs for 10 ms is stopped by a signal",
    here: "it is stopped at its next operation or `checkpoint()`",
    why: "JavaScript cannot be interrupted from outside",
    test: "checkpoint.test.ts: a goroutine whose operations never have to wait is stopped at one of them",
  },
  {
    package: "sched",
    status: "changed",
    go: "GOMAXPROCS threads run at the same time",
    here: "Ps take turns on one thread, one step each",
    why: "closures cannot move between threads; order, locality and stealing are kept",
    test: "gmp.test.ts: several Ps share the work, each goroutine runs once per wake-up",
  },
  {
    package: "sched",
    status: "changed",
    go: "a stack overflows at 1 GB",
    here: "it overflows where the engine's does, with the same fatal error",
    why: "the engine owns the stack",
    test: "go-parity.test.ts: stack: unbounded recursion",
  },
  {
    package: "sched",
    status: "changed",
    go: "any goroutine's uncaught panic ends the program",
    here: "but for one that somebody joins: then it is thrown in the joiner",
    why: "Go has no join; a caller that waits for a result expects its error there",
    test: "go-parity.test.ts: any goroutine's uncaught panic ends the program; a joined one is the joiner's",
  },
  {
    package: "sched",
    status: "changed",
    go: "1.19: a panic prints the lines of its value as they are",
    here: "lines after the first begin with a tab, as since Go 1.23",
    why: "the newer text, which is what Go prints today",
    test: "panic-text.test.ts: of strings, errors, Stringers and named strings",
  },
  {
    package: "sync",
    status: "changed",
    go: "the waiter that a Broadcast woke last runs first",
    here: "they run in the order in which they waited",
    why: "a broadcast moves them to the lock's queue, so that none wakes to find it taken",
    test: "go-parity-orders.test.ts: a broadcast hands the lock on in the order of waiting",
  },
  {
    package: "sync",
    status: "changed",
    go: "Unlock of a starving mutex, and the release of a semaphore, yield to the new owner",
    here: "it owns the lock at once and runs when the unlocker next waits",
    why: "a function that is no generator cannot give way",
    test: "go-parity-orders.test.ts: Unlock of a starving mutex hands it over at once",
  },
  {
    package: "sync",
    status: "changed",
    go: "a program that returns is a process that ends, with all that waits",
    here: "what outlives it hears of the end: a WaitGroup counts its goroutines as ended, an ErrGroup, a Once and a singleflight call fail; a lock stays held",
    why: "a JavaScript process runs many programs, and they share primitives with it",
    test: "program-end.test.ts: counts as ended for a WaitGroup",
  },
  {
    package: "sync",
    status: "changed",
    go: "a goroutine that waits in Once, errgroup's Go at its limit, or semaphore's Acquire has the wait reason `sync.Mutex.Lock`, `chan send`, `select`",
    here: "`sync.Once.Do`, `errgroup.Go`, `semaphore.Acquire`",
    why: "they are no mutex, channel or select inside; the name says what is waited for",
    test: "durable.test.ts: lets time pass and `wait` return, and is named as a leak",
  },
  {
    package: "sync",
    status: "changed",
    go: "errgroup's Go blocks its caller while the limit is reached",
    here: "it takes the function at once; waiting for the returned op gives Go's back-pressure",
    why: "a lazy operation that is forgotten would silently run nothing",
    test: "go-parity-err-group.test.ts: functions handed in without waiting are all run",
  },
  {
    package: "sync",
    status: "changed",
    go: "a panic in a function shared by singleflight's Do callers is a *panicError",
    here: "a `FlightPanic` with the panic as its cause",
    why: "an Error with a cause is how JavaScript wraps one",
    test: "go-parity-single-flight.test.ts: panic in f panics in every Do caller",
  },
  {
    package: "slice",
    status: "changed",
    go: "1.19: growslice: cap out of range",
    here: "growslice: len out of range, as since Go 1.20",
    why: "the newer text, which is what Go prints today",
    test: "go-parity-panics.test.ts: growing past the address space panics growslice: len out of range",
  },
  {
    package: "slice",
    status: "changed",
    go: "1.19: cannot convert slice … to pointer to array …",
    here: "… to array or pointer to array …, as since Go 1.20",
    why: "the newer text, which is what Go prints today",
    test: "go-parity-arrays.test.ts: with too few elements: cannot convert slice with length 3",
  },
  {
    package: "gc",
    status: "changed",
    go: "FreeOSMemory gives pages back to the operating system",
    here: "they are zeroed and counted as released; the buffer keeps its size",
    why: "JavaScript cannot decommit part of a buffer",
    test: "go-parity.test.ts: FreeOSMemory returns at least half of a dropped 32 MB block",
  },
  {
    package: "map",
    status: "changed",
    go: "two goroutines that write at once are a fatal error",
    here: "a write from inside a hash or equal function is, the only place where it can happen on one thread",
    why: "one thread; the flag word is ready for more",
    test: "go-parity.test.ts: concurrent use is detected: a write from inside a hash or equal function",
  },
];
