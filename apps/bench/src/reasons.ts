/**
 * Why gort loses where it does. Printed only beside a loss, so that nothing here claims one.
 *
 * A reason says what the other does not have to do, or what this platform cannot; each was looked for in profiles and in
 * the code of both sides.
 */

const switching =
  "Go swaps a few registers to switch goroutines, where a generator is resumed by a call that V8 does not inline";
const thenable =
  "an awaited operation is a thenable, which costs V8 a microtask and a call more than a promise of its own; the other also never gives way to the event loop (see the latency table)";
const hashing =
  "V8 keeps the hash of a string inside the string, where JavaScript cannot get at it: here each operation hashes the text";
const aes = "the same design in machine code, and hashing is an instruction of the processor (AES)";
const objects =
  "a million timers are a million objects for V8's collector to copy and mark, on the program's own thread";

/** By job, then by contender; `*` for all others. */
const reasons: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "chan/unbuffered": { Go: switching },
  "chan/buffered": { Go: switching },
  "chan/select-ready": {
    Go: "Go's compiler lays the cases of a select out on the stack; here they are polled by calls, and the result is an object",
  },
  "chan/select-blocking": {
    Go: `${switching}; the cases of Go's select lie on the stack`,
  },
  "chan/sieve": { Go: switching },
  "chan-async/unbuffered": {
    JavaScript: "nothing is handed over there, it is the price of one `await` alone",
    "*": thenable,
  },
  "chan-async/buffered": {
    JavaScript: "an async generator has no second task and no buffer, and V8 runs it itself",
    "*": thenable,
  },
  "latency/timer": {
    "*": "gort runs goroutines for a slice of some milliseconds before it gives way to the event loop; shorter slices are an option of the scheduler, and cost throughput",
    Go: "Go's scheduler looks at its timers in each round and preempts; a host timer waits for the slice to end",
  },
  "sched/spawn": {
    JavaScript:
      "an async function that never waits is a call and a promise; a goroutine has a name, a state, a place in a queue and in the deadlock report",
    Go: "Go uses dead goroutines and their stacks again; V8 makes a generator anew each time",
  },
  "sched/parked": {
    "*": "a goroutine has a name, a state and the place it was created at beside its frame; a pending promise has not",
  },
  "sched/timer-add": { Go: objects },
  "sched/timer-stop": { Go: objects },
  "sched/timer-fire": {
    JavaScript:
      "Node keeps a list per duration, of which this job has 50, so that it never sorts; a heap takes deadlines of all kinds",
    Go: objects,
  },
  "sync/trylock": { Go: "Go inlines it to one atomic instruction; here it is a call" },
  "sync/lock": {
    Go: "an operation of a goroutine is an object that goes through the generator protocol, even where it need not wait; `tryLock` above does not",
  },
  "sync/lock-async": { "*": thenable },
  "sync/limit": {
    effect:
      "the loop awaits a place for each task; effect's ten fibers take the next task themselves",
  },
  "alloc/pairs": {
    "@thi.ng/malloc":
      "with one block live its list of blocks has one entry, and the first fits; the rows with more blocks live show the rest",
    Go: "Go's collector frees 64-byte blocks by the span; here each is given back by a call",
    JavaScript:
      "V8 moves a pointer to allocate and frees dead blocks without touching them; here each is given back by a call",
  },
  "gc/trees": {
    JavaScript:
      "V8 moves a pointer to allocate, and a young generation frees dead trees without touching them; gort's objects, as Go's, do not move and are swept",
    Go: "the same design in machine code; here each allocation and pointer write is a call that checks",
  },
  "gc/pause-max": {
    Go: "Go counts only the stops at the two ends of a cycle and marks in between, on threads; here each step of marking is a pause, as long as the 0.5 ms it is allowed",
  },
  "gc/pause-p99": {
    Go: "Go counts only the stops at the two ends of a cycle; here each step of marking is a pause, as long as the 0.5 ms it is allowed",
  },
  "gc/mark": {
    "*": "machine code against JavaScript, and V8 and Go mark on several threads",
  },
  "gc/record": { "*": "both hold 16 bytes; the rest is the bookkeeping of spans" },
  "slice/loop": {
    JavaScript:
      "a branch to the panic leaves the loop, and V8 moves loads out of a loop only if nothing leaves it: store, address and length are loaded for each element; `view()` is the way round",
    Go: "Go's compiler proves the index in range and checks nothing; V8 checks the index twice, the counter for overflow, and whether it should stop",
  },
  "slice/view": {
    Go: "Go's compiler proves the index in range and checks nothing; V8 checks the index, the counter for overflow, and whether it should stop",
  },
  "slice/append": {
    Go: "a header is three registers in Go and an object here, made anew by each append",
  },
  "slice/sort-structs": {
    Go: "Go's rows lie side by side; here they are objects, reached by a pointer each",
  },
  "map/int-set": {
    JavaScript:
      "native `Map` appends to one table and pays for its growth at once (see the longest single set); here each write also moves some of the old table",
    Go: aes,
  },
  "map/int-get": { Go: aes },
  "map/int-delete": { Go: aes },
  "map/string-set": { JavaScript: hashing, Go: aes },
  "map/string-get": { JavaScript: hashing, Go: aes },
  "map/string-delete": { JavaScript: hashing, Go: aes },
  "map/struct-set": {
    JavaScript: "V8 caches the texts of numbers, so that joining two small ones is cheap",
    Go: "Go's keys lie in the table; here they are objects, reached by a pointer each",
  },
  "map/struct-get": {
    JavaScript: "V8 caches the texts of numbers, so that joining two small ones is cheap",
    Go: "Go's keys lie in the table; here they are objects, reached by a pointer each",
  },
  "map/struct-delete": {
    JavaScript: "V8 caches the texts of numbers, so that joining two small ones is cheap",
    Go: "Go's keys lie in the table; here they are objects, reached by a pointer each",
  },
};

/** Why `rival` needs less than gort for a job; undefined where nobody knows. */
export function reason(job: string, rival: string): string | undefined {
  const of = reasons[job];
  // Go in WebAssembly has Go's reasons only where it is Go's design that wins, which cannot be told; it seldom wins.
  return rival === "Go (wasm)"
    ? undefined
    : (of?.[rival] ?? (rival === "Go" ? undefined : of?.["*"]));
}

/** The jobs that reasons are given for. */
export const reasonedJobs: readonly string[] = Object.keys(reasons);
