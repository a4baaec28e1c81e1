/**
 * Why gort loses where it does. Printed only beside a loss, so that nothing here claims one.
 *
 * A reason says what the other does not have to do, or what this platform cannot; each was looked for in profiles and in
 * the code of both sides.
 */

const switching =
  "Go swaps a few registers to switch goroutines; resuming a generator costs V8 more, and is the floor of every hand-over (the package's own cost table has it)";
const thenable =
  "awaiting an operation, which is no promise, is a job of V8's own with two functions made for it; `op.start()` avoids that where nothing has to wait. gort also gives way to the event loop, which the other never does";
const hashing =
  "V8 keeps the hash of a string inside the string, where JavaScript cannot get at it: here its characters are read each time";
const pages =
  "Go's pages are of 2 MiB and those of a JavaScript buffer of 4 KiB unless the environment asks for large ones (the row of gort with large pages), so that a large map misses the page table's cache at each access";
const fields =
  "a key is two words of an array in Go and an object here, reached by a pointer, one more miss of the cache each time";
const hardware =
  "Go hashes strings with an instruction of the processor (AES); here their characters are read one by one";
const objects =
  "a million timers are a million objects for V8's collector to move, on the program's own thread";
const moving =
  "native `Map` appends to one table and pays for its growth at once (see the longest single set); here each write also moves some of the old table";

const trees = {
  JavaScript:
    "while everything alive fits V8's young generation, dead trees are freed without looking at them; a collector that does not move objects, as Go's, marks all live objects each time the heap has doubled",
  Go: "the same design in machine code",
};

/** By job, then by contender; `*` for all others. */
const reasons: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "chan/unbuffered": { Go: switching },
  "chan/buffered": { Go: switching },
  "chan/select-ready": {
    Go: "the cases of Go's select lie on the stack; here its result is an object, and so is the record of the cases unless the select is prepared",
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
      "an async function that never waits is a call and a promise; a goroutine has an id, a name, a state, a place in a queue and in the deadlock report",
    Go: "Go uses dead goroutines and their stacks again; V8 makes a generator anew each time",
  },
  "sched/parked": {
    "*": "a goroutine has a name, a state and the place it was created at beside its frame; a pending promise has not",
  },
  "sched/timer-add": { Go: objects },
  "sched/timer-stop": { Go: objects },
  "sched/timer-fire": {
    JavaScript:
      "Node keeps a list per whole millisecond of delay, of which this job has 50, so that it never sorts; here each timer has its place in an exact order",
    Go: objects,
  },
  "sync/trylock": { Go: "Go inlines it to one atomic instruction; here it is a call" },
  "sync/lock": {
    Go: "`yield*` over anything at all takes V8 longer than Go's lock as a whole, and a token is made even if nobody looks at it; `tryLock` above does neither",
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
  "gc/trees": trees,
  "gc/trees-17": trees,
  "gc/trees-18": trees,
  "gc/trees-20": trees,
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
    Go: "Go's compiler proves the index in range and checks nothing; V8 checks the index twice, the counter for overflow, and whether it should stop",
  },
  "slice/view": {
    Go: "Go's compiler proves the index in range and checks nothing; V8 checks the index, the counter for overflow, and whether it should stop",
  },
  "slice/append": {
    JavaScript:
      "a header is an object, made anew by each append, and V8's collector runs through its young generation the more often",
    Go: "a header is three registers in Go and an object here, made anew by each append",
  },
  "slice/sort-structs": {
    Go: "Go's rows lie side by side; here they are objects, reached by a pointer each",
  },
  "map/int-set": { JavaScript: moving, Go: pages },
  "map/int-get": { Go: pages },
  "map/int-delete": { Go: pages },
  "map/string-set": { JavaScript: hashing, Go: hardware },
  "map/string-get": { JavaScript: hashing, Go: hardware },
  "map/string-delete": { JavaScript: hashing, Go: hardware },
  "map/struct-set": { JavaScript: moving, Go: fields },
  "map/struct-get": { Go: fields },
  "map/struct-delete": { Go: fields },
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
