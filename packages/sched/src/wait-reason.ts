/**
 * The closed list of reasons why a goroutine waits, spelled as Go's dumps print them.
 *
 * Invariants
 *  1. One string per reason; a reason is never reused for something else.
 *  2. What Go has is Go's to the letter; what Go lacks stands in the second group.
 */
export type WaitReason =
  | "chan receive"
  | "chan send"
  | "chan receive (nil chan)"
  | "chan send (nil chan)"
  | "select"
  | "select (no cases)"
  | "sleep"
  | "semacquire"
  | "sync.Mutex.Lock"
  | "sync.RWMutex.RLock"
  | "sync.RWMutex.Lock"
  | "sync.WaitGroup.Wait"
  | "sync.Cond.Wait"
  | "IO wait"
  | "GC assist wait"
  | "GC worker (idle)"
  | "finalizer wait"
  | "force gc (idle)"
  // What Go has no word for.
  | "await"
  | "join"
  | "sync.Once.Do"
  | "semaphore.Acquire"
  | "errgroup.Go"
  | "singleflight.Do"
  | "abort signal"
  | "bubble wait";
