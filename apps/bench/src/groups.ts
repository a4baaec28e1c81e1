/** The tables, as data: what each measures and what it does not show. Why gort loses where it does is in reasons.ts. */

/** A group is a table and a plot. */
export interface Group {
  readonly id: string;
  readonly title: string;
  /** What is measured. */
  readonly measures: string;
  /** What the figures do not show. */
  readonly hides: string;
}

export const groups: readonly Group[] = [
  {
    id: "chan",
    title: "Channels",
    measures:
      "One goroutine (or async function) sends n numbers, another receives and adds them up; select over two channels; Go's prime sieve, a chain of 2,000 goroutines and channels. gort and Go run goroutines; libraries without them run async functions.",
    hides:
      "A program does something with the values. The channel's share of its time is what this table is about, and it may be small. Real Go has more than one processor to use; gort has one thread.",
  },
  {
    id: "chan-async",
    title: "Channels from async functions",
    measures:
      "The same hand-over between two async functions, `await ch.send(i)` and `await ch.recv()`: the code of a user who never uses goroutines. `ts-chan` yields to the event loop now and then by default, which is fair to timers, and so does gort; the others of the table do not (see the latency table).",
    hides:
      "An awaited operation costs at least a few microtasks in any library; `trySend` and `tryRecv` avoid that.",
  },
  {
    id: "latency",
    title: "Latency under load",
    measures:
      "Two tasks hand values over as fast as they can for 1.2 s while twenty 10 ms host timers run: the 99.9th percentile of how late they fire. The load ends only when the time is up, so with a library that never lets the event loop turn the timers are late by all of it. Go's timers are Go's own.",
    hides:
      "A program that awaits real input and output lets the loop turn now and then anyhow. The operating system's own lateness is in all figures: on a busy machine read the ratios.",
  },
  {
    id: "sched",
    title: "Goroutines and timers",
    measures:
      "Starting and ending goroutines under a WaitGroup; bytes of heap per parked goroutine (or pending task); a million pending timers: adding, stopping, firing.",
    hides: "The work of the goroutines. A goroutine with deep generators below it holds more.",
  },
  {
    id: "sync",
    title: "Locks and limits",
    measures:
      "Uncontended lock and unlock: by `tryLock`, as an operation of a goroutine, and from an async function; 10 at a time out of many tasks, each of which waits once.",
    hides: "Contention, where the order of waiters counts and not the speed of the fast path.",
  },
  {
    id: "context",
    title: "Contexts",
    measures:
      "A tree of contexts, all children of one root, or each the child of the last: created and cancelled at the root. JavaScript: `AbortSignal.any`.",
    hides: "Trees of programs are small; this finds wrong complexities.",
  },
  {
    id: "alloc",
    title: "Allocation",
    measures:
      "Pairs of alloc and free of 64 bytes; a random live set of blocks of 8 B to 4 KiB (log-uniform), of which one is freed and one allocated, with one byte written and read. One allocator serves all runs of a process. V8 and Go allocate byte arrays and leave the freeing to their collectors, whose time counts.",
    hides: "Locality of the allocated blocks, and memory lost to fragmentation.",
  },
  {
    id: "gc",
    title: "Garbage collection",
    measures:
      "Binary trees (many short-lived ones beside a long-lived one); the longest pause while a graph of n records is marked and swept, in steps of 0.5 ms on a gort heap, as V8 and Go do it on their own; time of a full collection per live object; bytes per record of two doubles, all overheads counted; the write barrier, beyond a raw store.",
    hides:
      "gort's collector runs in steps that the program allows, on the program's thread; V8 and Go mark on other threads meanwhile. Time that the thread waited for a processor, because other programs of the machine had it, is subtracted from gort's pauses (the note has the longest pause with it); the pauses of V8 and Go are by the clock. The records are typed data, not JavaScript objects.",
  },
  {
    id: "slice",
    title: "Slices",
    measures:
      "Reading n elements by index of a slice that was passed in, and through its `view()`; appending; overlapping copy; sorting, beside the raw typed array or array in the same kind of function.",
    hides:
      "The slices begin where their stores do, like those that `makeSlice` and `append` give. A loop over a slice that begins later is slower, and a loop that meets both kinds is slower still (the package's own cost table has both). A program does something with the elements.",
  },
  {
    id: "map",
    title: "Maps",
    measures:
      "n entries set, read in random order, deleted in random order; int32 to float64 (gort: typed, in a heap), string keys (gort: on JavaScript values), keys of two int32 fields by value (JavaScript: joined strings); the longest single `set` while growing to n; bytes per int32 to int32 entry; the time of a full V8 collection with the map live.",
    hides:
      "Native `Map` keeps insertion order, which gort's map, as Go's, does not. Keys that hash alike, and memory that is shared with other programs, are not here.",
  },
];

/** The group a job belongs to. */
export const groupOf = (id: string): string => id.slice(0, id.indexOf("/"));
